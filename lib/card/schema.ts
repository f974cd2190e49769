import * as z from 'zod/mini';
import { cardFields, type FieldPart, fieldParts, keptPart, type PartOf, type PicturePart } from './fields';
import { type Piece, piecesOf, type Shape, type ValueOf } from './shape';
import type { ShownCard } from './shown';
import { tidy } from './vcard-line';

/** Checks of a card's content, made from its declaration: as it is sent, stored, and shown. */

type WrittenPart = Exclude<FieldPart, PicturePart> | 'kept';
type Known<T> = z.ZodMiniType<T, T>;
type Sent<S> = S extends { needed: true }
  ? Known<string>
  : S extends { list: unknown }
    ? z.ZodMiniDefault<Known<ValueOf<S>>>
    : z.ZodMiniOptional<Known<string>>;
type Partly<S> = z.ZodMiniOptional<Known<ValueOf<S>>>;
type Whole<S> = S extends { needed: true } | { list: unknown } ? Known<ValueOf<S>> : Partly<S>;

/** A text that somebody writes: cleaned of what nobody sees and what turns text around, trimmed, and not empty. */
export const writtenText = (maxCharacters: number) =>
  z.string().check(
    z.overwrite((written) => tidy(written, true)),
    z.minLength(1),
    z.maxLength(maxCharacters),
  );

function sentPiece(piece: Piece): z.ZodMiniType {
  if ('choice' in piece) return z.enum(piece.choice);
  const { form, maxCharacters } = piece;
  return form ? writtenText(maxCharacters).check(z.regex(form)) : writtenText(maxCharacters);
}

/** As it was once accepted, so without limits: a limit that becomes narrower leaves what is stored readable. */
function keptPiece(piece: Piece): z.ZodMiniType {
  return 'choice' in piece ? z.enum(piece.choice) : z.string();
}

function valueSchema(shape: Shape, pieceOf: (piece: Piece) => z.ZodMiniType, exact: boolean): z.ZodMiniType {
  if ('one' in shape) return pieceOf(shape.one);
  if (!('must' in shape.list)) return z.array(pieceOf(shape.list));
  const { must } = shape.list;
  const pieces = Object.fromEntries(
    piecesOf(shape.list).map(([name, piece]) => [
      name,
      name in must ? pieceOf(piece) : z.optional(pieceOf(piece)),
    ]),
  );
  return z.array(exact ? z.strictObject(pieces) : z.object(pieces));
}

function sent(shape: Shape): z.ZodMiniType {
  const value = valueSchema(shape, sentPiece, true);
  if ('one' in shape) return shape.needed ? value : z.optional(value);
  return z._default((value as z.ZodMiniArray).check(z.maxLength(shape.most)), []);
}

function whole(shape: Shape): z.ZodMiniType {
  const value = valueSchema(shape, keptPiece, false);
  return 'list' in shape || shape.needed ? value : z.optional(value);
}

/** A list that is younger than the card is empty on it. */
function stored(shape: Shape): z.ZodMiniType {
  return 'list' in shape ? z._default(whole(shape), []) : whole(shape);
}

const pictures = Object.values(cardFields).flatMap(({ medium, parts }) =>
  medium === 'picture' ? Object.keys(parts) : [],
);
const shown: Record<string, Shape> = fieldParts;
const written: Record<string, Shape> = {
  ...Object.fromEntries(Object.entries(shown).filter(([part]) => !pictures.includes(part))),
  kept: keptPart,
};
const each = (parts: Record<string, Shape>, make: (shape: Shape) => z.ZodMiniType): unknown =>
  Object.fromEntries(Object.entries(parts).map(([part, shape]) => [part, make(shape)]));

/** What people send: everything but the pictures, within its limits, and nothing beside it. */
export const sentContent = each(written, sent) as { [P in WrittenPart]: Sent<PartOf<P>> };

/** What is stored of it. */
export const storedContent = each(written, stored) as { [P in WrittenPart]: Whole<PartOf<P>> };

/** What there is to show of it: never what was kept of an import. */
export const partialContent = each(shown, (shape) => z.optional(valueSchema(shape, keptPiece, false))) as {
  [P in FieldPart]: Partly<PartOf<P>>;
};

/** A card as somebody else is shown it: what lib/table/sharing/may-show.ts makes, and nothing else fits. */
export const shownCard = z.object(partialContent) as unknown as z.ZodMiniType<ShownCard, ShownCard>;

const { logo: _, ...words } = partialContent;

/** The same for strangers, who are shown no pictures. */
export const shownToStrangers = z.object(words) as unknown as z.ZodMiniType<ShownCard, ShownCard>;

/** All of it, as its owner is shown it. */
export const wholeContent = each({ ...shown, kept: keptPart }, whole) as {
  [P in FieldPart | 'kept']: Whole<PartOf<P>>;
};
