/**
 * Rescue: where a grant goes when D1 is away, and how it gets into its row later. While this Worker
 * lives and one of D1, KV and the queue takes a write, a rotated token is not lost.
 *
 * A rescue record is a value in KV (`rescue/<attempt id>`, tokens sealed) and a message of its own
 * kind to the queue. Either is enough. Whoever refreshes the row next reads the record first; the
 * queue's consumer tries until D1 has it; once an hour what is left in KV is put into its row.
 */
import * as z from 'zod';
import { isOutage } from '../db/outage';
import type { AccountRow } from '../db/schema';
import type { Deps } from '../deps';
import { writeEvent } from '../events/event-log';
import { type Backoff, poll, retry, withDeadline } from '../retry';
import { publish } from '../status-cache/publish';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time';
import {
  type CommitOptions,
  type Committed,
  commitGrant,
  grantSchema,
  type SealedGrant,
} from './commit';

const SAVE_MS = 5 * SECOND_MS;
const TRY_MS = 2_200;
const READ_MS = 2 * SECOND_MS;
/** An outage of D1 that lasts longer has lost more than this. */
const KEPT_SECONDS = (7 * DAY_MS) / SECOND_MS;
/**
 * A grant that nothing took: this goes on in the background for as long as a cron tick may live.
 */
const LAST_RESORT_MS = 15 * MINUTE_MS;

const saveBackoff: Backoff = { firstMs: 300, factor: 1, longestMs: 300, jitter: 0 };
const lastResortBackoff: Backoff = {
  firstMs: SECOND_MS,
  factor: 2,
  longestMs: 15 * SECOND_MS,
  jitter: 0,
};

const PREFIX = 'rescue/';

const keyOf = (leaseId: string): string => PREFIX + leaseId;

/** What goes over REFRESH_QUEUE. A wake-up carries no work: losing or repeating it does no harm. */
export const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('wake') }),
  z.object({ kind: z.literal('rescue'), grant: grantSchema }),
]);
export type RefreshMessage = z.output<typeof messageSchema>;

/** `unsaved`: nothing took it so far, and the background goes on trying. */
export type Rescued = { kind: 'rescued' | 'unsaved' };

/**
 * Saves a grant that D1 did not take in a rescue record. Never throws.
 * @param commit that failed: the background tries it again
 */
export async function rescue(
  deps: Deps,
  grant: SealedGrant,
  commit: () => Promise<Committed>,
): Promise<Rescued> {
  if (await saveRescue(deps, grant, deps.now() + SAVE_MS)) {
    deps.log.warn('rescue.saved', aboutOf(grant));
    return { kind: 'rescued' };
  }
  deps.log.error('rescue.not_saved', aboutOf(grant));
  const lastResort = async () => {
    await deps.sleep(lastResortBackoff.firstMs);
    const until = deps.now() + LAST_RESORT_MS;
    const saved = await poll(deps, { until, backoff: lastResortBackoff }, async () => {
      if (await saveRescue(deps, grant, deps.now())) return true;
      // Why not was logged by the caller; the next round tries again.
      const committed = await commit().catch(() => null);
      // Whoever was to publish it has gone on.
      if (committed?.kind === 'committed' && committed.snapshot) {
        await publish(deps, committed.snapshot);
      }
      return committed && true;
    });
    if (!saved) deps.log.error('rescue.grant_lost', aboutOf(grant));
  };
  deps.waitUntil(lastResort());
  return { kind: 'unsaved' };
}

/**
 * Whether KV or the queue took it, trying until then. One after the other: five attempts at a time
 * share the six calls that may wait for an answer. Never throws.
 */
export async function saveRescue(deps: Deps, grant: SealedGrant, until: number): Promise<boolean> {
  // The first round has its time in any case; the others what is left.
  let tryUntil = Number.POSITIVE_INFINITY;
  const taken = await poll(deps, { until, backoff: saveBackoff }, async () => {
    const inKv = await saveInKv(deps, grant, tryUntil);
    const inQueue = await saveInQueue(deps, grant, tryUntil);
    tryUntil = until;
    return inKv || inQueue || null;
  });
  return taken !== null;
}

/** Whether KV took it. One try. Never throws. */
export const saveInKv = (deps: Deps, grant: SealedGrant, until: number): Promise<boolean> =>
  succeeds(deps, until, () =>
    deps.kv.put(keyOf(grant.leaseId), JSON.stringify(grant), { expirationTtl: KEPT_SECONDS }),
  );

async function saveInQueue(deps: Deps, grant: SealedGrant, until: number): Promise<boolean> {
  const { queue } = deps;
  const message: RefreshMessage = { kind: 'rescue', grant };
  return queue !== null && succeeds(deps, until, () => queue.send(message));
}

const succeeds = (deps: Deps, until: number, call: () => Promise<unknown>): Promise<boolean> =>
  retry(deps, { tries: 1, tryMs: TRY_MS, until, what: 'rescue' }, call).then(
    () => true,
    () => false,
  );

/**
 * The newest record of these attempts, or null.
 *
 * @throws where KV cannot tell: a record may then be there all the same
 */
export async function findRescue(
  deps: Deps,
  leaseIds: readonly string[],
): Promise<SealedGrant | null> {
  if (leaseIds.length === 0) return null;
  const grants = await withDeadline(read(deps, leaseIds.map(keyOf)), READ_MS, 'kv_read');
  return grants.reduce<SealedGrant | null>(
    (newest, grant) => (newest && newest.receivedAt >= grant.receivedAt ? newest : grant),
    null,
  );
}

async function read(deps: Deps, keys: string[]): Promise<SealedGrant[]> {
  const texts = await readTexts(deps, keys);
  return [...texts.values()].map(parse).filter((grant) => grant !== null);
}

/** "Not there" is cached too, so no longer than KV must. */
const readTexts = ({ kv }: Deps, keys: string[]): Promise<Map<string, string | null>> =>
  kv.get(keys, { type: 'text', cacheTtl: 30 });

function parse(text: string | null): SealedGrant | null {
  if (text === null) return null;
  try {
    return grantSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Puts a rescue record into its row, and removes it. Where that fails, the record ends by its own
 * lifetime.
 *
 * @throws what D1 throws
 */
export async function commitRescued(
  deps: Deps,
  grant: SealedGrant,
  row: AccountRow | null,
  options: CommitOptions,
): Promise<Committed> {
  const committed = await commitGrant(deps, grant, row, options);
  deps.log.info('rescue.recovered', { provider: grant.provider, outcome: committed.kind });
  await forgetRescue(deps, grant);
  return committed;
}

/**
 * Its tokens are elsewhere. Where it cannot be removed, it ends by its own lifetime. Never throws.
 */
export async function forgetRescue(deps: Deps, { leaseId }: SealedGrant): Promise<void> {
  await succeeds(deps, Number.POSITIVE_INFINITY, () => deps.kv.delete(keyOf(leaseId)));
}

/**
 * The same without an attempt, where nobody has read the row: also publishes what changes. False:
 * the provider is not configured any more, so the record waits.
 *
 * @throws what D1 throws
 */
export async function recoverGrant(deps: Deps, grant: SealedGrant): Promise<boolean> {
  const provider = deps.config.providers.get(grant.provider);
  if (provider?.kind !== 'oauth2') return false;
  const options = { provider, visible: false, usedNow: false, leaseId: grant.leaseId };
  const committed = await commitRescued(deps, grant, null, options);
  if (committed.kind === 'committed' && committed.snapshot) {
    await publish(deps, committed.snapshot);
  }
  return true;
}

/** Of one hour, KV's limit for a bulk read; what is left is tried an hour later. */
const RECOVERED_AT_MOST = 100;
const RECOVER_MS = MINUTE_MS;
/** The row, its commit, and the verification of KV. */
export const RECOVERY_CALLS = 4;
const LIST_MS = 5 * SECOND_MS;

/**
 * Once an hour: records that no attempt came back for, because the integration was disconnected or
 * is not due for long. Also what makes up for a queue that is not bound. One that cannot be put
 * into its row keeps none of the others from theirs.
 *
 * @throws what KV throws, and D1 where it is away; what could not be recovered is tried again in an
 *   hour, for seven days
 */
export async function recoverRescued(deps: Deps): Promise<void> {
  const until = deps.now() + RECOVER_MS;
  const listed = async () => {
    const { keys } = await deps.kv.list({ prefix: PREFIX, limit: RECOVERED_AT_MOST });
    return keys.length === 0
      ? []
      : readTexts(
          deps,
          keys.map(({ name }) => name),
        );
  };
  for (const [key, text] of await withDeadline(listed(), LIST_MS, 'kv_read')) {
    if (deps.now() > until || deps.budget.left < RECOVERY_CALLS) return;
    const grant = parse(text);
    try {
      if (grant) await recoverGrant(deps, grant);
      else if (text !== null) await setAside(deps, key, text, null);
    } catch (error) {
      if (isOutage(error)) throw error;
      deps.log.error('rescue.not_recovered', grant ? aboutOf(grant) : {}, error);
      // A key may be brought back. What no row can be made of stays as it is.
      if (text !== null && isMalformed(error)) await setAside(deps, key, text, grant);
    }
  }
}

const aboutOf = ({ provider, rowId }: SealedGrant) => ({ provider, rowId });

const SET_ASIDE_PREFIX = 'set-aside/';
const SET_ASIDE_SECONDS = (30 * DAY_MS) / SECOND_MS;

/** Nothing but another text would help. */
const isMalformed = (error: unknown): boolean =>
  error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;

/** Out of the way of the others, for somebody to look at; the operator is told. */
async function setAside(
  deps: Deps,
  key: string,
  text: string,
  grant: SealedGrant | null,
): Promise<void> {
  const aside = SET_ASIDE_PREFIX + key;
  await deps.kv.put(aside, text, { expirationTtl: SET_ASIDE_SECONDS });
  await writeEvent(deps, {
    at: deps.now(),
    type: 'rescue.set_aside',
    data: { key: aside, ...(grant ? { provider: grant.provider, rowId: grant.rowId } : {}) },
    dedupeKey: `rescue.set_aside ${key}`,
  });
  await deps.kv.delete(key);
  deps.log.error('rescue.set_aside', grant ? aboutOf(grant) : {});
}
