import { seal, signature } from '../../infra/local/sandbox/wechat-push';
import { createWechatPush, PUSH_AHEAD_MS, PUSH_PAST_MS, sign, unseal } from '../../lib/partner/wechat-push';
import samples from './wechat-push-samples.json';

/** A receiver set up as a sample says, at the moment of the sample. */
const receiverOf = (
  sample: { token: string; aesKey: string; appid: string; timestamp: string },
  aheadMs = 0,
) =>
  createWechatPush({
    appid: sample.appid,
    tokens: [sample.token],
    aesKeys: [sample.aesKey],
    clock: { now: () => Number(sample.timestamp) * 1000 + aheadMs },
  });
const queryOf = ({ timestamp, nonce, signature: msg_signature }: (typeof samples.signed)[number]) => ({
  timestamp,
  nonce,
  msg_signature,
});

describe('the samples that WeChat publishes with its crypto library and in its documents', () => {
  it.each(samples.signed)('opens what was signed with $token at $timestamp', (sample) => {
    const opened = receiverOf(sample).open(queryOf(sample), sample.encrypted);
    const message = 'message' in opened ? opened.message : opened;
    if (sample.message) expect(message).toBe(sample.message);
    else expect(message).toContain(sample.holds);
    expect(sign(sample.token, sample.timestamp, sample.nonce, sample.encrypted).toString('hex')).toBe(
      sample.signature,
    );
  });

  it.each(samples.sealed)('seals and opens $message', ({ aesKey, appid, random, message, encrypted }) => {
    expect(seal({ appid, aesKey }, message, Buffer.from(random))).toBe(encrypted);
    const key = Buffer.from(`${aesKey}=`, 'base64');
    expect(unseal(key, Buffer.from(encrypted, 'base64'))).toEqual({ message, appid });
  });
});

const [sample] = samples.signed as [(typeof samples.signed)[number]];
const query = queryOf(sample);

describe('what is no push of WeChat to us', () => {
  it('is every change of the query or the ciphertext', () => {
    const push = receiverOf(sample);
    const flip = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
    for (const name of ['timestamp', 'nonce', 'msg_signature'] as const)
      for (let at = 0; at < query[name].length; at += 1)
        expect(push.open({ ...query, [name]: flip(query[name], at) }, sample.encrypted)).not.toHaveProperty(
          'message',
        );
    for (let at = 0; at < sample.encrypted.length; at += 7)
      expect(push.open(query, flip(sample.encrypted, at))).toEqual({ disbelief: 'signature' });
    for (const name of ['timestamp', 'nonce', 'msg_signature'])
      expect(push.open({ ...query, [name]: undefined }, sample.encrypted)).toEqual({
        disbelief: 'malformed',
      });
  });

  it('is one that is older or newer than the window, to the second', () => {
    const at = (aheadMs: number) => receiverOf(sample, aheadMs).open(query, sample.encrypted);
    expect(at(PUSH_PAST_MS)).toHaveProperty('message');
    expect(at(PUSH_PAST_MS + 1)).toEqual({ disbelief: 'stale' });
    expect(at(-PUSH_AHEAD_MS)).toHaveProperty('message');
    expect(at(-PUSH_AHEAD_MS - 1)).toEqual({ disbelief: 'stale' });
  });

  it('is one that was sealed for another mini-program, or by a key that is not ours', () => {
    const elsewhere = { ...sample, appid: 'wx0000000000000001' };
    expect(receiverOf(elsewhere).open(query, sample.encrypted)).toEqual({ disbelief: 'appid' });
    const otherKey = { ...sample, aesKey: 'B'.repeat(43) };
    expect(receiverOf(otherKey).open(query, sample.encrypted)).toEqual({ disbelief: 'envelope' });
  });

  it('is a signed envelope with nothing, too little or a false length in it', () => {
    const push = receiverOf(sample);
    const key = Buffer.from(`${sample.aesKey}=`, 'base64');
    for (const encrypted of [
      'AAAA',
      Buffer.alloc(16).toString('base64'),
      Buffer.alloc(64, 7).toString('base64'),
    ]) {
      const msg_signature = signature(sample.token, sample.timestamp, sample.nonce, encrypted);
      expect(push.open({ ...query, msg_signature }, encrypted)).toEqual({ disbelief: 'envelope' });
    }
    expect(unseal(key, Buffer.alloc(0))).toBeUndefined();
  });
});

describe('while token and key are being changed', () => {
  it('either of two is believed, and neither when it is gone', () => {
    const both = createWechatPush({
      appid: sample.appid,
      tokens: ['new-token', sample.token],
      aesKeys: ['C'.repeat(43), sample.aesKey],
      clock: { now: () => Number(sample.timestamp) * 1000 },
    });
    expect(both.open(query, sample.encrypted)).toHaveProperty('message');
    const after = { ...sample, token: 'new-token' };
    expect(receiverOf(after).open(query, sample.encrypted)).toEqual({ disbelief: 'signature' });
  });
});

describe("WeChat's check of our address", () => {
  const { timestamp, nonce, token } = sample;
  const check = { timestamp, nonce, signature: signature(token, timestamp, nonce) };
  const answer = (echostr: string | undefined, more = {}) =>
    receiverOf(sample).answerTo({ ...check, echostr, ...more });

  it('gets its word back, when WeChat has signed', () => {
    expect(answer('6521394410852046784')).toEqual({ echo: '6521394410852046784' });
    expect(answer('1', { signature: 'a'.repeat(40) })).toEqual({ disbelief: 'signature' });
    expect(answer('1', { nonce: `${nonce}0` })).toEqual({ disbelief: 'signature' });
  });

  it('gets nothing back that a browser could take for more than a word', () => {
    for (const word of [undefined, '', '<script>alert(1)</script>', 'a b', 'x'.repeat(65), 'é'])
      expect(answer(word)).toEqual({ disbelief: 'malformed' });
  });
});
