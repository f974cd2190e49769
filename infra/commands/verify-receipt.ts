import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { saysHelp } from './help';
import { readKeys } from './published-keys';
import { findSigned, NotProved, readSigned, verifySigned } from './signed-file';
import { fileAndKeys } from './verifier';

/**
 * `npm run verify-receipt -- FILE [--keys JWKS]`: checks a receipt with the published keys and says in plain words what
 * was agreed, when, and to which text. FILE holds the receipt itself, or the JSON answer it came in. JWKS is a file, the
 * address of one, or the base URL of a service; without it the service of `npm start` is asked. It knows nothing of the
 * service but its keys and the published form, so that anybody could have written it.
 */
const CONFORMS_TO = 'https://w3id.org/dpv/schema/dpv-27560#receipt';
const USAGE = '用法：npm run -s verify-receipt -- 文件 [--keys 公钥文件或服务地址]';

const titled = z.object({ 'dct:title': z.optional(z.string()) });
/** Whoever decides is among the recipients without a name, which stands with the record. */
const named = z.object({ '@type': z.string(), 'dpv:hasName': z.optional(z.string()) });
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

const sort = {
  type: 'consent-receipt',
  form,
  field: 'receipt',
  name: '回执',
  unsigned: '签名不符：回执被改动过，或者不是由公布的密钥签发的。',
};

/** The receipt, when one of `publicKeys` has signed exactly these characters. @throws NotProved */
export const verifyReceipt = (jws: string, publicKeys: JWK[]): Promise<Receipt> =>
  verifySigned(jws, publicKeys, sort);

/** The receipt in a file's text: bare, or in the answer of an act or of `consent/receipt`. @throws NotProved */
export const findReceipt = (text: string): string => findSigned(text, sort);

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
  const recipients = (process['dpv:hasRecipient'] ?? []).flatMap((one) => one['dpv:hasName'] ?? []);
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
  const { file, keys } = fileAndKeys(USAGE);
  const receipt = findReceipt(await readSigned(file, sort));
  for (const line of tell(await verifyReceipt(receipt, await readKeys(keys)))) console.log(line);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
