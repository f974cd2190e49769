import * as z from 'zod/mini';
import type { WechatServer } from './wechat-server';

/** What WeChat holds of a text; `unavailable` when it could not be asked. Only `pass` lets others see the text. */
export const textAnswers = ['pass', 'review', 'risky', 'unavailable'] as const;
export type TextAnswer = (typeof textAnswers)[number];

export type WechatText = {
  /** Judges these words as written by this person (msg_sec_check, version 2). Never throws. */
  judge(words: readonly string[], openid: string): Promise<TextAnswer>;
};

/** Characters of one question. */
export const MAX_CONTENT_CHARS = 2500;
const SCENE_PROFILE = 1;
/** The person has not been in the mini-program for two hours, so WeChat does not judge: a human must. */
const NO_VISIT = 61010;

const answerSchema = z.object({ result: z.object({ suggest: z.enum(['pass', 'review', 'risky']) }) });
const worst = ['risky', 'review', 'unavailable', 'pass'] as const;

/** `name` is whose words they are in our log. */
export function createWechatText(
  server: WechatServer,
  name: 'wechat-text' | 'wechat-nickname' = 'wechat-text',
): WechatText {
  async function ask(content: string, openid: string): Promise<TextAnswer> {
    try {
      const body = { content, version: 2, scene: SCENE_PROFILE, openid };
      const { errcode, json } = await server.ask(name, '/wxa/msg_sec_check', body);
      if (errcode === NO_VISIT) return 'review';
      if (errcode !== 0) return 'unavailable';
      return answerSchema.parse(json).result.suggest;
    } catch {
      return 'unavailable';
    }
  }

  return {
    async judge(words, openid) {
      const said = await Promise.all(questions(words).map((content) => ask(content, openid)));
      return worst.find((answer) => said.includes(answer)) ?? 'pass';
    },
  };
}

/** The words in as few questions as possible. A word is cut only where it is longer than a question may be. */
function questions(words: readonly string[]): string[] {
  const contents: string[] = [];
  for (const word of words.flatMap(inPieces)) {
    const last = contents.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= MAX_CONTENT_CHARS)
      contents[contents.length - 1] = `${last}\n${word}`;
    else contents.push(word);
  }
  return contents;
}

function inPieces(word: string): string[] {
  const pieces = Math.ceil(word.length / MAX_CONTENT_CHARS);
  return Array.from({ length: pieces }, (_, at) =>
    word.slice(at * MAX_CONTENT_CHARS, (at + 1) * MAX_CONTENT_CHARS),
  );
}
