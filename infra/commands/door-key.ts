import { generateKeyPairSync } from 'node:crypto';
import { systemClock, toInstant } from '../../lib/clock';
import { saysHelp } from './help';

const USAGE = '用法：npm run -s door-key。为云开发的入口生成一对新的签名密钥。';

/** A new key of the doors: `DOOR_KEY` is what CloudBase is told, `DOOR_KEYS` what the API is. Named by its day. */
export function newDoorKey(nowMs: number): { DOOR_KEY: string; DOOR_KEYS: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const kid = `door-${toInstant(nowMs).slice(0, 10)}-${x.slice(0, 6)}`;
  return { DOOR_KEY: `${kid}=${d}.${x}`, DOOR_KEYS: `${kid}=${x}` };
}

if (require.main === module && !saysHelp(USAGE)) {
  const { DOOR_KEY, DOOR_KEYS } = newDoorKey(systemClock.now());
  console.log(`云开发的环境变量（保密）：DOOR_KEY=${DOOR_KEY}`);
  console.log(`接口的部署参数（公开）：  DOOR_KEYS=${DOOR_KEYS}`);
}
