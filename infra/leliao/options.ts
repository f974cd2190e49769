import { Stop } from '../command-line/exit';
import { option, text } from '../command-line/options';
import { words } from '../command-line/words';
import { readInstant } from './times';

export const instant = option({ kind: 'text', placeholder: 'time', read: readInstant });
export const neededInstant = option({ kind: 'text', placeholder: 'time', read: readInstant, must: true });

/** `20261127-7Q2K`: the Beijing day and four characters, as `declare` has answered. Small letters will do. */
export const incidentId = option({ kind: 'text', placeholder: 'incident', read: readIncident, must: true });

function readIncident(given: string): string {
  const number = given.toUpperCase();
  if (/^[A-Z0-9]{4,16}(-[A-Z0-9]{1,8})?$/.test(number)) return number;
  throw new Stop('usage', words('事件编号要写成 20261127-7Q2K', 'write an incident as 20261127-7Q2K'));
}

/** `20261127-7Q2K-s1`, as `scope start` has answered. Small letters will do. */
export const scopeNumber = (given: string): string => given.toUpperCase().replace(/-S(?=\d+$)/, '-s');
export const scopeId = option({ kind: 'text', placeholder: 'scope', read: scopeNumber });
export const neededScopeId = option({ kind: 'text', placeholder: 'scope', read: scopeNumber, must: true });

/** `2026-11-27`, a day in Beijing. */
export const neededDay = option({ kind: 'text', placeholder: 'day', read: readDay, must: true });

function readDay(given: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(given)) return given;
  throw new Stop('usage', words('日期要写成 2026-11-27', 'write a day as 2026-11-27'));
}

/** Where the page before has ended, as it says itself (`pageIn`). */
export const cursor = text('从上一页给出的位置继续', 'go on from where the last page ended');

/** JSON as it stands, or `@file`, or `-` for what comes in. */
export const json = option({ kind: 'text', placeholder: 'json' });
export const neededJson = option({ kind: 'text', placeholder: 'json', must: true });
