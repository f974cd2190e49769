import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/clock';
import { Stop } from './exit';
import { type Lang, words } from './words';

/** China keeps one time without summer time, eight hours ahead of UTC. */
const BEIJING_AHEAD_MS = 8 * HOUR_MS;
const SECOND_MS = 1000;

/** `2026-11-27 10:03:05` in Beijing. */
export function beijing(instant: string): string {
  return new Date(Date.parse(instant) + BEIJING_AHEAD_MS).toISOString().slice(0, 19).replace('T', ' ');
}

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

const WRITTEN = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A moment as people write it: `2026-11-27 10:03` is Beijing time; RFC 3339 with its own zone is taken as it is.
 * @throws Stop for a time that does not exist or is written in another way
 */
export function readInstant(text: string): string {
  const [, day = '', time, zone = '+08:00'] = WRITTEN.exec(text) ?? [];
  const milliseconds = existsInCalendar(day) ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new Stop(
      'usage',
      words(
        '时间要写成 "2026-11-27 10:03"（北京时间），或者带时区的 2026-11-27T02:03:00Z',
        'write a time as "2026-11-27 10:03" (Beijing), or with its zone: 2026-11-27T02:03:00Z',
      ),
    );
  return new Date(milliseconds).toISOString();
}

/** Date.parse takes 30 February for the second of March. */
function existsInCalendar(day: string): boolean {
  const start = Date.parse(day);
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(day);
}
