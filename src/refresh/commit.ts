/**
 * Puts a grant into its row. Fenced by `token_version`, never by the lease: a holder that was
 * overtaken by time still has the only copy of a rotated token, and must save it.
 *
 * Every statement here may be repeated, also after a try whose fate is unknown: the sealed token
 * in the row tells whether it was ours.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { owedRevocation } from '../events/outbox';
import type { OAuth2Provider } from '../providers/types';
import { changeVisibly } from '../status-cache/changes';
import { mayWriteQuietly } from '../status-cache/promise';
import type { Snapshot } from '../status-cache/snapshot';
import { accountContext } from '../vault/vault';
import { columnsOf, type Grant, type GrantContext, sealedToken, sentField } from './grant';
import type { AccountRow } from './lease';
import { persistently } from './persistently';

type CommitDeps = Pick<Deps, 'db' | 'vault' | 'now' | 'random' | 'sleep' | 'log' | 'config'>;

/** How often a row that changes under our hands is looked at again. */
const ROUNDS = 5;

export type Committed =
  /** It is in the row. `snapshot` is to be published; null: written quietly. */
  | { kind: 'committed'; snapshot: Snapshot | null }
  /** Another refresh or a reconnect went first; its tokens count, ours are worth nothing. */
  | { kind: 'superseded' }
  /** Disconnected meanwhile: the grant's tokens are owed a revocation, which is noted. */
  | { kind: 'gone' };

export interface CommitOptions {
  provider: OAuth2Provider;
  /** Always grow the version, whatever the due time would allow. */
  visible: boolean;
  usedNow: boolean;
  /** The lease that is released with it, besides the grant's own. */
  leaseId: string;
  /** No try is begun after this, ms. */
  until: number;
}

/**
 * `row`: as it was last seen; null: not seen yet.
 *
 * @throws what D1 throws when it cannot be reached in time; the grant must then be rescued
 */
export async function commitGrant(
  deps: CommitDeps,
  grant: Grant,
  row: AccountRow | null,
  options: CommitOptions,
): Promise<Committed> {
  const context: GrantContext = {
    provider: options.provider,
    idleAfterMs: deps.config.idleAfterMs,
    random: deps.random(),
    usedNow: options.usedNow,
  };
  let current = row ?? (await readRow(deps, grant, options.until));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!current) return giveBack(deps, grant, options.until);
    if (!(await isFor(deps, grant, current, options.provider))) return { kind: 'superseded' };
    const { hit, quiet, snapshot } = await write(deps, grant, current, context, options);
    if (hit) return { kind: 'committed', snapshot };
    current = await readRow(deps, grant, options.until);
    // An earlier try of ours hit after all. A quiet one is done; of a visible one the snapshot got
    // lost.
    if (quiet && current && isOurs(grant, current)) return { kind: 'committed', snapshot: null };
  }
  throw new Error('the row changed at every look');
}

interface Written {
  hit: boolean;
  quiet: boolean;
  snapshot: Snapshot | null;
}

/** Quiet or visible is decided anew at each try. */
async function write(
  deps: CommitDeps,
  grant: Grant,
  row: AccountRow,
  context: GrantContext,
  options: CommitOptions,
): Promise<Written> {
  const { db } = deps;
  return persistently(deps, options.until, async () => {
    const now = deps.now();
    const fence = and(
      eq(oauthAccounts.id, row.id),
      eq(oauthAccounts.provider, row.provider),
      eq(oauthAccounts.providerAccountId, row.providerAccountId),
      eq(oauthAccounts.tokenVersion, row.tokenVersion),
    );
    const released = release([grant.leaseId, options.leaseId]);
    // There already, by a try whose answer got lost: what the row says besides is newer than the
    // grant. Only the snapshot may be missing.
    const ours = isOurs(grant, row);
    const columns = ours ? released : { ...granted(grant, row, context, now), ...released };
    const quiet =
      !ours && !options.visible && row.state === 'active' && mayWriteQuietly(row.refreshDueAt, now);
    if (quiet) {
      // Also fenced by the due time: another holder's failure may have moved it, and with it what
      // cached snapshots rely on.
      const hit = await db
        .update(oauthAccounts)
        .set(columns)
        .where(and(fence, sql`refresh_due_at IS ${row.refreshDueAt}`))
        .returning({ id: oauthAccounts.id });
      return { hit: hit.length > 0, quiet, snapshot: null };
    }
    const change = await changeVisibly(
      deps,
      row.userId,
      [db.update(oauthAccounts).set(columns).where(fence)],
      sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE id = ${row.id} AND ${oursInSql(grant)})`,
    );
    return { hit: change.changed, quiet, snapshot: change.snapshot };
  });
}

/** A warning that is due is still to be given; who gives it finds the next one (notices.ts). */
function granted(grant: Grant, row: AccountRow, context: GrantContext, now: number) {
  const columns = columnsOf(grant, row, context, now);
  if (!('noticeDueAt' in columns)) return columns;
  const { noticeDueAt } = columns;
  const unlessDue = sql`CASE WHEN notice_due_at <= ${now} THEN notice_due_at ELSE ${noticeDueAt} END`;
  return { ...columns, noticeDueAt: unlessDue };
}

/** Releases these leases, and no other's. */
export function release(leaseIds: readonly string[]) {
  const mine = sql`lease_id IN (SELECT value FROM json_each(${JSON.stringify(leaseIds)}))`;
  return {
    leaseId: sql`CASE WHEN ${mine} THEN NULL ELSE lease_id END`,
    leaseUntil: sql`CASE WHEN ${mine} THEN NULL ELSE lease_until END`,
  };
}

const isOurs = (grant: Grant, row: AccountRow): boolean =>
  grant.accessToken !== null
    ? row.accessToken === grant.accessToken
    : row.refreshToken === grant.refreshToken;

const oursInSql = (grant: Grant): SQL =>
  grant.accessToken !== null
    ? eq(oauthAccounts.accessToken, grant.accessToken)
    : eq(oauthAccounts.refreshToken, grant.refreshToken ?? '');

async function readRow(deps: CommitDeps, grant: Grant, until: number): Promise<AccountRow | null> {
  const [row] = await persistently(deps, until, () =>
    deps.db
      .select()
      .from(oauthAccounts)
      .where(
        and(
          eq(oauthAccounts.id, grant.rowId),
          eq(oauthAccounts.provider, grant.provider),
          eq(oauthAccounts.providerAccountId, grant.accountId),
        ),
      ),
  );
  return row ?? null;
}

/**
 * Whether a row waits for this grant: its token is still the one that was sent, or it has the grant
 * already. The row may have been sealed anew since, so it is the token that is compared.
 */
export async function isFor(
  deps: Pick<Deps, 'vault'>,
  grant: Grant,
  row: AccountRow,
  provider: OAuth2Provider,
): Promise<boolean> {
  if (row.tokenVersion === grant.sentVersion || isOurs(grant, row)) return true;
  // The stored refresh token stays whatever comes of this: the newer access token does too.
  if (grant.refreshToken === null) return false;
  const field = sentField(provider);
  const stored = sealedToken(row, field);
  if (stored === null) return false;
  if (stored === grant.sent) return true;
  const context = accountContext(grant.provider, grant.accountId, field);
  return (await deps.vault.open(stored, context)) === (await deps.vault.open(grant.sent, context));
}

/** A token put back after a disconnect would be a disconnect undone (security.md C). */
async function giveBack(deps: CommitDeps, grant: Grant, until: number): Promise<Committed> {
  const { provider, accountId, subject, parameters, accessToken, refreshToken } = grant;
  await persistently(deps, until, () => {
    const now = deps.now();
    const owed = { provider, accountId, subject, parameters, accessToken, refreshToken };
    // Once, also when it is tried again after a lost answer.
    const missing = sql`NOT EXISTS (SELECT 1 FROM outbox WHERE provider = ${provider} AND subject = ${subject} AND ${
      accessToken === null
        ? sql`refresh_token = ${refreshToken}`
        : sql`access_token = ${accessToken}`
    })`;
    return deps.db.batch([owedRevocation(deps.db, owed, now, missing)]);
  });
  deps.log.info('refresh_discarded', { provider, rowId: grant.rowId });
  return { kind: 'gone' };
}
