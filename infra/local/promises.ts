import { type PromiseId, promises } from '../../lib/policy/promises';
import { aSwitch, someOf } from '../command-line/options';
import { program, startAndEnd } from '../command-line/program';
import { type Lang, words } from '../command-line/words';
import { bindPhones, endSessions, keepCards, proveSelf } from './promises/accounts';
import { provableActs, refusalsRest, separateConsents } from './promises/acts';
import { linkEntries, oneAccount, slowAbuse } from './promises/arrivals';
import { forgedState, freedEntry, shutOut, waitingOffer, withdrawnInFlight } from './promises/attacks';
import { pictureBombs } from './promises/bombs';
import { declaredAtOnce, gradedByRules } from './promises/breach/declare';
import { guardiansTold, resumed, toldOnce, wholeNotice } from './promises/breach/notices';
import { filedReports } from './promises/breach/reports';
import { scopedByEvidence } from './promises/breach/scope';
import { eachField, exchanges, judgedWords, links, realNameMark, viewers } from './promises/cards';
import { explicitConsent, withdrawConsent } from './promises/consent';
import { corrected } from './promises/desk-acts';
import {
  byAuthority,
  consentToRecipient,
  registeredFirst,
  underAgreement,
  whoUsedIt,
} from './promises/disclosures';
import { drilled } from './promises/drill';
import { provenForExport, takenAway } from './promises/exports';
import { noImages } from './promises/faces';
import { headCounts } from './promises/head-counts';
import { heldByLaw } from './promises/hold';
import { sealed, stayInside } from './promises/house';
import { appealed, fiveWays, guardianFirst, inputsForgotten, registered } from './promises/identity';
import { lateUpload } from './promises/late-upload';
import { blurredNearby, lastPlaceOnly, onlyWhileOn, twoSystems } from './promises/location';
import { onOnesTerms } from './promises/own-terms';
import { endedOnTime, explainedAndShown } from './promises/periods';
import { movedAfterTelling, ownPreferences } from './promises/plans';
import { announcedFirst, oneRegistry } from './promises/policy';
import { cleanPictures, deliveries, optionalServices } from './promises/profile';
import { putBackFound } from './promises/put-back';
import { restored } from './promises/restored';
import { closedByPerson, erasedEverywhere, startedByWechat } from './promises/rights';
import { Broken, type Running, startRunning } from './promises/running';
import { answeredInTime, identityFirst, questionsAnswered, staffNeedTickets } from './promises/tickets';
import { chained, deviceData } from './promises/trail';
import { filesAndCodes } from './promises/vcards';
import { letInEnds, webSignIn } from './promises/web';

/** Tries to break one promise on a running service. Answers the evidence that it holds; throws Broken otherwise. */
export type Check = (running: Running) => Promise<string>;

/** Several checks of one promise, one after the other. */
const all =
  (...some: readonly Check[]): Check =>
  async (running) => {
    const evidence: string[] = [];
    for (const check of some) evidence.push(await check(running));
    return evidence.join('; ');
  };

/** A check for every promise that is claimed: one without a check does not compile. */
export const checks: Record<PromiseId, Check> = {
  A1: oneAccount,
  A2: webSignIn,
  A3: bindPhones,
  A4: all(linkEntries, freedEntry),
  A5: all(endSessions, letInEnds, shutOut),
  A6: all(proveSelf, provenForExport),
  A7: slowAbuse,
  N1: fiveWays,
  N2: noImages,
  N3: inputsForgotten,
  N4: guardianFirst,
  N5: registered,
  N6: appealed,
  N7: headCounts,
  C1: all(keepCards, judgedWords),
  C2: eachField,
  C3: links,
  C4: all(exchanges, waitingOffer),
  C5: filesAndCodes,
  C6: viewers,
  C7: all(cleanPictures, pictureBombs),
  C8: realNameMark,
  O1: optionalServices,
  O2: deliveries,
  O3: ownPreferences,
  D5: movedAfterTelling,
  L1: onlyWhileOn,
  L2: lastPlaceOnly,
  L3: blurredNearby,
  L4: twoSystems,
  K1: explicitConsent,
  K2: separateConsents,
  K3: all(withdrawConsent, withdrawnInFlight, lateUpload),
  K4: announcedFirst,
  K5: refusalsRest,
  K6: all(provableActs, forgedState),
  K7: oneRegistry,
  D1: registeredFirst,
  D2: consentToRecipient,
  D3: underAgreement,
  D4: byAuthority,
  D6: whoUsedIt,
  R1: takenAway,
  R2: corrected,
  R3: erasedEverywhere,
  R4: closedByPerson,
  R5: identityFirst,
  R6: answeredInTime,
  R7: onOnesTerms,
  R8: questionsAnswered,
  R9: startedByWechat,
  S1: stayInside,
  S2: endedOnTime,
  S3: heldByLaw,
  S4: explainedAndShown,
  S5: sealed,
  S6: staffNeedTickets,
  S7: restored,
  S8: deviceData,
  S9: all(chained, putBackFound),
  B1: declaredAtOnce,
  B2: gradedByRules,
  B3: scopedByEvidence,
  B4: wholeNotice,
  B5: toldOnce,
  B6: resumed,
  B7: filedReports,
  B8: guardiansTold,
  B9: drilled,
};

export type Row = { id: string; clause: string; pass: boolean; evidence: string };

/** One row a promise, of `only` or of all. A promise that is claimed and has no check is broken. */
export async function examine(
  running: Running,
  by: Partial<Record<string, Check>> = checks,
  only: readonly string[] = Object.keys(promises),
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [id, { clause }] of Object.entries(promises).filter(([one]) => only.includes(one))) {
    const check = by[id];
    if (!check) {
      rows.push({ id, clause, pass: false, evidence: 'claimed without a check' });
      continue;
    }
    try {
      rows.push({ id, clause, pass: true, evidence: await check(running) });
    } catch (error) {
      const evidence =
        error instanceof Broken ? error.message : `the check failed: ${(error as Error).message}`;
      rows.push({ id, clause, pass: false, evidence });
    }
  }
  return rows;
}

const ids = Object.keys(promises) as PromiseId[];

const promisesProgram = program({
  script: 'promises',
  does: words(
    '在一个新启动的服务上逐条核对承诺，或者只核对所列的',
    'check every promise on a fresh running service, or those named',
  ),
  more: words(
    '全部兑现以 0 退出。承诺的编号和条文见 lib/policy/promises.ts。例：npm run promises -- K3 B2',
    'Ends with 0 when all are kept. The ids are in lib/policy/promises.ts. Such as: npm run promises -- K3 B2',
  ),
  options: { json: aSwitch('结果以 JSON 写出', 'the result as JSON') },
  places: { ids: someOf(ids, 'ID', '承诺的编号，如 K3', 'ids of promises, such as K3') },
  run: async ({ ids: only = [], json }, { lang, print, text }) => {
    const running = await startRunning();
    let rows: Row[];
    try {
      rows = await examine(running, checks, only.length > 0 ? only : undefined);
    } finally {
      await running.stop();
    }
    const kept = rows.filter(({ pass }) => pass).length;
    if (json) print(JSON.stringify(rows, null, 2));
    else {
      for (const row of rows) print(lineOf(row, lang));
      print(
        text(words(`\n${rows.length} 条承诺，兑现 ${kept} 条`, `\n${kept} of ${rows.length} promises kept`)),
      );
    }
    return kept === rows.length ? 'ok' : 'refused';
  },
});

/** In Chinese the promise itself, and below it what was seen. */
function lineOf({ id, clause, pass, evidence }: Row, lang: Lang): string {
  const mark = `${pass ? '✓' : '✗'} ${id.padEnd(4)}${clause.padEnd(14)}`;
  return lang === 'zh' ? `${mark}${promises[id as PromiseId].says}\n      ${evidence}` : `${mark}${evidence}`;
}

if (require.main === module) void startAndEnd(promisesProgram);
