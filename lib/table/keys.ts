import type { PurposeId } from '../policy/purposes';

/**
 * Every key of both tables on one screen.
 *
 *  who               pk                      sk
 *  person            P#<subject>             PERSON          the caller's item: sessions, consents, data key, ledger head
 *  what rests on a   P#<subject>             DATA#<purpose>#<id>   cards, phone, real name, profile …: erased together
 *  consent                                                   when that purpose ends
 *  ledger entry      P#<subject>             LEDGER#<seq>    12 digits, so that text order is number order
 *  WeChat account    P#<subject>             WECHAT          the openid, sealed
 *  process           P#<subject>             PROCESS#<kind>#<id>   what takes time, about a person
 *                    PROCESS#<kind>#<id>     PROCESS#<kind>#<id>   the same, about nobody in particular
 *  export            P#<subject>             EXPORT          what a person takes away, and the key of its pieces
 *                    P#<subject>             EXPORT#<export>#<n>   a piece of it
 *  pointer           ID#<domain>#<digest>    ID              leads to the person; the digest is keyed
 *  incident          INCIDENT#<incident>     INCIDENT        its state and, sealed under its own key, its words
 *                    INCIDENT#<incident>     ENTRY#<n>       its chain
 *  stops             CONTAINMENT             CONTAINMENT     whom of the staff and which partners incidents have stopped
 *  notice            P#<subject>             TOLD#<notice>#<about>  one person of one notice: register, inbox and state
 *  notice to many    NOTICE#<notice>         NOTICE          words, channels and approvals
 *  plan              PLAN#<plan>             PLAN            what two officers plan to tell people
 *                    PLAN#PACE               PACE            when people were last invited to a survey
 *  announced         ANNOUNCED               ANNOUNCED       what is announced to everybody just now
 *  audience          AUDIENCE#<audience>     AUDIENCE        how many, of which kinds
 *                    AUDIENCE#<audience>     PART#<n>        whom a notice goes to, packed
 *  quota             QUOTA#<channel>         QUOTA           how far a channel's time has been given to senders
 *  link to a card    ID#share#<digest>       ID              points to the link in its owner's partition; the digest is keyed
 *  ticket            P#<subject>             DATA#review#ticket-<ticket>   what somebody asks, with its answer
 *  proof of self     P#<subject>             PROOF#<digest>  bound to one act, used once, minutes
 *  limit counter     TRY#<digest>            <window>        dies with its window
 *  web sign-in       WEB#<digest>            WEB             a code on a web page, by keyed digest, minutes
 *  service key       KEYS                    <name>#<version>
 *  opened table      OPENED                  OPENED          which table the service was opened on: a restored one is another
 *  policy            POLICY                  BOOK            the version in force and the next one
 *  policy version    POLICY                  VERSION#<n>     text, registry and difference, chained
 *  hold              HOLD#<hold>             HOLD            what a law or a dispute needs kept; what it keeps stays in its place
 *  disclosure        DISCLOSURE#<disclosure>  DISCLOSURE     what an authority demands of somebody; whom is sealed
 *  retention chain   RETENTION#<chain>       HEAD            where it stands
 *                    RETENTION#<chain>       ENTRY#<n>       what has ended by the clock, and what is held
 *  gauge             GAUGE#<shard>           GAUGE           head-counts, spread over shards
 *  threshold         GAUGE#reached           <threshold>     since when a head-count asks for a filing
 *  scope             SCOPE#<scope>           PAGE#<segment>#<n>      what is found of it, until it is frozen
 *  candidate         SCOPE#<scope>#<shard>   WHO#<subject>   whom it has yet to look at
 *  survey            SURVEY#<subject>        PART#<n>        what an erased person's items left elsewhere, until it is certified gone
 *  certificate       CERTIFICATE#<digest>    CERTIFICATE     of an erasure; the digest is of the receipt code
 *  list              LIST#<incident>#<list>  WHO#<subject>   who is on a list that was uploaded
 *
 *  index everyone    everyoneShard -> pk     every person once
 *  index due         dueShard -> dueAt       every process not yet over, what waits for a human, what ends by the clock,
 *                                            accounts, until nobody has used them for too long
 *  In the table without backups (`tableOf`):
 *  place             P#<subject>             DATA#location#point     the last square, sealed under its hour's key as well
 *  place key         PLACE-KEYS              <name>#<number>         of an hour's places, or of a day's index `near`
 *
 *  index near        nearCell -> nearPath    there: who wants to be found and where, by keyed digests of squares
 *  index touched     touchedBy -> at         every ledger entry about data, by who has brought it about (ledger/touched.ts)
 */
export type Key = { pk: string; sk: string };

/** A key as one text, no other key's: for maps and sets of items. */
export function textOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** `places` has no backups: what is destroyed there is gone everywhere (docs/adr/0034-places-end-with-their-hour.md). */
export type TableId = 'main' | 'places';
export const tableIds: readonly TableId[] = ['main', 'places'];

/** The partition of the keys that places end with. */
export const PLACE_KEYS = 'PLACE-KEYS';
/** The purposes of which everything that rests on them lies in the table without backups. */
const inPlaces: readonly PurposeId[] = ['location'];

/** The table that an item lies in, told by its key alone, so that nobody who reads or writes can take the other one. */
export function tableOf({ pk, sk }: Key): TableId {
  return pk === PLACE_KEYS || inPlaces.some((purpose) => sk.startsWith(dataPrefix(purpose)))
    ? 'places'
    : 'main';
}

/**
 * An item elsewhere that leads to one and goes with it. Where `forget` is given it is somebody else's own, and only these
 * of its attributes go.
 */
export type Pointer = Key & { forget?: readonly string[] };

/** Spread of the first two: enough that no partition is hot at 100 million people. */
export const EVERYONE_SHARDS = 64;
export const DUE_SHARDS = 8;
/** Parts of what ends by the clock that are swept apart: the shards of the index `due` of the one table, then of the other. */
export const SWEEP_PARTS = tableIds.length * DUE_SHARDS;

/** Which shard of which table's index `due` a part of the sweep is. */
export function shardOfPart(part: number): { from: TableId; shard: number } {
  return { from: part < DUE_SHARDS ? 'main' : 'places', shard: part % DUE_SHARDS };
}

export const keys = {
  person: (subjectId: string): Key => ({ pk: partition(subjectId), sk: 'PERSON' }),
  data: (subjectId: string, purpose: PurposeId, id: string): Key => ({
    pk: partition(subjectId),
    sk: `${dataPrefix(purpose)}${id}`,
  }),
  pointer: (domain: string, digest: string): Key => ({ pk: `ID#${domain}#${digest}`, sk: 'ID' }),
};

/** The start of every sort key whose item rests on one consent purpose. */
export function dataPrefix(purpose: PurposeId): string {
  return `DATA#${purpose}#`;
}

export function partition(subjectId: string): string {
  return `P#${subjectId}`;
}

/** The person a key belongs to, when it lies in a person's partition. */
export function subjectOf({ pk }: Key): string | undefined {
  return pk.startsWith('P#') ? pk.slice(2) : undefined;
}

export function everyoneShard(shard: number): string {
  return `EVERYONE#${shard}`;
}

/**
 * Parts of the index `due` that are looked through apart: processes; those of notices, which are their worker's alone; what
 * ends by the clock, so that no backlog of the one hides the other; and accounts that nobody uses, by what comes next for them.
 */
export type DueLane = 'DUE' | 'NOTICES' | 'ENDS' | 'DORMANT-30' | 'DORMANT-7' | 'DORMANT-0';

export function dueShard(shard: number, lane: DueLane = 'DUE'): string {
  return `${lane}#${shard}`;
}

/** The shard of a person in an index: stable, and even because ids are random. */
export function shardOf(subjectId: string, shards: number): number {
  return Buffer.from(subjectId, 'base64url').readUInt16BE(1) % shards;
}

/** Twelve digits, so that the order of text is the order of numbers. */
export function padded(number: number): string {
  return String(number).padStart(12, '0');
}
