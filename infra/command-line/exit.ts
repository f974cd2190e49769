import type { Words } from './words';

/** How a command ends; scripts rely on these. README.md has the same table. */
export const exits = {
  ok: 0,
  refused: 1,
  usage: 2,
  signInNeeded: 3,
  unreachable: 4,
  /** It is done, and what it found is a lower bound. */
  doubt: 5,
  interrupted: 130,
} as const;

/** Ends a command with words for its user. Nothing that was typed is repeated in them. */
export class Stop extends Error {
  readonly words: Words;
  readonly exit: (typeof exits)[keyof typeof exits];

  constructor(exit: keyof typeof exits, words: Words) {
    super(words.en);
    this.name = 'Stop';
    this.words = words;
    this.exit = exits[exit];
  }
}
