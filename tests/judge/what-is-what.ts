/**
 * What each attribute is, written by hand from the policy and from nothing that the service declares: `-` is not the
 * person's to take away (a digest, or somebody else's number), `:kind` is a sensitive kind that is held with it. An
 * attribute that is not here fails the judge.
 */
const card =
  'ownTags logo name familyName givenName organisation department title phones mails addresses sites wechatId note otherLanguages kept';
const service = 'version updatedAt attributes epoch';
const result = 'wayEpoch way verifiedAt partnerRequestId consentEntry band:age-band key -content epoch';
const attempt = 'key way sentAtMs outcome partnerRequestId band:age-band -content -earlier epoch';
const appeal = 'appealId about askedAt words claimId state';
const delivery = 'deliveryId createdAt request expiresAtSeconds epoch';

export const entities: Record<string, string> = {
  // the person
  person:
    'everyoneShard subjectId needsGuardian afterDeath deathReport lifeBefore usedOn dueShard dueAt createdAt -wrappedKey lifeState lifeStateAt noticedAt sessions ways entryEpoch phoneGoneAt consents acts cardCount defaultCard contactCount shareEpoch freezing wholeHolds lifeUnheld ledgerSeq ledgerHash held',
  'wechat-account': '-identity openid others',
  phone: 'boundAt provedAt number epoch',
  'linked-entry': 'entry linkedAt epoch',
  'ledger-entry':
    'seq at trueAt act actor purpose -guardian decision document policyVersion textHash language recipient kinds result way staff role reason ticket -other count cause requestId evidence prev hash -by -touchedBy',
  incident:
    'everyoneShard incidentId drill state declaredAt declaredBy awareAt handledAt closedAt rules operator grade minors crime vulnerability fulfilled checked reminded lessonsAt dueAt request reports -requests wrappedKey seq hash title happenedFrom happenedUntil facts measures',
  containment: '-stops version',
  'opened-table': '-table openedAt',
  'incident-entry': 'seq at act happenedAt learnedAt staff kinds requestId details prev hash',
  'people-list': 'list parts known strangers usedAt',
  'people-list-part': 'known strangers request',
  'listed-person': 'kinds',
  scope: 'scopeId state startedAt startedBy frozenAt ranges why strangers parts hash request selector',
  'scope-candidate': '',
  'scope-page': 'segment page people ranges why',
  'incident-report': 'number kind authority state revision draftedBy filedBy fingerprint content submission',
  'spent-nonce': '-spentAtMs',
  'person-process': 'kind id step version attempts state dueShard dueAt heldUntil',
  'service-process': 'kind id step version attempts state dueShard dueAt heldUntil',
  certificate: 'signedAt text',
  'survey-part': 'seenAtSeconds leads files entries',
  'policy-notice': 'policyVersion sentAt seenAt',
  'audience-head': 'parts people minors certain sets otherSets digest',
  'notice-audience': '-members -kindSets endsAtSeconds',
  notice:
    'everyoneShard noticeId kind drill state audienceId parts channels texts exemptions proposal approvedBy endsAtSeconds sendingAt endedAt version',
  'notice-recipient': 'noticeId as part place kind drill at tries endsAtSeconds openedAt -moves',
  'notice-plan':
    'planId kind state words at draftedBy draftedAt approvedBy approvedAt seal rounds counting count statement endsAtSeconds version',
  'survey-pace': 'planId approvedAt',
  'notice-quota': 'frontier closedSinceMs closedUntilMs version',
  ticket:
    'ticketId version kind about state askedAt answerBy dueAt proof filedBy paperHash assignee incidentId proposedBy turnedDownBy outcome answeredBy doneAt rating words answer',
  'open-tickets': 'open',
  'authorisation-event': 'eventId event happenedAt toldAt scope dueAt',
  'recipient-duty': 'recipient correction kinds since dueAt reminders remindedAt',
  'confirmed-recipient':
    'recipient correction kinds since reminders remindedAt wasDueAt confirmedAt confirmedBy ticket',
  'contact-mail': 'confirmedAt address epoch',
  'mail-code': 'askedAtMs tries -digest epoch',
  'message-acceptance': 'version said saidAtMs toldBySelf toldByWechat spent -requests',
  preferences: 'version updatedAt language personalisation surveyInvitations',
  'risk-pass': 'givenAt',
  'self-proof': '-secretDigest -act -provedAt -sessionId',
  // a copy of the rest, on its way to the person
  export:
    '-exportId -version -askedAt -sessionId -life -parts -next -kinds -takenAt -taken -marks -key -pieces -transfer',
  'export-piece': '-askedAt -content',
  // what is held
  'frozen-item': 'of kinds epoch objects content',
  disclosure:
    'disclosureId dueAt keptFromAt -request wrappedKey state -subjectId kinds authority document documentHash basis secretUntil draftedBy decidedBy decidedAt reason handedOutBy handedOutAt toldAt',
  hold: 'everyoneShard holdId state -subjectId incidentId kinds from until placedBy owner placedAt documentHash dueAt reviewedAt releasedBy releasedAt count -request wordsKey itemsKey reason document',
  // cards
  card: `cardId version createdAt updatedAt request edit visibility publicEpoch grantEpoch realNameMark verdicts dueAt takenDown takenDownBy epoch ${card}`,
  'deleted-card': 'deletedAt request epoch',
  'past-card': `cardId version updatedAt epoch ${card}`,
  'card-order': 'order epoch',
  'card-logo': 'cardId logoId width height base64 epoch',
  share:
    'shareId cardId fields createdAt shareEpoch expiresAtSeconds maxUses uses usedOn -usedBy request -seed -passphrase label epoch',
  'card-views': 'shareId cardId days linkEndsAtSeconds epoch',
  block: '-blockedId blockedAt',
  'blocked-by': '-blockerId',
  'card-report': 'reportId -ownerId cardId category at words',
  'reported-card': '-reporterId dueAt epoch',
  contact: 'contactId -ownerId ownerEpoch cardId fields grantEpoch at version note groups favourite epoch',
  'given-card': 'contactId -holderId cardId fields at inReturnFor epoch',
  'card-offer':
    'offerId -fromId fromEpoch cardId fields grantEpoch at state contactId request expiresAtSeconds epoch',
  'card-offer-sent': 'offerId -toId request cardId at closed expiresAtSeconds epoch',
  'named-viewer': '-viewerId viewerEpoch shareId day expiresAtSeconds epoch',
  'viewer-record': 'shareId day expiresAtSeconds epoch',
  // location
  location:
    'version revision on sinceMs precision findable keepsHistory untilSeconds expiresAtSeconds nearUntilSeconds hour regionAtMs originsOn originCount -region -origins:location-cell -nearCell:location-cell -nearPath:location-cell cell:location-point takenAtMs:location-point epoch',
  'ended-location': 'expiresAtSeconds epoch',
  'place-key': '-name -of -wrapped -suite',
  'history-day': 'day version expiresAtSeconds places:location-history epoch',
  // profile and services
  nickname: 'version updatedAt edit nickname verdict epoch',
  avatar: 'version objects appearing openUntilSeconds current pending epoch',
  delivery: `${delivery} name phone address`,
  'ended-delivery': `${delivery} endedAt outcome`,
  'fund-attributes': service,
  'social-attributes': service,
  'transport-attributes': service,
  'tax-attributes': service,
  'household-attributes':
    'version:household-attributes updatedAt:household-attributes attributes:household-attributes epoch',
  // real name
  'real-name': `${result} -uniqueDigest:id-digest maskedName -nameDigest`,
  'network-name': `${result} -uniqueDigest:network-id-digest`,
  'real-name-try': attempt,
  'network-try': `${attempt} -uniqueDigest:network-id-digest`,
  'bank-result': 'verifiedAt:bank-result epoch',
  'face-result': 'verifiedAt:face-token epoch',
  'face-session':
    'startedAt wayEpoch -content -uniqueDigest:id-digest maskedName -nameDigest band:age-band token:face-token url:face-token epoch',
  'face-start': 'startedAt wayEpoch -content isOver epoch',
  'face-session-mark': 'startedAt epoch',
  appeal: `${appeal} dueAt`,
  'decided-appeal': `${appeal} wasDueAt decidedAt decision decidedBy reasonGiven`,
  'refused-claim': 'refusedAt way claimId -idDigest:id-digest -networkDigest:network-id-digest',
  'ended-real-name': 'endedAt way because',
  // minors
  minor: 'band:age-band way:age-band markedAt:age-band',
  guardian:
    'state:guardian codeDigest:guardian askedAt:guardian decidedAt:guardian -guardianId:guardian textHash:guardian',
  ward: 'wardId:guardian -childId:guardian consentedAt:guardian',
  // what leads to somebody, and the service's own
  'openid-pointer': '-subjectId',
  'unionid-pointer': '-subjectId',
  'phone-pointer': '-subjectId epoch',
  'entry-pointer': '-subjectId epoch',
  'id-number-pointer': '-subjectId way epoch',
  'network-id-pointer': '-subjectId way epoch',
  'guardian-code': '-subjectId askedAt',
  'share-pointer': '-subjectId shareId cardId expiresAtSeconds epoch',
  'limit-counter': '-count -expiresAtSeconds',
  'web-sign-in':
    '-browserDigest -state -site -askedAt -polls -nextPollAtMs -expiresAtSeconds -pickUpUntilSeconds -subjectId -sessionId device place',
  'service-key': 'name keyVersion rootId wrapped suite createdAt',
  'policy-book': 'latest hash versions',
  'retention-entry': 'seq at act rule kind count digest details prev hash',
  'retention-head': 'seq hash',
  'retention-forecast': 'day from weeks periods',
  announcements: 'current version',
  'policy-version':
    'version state content textHash effectiveAt proposedBy proposedAt decidedBy decidedAt prev hash',
  gauge:
    'persons id-digest bank-result face-token age-band guardian network-id-digest household-attributes location-point location-cell location-history',
  threshold: 'reachedAt',
};

/** What every item may carry beside its content. */
export const envelope = new Set(
  'pk sk entity form createdAtSeconds expiresAtSeconds ttlSeconds dueShard dueAt points holds lacks heldBy ended forgets sealed mac consentsMac'.split(
    ' ',
  ),
);

/** What of a person stays when they are erased, and by which law. */
export const outlives = new Set([
  'ledger-entry',
  'notice-recipient',
  'appeal',
  'decided-appeal',
  'recipient-duty',
  'confirmed-recipient',
]);
/** And of their own item. */
export const remains = new Set(
  'everyoneShard subjectId createdAt lifeState lifeStateAt held ledgerSeq ledgerHash dueShard dueAt'.split(
    ' ',
  ),
);

/** What a session says that is the person's to take away; a consent says nothing else. */
export const ofSession = new Set(
  'startedAtSeconds usedAtSeconds pickUpUntilSeconds byPhone link device clientVersion place'.split(' '),
);

/** The same of a way in: which WeChat it is of is a digest. */
export const ofWay = new Set('sinceSeconds came phoneEpoch'.split(' '));

/** What is said where nothing is kept: an export may say it, and need not. */
export const unsaid = new Set(['contact.favourite false', 'contact.groups []', 'wechat-account.others {}']);

/** Whom the law counts as a minor is no adult: the band of an adult is no minor's. */
export const says = (kind: string, value: unknown): boolean => kind !== 'age-band' || value !== 'adult';

export type Meant = { mine: boolean; kind: string | undefined };

const meanings = new Map(
  Object.entries(entities).map(([entity, attributes]) => [
    entity,
    new Map(
      attributes.split(' ').map((word): [string, Meant] => {
        const [, hidden, name = '', kind] = /^(-?)([\w-]+?)(?::([\w-]+))?$/.exec(word) ?? [];
        return [name, { mine: hidden === '', kind }];
      }),
    ),
  ]),
);

/** Whether somebody has judged an attribute. */
export const isJudged = (entity: string, attribute: string): boolean =>
  meanings.get(entity)?.has(attribute) ?? false;

/** What an attribute is. @throws Error for one that nobody has judged yet */
export function meaningOf(entity: string, attribute: string): Meant {
  const found = meanings.get(entity)?.get(attribute);
  if (!found) throw new Error(`tests/judge/what-is-what.ts does not know ${entity}.${attribute}`);
  return found;
}
