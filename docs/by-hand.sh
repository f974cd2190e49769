# What the samples of the documents call, beside a running `npm start`, in the folder of the project:  . docs/by-hand.sh
# API and SANDBOX are taken from what `npm start` prints or, where they are not set, from what it has noted.

missing() { echo "$1" >&2; return 1; }
[ -n "${BASH_VERSION:-}" ] || missing '这些例子要在 bash 里输入：先运行 bash。' || return
[ -n "${API:-}" ] || [ -e dist/local/service.json ] || missing '先运行 npm start，再到项目文件夹里输入这一行。' || return
date -d now >/dev/null 2>&1 || missing '这些例子用 GNU 的 date 和 base64：macOS 上先安装 coreutils，并把它的 gnubin 放在 PATH 最前。' || return
noted() { node -p "require('./dist/local/service.json').$1"; }
API=${API:-$(noted api)}  SANDBOX=${SANDBOX:-$(noted sandbox)}  OIDC=${OIDC:-$(noted staffIssuer)}
# Pages and the published keys lie at the root, beside the version of the API.
ROOT=${API%/v[0-9]}
# For what a sample writes: nothing is left in the project.
FOLDER=$(mktemp -d)

# post OPERATION TOKEN INPUT [PROOF]: the answer, on a line of its own.
post() {
  curl -s -X POST "$API/$1" -H 'content-type: application/json' ${2:+-H "authorization: Bearer $2"} \
    ${4:+-H "x-self-proof: $4"} -d "$3"
  echo
}
# sandbox METHOD PATH [BODY]: what stands in for WeChat and the other partners.
sandbox() { curl -s -X "$1" "$SANDBOX/sandbox/$2" ${3:+-d "$3"}; echo; }
# field NAME: the first value of that name in the JSON that comes in; nothing where there is none.
field() {
  node -e "let value
    JSON.parse(require('fs').readFileSync(0, 'utf8'), (key, one) => { if (key === '$1') value ??= one; return one })
    console.log(typeof value === 'object' ? JSON.stringify(value) : value ?? '')"
}
public_keys() { curl -s "$ROOT/.well-known/jwks.json"; }
once() { node -p "crypto.randomUUID()"; }
instant() { date -u -d "${1:-now}" +%Y-%m-%dT%H:%M:%SZ; }

# person: somebody new with WeChat, by their openid.  wx_code OPENID: what wx.login gives them.
person() { sandbox POST people '{}' | field openid; }
wx_code() { sandbox POST "people/$1/code" "${2:-}" | field code; }
# sign_in OPENID: their token.  prove TOKEN OPENID OPERATION TARGET: a proof that it is they, for one act.
sign_in() { post login/signIn '' "{\"code\":\"$(wx_code "$1")\"}" | field token; }
prove() {
  post login/proveSelf "$1" "{\"operation\":\"$3\",\"target\":\"$4\",\"by\":\"wechat\",\"code\":\"$(wx_code "$2")\"}" | field proof
}
# act PURPOSE SEEN_ENTRY: what is sent with every act of consent to the text in force.
act() {
  local policy; policy=$(post consent/policy '' '{}')
  echo "{\"purpose\":\"$1\",\"seenEntry\":$2,\"policyVersion\":$(field version <<<"$policy"),\"language\":\"zh-CN\",
    \"textHash\":\"$(field textHash <<<"$policy")\",\"idempotencyKey\":\"$(once)\",
    \"evidence\":{\"control\":\"agree\",\"defaultState\":\"unchecked\",\"dwellMs\":5000}}"
}
# agree TOKEN PURPOSE [SEEN_ENTRY]
agree() { post consent/grant "$1" "$(act "$2" "${3:-0}")" >/dev/null; }
# staff ROLE: the token of a member of the local staff (docs/sign-in.md).
staff() { npm run -s staff-token -- "$1"; }
# account TOKEN: the number of the person's account.  ticket TOKEN STAFF: a request of theirs that this member of the staff has taken.
account() { post login/account "$1" '{}' | field accountNumber; }
ticket() {
  local id; id=$(post rights/askTicket "$1" "{\"kind\":\"request\",\"words\":\"请协助办理。\",\"idempotencyKey\":\"$(once)\"}" | field ticketId)
  post rights/takeTicket "$2" "{\"subjectId\":\"$(account "$1")\",\"ticketId\":\"$id\"}" >/dev/null
  echo "$id"
}
