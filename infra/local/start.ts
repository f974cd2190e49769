import { createWriteStream } from 'node:fs';
import { aSwitch, choice, text, whole } from '../command-line/options';
import { program, startAndEnd } from '../command-line/program';
import { type Words, words } from '../command-line/words';
import { CannotStart } from './cannot-start';
import { demoPorts, fillTown } from './demo';
import { announceService } from './find-service';
import { launchersGone } from './launchers';
import { isLogLine } from './log-line';
import { localHosts, type Service, startService } from './service';
import { describeTown } from './town';

/** The whole service on this machine until ctrl-C. */
const startProgram = program({
  script: 'start',
  does: words('在本机启动整个服务，直到 Ctrl-C', 'the whole service on this machine until Ctrl-C'),
  options: {
    port: whole('接口的端口，默认任选一个空闲的', 'port of the API; a free one is found when absent'),
    persist: text(
      '把数据保存在这个文件夹，默认只在内存里',
      'a folder that keeps the data; without it, memory',
    ),
    host: choice(localHosts, 'cloudbase：前面再加云开发的入口', 'cloudbase: its door before the API as well'),
    log: text('把各函数的日志写到这个文件', 'a file for the functions’ log'),
    demo: aSwitch('端口固定，里面是一个有名片的小镇', 'fixed ports, and a small town of people with cards'),
  },
  run: async ({ port, persist: persistDir, host, log, demo }, { print, text: say }) => {
    const alone = launchersGone().then(() => 'alone' as const);
    const startedAt = performance.now();
    print(say(words('正在启动乐聊名片……', 'Starting 乐聊名片 …')));
    const where = demo ? { port: port ?? demoPorts.api, ports: demoPorts } : { port };
    // Nobody asks how the town was filled: its calls would push the addresses off the screen.
    let isShown = !demo;
    const onLog = (line: string) => isShown && print(line);
    const service = await startService({ ...where, persistDir, host, onLog, onRawLog: keepIn(log) });
    if (demo) await fillTown(placeOf(service));
    isShown = true;
    const withdraw = await announceService(service);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(say(describe(service, persistDir, seconds)));
    if (demo) print(say(describeTown(service.services.sandbox)));
    const why = await Promise.race([askedToStop(), alone, service.ended.then(() => 'broken' as const)]);
    // Whoever is impatient: the tethers end everything with us.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
    await withdraw();
    await service.stop();
    if (why === 'broken')
      throw new CannotStart(
        '函数或者数据表意外退出了：请重新启动。',
        'The functions or the table ended unexpectedly: start again.',
      );
    return 'ok';
  },
});

/** What a log group would hold, for leliao trail: the functions' lines, and where each invocation begins. */
function keepIn(logFile: string | undefined): ((line: string) => void) | undefined {
  if (logFile === undefined) return undefined;
  const file = createWriteStream(logFile, { flags: 'a' });
  return (line) => {
    if (isLogLine(line)) file.write(`${line}\n`);
  };
}

function askedToStop(): Promise<'asked'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('asked'));
  });
}

function describe(service: Service, persistDir: string | undefined, seconds: string): Words {
  const { sandbox, environment } = service.services;
  const kept = persistDir
    ? words(`保存在 ${persistDir}`, `kept in ${persistDir}`)
    : words('只在内存里', 'in memory');
  const table = environment.TABLE_ENDPOINT;
  const places: [Words, string | Words | undefined][] = [
    [words('接口', 'API'), service.api],
    [words('云开发入口', 'Door (wx.cloud)'), service.door],
    [words('接口文档', 'API reference'), `${service.console}/reference`],
    [words('合作方沙箱', 'Partner sandbox'), `${sandbox}/sandbox`],
    [words('收件箱', 'Mailbox'), `${service.console}/mailbox`],
    [words('工作人员登录', 'Staff sign-in'), environment.STAFF_ISSUER],
    [words('网页登录', 'Web sign-in'), new URL('/login/web', service.api).href],
    [words('数据表', 'Table'), words(`${table}，${kept.zh}`, `${table}, ${kept.en}`)],
  ];
  const listIn = (lang: keyof Words) =>
    places
      .filter(([, place]) => place !== undefined)
      .map(
        ([name, place = '']) => `  ${padded(name[lang])}  ${typeof place === 'string' ? place : place[lang]}`,
      );
  const paste = `export API=${service.api} SANDBOX=${sandbox}`;
  const told = (lang: keyof Words, first: string) =>
    ['', first, '', ...listIn(lang), '', paste, ''].join('\n');
  return words(
    told('zh', `乐聊名片已就绪，用了 ${seconds} 秒。按 Ctrl-C 停止。`),
    told('en', `乐聊名片 is ready after ${seconds} s. Ctrl-C stops it.`),
  );
}

/** A Chinese letter is as wide as two others. */
const padded = (name: string): string => {
  const width = [...name].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 2 : 1), 0);
  return name + ' '.repeat(Math.max(0, 16 - width));
};

const placeOf = ({ api, services }: Service) => ({
  api,
  sandbox: services.sandbox,
  staffIssuer: services.environment.STAFF_ISSUER ?? '',
});

if (require.main === module) void startAndEnd(startProgram);
