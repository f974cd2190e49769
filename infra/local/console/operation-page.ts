import { limitInWords } from '../../commands/operations';
import { exampleOf } from './example';
import { type Html, html } from './html';
import type { Entry, Operation } from './reference';
import { type Around, referenceFrame } from './reference-page';
import { type Resolve, type Schema, schemaTable } from './schema-table';

/** Any operation may be refused with these; the page of conventions has their words. */
const common = ['BAD_REQUEST', 'INVALID_INPUT', 'BODY_TOO_LARGE', 'BUSY', 'INTERNAL', 'SIGN_IN_REQUIRED'];

/** More fields of an output than this are folded away, so that an operation is about one screen. */
const FIELDS_SHOWN = 10;

/** One operation: who may call it and why, what goes in, what comes out, and how it is refused. */
export function operationPage(around: Around, entry: Entry): string {
  const { name, operation } = entry;
  const { resolve } = around.reference;
  const input = schemaOf(operation.requestBody?.content);
  const output = dataOf(schemaOf(resolve(operation.responses?.['200'] ?? {}).content), resolve);
  const [said = ''] = (operation.description ?? '').split('\n');
  return referenceFrame(
    around,
    name,
    html`<p class="crumbs"><a href="/reference">接口参考</a> / ${operation.tags?.[0]}</p>
<h1 class="code">${name}</h1>
<p class="lead">${said || operation.summary}</p>
${factsOf(entry)}
<div class="split"><div>
<h2>输入</h2>${input ? schemaTable(input, resolve) : html`<p class="soft">没有字段。</p>`}
${outputOf(output, resolve)}
</div><div>
<h2>试一试</h2>${samplesOf(entry, around.api, input, resolve)}
<h3>答复</h3><pre class="answer">${JSON.stringify({ ok: true, data: exampleOf(output, resolve) }, null, 2)}</pre>
</div></div>
<h2>怎样被拒绝</h2>${refusalsOf(around, operation)}`,
    entry,
  );
}

/** A long output is folded: what it looks like stands beside it. */
function outputOf(output: Schema | undefined, resolve: Resolve): Html {
  const fields = Object.keys(resolve(output ?? {}).properties ?? {}).length;
  const table = output ? schemaTable(output, resolve, '总有') : html`<p class="soft">没有字段。</p>`;
  if (fields <= FIELDS_SHOWN) return html`<h2>输出</h2>${table}`;
  return html`<details><summary><h2>输出 <span class="count">${fields} 个字段</span></h2></summary>${table}</details>`;
}

function factsOf({ name, fixed, operation }: Entry): Html {
  const law = operation['x-lawful-basis'];
  const cost = operation['x-budget'];
  const limits = (operation['x-limits'] ?? []).map(limitInWords);
  const rows: [string, Html | string | undefined][] = [
    ['地址', html`<code>POST /${name}</code>${fixed && html`，也可以 <code>GET ${fixed}</code>`}`],
    ['谁可以调用', operation['x-caller']],
    [
      '目的',
      law?.name &&
        html`${law.name} <span class="${law.consentNeeded ? 'need' : 'soft'}">${law.consentNeeded ? '须本人先同意' : '不以同意为前提'}</span>`,
    ],
    ['依据', law?.ground],
    ['本人验证', needsProof(operation) ? html`先取得本人验证，放在 <code>x-self-proof</code>` : undefined],
    ['次数限制', limits.join('；')],
    ['处理记录', operation['x-ledger'] === 'act' ? '写入本人的处理记录' : undefined],
    ['花费', cost && `访问数据库 ${cost.trips} 次，读 ${cost.readUnits}，写 ${cost.writeUnits}`],
  ];
  return html`<dl class="facts">${rows.map(([what, said]) => said && html`<dt>${what}</dt><dd>${said}</dd>`)}</dl>`;
}

const needsProof = ({ security = [] }: Operation) => security.some((way) => 'selfProof' in way);
const signsIn = ({ security = [] }: Operation) => security.some((way) => Object.keys(way).length > 0);

/** The same call by hand, by the typed client, and through the door in CloudBase. */
function samplesOf(
  { name, operation }: Entry,
  api: string,
  input: Schema | undefined,
  resolve: Resolve,
): Html {
  const given = exampleOf(input, resolve);
  const [service = '', key = ''] = name.split('/');
  const curl = [
    `curl ${api}/${name}`,
    "-H 'content-type: application/json'",
    ...(signsIn(operation) ? ["-H 'authorization: Bearer 凭证'"] : []),
    ...(needsProof(operation) ? ["-H 'x-self-proof: 本人验证'"] : []),
    `-d '${JSON.stringify(given)}'`,
  ].join(' \\\n  ');
  const typed = `await api.${service}.${key}(${JSON.stringify(given, null, 2)});`;
  const isStaff = operation['x-caller'] === '工作人员';
  return html`<h3>命令行</h3><pre>${curl}</pre>${!isStaff && html`<h3>小程序</h3><pre>${typed}</pre>`}`;
}

function refusalsOf({ reference: { codes } }: Around, { responses = {} }: Operation): Html {
  const all = Object.values(responses).flatMap(
    ({ description = '' }) => description.match(/^[A-Z_]+(?=：)/gm) ?? [],
  );
  const own = all.filter((code) => !common.includes(code));
  const rows = own.map(
    (code) =>
      html`<li><div><code>${code}</code> <span class="soft">${codes[code]?.status}</span></div><div>${codes[code]?.message}</div></li>`,
  );
  const others = all.filter((code) => common.includes(code));
  return html`${own.length > 0 && html`<ul class="fields">${rows}</ul>`}
<p class="soft">以及各操作共有的 ${others.map((code, index) => html`${index > 0 && '、'}<code>${code}</code>`)}；只有办理时才知道的，见<a href="/reference/conventions">全部错误码</a>。</p>`;
}

function schemaOf(content: Record<string, { schema?: Schema }> | undefined): Schema | undefined {
  return Object.values(content ?? {})[0]?.schema;
}

/** What an answer brings, without what is around it in every answer. */
function dataOf(answer: Schema | undefined, resolve: Resolve): Schema | undefined {
  return answer && resolve(answer).properties?.data;
}
