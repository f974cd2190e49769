/** Order matters: every browser also calls itself by the names below its own. */
const browsers: [pattern: RegExp, name: string][] = [
  [/MicroMessenger/, '微信'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/OPR\//, 'Opera'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
];
const systems: [pattern: RegExp, name: string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/**
 * A browser as people call it, such as `Chrome / Windows`. Made of these names only: the text is shown to whoever is
 * asked to approve a sign-in, and must not speak with the voice of whoever asks.
 */
export function browserName(userAgent: string): string {
  const find = (names: typeof browsers) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  return `${find(browsers) ?? '其他浏览器'} / ${find(systems) ?? '其他系统'}`;
}
