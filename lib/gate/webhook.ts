import * as z from 'zod/mini';
import type { Run } from './operation';

/** A name, value or body longer than what any partner sends in its address. */
const MAX_QUERY_CHARS = 1_024;
const queryText = z.string().check(z.maxLength(MAX_QUERY_CHARS));

/** What came to a webhook, as it came: nothing of it is proved. The body is measured by the gate (`maxBodyBytes`). */
export const webhookInput = z.strictObject({
  method: z.enum(['GET', 'POST']),
  query: z.record(queryText, queryText),
  body: z.string(),
});
export type Webhook = z.output<typeof webhookInput>;

/** What goes back, bare. */
export const webhookOutput = z.object({ text: z.string() });

export type WebhookRun = Run<'webhook', Webhook>;
