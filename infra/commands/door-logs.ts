import { systemClock } from '../../lib/clock';
import { askTencent, type TencentAccount } from '../../lib/partner/tencent-cloud';
import { mayOutlast } from '../../lib/policy/period';
import { ruleOf } from '../../lib/policy/retention';
import { Stop } from '../command-line/exit';
import { aSwitch } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

/** Days that the logs of the doors are kept: more than any six calendar months last. */
export const DOOR_LOG_DAYS = 186;

const CLOUDBASE = { service: 'tcb', version: '2018-06-08' } as const;
const ASK_MS = 10_000;

export type DoorLogs = {
  /** Of each topic that the environment's logs go to; undefined where the answer does not say. */
  days: (number | undefined)[];
  /** There is one, and each is known to be kept for as long as the law asks (网络安全法 art. 23). */
  isEnough: boolean;
};

/**
 * How long CloudBase keeps what the doors log, by its own API (DescribeEnvs, ModifyClsTopic of version 2018-06-08); what cannot
 * be read is not enough.
 * @throws Stop with the partner's code, which holds no secret
 */
export async function doorLogs(account: TencentAccount, envId: string, set: boolean): Promise<DoorLogs> {
  if (set) await ask(account, 'ModifyClsTopic', { EnvId: envId, Period: DOOR_LOG_DAYS });
  const { EnvList = [] } = (await ask(account, 'DescribeEnvs', { EnvId: envId })) as { EnvList?: Env[] };
  const services = EnvList.filter((one) => one.EnvId === envId).flatMap((one) => one.LogServices ?? []);
  const days = services.map(({ Period }) => (Number.isInteger(Period) ? Number(Period) : undefined));
  return { days, isEnough: days.length > 0 && days.every(isLong) };
}

type Env = { EnvId?: string; LogServices?: { Period?: unknown }[] };

function isLong(days: number | undefined): boolean {
  const { minimum } = ruleOf('log-life');
  return days !== undefined && days > 0 && minimum !== undefined && !mayOutlast(minimum, { days });
}

async function ask(account: TencentAccount, action: string, input: object) {
  const call = { ...CLOUDBASE, action, input };
  const { response, error } = await askTencent(account, call, AbortSignal.timeout(ASK_MS));
  if (!response)
    throw new Stop(
      'refused',
      words(`云开发没有接受 ${action}：${error}`, `CloudBase did not accept ${action}: ${error}`),
    );
  return response;
}

const needed = ['CLOUDBASE_ENV_ID', 'TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'] as const;

const doorLogsProgram = program({
  script: 'door-logs',
  does: words(
    '核对云开发环境的日志保存多久：不足六个自然月，或者查不到，就以 1 退出',
    'look whether CloudBase keeps its logs for six calendar months; ends with 1 where not, or where it cannot be known',
  ),
  more: words(
    `部署时运行，此后每天定时运行，失败时叫醒值班。读取环境变量 ${needed.join('、')}。`,
    `Run it at a deployment and every day from then on; a failure wakes whoever is on duty. Reads ${needed.join(', ')}.`,
  ),
  options: {
    set: aSwitch(`先把保存期设为 ${DOOR_LOG_DAYS} 天`, `set the period to ${DOOR_LOG_DAYS} days first`),
  },
  run: async ({ set }, { env, text, print }) => {
    const missing = needed.filter((name) => !env[name]);
    if (missing.length > 0)
      throw new Stop(
        'usage',
        words(`缺少环境变量：${missing.join('、')}`, `The environment lacks: ${missing.join(', ')}`),
      );
    const [envId = '', secretId = '', secretKey = ''] = needed.map((name) => env[name]);
    const account = {
      ...{ baseUrl: 'https://tcb.tencentcloudapi.com', region: 'ap-guangzhou' },
      ...{ secretId, secretKey, clock: systemClock },
    };
    const { days, isEnough } = await doorLogs(account, envId, set);
    print(text(isEnough ? enough(days) : notEnough(days)));
    return isEnough ? 'ok' : 'refused';
  },
});

const enough = (days: DoorLogs['days']) =>
  words(`日志保存 ${inDays(days).zh}，够六个自然月。`, `Logs are kept for ${inDays(days).en}: long enough.`);
const notEnough = (days: DoorLogs['days']) =>
  words(
    `日志保存 ${inDays(days).zh}，不足六个自然月或者无法确认。`,
    `Logs are kept for ${inDays(days).en}: less than six calendar months, or nobody can tell.`,
  );

function inDays(days: DoorLogs['days']) {
  if (days.length === 0) return words('没有投递', 'no time, as they go nowhere');
  const zh = days.map((one) => (one === undefined ? '不详' : `${one} 天`)).join('、');
  return words(zh, days.map((one) => (one === undefined ? 'unknown' : `${one} days`)).join(', '));
}

if (require.main === module) void start(doorLogsProgram);
