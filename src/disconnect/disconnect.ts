/**
 * Ends an integration. One batch: the tokens as they are at that moment go to the outbox, the row
 * goes, the version grows. Tokens that several accounts share stay until the last of them goes. A
 * refresh in flight then finds no row and puts nothing back (helm-api#893); what it received is
 * owed a revocation too.
 */

import { and, eq, not, or } from 'drizzle-orm';
import { d1Read } from '../db/client';
import { hasRow } from '../db/conditions';
import { never } from '../db/expressions';
import { isLeftOver } from '../db/grants';
import { owedRevocationOf } from '../db/owed-revocations';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { eventStatements } from '../events/event-log';
import { endpointsOf } from '../oauth/endpoints';
import { withDeadline } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { readKv } from '../status-cache/kv';
import { forget, publish } from '../status-cache/publish';
import { factsIn } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import { deliverRevocations } from './outbox';
import { isGrantShared, mayRevoke, sharedGrant } from './reach';

/**
 * `queued`: the provider is being told. `not_supported`: it cannot be told; the user may end the
 * grant in the provider's own settings. `kept_for_other_grants`: telling it would end another
 * integration of the same subject.
 */
export const receipts = ['queued', 'not_supported', 'kept_for_other_grants'] as const;
export type Receipt = (typeof receipts)[number];

const BATCH_MS = 10 * SECOND_MS;

/** @throws AppError integration_not_found */
export async function disconnect(
  deps: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<{ revocation: Receipt; version: number }> {
  const { db, config } = deps;
  const mine = and(
    eq(oauthAccounts.provider, provider),
    eq(oauthAccounts.providerAccountId, accountId),
    eq(oauthAccounts.userId, userId),
  );
  const [row] = await d1Read(
    db
      .select({ id: oauthAccounts.id, parameters: oauthAccounts.parameters })
      .from(oauthAccounts)
      .where(mine),
  );
  if (!row) throw await notFound(deps, userId, provider, accountId);
  const revocable = await canRevoke(deps, provider, row.parameters);

  const now = deps.now();
  const shared = sharedGrant(config.providers, provider);
  // With its last account goes a grant that several shared; until then it stays, and its tokens
  // too.
  const going = or(mine, isLeftOver(db, userId, provider, accountId));
  const owed = owedRevocationOf(
    db,
    and(
      going,
      revocable ? undefined : never,
      shared.length > 0 ? not(isGrantShared(db, shared)) : undefined,
    ),
    now,
  );
  const still = hasRow(db, oauthAccounts, mine);
  const event = eventStatements(
    deps,
    {
      at: now,
      type: 'integration.disconnected',
      data: { userId, provider, accountId },
      dedupeKey: `integration.disconnected ${row.id}`,
    },
    still,
  );
  const ending = changeVisibly(deps, userId, [owed], still, [
    ...event,
    db.delete(oauthAccounts).where(going),
  ]);
  const { results, changed, snapshot } = await withDeadline(
    ending,
    BATCH_MS,
    'd1_disconnect',
  ).catch(async (error) => {
    // It may have happened all the same, or happen yet; then the next call finds nothing to end,
    // and tells the caches.
    await forget(deps, userId);
    throw error;
  });
  if (!changed) throw await notFound(deps, userId, provider, accountId);

  await publish(deps, snapshot);
  const [outboxIds] = results as [Awaited<typeof owed>];
  const queued = outboxIds.length > 0;
  if (queued) deps.waitUntil(deliverRevocations(deps));
  deps.log.info('disconnect.done', { provider, revocable, queued });
  return {
    revocation: queued ? 'queued' : revocable ? 'kept_for_other_grants' : 'not_supported',
    version: snapshot.version,
  };
}

/** Where only discovery can tell and does not answer: yes, and the delivery will find out. */
async function canRevoke(
  deps: Deps,
  id: string,
  parameters: Record<string, string>,
): Promise<boolean> {
  const provider = deps.config.providers.get(id);
  if (provider?.kind !== 'oauth2' || !mayRevoke(provider)) return false;
  if (provider.revocationUrl !== undefined) return true;
  return endpointsOf(deps, provider, parameters).then(
    ({ revocationUrl }) => revocationUrl !== null,
    () => true,
  );
}

/**
 * An earlier call may have ended it after its deadline, and told no cache. A guess costs KV a read:
 * what no cache shows is not deleted there.
 */
async function notFound(
  deps: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<AppError> {
  const stored = await readKv(deps, [userId]);
  const kept = [deps.memory.peek(userId, deps.now())?.snapshot, stored?.get(userId)];
  if (kept.some((snapshot) => snapshot && factsIn(snapshot, { provider, accountId }))) {
    await forget(deps, userId);
  }
  return new AppError('integration_not_found', 'the user has no such integration');
}
