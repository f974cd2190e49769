import { sweep } from '../../../functions/retention/sweep';
import { toEpochSeconds } from '../../../lib/clock';
import { randomId, systemRandom } from '../../../lib/crypto/random';
import { endOfRetention, periodOf, retention, ruleOf } from '../../../lib/policy/retention';
import { runProcess } from '../../../lib/process/run';
import { entities } from '../../../lib/table/entities';
import { endOfItem } from '../../../lib/table/entity';
import { keys } from '../../../lib/table/keys';
import type { AnyEntity } from '../../../lib/table/readers/any-entity';
import { decidedAppeal } from '../../../lib/table/real-name/appeal';
import { readRetention, retentionChains, verifyRetention } from '../../../lib/table/retention/append';
import { contradictionsIn } from '../../../lib/table/retention/contradictions';
import { retentionEntry } from '../../../lib/table/retention/retention-entry';
import { staffClient } from './registers';
import { codeOf, demand, once, type Person, type Running, within } from './running';

const HOUR_SECONDS = 3600;

/** S2: one rule for each kind; invisible from the end on; swept with evidence that holds nothing of what is gone. */
export async function endedOnTime(running: Running): Promise<string> {
  const { deps, raw, tableName } = running;
  const all = Object.values(entities) as unknown as AnyEntity[];
  const flaws = contradictionsIn(all);
  demand(flaws.length === 0, `rules contradict each other: ${flaws[0]}`);
  const { minimum } = ruleOf('log-life');
  demand(minimum !== undefined && 'months' in minimum, 'logs have no minimum of calendar months');

  const [me, other] = [await running.cardHolder(), await running.cardHolder()];
  const [mine, kept] = [await linkOf(me), await linkOf(other)];
  const at = await itemOfLink(running, me);
  // As if the time had come: an end of two hours ago, in the item and in the index.
  const ends = endOfItem(at as { pk: string; sk: string }, toEpochSeconds(Date.now()) - 2 * HOUR_SECONDS);
  await raw.put({ TableName: tableName, Item: { ...at, ...ends } });
  const { shares } = await me.api.cards.shares();
  demand(shares.length === 0, 'what has ended is shown before it is swept');
  const before = (await running.scan()).length;
  const { swept, failed } = await sweep(deps, { requestId: 'promise' });
  demand(swept === 1 && failed === 0, `of 1 that had ended ${swept} were swept, and ${failed} failed`);
  const items = await running.scan();
  demand(!items.some(({ sk, pk }) => sk === at.sk && pk === at.pk), 'it is still there after the sweep');
  demand((await codeOf(me.api.cards.open({ token: mine }))) !== 'OK', 'the link still leads somewhere');
  demand((await codeOf(other.api.cards.open({ token: kept }))) === 'OK', 'what had not ended is gone');

  const chains = await Promise.all(retentionChains.map((chain) => readRetention(deps.table, chain, 0, 100)));
  const told = chains.flatMap(({ entries }, index) =>
    entries
      .filter(({ kind, act }) => act === 'period.ended' && kind === 'share')
      .map((one) => ({ ...one, index })),
  );
  const [entry] = told;
  demand(
    told.length === 1 && entry?.count === 1 && entry.digest !== undefined,
    'the end is not evidenced once',
  );
  const [, shareId = ''] = /~share#(.+)$/.exec(String(at.sk)) ?? [];
  const said = JSON.stringify(items.filter(({ entity }) => entity === retentionEntry.name));
  demand(!said.includes(me.subjectId()) && !said.includes(shareId), 'the evidence holds what is gone');
  const chain = retentionChains[entry.index] ?? 'service';
  demand((await verifyRetention(deps, chain)).intact, 'the chain does not verify');
  const { pk, sk } = retentionEntry.key(chain, entry.seq);
  const stored = items.find((item) => item.pk === pk && item.sk === sk);
  await raw.put({ TableName: tableName, Item: { ...stored, count: 2 } });
  const found = !(await verifyRetention(deps, chain)).intact;
  await raw.put({ TableName: tableName, Item: stored });
  demand(found, 'an altered count was not found');
  return `${all.length} entities under one rule each; an ended link was invisible at once and swept (${before} items, then ${items.length}); 1 entry with rule, count and digest, nothing of it; an altered count was found`;
}

async function linkOf({ api }: Person): Promise<string> {
  const { cardId } = await api.cards.create({ name: '期限', ...(await once()) });
  await api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { token } = await api.cards.share({ cardId, fields: ['name'], ...(await once()) });
  return token;
}

async function itemOfLink({ scan }: Running, person: Person): Promise<Record<string, unknown>> {
  const { pk } = keys.person(person.subjectId());
  const found = (await scan()).find((item) => item.pk === pk && item.entity === 'share');
  demand(found !== undefined, 'there is no link to end');
  return found;
}

/** S4: a preview writes nothing, and the count of the day does exactly what it has shown. */
export async function explainedAndShown(running: Running): Promise<string> {
  const officer = await staffClient(running, 'officer');
  const me = await running.cardHolder();
  await linkOf(me);
  const { explanations } = await me.api.rights.explain();
  const ruled = explanations.filter(({ rule, words }) => rule in retention && words.length > 0);
  demand(
    explanations.length > 3 && ruled.length === explanations.length,
    'a record is not explained by a rule',
  );
  const subjectId = randomId(systemRandom);
  const at = new Date();
  for (const appealId of [randomId(systemRandom), randomId(systemRandom)]) {
    const key = decidedAppeal.key(subjectId, appealId);
    const until = toEpochSeconds(endOfRetention('review-three-years', at.getTime()));
    const value = { entity: decidedAppeal.name, decidedAt: at.toISOString(), ...endOfItem(key, until) };
    await running.raw.put({ TableName: running.tableName, Item: { ...key, ...value } });
  }
  const { pk } = keys.person(subjectId);
  const ends = async () =>
    (await running.scan()).filter((item) => item.pk === pk).map((item) => Number(item.expiresAtSeconds));
  const before = await ends();
  const asked = { rule: 'review-three-years', period: { months: 60 } } as const;
  const shown = (await officer.retention.preview(asked)).changes;
  const count = shown.reduce((sum, one) => sum + one.count, 0);
  demand(count >= 2, `of 2 records that a change concerns ${count} were shown`);
  demand((await ends()).join() === before.join(), 'the preview wrote something');
  const short = { ...asked, period: { days: 30 } };
  demand(
    (await codeOf(officer.retention.preview(short))) === 'INVALID_INPUT',
    'a period below the law’s minimum was shown',
  );

  await countBy(running);
  const day = (seconds: number) =>
    new Date(seconds * 1000 + 8 * HOUR_SECONDS * 1000).toISOString().slice(0, 10);
  const after = (await ends()).map(day);
  const foretold = new Set(shown.map(({ until }) => until));
  demand(
    after.length === 2 && after.every((one) => foretold.has(one)),
    'the effect is another than was shown',
  );
  await countToday(running);
  const { lines } = await officer.retention.forecast();
  const links = lines.find(({ kind }) => kind === 'share');
  demand(links !== undefined && links.sum >= 1, 'a link that ends within 180 days is not foretold');
  demand(
    links.weeks.reduce((sum, one) => sum + one, 0) === links.sum,
    'the weeks of the forecast are not its sum',
  );
  return `${explanations.length} groups of records explained by rule and end; ${count} records shown to move to ${[...foretold].join(', ')} and nothing written; then moved to exactly that; a period below the minimum refused; ${lines.length} lines of the coming 180 days, ${links.sum} links among them`;
}

/** The day's own count, which the next run begins, since the latest is of another day; the service may be at it as well. */
async function countToday({ deps }: Running): Promise<void> {
  const { forecastOf } = await import('../../../lib/process/forecast');
  const { readForecast } = await import('../../../lib/table/retention/forecast');
  await sweep(deps, { requestId: 'promise' });
  const today = forecastOf(Date.now());
  const isCounted = async () => {
    await runProcess(deps, today, 'promise');
    return (await readForecast(deps.table))?.day === today.id;
  };
  demand(await within(30_000, isCounted), 'the day was not counted');
}

/** The day's count of a build in which the rule is another. */
async function countBy({ deps }: Running): Promise<void> {
  const { beginForecast, forecastBy, forecastOf } = await import('../../../lib/process/forecast');
  const { declaredEntities } = await import('../../../lib/table/readers/partition');
  const periods = (rule: Parameters<typeof periodOf>[0]) =>
    rule === 'review-three-years' ? { months: 60 } : periodOf(rule);
  // Of a day of its own: the day's first run has its own count.
  const dayMs = Date.now() - 400 * 24 * HOUR_SECONDS * 1000;
  await deps.table.write(beginForecast(dayMs));
  const kinds = { forecast: forecastBy({ periods, among: declaredEntities }) };
  const done = () =>
    runProcess(deps, forecastOf(dayMs), 'promise', kinds).then(({ outcome }) => outcome === 'done');
  demand(await within(30_000, done), 'the count did not end');
}
