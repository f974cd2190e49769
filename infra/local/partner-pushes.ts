import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../lib/clock';
import type { Contacts } from './sandbox/contacts';
import { type PushSettings, pushOf } from './sandbox/wechat-push';

const LOOK_EVERY_MS = 250;
/** So often WeChat and the relay try, and so long after the last time. */
const TRIES = 3;
const AGAIN_AFTER_MS = 5_000;
const AT_ONCE = 100;

export type PushesOptions = {
  /** Base URL of the HTTP API, where the function `events` listens. */
  api: string;
  contacts: Contacts;
  push: PushSettings;
  clock: Clock;
};

/**
 * Brings to the service what partners tell by themselves, as they do (docs/events.md): events of WeChat signed and in their
 * envelope, mails that came back as the relay hands them over, and the callback that receipts of SMS wait to be pulled.
 */
export function startPartnerPushes({ api, contacts, push, clock }: PushesOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const called = new WeakSet<object>();
  const tries = new WeakMap<object, number>();
  const { messageEvents, bounces, smsReceipts } = contacts;

  /** Whether the service has said that it took it. */
  async function post(path: string, body: string, type = 'application/json'): Promise<boolean> {
    const headers = { 'content-type': type };
    const asked = fetch(new URL(`/events/${path}`, api), {
      method: 'POST',
      headers,
      body,
      signal: stopping.signal,
    });
    return asked.then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async function deliver<T extends object>(
    waiting: { take(limit: number): T[]; put(thing: T, delayMs: number): void },
    send: (thing: T) => Promise<boolean>,
  ): Promise<void> {
    for (const thing of waiting.take(AT_ONCE)) {
      const tried = (tries.get(thing) ?? 0) + 1;
      tries.set(thing, tried);
      if (!(await send(thing)) && tried < TRIES) waiting.put(thing, AGAIN_AFTER_MS);
    }
  }

  function toWechatPush(event: object): Promise<boolean> {
    const seconds = Math.floor(clock.now() / 1000);
    const pushed = { seconds, random: randomBytes(16) };
    const { query, body } = pushOf(push, event as Record<string, unknown>, pushed);
    return post(`wechat?${new URLSearchParams(query)}`, body);
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      await deliver(messageEvents, toWechatPush);
      await deliver(bounces, ({ to, content }) =>
        post(`mail?${new URLSearchParams({ to })}`, content, 'text/plain'),
      );
      const news = smsReceipts.due().filter((one) => !called.has(one));
      // They stay where they are: whoever is called comes and pulls them.
      if (news.length > 0 && (await post('sms', JSON.stringify(news))))
        for (const one of news) called.add(one);
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
