import { parseArgs } from 'node:util';
import { systemClock } from '../../lib/clock';
import { askTencent, type TencentAccount } from '../../lib/partner/tencent-cloud';
import { mayOutlast } from '../../lib/policy/period';
import { ruleOf } from '../../lib/policy/retention';
import { saysHelp } from './help';

/** Days that the logs of the doors are kept: more than any six calendar months last. */
export const DOOR_LOG_DAYS = 186;
const USAGE = `用法：npm run -s door-logs [-- --set]
  核对云开发环境的日志保存多久：不足六个自然月，或者查不到，就以 1 退出。部署时运行，此后每天定时运行，失败时叫醒值班。
  --set   先把保存期设为 ${DOOR_LOG_DAYS} 天
  读取环境变量 CLOUDBASE_ENV_ID、TENCENT_SECRET_ID、TENCENT_SECRET_KEY`;

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
 * @throws Error with the partner's code, which holds no secret
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
  if (!response) throw new Error(`云开发没有接受 ${action}：${error}`);
  return response;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { set: { type: 'boolean', default: false } } });
  const needed = ['CLOUDBASE_ENV_ID', 'TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'] as const;
  const missing = needed.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`缺少环境变量：${missing.join('、')}`);
  const [envId = '', secretId = '', secretKey = ''] = needed.map((name) => process.env[name]);
  const account = {
    ...{ baseUrl: 'https://tcb.tencentcloudapi.com', region: 'ap-guangzhou' },
    ...{ secretId, secretKey, clock: systemClock },
  };
  const { days, isEnough } = await doorLogs(account, envId, values.set);
  const told = days.map((one) => (one === undefined ? '不详' : `${one} 天`)).join('、') || '没有投递';
  console.log(
    isEnough ? `日志保存 ${told}，够六个自然月。` : `日志保存 ${told}，不足六个自然月或者无法确认。`,
  );
  if (!isEnough) process.exitCode = 1;
}

if (require.main === module && !saysHelp(USAGE))
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
