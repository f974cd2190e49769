import { createDayKeys } from '../../lib/crypto/day-keys';
import { BY_SERVICE_KEY, TRAIL_KEY } from '../../lib/crypto/wrapped-key';
import { createLog, writeLine } from '../../lib/log';
import { createTrail } from '../../lib/trail/trail';
import { person, second, start } from './lines';

/**
 * A process that opens somebody's data as a function does and is killed by SIGKILL where its argument says, for
 * killed.test.ts. What it opens it writes as a line `opened`.
 */
export type Killed = 'before the line' | 'after the line' | 'at the opening' | 'never';

const stored = async () => ({
  ...{ name: TRAIL_KEY, version: 0, rootId: BY_SERVICE_KEY, suite: 'aes' as const, createdAt: '' },
  wrapped: Buffer.alloc(32, 7),
});

export const days = createDayKeys({
  stored,
  fresh: stored,
  open: async ({ wrapped }) => Buffer.from(wrapped),
  seal: async (seed) => seed,
  ...{ suite: 'aes', now: () => 0, random: (bytes) => Buffer.alloc(bytes, 1) },
});

async function main(killed: Killed): Promise<void> {
  const die = (at: Killed) => {
    if (killed !== at) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;); // until it arrives
  };
  const log = createLog((line) => {
    die('before the line');
    writeLine(line);
    die('after the line');
  });
  const open = async () => {
    die('at the opening');
    writeLine('opened');
    return Buffer.alloc(32);
  };
  const dataKeys = {
    dataKey: open,
    stayKeys: () => Promise.reject(),
    newDataKey: () => Promise.reject(),
    rewrap: () => Promise.reject(),
  };
  const clock = { now: () => Date.parse(second(1)) };
  const random = (bytes: number) => Buffer.alloc(bytes, 9);
  const all = createTrail({ ring: days, dataKeys, log, clock, random });
  writeLine(start('a'));
  const trail = all.of({ requestId: 'a', operation: 'cards/get' });
  await trail.dataKey(person(1), Buffer.alloc(2));
  log({ event: 'call', ...trail.mark(), requestId: 'a', operation: 'cards/get', outcome: 'OK' });
}

if (require.main === module) void main(process.argv[2] as Killed);
