import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { CardContent } from '../../lib/card/content';
import { fieldParts, type Label } from '../../lib/card/fields';
import { SignedCardError, type SignedCardProblem } from '../../lib/card/signed-card';
import { type VerifiedCard, verifySignedCard } from '../../lib/card/signed-card-verify';
import { tidy } from '../../lib/card/vcard-line';
import { systemClock } from '../../lib/clock';
import { Stop } from '../command-line/exit';
import { neededText, text } from '../command-line/options';
import { program, start } from '../command-line/program';
import { type Lang, type Words, words } from '../command-line/words';
import { keysOption, readKeys } from './published-keys';
import { NotProved } from './signed-file';
import { inBeijing } from './verifier';

async function cardText(source: string): Promise<string> {
  try {
    const bytes = source === '-' ? await buffer(process.stdin) : await readFile(source);
    return bytes.toString('utf8').trim();
  } catch {
    throw new Stop('usage', words('读不到要验证的名片文件。', 'The file of the card cannot be read.'));
  }
}

const labels: Record<Label, Words> = {
  mobile: words('手机', 'mobile'),
  work: words('工作', 'work'),
  home: words('住宅', 'home'),
  fax: words('传真', 'fax'),
  other: words('其他', 'other'),
};

/** Any value on one line, without what could steer a terminal. An address is said once, as a whole. */
function inWords(value: unknown, lang: Lang): string {
  if (Array.isArray(value)) return value.map((one) => inWords(one, lang)).join('；');
  if (typeof value !== 'object' || value === null) return tidy(String(value));
  const { label, text: whole, ...parts } = value as Record<string, unknown>;
  const said =
    whole === undefined
      ? Object.values(parts)
          .map((one) => inWords(one, lang))
          .join(' ')
      : inWords(whole, lang);
  const known = labels[label as Label];
  return known === undefined ? said : words(`${said}（${known.zh}）`, `${said} (${known.en})`)[lang];
}

/** What holds, line by line. */
export function told(card: VerifiedCard, lang: Lang = 'zh'): string[] {
  const say = (zh: string, en: string) => words(zh, en)[lang];
  const shown = Object.entries(fieldParts).flatMap(([part, { title }]) => {
    const value = card.content[part as keyof CardContent];
    return value === undefined ? [] : [say(`  ${title}：`, `  ${part}: `) + inWords(value, lang)];
  });
  const [from, until] = [inBeijing(card.issuedAtMs), inBeijing(card.expiresAtMs)];
  return [
    say(
      '验证通过：以下内容由签发者签名，签名之后没有改动。',
      'The card holds: its issuer has signed what follows, and nothing was changed since.',
    ),
    ...shown,
    ...(card.realNameVerified
      ? [
          say(
            '  签发时，名片上的姓名与本人核验的姓名一致',
            '  the name on the card was that of a verified person when it was issued',
          ),
        ]
      : []),
    ...(card.leftOut > 0
      ? [
          say(
            `另有 ${card.leftOut} 项已签名的内容没有出示`,
            `${card.leftOut} more that are signed were not shown`,
          ),
        ]
      : []),
    say(`签发者：${tidy(card.issuer)}`, `Issuer: ${tidy(card.issuer)}`),
    say(`有效期：${from} 至 ${until}（北京时间）`, `Good from ${from} until ${until} (Beijing’s time)`),
    say(
      '出示的人是不是本人，这份签名不能证明。',
      'Whether who shows it is the person, this signature does not prove.',
    ),
  ];
}

/** As `SignedCardError` says it in Chinese. */
const problems: Record<SignedCardProblem, string> = {
  'nothing-chosen': 'Nothing was chosen to be shown.',
  'too-large': 'There is too much in it.',
  malformed: 'This is no signed card, or not the whole of one.',
  algorithm: 'Not to be trusted: the card is not signed by ES256.',
  'other-kind': 'Not to be trusted: something else was signed here, and no card.',
  'unknown-key': 'Not to be trusted: the key of the signature is none of those published.',
  signature: 'Not to be trusted: the card was changed after it was signed.',
  issuer: 'Not to be trusted: another service than the one asked for has issued it.',
  expired: 'The card has expired: ask for another one.',
  'not-yet-valid': 'The card is not issued yet: see whether this machine’s clock is right.',
  'disclosure-repeated': 'Not to be trusted: something is in it twice.',
  'disclosure-foreign': 'Not to be trusted: something in it was not signed, but changed or added.',
};

export const verifyCardProgram = program({
  script: 'verify-card',
  does: words(
    '用公布的密钥核对签名名片，并说出哪些内容成立',
    'check a signed card with the published keys, and say what holds',
  ),
  more: words(
    '退出码：0 有效，1 不可信，2 没能核对。见 docs/signed-card.md。',
    'Ends with 0 when it holds, with 1 when not, with 2 when it could not be checked. See docs/signed-card.md.',
  ),
  options: { keys: keysOption, issuer: text('应当由谁签发', 'who has to have issued it') },
  places: { file: neededText('名片文件；- 为标准输入', 'the file of the card, or - for what comes in') },
  run: async ({ file, keys: from, issuer }, { lang, print }) => {
    const [card, keys] = await Promise.all([cardText(file), readKeys(from)]);
    const expected = { keys, nowMs: systemClock.now(), ...(issuer && { issuer }) };
    const verified = await verifySignedCard(card, expected).catch((error: unknown) => {
      throw error instanceof SignedCardError ? new NotProved(error.message, problems[error.reason]) : error;
    });
    for (const line of told(verified, lang)) print(line);
    return 'ok';
  },
});

if (require.main === module) void start(verifyCardProgram);
