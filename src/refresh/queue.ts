/**
 * The consumer of REFRESH_QUEUE. A wake-up starts a run like cron's; many in one batch start one.
 * A rescue message is put into its row, and comes back with a growing delay while D1 is away.
 */
import type { Deps } from '../deps';
import { publish } from '../status-cache/publish';
import type { Grant } from './grant';
import { runRefresh } from './groups';
import { commitRescued } from './keep';
import { messageSchema, saveRescue } from './rescue';

const FIRST_DELAY_SECONDS = 30;
const LONGEST_DELAY_SECONDS = 3_600;
/** For so many deliveries a message that is the only copy comes back after the first delay. */
const ONLY_COPY_ATTEMPTS = 40;

/** Each message is acknowledged by itself, so that one failure brings back only itself. */
export async function consume(batch: MessageBatch<unknown>, deps: Deps): Promise<void> {
  const wakeUps: Message<unknown>[] = [];
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    if (!parsed.success) {
      // Not ours, or of a later version that was rolled back: it would never become readable.
      deps.log.error('queue_message_unreadable', { attempts: message.attempts });
      message.ack();
    } else if (parsed.data.kind === 'wake') {
      wakeUps.push(message);
    } else {
      await recoverOne(deps, message, parsed.data.grant);
    }
  }
  if (wakeUps.length === 0) return;
  await runRefresh(deps, 'queue');
  for (const message of wakeUps) message.ack();
}

/** Whether its row has the grant now, or wants none. If not, the message comes back. Never throws. */
export async function recoverOne(
  deps: Deps,
  message: Message<unknown>,
  grant: Grant,
): Promise<boolean> {
  const about = { provider: grant.provider, rowId: grant.rowId };
  const provider = deps.config.providers.get(grant.provider);
  if (provider?.kind !== 'oauth2') {
    deps.log.error('rescue_without_provider', about);
    message.retry({ delaySeconds: LONGEST_DELAY_SECONDS });
    return false;
  }
  try {
    const options = { provider, visible: false, usedNow: false, leaseId: grant.leaseId };
    const committed = await commitRescued(deps, grant, null, options);
    if (committed.kind === 'committed' && committed.snapshot) {
      await publish(deps, committed.snapshot);
    }
    message.ack();
    return true;
  } catch (error) {
    deps.log.warn('rescue_not_committed', { ...about, attempts: message.attempts }, error);
    // The delay may outlast the outage; the integration's next attempt looks into KV. Where KV does
    // not take it either, the message must be back before that attempt asks the provider.
    const inKv = await saveRescue({ ...deps, queue: null }, grant, deps.now());
    const growsAfter = inKv ? 0 : ONLY_COPY_ATTEMPTS;
    message.retry({ delaySeconds: retryDelaySeconds(message.attempts - growsAfter) });
    return false;
  }
}

/** Doubles from half a minute to an hour. `attempts`: deliveries so far. Pure. */
export const retryDelaySeconds = (attempts: number): number =>
  Math.min(
    FIRST_DELAY_SECONDS * 2 ** Math.min(Math.max(attempts - 1, 0), 10),
    LONGEST_DELAY_SECONDS,
  );
