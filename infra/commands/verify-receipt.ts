import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { start } from '../command-line/program';
import { type Lang, type Words, words } from '../command-line/words';
import { findSigned, NotProved, readSigned, verifySigned } from './signed-file';
import { inBeijing, verifier } from './verifier';

const CONFORMS_TO = 'https://w3id.org/dpv/schema/dpv-27560#receipt';

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
  name: words('回执', 'a receipt'),
  unsigned: words(
    '签名不符：回执被改动过，或者不是由公布的密钥签发的。',
    'The signature does not hold: the receipt was changed, or is none that the published keys have signed.',
  ),
};

/** The receipt, when one of `publicKeys` has signed exactly these characters. @throws NotProved */
export const verifyReceipt = (jws: string, publicKeys: JWK[]): Promise<Receipt> =>
  verifySigned(jws, publicKeys, sort);

/** The receipt in a file's text: bare, or in the answer of an act or of `consent/receipt`. @throws NotProved */
export const findReceipt = (text: string): string => findSigned(text, sort);

const acts: Record<string, Words> = {
  'dpv:ConsentGiven': words('同意', 'agreed'),
  'dpv:ConsentRefused': words('不同意', 'refused'),
  'dpv:ConsentWithdrawn': words('撤回同意', 'withdrawn'),
  'dpv:ConsentInvalidated': words(
    '更正：此前的记录不成立',
    'corrected: what was recorded before does not hold',
  ),
};
const actors: Record<string, Words> = {
  'dpv:DataSubject': words('本人', 'the person'),
  'dpv:GuardianOfDataSubject': words('监护人', 'a guardian'),
};
const unknown = words('未知', 'unknown');

/** What a verified receipt says, line by line. What stands in it is in the service's own language, Chinese. */
export function tell(receipt: Receipt, lang: Lang = 'zh'): string[] {
  const say = (zh: string, en: string) => words(zh, en)[lang];
  const record = receipt['dpv:hasRecordOfActivity'];
  const entry = record['leliao:ledgerSeq'];
  const { 'dpv:hasNotice': notice, 'dpv:hasProcess': process, 'dpv:hasDataSubject': subject } = record;
  const [status] = record['dpv:hasConsentStatus'];
  if (!status)
    throw new NotProved(
      '签名有效，但回执没有写明作出了什么选择。',
      'The signature holds, but the receipt does not say what was chosen.',
    );
  const {
    'dpv:isIndicatedBy': by,
    'dpv:isIndicatedAtTime': trueAt,
    'dct:date': at,
    'dpv:hasIndicationMethod': how,
  } = status;
  const kinds = (process['dpv:hasPersonalData'] ?? []).flatMap((kind) => kind['dct:title'] ?? []);
  const recipients = (process['dpv:hasRecipient'] ?? []).flatMap((one) => one['dpv:hasName'] ?? []);
  const [act, who] = [acts[status['@type'][0] ?? ''] ?? unknown, actors[by['@type']] ?? unknown];
  const [purpose, text] = [process['dpv:hasPurpose']['dct:title'], notice['dct:hasVersion'] ?? '?'];
  const account = subject['dct:identifier'] ?? say('（不具名的儿童）', '(a child who is not named)');
  const later = at === trueAt ? '' : say(`，补记于 ${inBeijing(at)}`, `, recorded ${inBeijing(at)}`);
  return [
    say(
      '回执有效：签名由公布的密钥作出，内容没有改动。',
      'The receipt holds: the published keys have signed it, and nothing in it was changed.',
    ),
    say(
      `签发：${receipt['dct:publisher']}，回执编号 ${receipt['dct:identifier']}`,
      `By: ${receipt['dct:publisher']}, number ${receipt['dct:identifier']}`,
    ),
    say(`账号：${account}，记录编号 ${entry}`, `Account: ${account}, entry ${entry}`),
    say(`选择：${act.zh}（${purpose}）`, `Chosen: ${act.en} (${purpose})`),
    say(`由谁：${who.zh}（${by['@id']}），${how}`, `Who: ${who.en} (${by['@id']}), ${how}`),
    say(
      `何时：${inBeijing(trueAt)}${later}（北京时间）`,
      `When: ${inBeijing(trueAt)}${later} (Beijing’s time)`,
    ),
    notice['spdx:checksumValue'] === undefined
      ? say('文本：材料上的文本，未随记录保存', 'Text: that of the paper, which is not kept with the record')
      : say(
          `文本：政策第 ${text} 版，SHA-256 ${notice['spdx:checksumValue']}`,
          `Text: version ${text} of the policy, SHA-256 ${notice['spdx:checksumValue']}`,
        ),
    ...(kinds.length > 0 ? [say(`信息：${kinds.join('；')}`, `Data: ${kinds.join('；')}`)] : []),
    ...(recipients.length > 0
      ? [say(`接收方：${recipients.join('；')}`, `Recipients: ${recipients.join('；')}`)]
      : []),
  ];
}

export const verifyReceiptProgram = verifier({
  script: 'verify-receipt',
  does: words(
    '核对同意回执，并用平白的话说出同意了什么、何时、针对哪份文本',
    'check a receipt of consent, and say what was agreed, when, and to which text',
  ),
  says: async (file, keys, lang) =>
    tell(await verifyReceipt(findReceipt(await readSigned(file, sort)), keys), lang),
});

if (require.main === module) void start(verifyReceiptProgram);
