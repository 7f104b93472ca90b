/**
 * The consumers of REFRESH_QUEUE and of its dead letter queue. A wake-up starts a run like cron's;
 * many in one batch start one. A rescue message is put into its row, and comes back with a growing
 * delay while D1 is away.
 */
import { withBudget } from '../budget';
import type { Deps } from '../deps';
import { deliverOwn } from '../events/deliver';
import { type NewEvent, writeEvent } from '../events/event-log';
import { type Backoff, backoffMs } from '../retry';
import { HOUR_MS, SECOND_MS } from '../time';
import type { SealedGrant } from './commit';
import { messageSchema, RECOVERY_CALLS, recoverGrant, saveInKv } from './rescue';
import { runRefresh } from './run';

const delay: Backoff = { firstMs: 30 * SECOND_MS, factor: 2, longestMs: HOUR_MS, jitter: 0 };
/** For so many deliveries a message that is the only copy comes back after the first delay. */
const ONLY_COPY_ATTEMPTS = 40;

/** Each message is acknowledged by itself, so that one failure brings back only itself. */
export async function consume(batch: MessageBatch<unknown>, unmetered: Deps): Promise<void> {
  const deps = withBudget(unmetered, unmetered.config.runSubrequests);
  const wakeUps: Message<unknown>[] = [];
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    if (!parsed.success) {
      // Not ours, or of a later version that was rolled back: it would never become readable.
      deps.log.error('queue.message_unreadable', { attempts: message.attempts });
      message.ack();
    } else if (parsed.data.kind === 'wake') {
      wakeUps.push(message);
    } else {
      await recover(deps, message, parsed.data.grant);
    }
  }
  if (wakeUps.length > 0) await runRefresh(deps, 'queue');
  for (const message of wakeUps) message.ack();
  await deliverOwn(deps);
}

/**
 * Whether its row has the grant now, or wants none. If not, the message comes back. Never throws.
 */
async function recover(
  deps: Deps,
  message: Message<unknown>,
  grant: SealedGrant,
): Promise<boolean> {
  const about = { provider: grant.provider, rowId: grant.rowId };
  if (deps.budget.left < RECOVERY_CALLS) {
    // Of a batch of many: the rest comes back.
    message.retry({ delaySeconds: delay.firstMs / SECOND_MS });
    return false;
  }
  try {
    if (!(await recoverGrant(deps, grant))) {
      deps.log.error('rescue.provider_missing', about);
      message.retry({ delaySeconds: delay.longestMs / SECOND_MS });
      return false;
    }
    message.ack();
    return true;
  } catch (error) {
    deps.log.warn('rescue.not_committed', { ...about, attempts: message.attempts }, error);
    // The delay may outlast the outage; the integration's next attempt looks into KV. Where KV does
    // not take it either, the message must be back before that attempt sends the token.
    const inKv = await saveInKv(deps, grant, Number.POSITIVE_INFINITY);
    const growsAfter = inKv ? 0 : ONLY_COPY_ATTEMPTS;
    message.retry({ delaySeconds: retryDelaySeconds(message.attempts - growsAfter) });
    return false;
  }
}

/** Doubles from half a minute to an hour. `attempts`: deliveries so far. Pure. */
export const retryDelaySeconds = (attempts: number): number =>
  backoffMs(delay, Math.max(attempts, 1), 0) / SECOND_MS;

/** By the queue's name, as wrangler.toml has it: a binding of its own is not needed to consume. */
export const isDeadLetters = (queue: string): boolean => queue.endsWith('-dead');

/**
 * What REFRESH_QUEUE gave up on after days. A rescue message is still the only copy of somebody's
 * grant as far as anyone knows, so it is tried on, once an hour, and the operator is told. A
 * wake-up carries no work and goes. Never throws.
 */
export async function consumeDeadLetters(
  batch: MessageBatch<unknown>,
  unmetered: Deps,
): Promise<void> {
  const deps = withBudget(unmetered, unmetered.config.runSubrequests);
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    const kind = parsed.success ? parsed.data.kind : 'unreadable';
    deps.log.error('queue.dead_letter', { kind, attempts: message.attempts });
    if (parsed.success && parsed.data.kind === 'rescue') {
      await recoverDeadLetter(deps, message, parsed.data.grant);
    } else {
      message.ack();
    }
  }
  await deliverOwn(deps);
}

/** The event is written at its first coming, and at its end: one of them finds D1 there. */
async function recoverDeadLetter(
  deps: Deps,
  message: Message<unknown>,
  grant: SealedGrant,
): Promise<void> {
  const recovered = await recover(deps, message, grant);
  if (!recovered && message.attempts > 1) return;
  const { provider, rowId, receivedAt, leaseId } = grant;
  const event: NewEvent = {
    at: deps.now(),
    type: 'rescue.dead_letter',
    data: { provider, rowId, receivedAt, recovered },
    dedupeKey: `rescue.dead_letter ${leaseId} ${recovered}`,
  };
  try {
    await writeEvent(deps, event);
  } catch (error) {
    deps.log.warn('events.not_written', { type: event.type, provider, rowId }, error);
  }
}
