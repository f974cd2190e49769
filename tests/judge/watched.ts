import type { Reply } from '../../lib/gate/call';
import { agreeingPartners } from '../identity/agreeing-partners';
import { grant } from '../support/consent';
import { shortClient } from '../support/short-way';
import { createWorld, onceKey, type World } from '../support/world';
import { createJudge, type Judge, type Look } from './judge';

/** A world of which a judge looks at the table after every call that has written. */
export type Watched = { world: World; judge: Judge; looks(): number };

/** `see` is given what the judge sees, and after which operation; `isLookedAt` says for which of them, all unless told. */
export async function watched(
  see: (path: string, look: Look) => void | Promise<void>,
  suite: 'aes' | 'sm' = 'aes',
  isLookedAt: () => boolean = () => true,
): Promise<Watched> {
  const plain = await createWorld({ partners: agreeingPartners, suite });
  const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint, ROOT_KEY: rootKey } = plain.config;
  const tableNames = [plain.config.TABLE_NAME, plain.config.PLACES_TABLE_NAME];
  const judge = createJudge({ client: shortClient({ region, endpoint }), tableNames, rootKey });
  let looks = 0;

  const call: World['call'] = async (path, input, by) => {
    let reply: Reply | undefined;
    const { writeUnits } = await plain.costOf(async () => {
      reply = await plain.call(path, input, by);
    });
    if (!reply) throw new Error('nothing was answered');
    if (writeUnits === 0 || !isLookedAt()) return reply;
    looks += 1;
    await see(path, await judge.look());
    return reply;
  };
  const ok: World['ok'] = async <T>(path: string, input?: unknown, by?: object) => {
    const reply = await call(path, input, by);
    if (!reply.ok)
      throw new Error(`${path} was refused: ${JSON.stringify(reply.error)}\n${plain.lines.slice(-2)}`);
    return reply.data as T;
  };
  const signIn: World['signIn'] = (openid) => ok('login/signIn', { code: `code-of-${openid}~${onceKey()}` });
  const world: World = {
    ...plain,
    call,
    ok,
    signIn,
    async cardHolder(openid) {
      const caller = await signIn(openid);
      await grant({ ok }, caller, 'cards');
      return caller;
    },
    async work() {
      for (let next = plain.queued.shift(); next; next = plain.queued.shift())
        await ok('retention/runProcess', next, { trigger: 'queue' });
    },
  };
  return { world, judge, looks: () => looks };
}
