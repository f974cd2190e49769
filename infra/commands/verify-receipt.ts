import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { verify } from '../../lib/crypto/signature';
import { saysHelp } from './help';
import { isCanonical, readKeys } from './published-keys';

/**
 * `npm run verify-receipt -- FILE [--keys JWKS]`: checks a receipt with the published keys and says in plain words what
 * was agreed, when, and to which text. FILE holds the receipt itself, or the JSON answer it came in. JWKS is a file, the
 * address of one, or the base URL of a service; without it the service of `npm start` is asked. It knows nothing of the
 * service but its keys and the published form, so that anybody could have written it.
 */
const MAX_FILE_BYTES = 256 * 1024;
const TYPE = 'consent-receipt';
const CONFORMS_TO = 'https://w3id.org/dpv/schema/dpv-27560#receipt';
const USAGE = '用法：npm run -s verify-receipt -- 文件 [--keys 公钥文件或服务地址]';

/** Why a receipt does not prove anything, in one sentence for the person who holds it. */
export class NotProved extends Error {}

const titled = z.object({ 'dct:title': z.optional(z.string()) });
const named = z.object({ '@type': z.string(), 'dpv:hasName': z.string() });
const form = z.object({
  '@type': z.literal('dpv:ConsentReceipt'),
  'dct:conformsTo': z.literal(CONFORMS_TO),
  'dct:identifier': z.string(),
  'dct:publisher': z.string(),
  'dpv:hasRecordOfActivity': z.object({
    'dpv:hasDataSubject': z.object({ 'dct:identifier': z.optional(z.string()) }),
    'dpv:hasNotice': z.object({
      'dct:hasVersion': z.optional(z.int()),
      'spdx:checksumValue': z.optional(z.string()),
    }),
    'dpv:hasProcess': z.object({
      'dpv:hasPurpose': z.object({ '@id': z.string(), 'dct:title': z.string() }),
      'dpv:hasPersonalData': z.optional(z.array(titled)),
      'dpv:hasRecipient': z.optional(z.array(named)),
    }),
    'dpv:hasConsentStatus': z.array(
      z.object({
        '@type': z.array(z.string()),
        'dpv:isIndicatedBy': z.object({ '@id': z.string(), '@type': z.string() }),
        'dpv:hasIndicationMethod': z.string(),
        'dpv:isIndicatedAtTime': z.string(),
        'dct:date': z.string(),
      }),
    ),
    'leliao:ledgerSeq': z.int(),
  }),
});
export type Receipt = z.output<typeof form>;

/**
 * The receipt, when one of `publicKeys` has signed exactly these characters.
 * @throws NotProved with one sentence for the person
 */
export async function verifyReceipt(jws: string, publicKeys: JWK[]): Promise<Receipt> {
  const parts = jws.split('.');
  const whole = parts.length === 3 && parts.every((part) => part !== '' && isCanonical(part));
  if (!whole) throw new NotProved('这不是一份完整的回执：文件被截断或者改动过。');
  const payload = await verify(publicKeys, TYPE, jws).catch(() => {
    throw new NotProved('签名不符：回执被改动过，或者不是由公布的密钥签发的。');
  });
  const parsed = form.safeParse(payload);
  if (!parsed.success) throw new NotProved('签名有效，但内容不是本工具认识的回执格式。');
  return parsed.data;
}

/** The receipt in a file's text: bare, or in the answer of an act or of `consent/receipt`. @throws NotProved */
export function findReceipt(text: string): string {
  const bare = text.trim();
  if (!bare.startsWith('{')) return bare;
  try {
    const answer = JSON.parse(bare) as { receipt?: unknown; data?: { receipt?: unknown } };
    const receipt = answer.receipt ?? answer.data?.receipt;
    if (typeof receipt === 'string') return receipt;
  } catch {
    // Cut off in the middle, perhaps.
  }
  throw new NotProved('文件里没有回执。');
}

const said: Record<string, string> = {
  'dpv:ConsentGiven': '同意',
  'dpv:ConsentRefused': '不同意',
  'dpv:ConsentWithdrawn': '撤回同意',
  'dpv:ConsentInvalidated': '更正：此前的记录不成立',
};
const actors: Record<string, string> = {
  'dpv:DataSubject': '本人',
  'dpv:GuardianOfDataSubject': '监护人',
};

/** What a verified receipt says, line by line. */
export function tell(receipt: Receipt): string[] {
  const record = receipt['dpv:hasRecordOfActivity'];
  const { 'dpv:hasNotice': notice, 'dpv:hasProcess': process, 'dpv:hasDataSubject': subject } = record;
  const [status] = record['dpv:hasConsentStatus'];
  if (!status) throw new NotProved('签名有效，但回执没有写明作出了什么选择。');
  const {
    'dpv:isIndicatedBy': by,
    'dpv:isIndicatedAtTime': trueAt,
    'dct:date': at,
    'dpv:hasIndicationMethod': how,
  } = status;
  const kinds = (process['dpv:hasPersonalData'] ?? []).flatMap((kind) => kind['dct:title'] ?? []);
  const recipients = (process['dpv:hasRecipient'] ?? []).map((one) => one['dpv:hasName']);
  return [
    '回执有效：签名由公布的密钥作出，内容没有改动。',
    `签发：${receipt['dct:publisher']}，回执编号 ${receipt['dct:identifier']}`,
    `账号：${subject['dct:identifier'] ?? '（不具名的儿童）'}，记录编号 ${record['leliao:ledgerSeq']}`,
    `选择：${said[status['@type'][0] ?? ''] ?? '未知'}（${process['dpv:hasPurpose']['dct:title']}）`,
    `由谁：${actors[by['@type']] ?? '未知'}（${by['@id']}），${how}`,
    `何时：${trueAt}${at === trueAt ? '' : `，补记于 ${at}`}`,
    notice['spdx:checksumValue'] === undefined
      ? '文本：材料上的文本，未随记录保存'
      : `文本：政策第 ${notice['dct:hasVersion'] ?? '?'} 版，SHA-256 ${notice['spdx:checksumValue']}`,
    ...(kinds.length > 0 ? [`信息：${kinds.join('；')}`] : []),
    ...(recipients.length > 0 ? [`接收方：${recipients.join('；')}`] : []),
  ];
}

async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  const { values, positionals } = parseArgs({
    options: { keys: { type: 'string' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (!file || positionals.length > 1) throw new Error(USAGE);
  if ((await stat(file)).size > MAX_FILE_BYTES) throw new NotProved('文件太大，不是回执。');
  const receipt = findReceipt(await readFile(file, 'utf8'));
  for (const line of tell(await verifyReceipt(receipt, await readKeys(values.keys)))) console.log(line);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
