import { toInstant } from '../clock';
import { text } from '../html';
import { type KindId, kinds } from '../policy/kinds';
import { purposes } from '../policy/purposes';
import { passingKinds, recipients } from '../policy/recipients';
import { beijingTime } from '../policy/working-days';
import type { Exported } from '../table/readers/export';
import { plainWords, valueWords } from './value-words';
import { entityWords } from './words';

/** Of no use to a reader: they are in the file for programs. */
const UNREAD =
  /^(epoch|hash|prev|request|requestId|seq|version|base64|logoId|.*Epoch|.*Hash|.*Digest|.*Id|key|acts|ledgerSeq|consentEntry|inReturnFor|defaultCard|order|objects|appearing|others)$/;
/** Of many records or numbers, each by its id or its name. */
const maps = new Set(['sessions', 'consents', 'held', 'visibility', 'verdicts', 'days']);
/** As the person writes them. */
const READ = new Set(['wechatId']);

/** A record as it is read: its name, and what it says in words; empty where nothing in it is for a reader. */
export function recordHtml({ entity, createdAtSeconds, values }: Exported): string {
  const rows = values
    .filter(
      ({ attribute, kinds: of }) => isRead(attribute) && (attribute in valueWords || of.some(isAboutThem)),
    )
    .map(({ attribute, kinds: [kind], value }) => {
      const name = valueWords[attribute] ?? (kind ? kinds[kind].name : attribute);
      const said = valueHtml(attribute, value);
      return said === '' ? '' : `<tr><th scope="row">${text(name)}</th><td>${said}</td></tr>`;
    })
    .join('');
  const since = createdAtSeconds === undefined ? '' : beijingTime(toInstant(createdAtSeconds * 1000));
  const head = `<h3>${text(entityWords[entity] ?? entity)}</h3>${since && `<p class="since">保存于 ${since}</p>`}`;
  return rows ? `<article>${head}<table><tbody>${rows}</tbody></table></article>\n` : '';
}

const isAboutThem = (kind: KindId) => kinds[kind].class !== 'technical';
const isRead = (name: string) => READ.has(name) || !UNREAD.test(name);

/** Text of any value; empty where it says nothing. */
export function valueHtml(name: string, value: unknown): string {
  if (value === undefined || value === null || value instanceof Uint8Array) return '';
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (typeof value === 'number') return text(numberOf(name, value));
  if (typeof value === 'string') return text(textOf(name, value));
  if (Array.isArray(value)) {
    const items = value.map((one) => valueHtml(name, one)).filter(Boolean);
    return typeof value[0] === 'object' ? items.map((one) => `<div>${one}</div>`).join('') : items.join('、');
  }
  const isConsent = Object.hasOwn(value, 'granted');
  const parts = Object.entries(value).filter(
    ([part]) => maps.has(name) || (isRead(part) && !(isConsent && part === 'entry')),
  );
  const said = parts.flatMap(([part, one]) => {
    const words = valueHtml(part, one);
    if (words === '') return [];
    const label = nameOf(name, part);
    return [label ? `${text(label)}：${words}` : words];
  });
  const separator = name === 'consents' || name === 'sessions' ? '<br>' : '；';
  return said.join(separator);
}

/** What stands before a part of a value; of a map it is what the record is about. */
function nameOf(name: string, part: string): string {
  if (name === 'consents') return purposes[part as keyof typeof purposes]?.name ?? part;
  if (name === 'held') return kindName(part);
  if (name === 'sessions' || name === 'others') return '';
  return valueWords[part] ?? plainWords[part] ?? part;
}

function numberOf(name: string, value: number): string {
  if (/Seconds$/.test(name)) return beijingTime(toInstant(value * 1000));
  if (/Ms$/.test(name)) return beijingTime(toInstant(value));
  return String(value);
}

function textOf(name: string, value: string): string {
  if (/(^at|At)$/.test(name) && !Number.isNaN(Date.parse(value))) return beijingTime(value);
  if (name === 'purpose') return purposes[value as keyof typeof purposes]?.name ?? value;
  if (name === 'recipient') return recipients[value as keyof typeof recipients]?.name ?? value;
  if (name === 'kinds') return kindName(value);
  return plainWords[value] ?? value;
}

/** What a kind is called, also one that only passes through. */
export function kindName(id: string): string {
  return kinds[id as keyof typeof kinds]?.name ?? passingKinds[id as keyof typeof passingKinds] ?? id;
}
