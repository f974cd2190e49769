/**
 * How a part of a card is shaped, as plain data: from it follow its type, its limits where it is sent, how it is stored
 * and shown, and which of its words are judged before others see them.
 */

/** Which texts the content check reads before others do: each, those with a letter in them, or none, and why not. */
export type Words = 'all' | 'with-letters' | { none: string };

export type Text = {
  /** UTF-16 code units, as `String.length` counts. */
  maxCharacters: number;
  words: Words;
  /** It may have several lines. */
  lines?: true;
  /** What it must look like besides. */
  form?: RegExp;
};
/** One of a few words of ours, so there is nothing in it to judge. */
export type Choice = { choice: readonly string[] };
export type Piece = Text | Choice;
/** Several pieces that belong together. */
export type Group = { must: Readonly<Record<string, Piece>>; may: Readonly<Record<string, Piece>> };

/** One text, absent where nothing is said unless it is `needed`; or a list, empty where nothing is said. */
export type Shape = { one: Text; needed?: true } | { list: Text | Group; most: number };

/** A type written out, so that messages of the compiler stay readable. */
export type Plain<T> = { [K in keyof T]: T[K] };

type PieceValue<P> = P extends { choice: readonly (infer V)[] } ? V : string;
type ItemValue<I> = I extends Group
  ? Plain<
      { -readonly [K in keyof I['must']]: PieceValue<I['must'][K]> } & {
        -readonly [K in keyof I['may']]?: PieceValue<I['may'][K]> | undefined;
      }
    >
  : string;
/** What a card holds in a part of this shape. */
export type ValueOf<S> = S extends { list: infer I } ? ItemValue<I>[] : string;

/** The pieces of a group, those that must be there first. */
export function piecesOf({ must, may }: Group): [name: string, piece: Piece][] {
  return Object.entries({ ...must, ...may });
}

/** The words in a part's value that the content check reads, one text each. */
export function wordsIn(shape: Shape, value: unknown): string[] {
  if (value === undefined) return [];
  if ('one' in shape) return wordsOfPiece(shape.one, value);
  const { list } = shape;
  return (value as unknown[]).flatMap((item) =>
    'must' in list
      ? piecesOf(list).flatMap(([name, piece]) =>
          wordsOfPiece(piece, (item as Record<string, unknown>)[name]),
        )
      : wordsOfPiece(list, item),
  );
}

function wordsOfPiece(piece: Piece, value: unknown): string[] {
  if (typeof value !== 'string' || value === '' || 'choice' in piece) return [];
  const read = piece.words === 'all' || (piece.words === 'with-letters' && /\p{L}/u.test(value));
  return read ? [value] : [];
}
