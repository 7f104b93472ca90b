/**
 * A grant, and how it gets into its row.
 *
 * A grant is what an attempt brought back from the provider, sealed, with what is needed to write
 * it into the row: now, or later from a rescue record. It names no user: the row does.
 *
 * The commit is fenced by `token_version`, never by the lease: a holder whose lease has ended still
 * has the only copy of a rotated token, and must save it. Every statement here may be repeated,
 * also after a try whose fate is unknown: the sealed token in the row tells whether it was ours.
 */
import { and, eq, lte, not, type SQL } from 'drizzle-orm';
import * as z from 'zod';
import type { Database } from '../db/client';
import { equalOrBothNull, hasRow } from '../db/conditions';
import { caseWhen } from '../db/expressions';
import { namesLease } from '../db/lost-leases';
import { owedRevocation } from '../db/owed-revocations';
import { type AccountRow, oauthAccounts, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { accountEventStatements, type NewEvent } from '../events/event-log';
import { integrationOf, recoveredEvent } from '../events/reconnect';
import type { DpopKey } from '../oauth/dpop';
import { tokenMetadata } from '../oauth/profile';
import type { TokenReply } from '../oauth/reply';
import { grantedScopes } from '../oauth/scopes';
import { openToken, sealToken } from '../oauth/sealed-token';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { retry } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { mayWriteQuietly } from '../status-cache/freshness';
import type { Snapshot } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import type { TokenField, Vault } from '../vault/vault';
import { release } from './claim';
import { accessEnd, failureDelayMs, refreshEnd, schedule } from './schedule';
import { noRefusal } from './verdict';

/** D1 gets so long to take what an attempt brought. */
export const COMMIT_MS = 6 * SECOND_MS;

const sealedText = z.string().min(1);

/** zod, because rescue records come back from KV and the queue. Times in ms. */
export const grantSchema = z.object({
  v: z.literal(1),
  /** The attempt. */
  leaseId: z.string().min(1),
  rowId: z.number(),
  provider: z.string(),
  accountId: z.string(),
  subject: z.string(),
  /** That asked for it; null: an older release did. */
  clientId: z.string().nullable().default(null),
  parameters: z.record(z.string(), z.string()),
  /** `token_version` as it was claimed. */
  sentVersion: z.number(),
  /**
   * The sealed token that was sent: the refresh token, or the access token where it is extended.
   */
  sent: sealedText,
  /** Null: the reply held nothing but a new refresh token. */
  accessToken: sealedText.nullable(),
  /** Null: the stored one stays. */
  refreshToken: sealedText.nullable(),
  expiresAt: z.number().nullable(),
  refreshExpiresAt: z.number().nullable(),
  tokenType: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  /** As far as the reply says something of it; none where the last release wrote the record. */
  metadata: z.record(z.string(), z.string()).default({}),
  receivedAt: z.number(),
});

export type SealedGrant = z.output<typeof grantSchema>;

/** Which token of a row the provider is shown. */
export const sentField = (provider: Pick<OAuth2Provider, 'refreshModel'>): TokenField =>
  provider.refreshModel === 'extend' ? 'access_token' : 'refresh_token';

export const sealedToken = (
  row: Pick<AccountRow, 'accessToken' | 'refreshToken'>,
  field: TokenField,
): string | null => (field === 'access_token' ? row.accessToken : row.refreshToken);

/**
 * Seals what came. Each sealing is unique, so a sealed token also names the attempt that wrote it.
 */
export async function sealGrant(
  vault: Vault,
  { provider, clientId }: OAuth2Client,
  row: AccountRow,
  sent: string,
  found: {
    accessToken: string | null;
    refreshToken: string | null;
    reply: TokenReply;
    dpopKey: DpopKey | null;
  },
): Promise<SealedGrant> {
  const { reply, dpopKey } = found;
  const account = { provider: row.provider, accountId: row.providerAccountId };
  const seal = async (text: string | null, field: TokenField) =>
    text === null ? null : sealToken(vault, account, field, text, dpopKey);
  return {
    v: 1,
    leaseId: row.leaseId ?? '',
    rowId: row.id,
    ...account,
    subject: row.subject,
    clientId,
    parameters: row.parameters,
    sentVersion: row.tokenVersion,
    sent,
    accessToken: await seal(found.accessToken, 'access_token'),
    refreshToken: await seal(found.refreshToken, 'refresh_token'),
    expiresAt: reply.expiresAt,
    refreshExpiresAt: reply.refreshExpiresAt,
    tokenType: reply.tokenType,
    scopes: reply.scopes,
    metadata: tokenMetadata(provider, reply.document),
    receivedAt: reply.receivedAt,
  };
}

export type Committed =
  /** It is in the row. `snapshot` is to be published; null: written quietly. */
  | { kind: 'committed'; snapshot: Snapshot | null }
  /**
   * Another refresh or a reconnect went first; its tokens count, ours are worth nothing, and owed a
   * revocation where the former grant's are.
   */
  | { kind: 'superseded' }
  /** Disconnected meanwhile: the grant's tokens are owed a revocation, which is noted. */
  | { kind: 'gone' };

export interface CommitOptions {
  provider: OAuth2Provider;
  /** Always grow the version, whatever the due time would allow. */
  visible: boolean;
  /** Somebody is asking for the token right now. */
  usedNow: boolean;
  /** The lease that is released with it, besides the grant's own. */
  leaseId: string;
}

/** `until`: no try is begun after this, ms. */
type Limits = CommitOptions & { until: number };

/** How often a row that others change meanwhile is read again. */
const ROUNDS = 5;

/**
 * `row`: as it was last seen; null: not seen yet.
 *
 * @throws what D1 throws when it cannot be reached in time; the grant must then be rescued
 */
export async function commitGrant(
  deps: Deps,
  grant: SealedGrant,
  row: AccountRow | null,
  options: CommitOptions,
): Promise<Committed> {
  const until = deps.now() + COMMIT_MS;
  const limits = { ...options, until };
  const random = deps.random();
  let current = row ?? (await readRow(deps, grant, until));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!current) {
      await giveBack(deps, grant, options.provider, until);
      deps.log.info('refresh.grant_discarded', { provider: grant.provider, rowId: grant.rowId });
      return { kind: 'gone' };
    }
    if (!(await isFor(deps, grant, current, options.provider))) {
      // Overtaken by a reconnect, it is of the former grant, which is over. Overtaken by another
      // refresh, it is of the grant that the row has: nothing of that is owed.
      if (options.provider.revocationReach === 'token') {
        await giveBack(deps, grant, options.provider, until, isOwed(deps.db, grant));
      }
      return { kind: 'superseded' };
    }
    const { hit, quiet, snapshot } = await write(deps, grant, current, random, limits);
    if (hit) return { kind: 'committed', snapshot };
    current = await readRow(deps, grant, until);
    // An earlier try of ours hit after all. A quiet one is done; of a visible one the snapshot got
    // lost.
    if (quiet && current && isOurs(grant, current)) return { kind: 'committed', snapshot: null };
  }
  throw new Error('the row changed at every read');
}

interface Written {
  hit: boolean;
  quiet: boolean;
  snapshot: Snapshot | null;
}

/** Quiet or visible is decided anew at each try. */
const write = (
  deps: Deps,
  grant: SealedGrant,
  row: AccountRow,
  random: number,
  options: Limits,
): Promise<Written> =>
  retry(deps, { until: options.until }, async () => {
    const { db } = deps;
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
    const columns = ours
      ? released
      : { ...columnsOf(deps, grant, row, options, now, random), ...released };
    const events = ours ? [] : eventsOf(grant, row, options.provider, now);
    const quiet =
      !ours &&
      !options.visible &&
      row.state === 'active' &&
      // An event tells a version.
      events.length === 0 &&
      mayWriteQuietly(row.refreshDueAt, now);
    if (quiet) {
      // Also fenced by the due time: another holder's failure may have moved it, and with it what
      // cached snapshots rely on.
      const hit = await db
        .update(oauthAccounts)
        .set(columns)
        .where(and(fence, equalOrBothNull(oauthAccounts.refreshDueAt, row.refreshDueAt)))
        .returning({ id: oauthAccounts.id });
      return { hit: hit.length > 0, quiet, snapshot: null };
    }
    const oursInRow =
      grant.accessToken === null
        ? eq(oauthAccounts.refreshToken, grant.refreshToken ?? '')
        : eq(oauthAccounts.accessToken, grant.accessToken);
    const happened = hasRow(db, oauthAccounts, and(eq(oauthAccounts.id, row.id), oursInRow));
    // What was told of the row is as it was read, or it is read again.
    const told = equalOrBothNull(oauthAccounts.stateConfirmedAt, row.stateConfirmedAt);
    const change = await changeVisibly(
      deps,
      row.userId,
      [
        db
          .update(oauthAccounts)
          .set(columns)
          .where(ours ? fence : and(fence, told)),
      ],
      happened,
      events.flatMap((event) => accountEventStatements(deps, row, event, happened)),
    );
    return { hit: change.changed, quiet, snapshot: change.snapshot };
  });

/** What a grant tells besides new tokens: nothing, most often. */
function eventsOf(
  grant: SealedGrant,
  row: AccountRow,
  provider: OAuth2Provider,
  at: number,
): NewEvent[] {
  if (grant.accessToken === null) return [];
  const over = recoveredEvent(row, grant.leaseId, at);
  const hasOthers = !isSameSet(refreshedFacts(provider, grant, row).scope, row.scope);
  const scopesChanged: NewEvent = {
    at,
    type: 'integration.scopes_changed',
    data: integrationOf(row),
    dedupeKey: `integration.scopes_changed ${grant.leaseId}`,
  };
  return [...(over ? [over] : []), ...(hasOthers ? [scopesChanged] : [])];
}

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.every((one) => b.includes(one)) && b.every((one) => a.includes(one));

/** The columns that a grant writes into a row, leases aside. */
function columnsOf(
  { config }: Deps,
  grant: SealedGrant,
  row: AccountRow,
  { provider, usedNow }: CommitOptions,
  now: number,
  random: number,
) {
  const tokenVersion = Math.max(row.tokenVersion + 1, now);
  const { clientId } = grant;
  const certain = { ...noRefusal, unknownSince: null, lostLeaseId: null, tokenVersion, clientId };
  if (grant.accessToken === null) {
    // The old access token stays; the new refresh token is tried soon.
    return {
      ...certain,
      // What the user was told is not over yet.
      stateConfirmedAt: row.stateConfirmedAt,
      ...(grant.refreshToken === null ? {} : { refreshToken: grant.refreshToken }),
      refreshDueAt: now + failureDelayMs(row.refreshFailures, null, random),
      refreshFailures: row.refreshFailures + 1,
      lastError: 'no_access_token',
      lastErrorCategory: 'unexpected' as const,
      lastFailedAt: now,
    };
  }
  const issuedAt = grant.receivedAt;
  const facts = refreshedFacts(provider, grant, row);
  const { expiresAt, refreshExpiresAt } = facts;
  const next = schedule({
    provider,
    now: issuedAt,
    expiresAt,
    refreshExpiresAt,
    hasRefreshToken: (grant.refreshToken ?? row.refreshToken) !== null,
    lastUsedAt: usedNow ? now : row.lastUsedAt,
    createdAt: row.createdAt,
    lastRefreshedAt: issuedAt,
    idleAfterMs: config.idleAfterMs,
    random,
  });
  return {
    ...certain,
    ...facts,
    accessToken: grant.accessToken,
    ...(grant.refreshToken === null ? {} : { refreshToken: grant.refreshToken }),
    state: 'active' as const,
    stateReason: null,
    refreshDueAt: next.refreshDueAt,
    // A notice that is due is still to be given; that sets the next one (expiry-notices.ts).
    noticeDueAt: caseWhen(
      lte(oauthAccounts.noticeDueAt, now),
      oauthAccounts.noticeDueAt,
      next.noticeDueAt,
    ),
    refreshFailures: 0,
    lastError: null,
    lastErrorCategory: null,
    lastFailedAt: null,
    lastRefreshedAt: issuedAt,
    ...(usedNow ? { lastUsedAt: now } : {}),
    // A routine refresh is no change that a user sees.
    ...(row.state === 'active' && isSameSet(facts.scope, row.scope) ? {} : { updatedAt: now }),
  };
}

/**
 * What a grant makes of a row, apart from tokens and schedule. What the reply leaves unsaid stays,
 * and a lifetime that it does not state is the one that was last stated. No scopes at all is
 * nothing said: a refresh cannot take them all away (RFC 6749 6). Pure.
 */
export function refreshedFacts(provider: OAuth2Provider, grant: SealedGrant, row: AccountRow) {
  const { receivedAt, expiresAt: replied, refreshExpiresAt: refreshReplied } = grant;
  const lifetimeOf = (end: number | null) => (end === null ? null : end - receivedAt);
  const expiresAt = accessEnd(provider, receivedAt, replied, row.accessLifetime);
  const scopes = grant.scopes?.length === 0 ? null : grant.scopes;
  return {
    expiresAt,
    refreshExpiresAt: refreshEnd({
      provider,
      now: receivedAt,
      replied: refreshReplied,
      stored: row.refreshExpiresAt,
      consented: false,
      lastStated: row.refreshLifetime,
      isNew: grant.refreshToken !== null,
      expiresAt,
    }),
    accessLifetime: lifetimeOf(replied) ?? row.accessLifetime,
    refreshLifetime: lifetimeOf(refreshReplied) ?? row.refreshLifetime,
    tokenType: grant.tokenType ?? row.tokenType,
    scope: grantedScopes(provider, scopes, row.requestedScope) ?? row.scope,
    metadata: { ...row.metadata, ...grant.metadata },
  };
}

const isOurs = (grant: SealedGrant, row: AccountRow): boolean =>
  grant.accessToken !== null
    ? row.accessToken === grant.accessToken
    : row.refreshToken === grant.refreshToken;

/**
 * Whether a row waits for this grant: its token is still the one that was sent, or it has the grant
 * already. The row may have been sealed anew since, so it is the token that is compared.
 */
export async function isFor(
  { vault }: Deps,
  grant: SealedGrant,
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
  const { text } = await openToken(vault, grant, field, stored);
  return text === (await openToken(vault, grant, field, grant.sent)).text;
}

async function readRow(deps: Deps, grant: SealedGrant, until: number): Promise<AccountRow | null> {
  const [row] = await retry(deps, { until }, () =>
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

/** Whether a reconnect owes the former grant, which this one is of, a revocation. */
const isOwed = (db: Database, { provider, subject, leaseId }: SealedGrant): SQL =>
  hasRow(
    db,
    outbox,
    and(
      eq(outbox.provider, provider),
      eq(outbox.subject, subject),
      namesLease(outbox.lostLeaseId, leaseId),
    ),
  );

/**
 * A token put back after a disconnect would undo the disconnect: it is owed a revocation.
 * @param where what must hold in D1 besides
 */
async function giveBack(
  deps: Deps,
  grant: SealedGrant,
  record: OAuth2Provider,
  until: number,
  where?: SQL,
): Promise<void> {
  const { db } = deps;
  const { provider, accountId, subject, parameters, accessToken, refreshToken } = grant;
  const expiresAt = accessEnd(record, grant.receivedAt, grant.expiresAt);
  const owed = {
    ...{ provider, accountId, subject, parameters, accessToken, refreshToken },
    expiresAt: accessToken === null ? null : expiresAt,
    scope: grant.scopes,
    clientId: grant.clientId,
  };
  // Once, also when it is tried again after a lost answer.
  const noted = hasRow(
    db,
    outbox,
    and(
      eq(outbox.provider, provider),
      eq(outbox.subject, subject),
      accessToken === null
        ? equalOrBothNull(outbox.refreshToken, refreshToken)
        : eq(outbox.accessToken, accessToken),
    ),
  );
  await retry(deps, { until }, () =>
    db.batch([owedRevocation(db, owed, deps.now(), and(not(noted), where))]),
  );
}
