import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import * as z from 'zod/mini';
import type { CardContent } from '../../lib/card/content';
import { fieldParts, type Label } from '../../lib/card/fields';
import { SignedCardError } from '../../lib/card/signed-card';
import { type VerifiedCard, verifySignedCard } from '../../lib/card/signed-card-verify';
import { tidy } from '../../lib/card/vcard-line';
import { systemClock } from '../../lib/clock';
import { findService } from '../local/find-service';
import { saysHelp } from './help';
import { inBeijing } from './verifier';

/**
 * `npm run verify-card -- FILE|- [--keys FILE|URL] [--issuer URL]`: checks a signed card with the published keys and says
 * in plain words what holds. Exit code 1 with one sentence when it does not. docs/signed-card.md.
 */
const FETCH_LIMIT_MS = 5_000;
const WELL_KNOWN = '/.well-known/jwks.json';
const USAGE = '用法：npm run verify-card -- 文件|- [--keys 公钥文件或服务地址] [--issuer 签发者]';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** What stops the command before there is anything to judge. */
class CannotVerify extends Error {}

async function cardText(source: string): Promise<string> {
  try {
    const bytes = source === '-' ? await buffer(process.stdin) : await readFile(source);
    return bytes.toString('utf8').trim();
  } catch {
    throw new CannotVerify('读不到要验证的名片文件。');
  }
}

/** The keys from a file, from a service, or from the one that runs on this machine. */
async function publishedKeys(source: string | undefined): Promise<JWK[]> {
  const from = source ?? (await findService())?.api;
  if (from === undefined)
    throw new CannotVerify('本机没有正在运行的服务，请用 --keys 指明公钥文件或服务地址。');
  try {
    return keySet.parse(
      /^https?:/.test(from) ? await fetchKeys(from) : JSON.parse(await readFile(from, 'utf8')),
    ).keys;
  } catch {
    throw new CannotVerify('读不到公钥：应当是 JWKS（RFC 7517）文件，或者服务的地址。');
  }
}

async function fetchKeys(address: string): Promise<unknown> {
  const { pathname } = new URL(address);
  const url = pathname === '/' ? new URL(WELL_KNOWN, address) : address;
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
  return answer.json();
}

const labels: Record<Label, string> = {
  mobile: '手机',
  work: '工作',
  home: '住宅',
  fax: '传真',
  other: '其他',
};

/** Any value on one line, without what could steer a terminal. An address is said once, as a whole. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join('；');
  if (typeof value !== 'object' || value === null) return tidy(String(value));
  const { label, text, ...rest } = value as Record<string, unknown>;
  const said = text === undefined ? Object.values(rest).map(inWords).join(' ') : inWords(text);
  const known = labels[label as Label];
  return known === undefined ? said : `${said}（${known}）`;
}

/** What holds, line by line. */
export function told(card: VerifiedCard): string[] {
  const shown = Object.entries(fieldParts).flatMap(([part, { title }]) => {
    const value = card.content[part as keyof CardContent];
    return value === undefined ? [] : [`  ${title}：${inWords(value)}`];
  });
  return [
    '验证通过：以下内容由签发者签名，签名之后没有改动。',
    ...shown,
    ...(card.realNameVerified ? ['  签发时，名片上的姓名与本人核验的姓名一致'] : []),
    ...(card.leftOut > 0 ? [`另有 ${card.leftOut} 项已签名的内容没有出示`] : []),
    `签发者：${tidy(card.issuer)}`,
    `有效期：${inBeijing(card.issuedAtMs)} 至 ${inBeijing(card.expiresAtMs)}（北京时间）`,
    '出示的人是不是本人，这份签名不能证明。',
  ];
}

async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keys: { type: 'string' }, issuer: { type: 'string' } },
  });
  const [source] = positionals;
  if (source === undefined || positionals.length > 1) throw new CannotVerify(USAGE);
  const [text, keys] = await Promise.all([cardText(source), publishedKeys(values.keys)]);
  const expected = values.issuer === undefined ? {} : { issuer: values.issuer };
  const card = await verifySignedCard(text, { keys, nowMs: systemClock.now(), ...expected });
  console.log(told(card).join('\n'));
}

if (require.main === module) {
  main().catch((error: Error) => {
    const known = error instanceof SignedCardError || error instanceof CannotVerify;
    console.error(known ? error.message : USAGE);
    process.exitCode = 1;
  });
}
