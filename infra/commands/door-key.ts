import { generateKeyPairSync } from 'node:crypto';
import { systemClock, toInstant } from '../../lib/clock';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

/** A new key of the doors: `DOOR_KEY` is what CloudBase is told, `DOOR_KEYS` what the API is. Named by its day. */
export function newDoorKey(nowMs: number): { DOOR_KEY: string; DOOR_KEYS: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const kid = `door-${toInstant(nowMs).slice(0, 10)}-${x.slice(0, 6)}`;
  return { DOOR_KEY: `${kid}=${d}.${x}`, DOOR_KEYS: `${kid}=${x}` };
}

const doorKey = program({
  script: 'door-key',
  does: words(
    '为云开发的入口生成一对新的签名密钥',
    'make a new pair of signing keys for the doors in CloudBase',
  ),
  run: async (_, { text, print }) => {
    const { DOOR_KEY, DOOR_KEYS } = newDoorKey(systemClock.now());
    const secret = words('云开发的环境变量（保密）：', 'Environment of CloudBase (secret):      ');
    const open = words('接口的部署参数（公开）：  ', 'Parameter of the API’s stack (public): ');
    print(`${text(secret)}DOOR_KEY=${DOOR_KEY}`);
    print(`${text(open)}DOOR_KEYS=${DOOR_KEYS}`);
    return 'ok';
  },
});

if (require.main === module) void start(doorKey);
