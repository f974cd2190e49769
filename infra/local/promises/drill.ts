import { runDrill } from '../drill/run';
import { demand, type Running } from './running';

/** B9: a small drill from the declaration to the end, in which everything is met and nothing leaves. */
export async function drilled(running: Running): Promise<string> {
  const { people, affected, seconds, findings, met } = await runDrill(running, {
    ...{ people: 30, leak: 'hole', lose: 0 },
  });
  const failed = findings.filter((one) => !one.met).map(({ name, evidence }) => `${name.en}: ${evidence.en}`);
  demand(met, failed.join('; '));
  const { scope, firstReport, lastNotice } = seconds;
  return `${people} synthetic people, ${affected.true} leaked and ${affected.atMost} found; scope, report and last notice after ${scope} s, ${firstReport} s and ${lastNotice} s; ${findings.length} things met, nothing left`;
}
