import type { KindId, KindStored } from '../policy/kinds';
import type { recipients } from '../policy/recipients';
import type { PhoneContact } from './phone-contact-fields';
import type { Shape } from './shape';

/** It has no place there, and why. */
export type Never = { never: string };

/**
 * A kind that may go to the content check: `wechat-text` in lib/policy/recipients.ts names it, so the person is told
 * (promise D1).
 */
type JudgedKind = Extract<(typeof recipients)['wechat-text']['kinds'][number], KindId>;

/** How the person is told of it. */
export type Told<K> = {
  /** What people call it. */
  title: string;
  /** The kind it is stored under, and kinds that are in it besides. */
  kind: K;
  alsoKinds?: readonly K[];
};

/**
 * A part that is one text: read, written and placed by what stands here. `structured` needs code of its own in the reader
 * (vcard-content.ts) and the writer (vcard-properties.ts) of vCard, from which jCard follows, or in phone-contact.ts; the
 * compiler asks for it.
 */
export type TextPart<K> = Told<K> &
  Extract<Shape, { one: unknown }> & {
    /** The property whose text it is (RFC 6350, or with X-). */
    vCard: { property: string } | 'structured' | Never;
    /** Its place in `wx.addPhoneContact`, or the remark, under its title. */
    phoneContact: { place: keyof PhoneContact } | 'in-remark' | 'structured' | Never;
  };
/** A part that is a list, and so never one text of a file. */
export type ListPart<K> = Told<K> &
  Extract<Shape, { list: unknown }> & { vCard: 'structured' | Never; phoneContact: 'structured' | Never };
export type Part<K> = TextPart<K> | ListPart<K>;

/** A field: what is shown or not, by itself. */
export type FieldRow = {
  /** Who sees it until its owner says who may: nobody (promise C2). */
  audience: 'nobody';
  /** Whether it is a claim of a signed card. Several parts make one claim together. */
  signedCard: 'claim' | Never;
} & (
  | { medium: 'text'; parts: Readonly<Record<string, Part<JudgedKind>>> }
  /** Put on by an operation of its own, and judged by a human. The part says which picture it is. */
  | { medium: 'picture'; parts: Readonly<Record<string, Part<KindStored<'sealed'>>>> }
);
