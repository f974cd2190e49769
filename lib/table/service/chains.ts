import type { Attributes } from '../attribute';
import type { Table } from '../client';
import { incident, incidentKey } from '../incident/incident';
import { incidentChain } from '../incident/incident-entry';
import type { Chain, ChainHead } from '../ledger/chain';
import { versionChain, versionsHead } from '../policy/policy-version';
import { retentionChains, retentionHeadOf } from '../retention/append';
import { retentionChain } from '../retention/retention-entry';

/** What reading a chain takes of it, whatever its entries are. */
type Readable = Pick<Chain<Attributes, string>, 'read'>;

type ServiceChain = {
  chain: Readable;
  /** Whose chains there always are; incidents are found by their index. */
  owners: readonly string[];
  /** The head that is kept beside the chain; nothing where there is no such chain. */
  head(table: Table, owner: string): Promise<ChainHead | undefined>;
};

/** The chains that are the service's own (promise S9): each says what it is read by, and where its head is kept. */
export const serviceChains = {
  policy: { chain: versionChain, owners: ['POLICY'], head: (table) => versionsHead(table) },
  retention: {
    chain: retentionChain,
    owners: retentionChains,
    async head(table, owner) {
      const known = retentionChains.find((one) => one === owner);
      return known && retentionHeadOf(table, known);
    },
  },
  incident: {
    chain: incidentChain,
    owners: [],
    async head(table, owner) {
      const [item] = await table.getMany([incidentKey(owner)]);
      // Its words stay sealed: the head lies in the clear.
      return incident.is(item) ? { seq: Number(item.seq), hash: item.hash as Uint8Array } : undefined;
    },
  },
} as const satisfies Record<string, ServiceChain>;

export type ServiceChainName = keyof typeof serviceChains;
export const serviceChainNames = Object.keys(serviceChains) as [ServiceChainName, ...ServiceChainName[]];
