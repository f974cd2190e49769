import type { Deps } from '../../deps';
import { describeDifference } from '../../policy/difference';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { PolicyVersion } from '../../policy/version';
import { beijingTime } from '../../policy/working-days';
import { PART_MEMBERS } from '../../table/notice/audience';
import { canSignIn } from '../../table/person/life';
import { consentOf, type Person } from '../../table/person/person';
import type { ProcessState } from '../../table/process/process';
import type { Concern, Page, Said } from './concern';
import { walk } from './walk';

/**
 * A version of the policy is coming. It concerns those who agreed to a purpose that will reach further, or everybody when
 * somebody else answers for the service (promise K4; PIPL art. 17 para 2).
 */
export const policyConcern: Concern = { page, said };

async function page(deps: Deps, state: ProcessState): Promise<Page> {
  const isConcerned = concernedBy(await versionOf(deps, state));
  const { people, next } = await walk(deps, state, PART_MEMBERS, (some) => some.filter(isConcerned));
  return { subjectIds: people.map(({ subjectId }) => subjectId), next };
}

async function said(deps: Deps, state: ProcessState): Promise<Said> {
  const { registry, difference, effectiveAt } = await versionOf(deps, state);
  const effectiveAtMs = Date.parse(effectiveAt);
  return {
    title: '个人信息保护政策变更',
    atMs: effectiveAtMs,
    announcedUntilMs: effectiveAtMs,
    sections: [
      {
        heading: '改了什么',
        text: difference ? describeDifference(registry, difference).join('\n') : '第一版。',
      },
      {
        heading: '什么时候起施行',
        text: `${beijingTime(effectiveAt)}（北京时间）。在此之前仍按现行政策处理。`,
      },
      {
        heading: '您可以怎么做',
        text: '请在小程序中阅读新政策的全文。须重新征得您同意的，到时会再问您；不同意的，不影响其他功能，也可以撤回同意或者注销账号。看过这份通知不等于同意。',
      },
      { heading: '联系方式', text: registry.operator.contact },
    ],
  };
}

async function versionOf({ policy }: Deps, state: ProcessState): Promise<PolicyVersion> {
  const version = await policy.load(Number(state.version));
  if (!version) throw new Error('a notice is of no version that there is');
  return version;
}

function concernedBy({ version, difference }: PolicyVersion): (person: Person) => boolean {
  const widened = (difference?.widened ?? []) as ConsentPurposeId[];
  const everybody = difference?.changes.some(({ section }) => section === 'operator') ?? false;
  return (person) => {
    if (!canSignIn(person)) return false;
    const asked = widened.some((purpose) => {
      const consent = consentOf(person, purpose);
      return consent?.granted === true && consent.policyVersion < version;
    });
    return everybody || asked;
  };
}
