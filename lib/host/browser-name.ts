import { MAX_CLIENT_CHARS } from '../bounds';

/** Order matters: every browser also calls itself by the names below its own. */
const browsers: [marks: string[], name: string][] = [
  [['MicroMessenger'], '微信'],
  [['Edg/', 'EdgA/', 'EdgiOS/'], 'Edge'],
  [['Firefox', 'FxiOS'], 'Firefox'],
  [['OPR/'], 'Opera'],
  [['Chrome', 'CriOS'], 'Chrome'],
  [['Safari'], 'Safari'],
];
const systems: [marks: string[], name: string][] = [
  [['HarmonyOS', 'OpenHarmony'], '鸿蒙'],
  [['Android'], 'Android'],
  [['iPhone', 'iPad'], 'iOS'],
  [['Windows'], 'Windows'],
  [['Mac OS X'], 'macOS'],
  [['Linux'], 'Linux'],
];

/**
 * A browser as people call it, such as `Chrome / Windows`. Made of these names only: the text is shown to whoever is
 * asked to approve a sign-in, and must not speak with the voice of whoever asks.
 */
export function browserName(userAgent: string): string {
  const said = userAgent.slice(0, MAX_CLIENT_CHARS);
  const find = (names: typeof browsers) =>
    names.find(([marks]) => marks.some((mark) => said.includes(mark)))?.[1];
  return `${find(browsers) ?? '其他浏览器'} / ${find(systems) ?? '其他系统'}`;
}
