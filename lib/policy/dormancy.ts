import { startOfDay } from './period';
import { endOfRetention } from './retention';

const DAY_MS = 86_400_000;

/** So many days before a dormant account is closed its owner is asked, each time once. */
export const dormancyAsks = [30, 7] as const;
export type DormancyAsk = (typeof dormancyAsks)[number];

/** What an account that nobody uses waits for: to be asked so many days before, or at last (0) to be closed. */
export const dormancyStages = [...dormancyAsks, 0] as const;
export type DormancyStage = (typeof dormancyStages)[number];

/** When somebody is asked first who was last here on a day (YYYY-MM-DD, in Beijing), in epoch milliseconds. */
export function firstAskAtMs(usedOn: string): number {
  const [first] = dormancyAsks;
  return endOfRetention('dormant-account', startOfDay(usedOn)) - first * DAY_MS;
}

/** What comes after being asked, and when: nobody is closed sooner after being asked than they were told. */
export function afterAsk(ask: DormancyAsk, askedAtMs: number): { stage: DormancyStage; atMs: number } {
  const next = dormancyStages[dormancyStages.indexOf(ask) + 1] ?? 0;
  return { stage: next, atMs: askedAtMs + (ask - next) * DAY_MS };
}
