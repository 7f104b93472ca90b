/**
 * Pays what the outbox owes: tells the provider that a grant is over. Looks first whether somebody
 * still lives by that grant, and so does every retry.
 */
import { sql } from 'drizzle-orm';
import type { Deps } from '../../deps';
import {
  type Delivery,
  type DrainBudget,
  drainOutbox,
  type OutboxEntry,
} from '../../events/outbox';
import { endpointsOf } from '../../oauth/endpoints';
import { revokeToken } from '../../oauth/revoke';
import { accountContext } from '../../vault/vault';
import { liveGrant, mayRevoke, sharedGrant } from './reach';

export type RevocationDeps = Pick<
  Deps,
  'config' | 'db' | 'vault' | 'fetch' | 'now' | 'random' | 'uuid' | 'log'
>;

/** Right after a change: what it left, and perhaps a little more, within `waitUntil`'s 30 s. */
const AT_ONCE = { entries: 5, ms: 5_000 };

/** Delivers what is due. Cron calls it with a budget of its own. Returns how many were tried. */
export const deliverRevocations = (
  deps: RevocationDeps,
  budget: DrainBudget = { entries: AT_ONCE.entries, until: deps.now() + AT_ONCE.ms },
): Promise<number> => drainOutbox(deps, (entry) => revoke(deps, entry), budget);

/** One entry, leased by the caller. */
export async function revoke(deps: RevocationDeps, entry: OutboxEntry): Promise<Delivery> {
  const { config, vault, log } = deps;
  const about = { provider: entry.provider, attempt: entry.attempts };
  const provider = config.providers.get(entry.provider);
  if (!mayRevoke(provider)) return 'done';
  const client = config.providers.client(entry.provider);
  // The operator may bring the client's secret back.
  if (!client) return 'retry';
  const endpoints = await endpointsOf(deps, client.provider, entry.parameters);
  if (endpoints.revocationUrl === null) return 'done';
  const open = async (sealed: string | null, field: 'access_token' | 'refresh_token') =>
    sealed === null
      ? null
      : vault.open(sealed, accountContext(entry.provider, entry.accountId, field));
  const accessToken = await open(entry.accessToken, 'access_token');
  const refreshToken = await open(entry.refreshToken, 'refresh_token');

  // Last, right before the call.
  if (await livesOn(deps, entry)) {
    log.info('revocation.dropped', about);
    return 'done';
  }
  const outcome = await revokeToken(deps, client, endpoints, {
    accountId: entry.accountId,
    accessToken,
    refreshToken,
  });
  log.info('revocation.sent', { ...about, outcome });
  return outcome;
}

/** Whether an integration would lose its grant. Asked at the primary. */
async function livesOn({ db, config }: RevocationDeps, entry: OutboxEntry): Promise<boolean> {
  const shared = sharedGrant(config.providers, entry.provider);
  if (shared.length === 0) return false;
  const [answer] = await db.all<{ lives: number }>(
    sql`select ${liveGrant(shared, sql`${entry.subject}`)} as lives`,
  );
  return answer?.lives === 1;
}
