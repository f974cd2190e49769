import { type Holder, holder, newCard } from '../cards/support';
import { onceKey, type World } from '../support/world';
import { approved, demand, demanded, type Line, other, usageOf, wu } from './register';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations of the register are brought to their usual case, for the budgets. */
export function registerRows(theWorld: () => World): Record<string, Prepare> {
  const somebody = async (): Promise<Holder> => {
    const me = await holder(theWorld(), `register-${onceKey()}`);
    await newCard(theWorld(), me);
    await theWorld().ok('consent/status', {}, me); // the hourly note of the session's use
    return me;
  };
  const draft = async () => demanded(theWorld(), (await somebody()).subjectId);
  const decided = async () => approved(theWorld(), (await somebody()).subjectId, { kinds: ['card-name'] });
  return {
    'rights/disclosureRecipients': async () => ({ by: wu }),
    'rights/disclosures': async () => {
      await draft();
      return { by: wu };
    },
    'rights/disclosure': async () => ({ input: { disclosureId: (await draft()).disclosureId }, by: wu }),
    'rights/proposeDisclosure': async () => {
      const { subjectId } = await somebody();
      return { input: { ...demand(subjectId), idempotencyKey: onceKey() }, by: wu };
    },
    'rights/approveDisclosure': async () => ({
      input: { disclosureId: (await draft()).disclosureId },
      by: other,
    }),
    'rights/declineDisclosure': async () => ({
      input: { disclosureId: (await draft()).disclosureId, reason: '缺少审批' },
      by: other,
    }),
    'rights/handOut': async () => ({
      input: { disclosureId: (await decided()).disclosureId },
      // One member of the staff looks at few people in an hour.
      by: { token: `staff:hands-${onceKey()}:officer` },
    }),
    'rights/usage': async () => ({ by: await withLine(await somebody()) }),
    'rights/dispute': async () => {
      const by = await withLine(await somebody());
      const [line] = await usageOf(theWorld(), by);
      return { input: { ...disputeOf(line), idempotencyKey: onceKey() }, by };
    },
  };

  /** Somebody of whom something was handed out, and who has disputed a line before. */
  async function withLine(me: Holder): Promise<Holder> {
    const { disclosureId } = await approved(theWorld(), me.subjectId, { kinds: ['card-name'] });
    await theWorld().ok('rights/handOut', { disclosureId }, { token: `staff:hands-${onceKey()}:officer` });
    return me;
  }
}

const disputeOf = (line: Line | undefined) => ({ line: line?.line ?? '', words: '这不是我要求的' });
