import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/clock';
import { Stop } from '../command-line/exit';
import { type Lang, words } from '../command-line/words';
import { writtenInstant } from './written-instant';

const SECOND_MS = 1000;

/** How long until, or since, in its two largest units: `还剩 3 小时 12 分`, `已过 2 天 0 小时`. */
export function countdown(instant: string, now: number, lang: Lang): string {
  const left = Date.parse(instant) - now;
  const span = inUnits(Math.abs(left), lang);
  if (lang === 'zh') return left >= 0 ? `还剩 ${span}` : `已过 ${span}`;
  return left >= 0 ? `in ${span}` : `${span} ago`;
}

function inUnits(milliseconds: number, lang: Lang): string {
  const units: [size: number, zh: string, en: string][] = [
    [DAY_MS, '天', 'd'],
    [HOUR_MS, '小时', 'h'],
    [MINUTE_MS, '分', 'min'],
    [SECOND_MS, '秒', 's'],
  ];
  const first = units.findIndex(([size]) => milliseconds >= size);
  const shown = units.slice(first < 0 ? -1 : first).slice(0, 2);
  let rest = milliseconds;
  return shown
    .map(([size, zh, en]) => {
      const many = Math.floor(rest / size);
      rest -= many * size;
      return `${many} ${lang === 'zh' ? zh : en}`;
    })
    .join(' ');
}

/** As `writtenInstant`. @throws Stop for a time that does not exist or is written in another way */
export function readInstant(text: string): string {
  const instant = writtenInstant(text);
  if (instant !== undefined) return instant;
  throw new Stop(
    'usage',
    words(
      '时间要写成 "2026-11-27 10:03"（北京时间），或者带时区的 2026-11-27T02:03:00Z',
      'write a time as "2026-11-27 10:03" (Beijing), or with its zone: 2026-11-27T02:03:00Z',
    ),
  );
}
