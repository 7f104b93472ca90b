/**
 * The consumer of the dead letter queue: what REFRESH_QUEUE gave up on after days. A rescue message
 * is still the only copy of somebody's grant as far as anyone knows, so it is tried on, once an
 * hour, and the operator is told. A wake-up carries no work and goes.
 */

import type { Deps } from '../deps';
import { auditEvent } from '../events/audit';
import type { Grant } from './grant';
import { persistently } from './persistently';
import { recoverOne } from './queue';
import { messageSchema } from './rescue';

const EVENT_MS = 5_000;

/** By the queue's name, as wrangler.toml has it: a binding of its own is not needed to consume. */
export const isDeadLetters = (queue: string): boolean => queue.endsWith('-dead');

/** Never throws. */
export async function consumeDeadLetters(batch: MessageBatch<unknown>, deps: Deps): Promise<void> {
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    const kind = parsed.success ? parsed.data.kind : 'unreadable';
    deps.log.error('dead_letter', { kind, attempts: message.attempts });
    if (parsed.success && parsed.data.kind === 'rescue') {
      await tryOn(deps, message, parsed.data.grant);
    } else {
      message.ack();
    }
  }
}

/** The event is written at its first coming, and at its end: one of them finds D1 there. */
async function tryOn(deps: Deps, message: Message<unknown>, grant: Grant): Promise<void> {
  const recovered = await recoverOne(deps, message, grant);
  if (!recovered && message.attempts > 1) return;
  const { provider, rowId, receivedAt } = grant;
  const event = {
    at: deps.now(),
    type: 'rescue.dead_letter',
    provider,
    detail: { rowId, receivedAt, recovered },
  };
  try {
    await persistently(deps, deps.now() + EVENT_MS, () =>
      deps.db.batch([auditEvent(deps.db, event)]),
    );
  } catch (error) {
    deps.log.warn('event_not_written', { type: event.type, provider, rowId }, error);
  }
}
