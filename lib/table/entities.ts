import { card, deletedCard } from './card/card';
import { pastCard } from './card/card-history';
import { cardOrder } from './card/card-list';
import { cardLogo } from './card/card-logo';
import { certificate } from './certificate/certificate';
import { surveyPart } from './certificate/survey-part';
import { disclosure } from './disclosure/disclosure';
import { exportEntity, exportPiece } from './export/export';
import { gaugeShard } from './gauge/gauge';
import { threshold } from './gauge/threshold';
import { frozenItem } from './hold/frozen-item';
import { hold } from './hold/hold';
import { containment } from './incident/containment';
import { incident } from './incident/incident';
import { incidentEntry } from './incident/incident-entry';
import { incidentReport } from './incident/incident-report';
import { listedPerson, listPart, peopleList } from './incident/people-list';
import { scope, scopeCandidate, scopePage } from './incident/scope';
import { ledgerEntry } from './ledger/ledger';
import { endedLocation, location } from './location/location';
import { historyDay } from './location/location-history';
import { placeKey } from './location/place-key';
import { announcements } from './notice/announcement';
import { audiencePart } from './notice/audience';
import { audienceHead } from './notice/audience-head';
import { noticeEntity } from './notice/notice';
import { noticePlan, surveyPace } from './notice/plan';
import { noticeQuota } from './notice/quota';
import { noticeRecipient } from './notice/recipient';
import { authorisationEvent } from './person/authorisation-event';
import { entryPointer, linkedEntry } from './person/linked-entry';
import { person } from './person/person';
import { phone, phonePointer } from './person/phone';
import { openidPointer, unionidPointer } from './person/pointer';
import { wechatAccount } from './person/wechat-account';
import { policyBook, policyVersion } from './policy/policy-version';
import { personProcess, serviceProcess } from './process/process';
import { avatar } from './profile/avatar';
import { contactMail, mailCode } from './profile/contact-mail';
import { delivery, endedDelivery } from './profile/delivery';
import { messageAcceptance } from './profile/message-acceptance';
import { nickname } from './profile/nickname';
import { preferences } from './profile/preferences';
import { serviceAttributes } from './profile/service-attributes';
import { decidedAppeal, openAppeal } from './real-name/appeal';
import { endedRealName } from './real-name/ended-real-name';
import { faceSession, faceSessionMark, faceStart } from './real-name/face-session';
import { guardian, guardianCode, minorMark, ward } from './real-name/minor';
import {
  bankMark,
  faceMark,
  idNumberPointer,
  networkIdPointer,
  networkName,
  realName,
} from './real-name/real-name';
import { attempt, networkAttempt } from './real-name/real-name-attempt';
import { refusedClaim } from './real-name/refused-claim';
import { confirmedRecipient, recipientDuty } from './recipient/recipient-duty';
import { retentionForecast } from './retention/forecast';
import { retentionEntry, retentionHead } from './retention/retention-entry';
import { serviceKey } from './service/key-store';
import { openedTable } from './service/opened-table';
import { block, blockedBy } from './sharing/block';
import { cardReport, reportedCard } from './sharing/card-report';
import { contact, handout } from './sharing/contact';
import { offer, sentOffer } from './sharing/offer';
import { share, sharePointer } from './sharing/share';
import { namedViewer, viewerRecord } from './sharing/viewer';
import { viewShard } from './sharing/views';
import { limitCounter } from './sign-in/limit-counter';
import { riskPass } from './sign-in/risk-pass';
import { selfProof } from './sign-in/self-proof';
import { spentNonce } from './sign-in/spent-nonce';
import { webSignIn } from './sign-in/web-sign-in';
import { openTickets } from './ticket/open-tickets';
import { ticket } from './ticket/ticket';

/**
 * Every entity there is, once. What an export holds, what an erasure finds, what is swept, explained and in the scope of a
 * breach follows from this list: an item of an entity outside it is nobody's (promises K7, R1, R3, S2, B3).
 */
export const entities = {
  // card
  card,
  deletedCard,
  pastCard,
  cardOrder,
  cardLogo,
  // certificate
  certificate,
  surveyPart,
  // disclosure
  disclosure,
  // export
  exportEntity,
  exportPiece,
  // gauge
  gaugeShard,
  threshold,
  // hold
  frozenItem,
  hold,
  // incident
  containment,
  incident,
  incidentEntry,
  incidentReport,
  listedPerson,
  listPart,
  peopleList,
  scope,
  scopeCandidate,
  scopePage,
  // ledger
  ledgerEntry,
  // location
  endedLocation,
  location,
  historyDay,
  placeKey,
  // notice
  announcements,
  audienceHead,
  audiencePart,
  noticeEntity,
  noticePlan,
  noticeQuota,
  noticeRecipient,
  surveyPace,
  // person
  authorisationEvent,
  recipientDuty,
  confirmedRecipient,
  entryPointer,
  linkedEntry,
  person,
  phone,
  phonePointer,
  openidPointer,
  unionidPointer,
  wechatAccount,
  // policy
  policyBook,
  policyVersion,
  // process
  personProcess,
  serviceProcess,
  // profile
  avatar,
  contactMail,
  delivery,
  endedDelivery,
  mailCode,
  messageAcceptance,
  nickname,
  preferences,
  ...serviceAttributes,
  // real-name
  decidedAppeal,
  openAppeal,
  endedRealName,
  faceSession,
  faceSessionMark,
  faceStart,
  guardian,
  guardianCode,
  minorMark,
  ward,
  bankMark,
  faceMark,
  idNumberPointer,
  networkIdPointer,
  networkName,
  realName,
  refusedClaim,
  attempt,
  networkAttempt,
  // retention
  retentionEntry,
  retentionForecast,
  retentionHead,
  // service
  openedTable,
  serviceKey,
  // sharing
  block,
  blockedBy,
  cardReport,
  reportedCard,
  contact,
  handout,
  offer,
  sentOffer,
  share,
  sharePointer,
  namedViewer,
  viewerRecord,
  viewShard,
  // sign-in
  limitCounter,
  riskPass,
  selfProof,
  spentNonce,
  webSignIn,
  // ticket
  openTickets,
  ticket,
} as const;
