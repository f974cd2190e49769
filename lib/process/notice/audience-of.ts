import type { Deps } from '../../deps';
import { type Exemption, exemptBy } from '../../notice/exemption';
import type { Item } from '../../table/client';
import { audiencePartKey, type Member, membersOf } from '../../table/notice/audience';
import { audienceHeadKey } from '../../table/notice/audience-head';
import { type Notice, noticeKey, noticeOf } from '../../table/notice/notice';
import {
  type Recipient,
  type RecipientId,
  readRecipient,
  recipientKey,
  SELF,
} from '../../table/notice/recipient';
import { guardianKey, readGuardian, wardIdOf } from '../../table/real-name/minor';

/** Added to the place of a child in their part: the place by which a reference means their guardian. */
export const GUARDIAN_PLACE = 128;

/** Somebody who is to be told: a member, or the guardian of one who is a minor (未保网条例 art. 35). */
export type Addressee = {
  subjectId: string;
  about: string;
  as: Recipient['as'];
  place: number;
  member: Member;
};

/** Somebody with their row as it is stored. */
export type Listed = Addressee & { item: Item | undefined };

export const recipientIdOf = (noticeId: string, { about }: Addressee): RecipientId => ({ noticeId, about });

/** A notice, the members of one of its parts, and the head of its audience. Undefined where there is no such notice. */
export async function readPart(
  { table }: Pick<Deps, 'table'>,
  noticeId: string,
  part: number,
  known?: Notice,
): Promise<{ notice: Notice; members: Member[]; head: Item | undefined } | undefined> {
  const notice = known ?? noticeOf((await table.getMany([noticeKey(noticeId)]))[0]);
  if (!notice) return undefined;
  const { audienceId } = notice;
  const [item, head] = await table.getMany([audiencePartKey(audienceId, part), audienceHeadKey(audienceId)]);
  return { notice, members: membersOf(item), head };
}

/** The members who are told, by place, and the guardians of the minors among them who have one. */
export async function addresseesOf(
  { table }: Pick<Deps, 'table'>,
  members: readonly Member[],
  exemptions: readonly Exemption[],
): Promise<Addressee[]> {
  const told = members.flatMap((member, place): Addressee[] =>
    exemptBy(member, exemptions)
      ? []
      : [{ subjectId: member.subjectId, about: SELF, as: 'self', place, member }],
  );
  const minors = told.filter(({ member }) => member.minor);
  const answers = await table.getMany(minors.map(({ subjectId }) => guardianKey(subjectId)));
  const guardians = minors.flatMap(({ member, place }, index): Addressee[] => {
    const { state, guardianId, codeDigest } = readGuardian(answers[index]) ?? {};
    if (state !== 'consented' || guardianId === undefined || codeDigest === undefined) return [];
    const about = wardIdOf(codeDigest);
    return [{ subjectId: guardianId, about, as: 'guardian', place: place + GUARDIAN_PLACE, member }];
  });
  return [...told, ...guardians];
}

/** Everybody with their row, where there is one: a trip for a hundred. */
export async function withRows(
  { table }: Pick<Deps, 'table'>,
  noticeId: string,
  addressees: readonly Addressee[],
): Promise<Listed[]> {
  const items = await table.getMany(
    addressees.map((one) => recipientKey(one.subjectId, recipientIdOf(noticeId, one))),
  );
  return addressees.map((one, index) => ({ ...one, item: items[index] }));
}

export const rowOf = ({ item }: Listed): Recipient | undefined => readRecipient(item);
