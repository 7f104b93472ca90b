/**
 * The check of what is stored: one request that tells whether the provider still takes it. For
 * keys, and for tokens that nothing renews, it is the only way to learn that they have died; and it
 * is how the app says "the provider refused this token".
 *
 * Under the row's lease, so that no refresh replaces the token meanwhile. Outside the schedule and
 * the circuit: it asks an API, not the token endpoint. A refusal marks nobody at once: cron repeats
 * the check after two minutes, and a second refusal of the same credential is believed, unless many
 * users' were refused about the same time.
 *
 * A refused access token that has a refresh token is refreshed first: whether the grant is dead is
 * the token endpoint's to say. Only where a newer token is refused as well, the account is marked
 * here.
 */
import {
  and,
  asc,
  between,
  countDistinct,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lte,
  or,
} from 'drizzle-orm';
import { PARALLEL_CALLS } from '../budget';
import type { Database } from '../db/client';
import { equalOrBothNull, hasRow } from '../db/conditions';
import { caseWhen, rowNumber } from '../db/expressions';
import { withGrant } from '../db/grants';
import { type AccountRow, oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { accountEventStatements, writeEvent } from '../events/event-log';
import { needsReconnectEvent, recoveredEvent } from '../events/reconnect';
import {
  type CheckOutcome,
  checkAccessToken,
  checkCredentials,
  isCheckable,
} from '../oauth/credential-check';
import { endpointsOf } from '../oauth/endpoints';
import { openToken } from '../oauth/sealed-token';
import type { Provider } from '../providers/types';
import { poll, retry } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { factsOf } from '../status-cache/origin';
import { publish } from '../status-cache/publish';
import type { Facts, Snapshot } from '../status-cache/snapshot';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { ATTEMPT_MS } from './attempt';
import { CHECK, free, isLeased, isOwn, lease, release } from './claim';
import { COMMIT_MS } from './commit';
import { CONFIRM_AFTER_MS, unmarked } from './failure';
import { CLAIM_MS, refreshOne, watchBackoff } from './on-demand';
import {
  type IntegrationKey,
  isRenewable,
  orUnavailable,
  readIntegration,
  type StoredIntegration,
} from './stored-integration';
import { STORM_ATTEMPTS } from './storm';

/** `state_reason` of what a check has marked. */
const TOKEN_REFUSED = 'token_refused';

/** One integration is checked on demand once in so long. */
export const CHECK_EVERY_MS = 10 * MINUTE_MS;
/** Until a check that is under way has an outcome, cron leaves it alone for so long. */
const CHECK_AGAIN_MS = 10 * MINUTE_MS;
/** What stays undecided is tried ever less often, and is given up after a day. */
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
const GIVE_UP_MS = DAY_MS;
/** Refusals that come no further apart than this are of one storm. */
const STORM_REACH_MS = 5 * MINUTE_MS;
/** The operator is told of a storm once in so long. */
const STORM_EVENT_MS = HOUR_MS;
/** Of one cron tick. */
const RUN_MS = 30 * SECOND_MS;
const CHECKS_AT_MOST = 100;
/** The row, the verification of KV, and what tells a storm. */
const CHECK_CALLS = 4;

interface Checked {
  facts: Facts;
  /** The user's version that shows it. */
  version: number;
  /** When more may be known, in ms from now; null: nothing is under way. */
  retryAfterMs: number | null;
}

/**
 * Tries what is stored, or waits for who does. Within ten minutes of the last try, and where there
 * is nothing to try, it is what is stored.
 *
 * @throws AppError integration_not_found, check_not_supported, provider_not_configured,
 * provider_error,
 *   provider_unavailable, refresh_in_progress, unavailable; with the user's version
 */
export async function checkIntegration(deps: Deps, key: IntegrationKey): Promise<Checked> {
  const first = await readIntegration(deps, key);
  let { version } = first;
  let next: StoredIntegration | null = first;
  try {
    const provider = checkableOf(deps, first.row);
    const until = deps.now() + ATTEMPT_MS;
    const checked = await poll<Checked>(deps, { until, backoff: watchBackoff }, async () => {
      const stored: StoredIntegration = next ?? (await readIntegration(deps, key));
      next = null;
      version = stored.version;
      const { row } = stored;
      const now = deps.now();
      // Refreshed or connected again meanwhile: no older token's refusal says anything of it.
      if (row.tokenVersion > first.row.tokenVersion) return shown(stored, now);
      const held = isLeased(row, now);
      if (held && isCheckLease(row)) return null;
      if (row.checkedAt !== null && row.checkedAt > now - CHECK_EVERY_MS) return shown(stored, now);
      if (row.state === 'needs_reconnect' && row.stateReason !== TOKEN_REFUSED) {
        return shown(stored, now);
      }
      if (held) return null;
      if (hasRunOut(row, now)) {
        return renews(provider, row, now) ? refreshed(deps, key) : shown(stored, now);
      }
      const result = await tryOnce(deps, stored, provider);
      version = Math.max(version, result?.snapshot?.version ?? 0);
      // Held by somebody else, or changed meanwhile: see what came of it.
      if (!result?.row) return null;
      const { outcome } = result;
      if (outcome.kind === 'undecided') {
        throw new AppError(outcome.code, outcome.detail, {
          retryAfter: CHECK_EVERY_MS / SECOND_MS,
        });
      }
      if (outcome.kind === 'refused' && renews(provider, result.row, deps.now())) {
        return refreshed(deps, key);
      }
      return shown({ row: withGrant(row, result.row), version }, deps.now(), false);
    });
    if (checked) return checked;
    throw new AppError('refresh_in_progress', 'a refresh or check of this integration is running', {
      retryAfter: 2,
    });
  } catch (error) {
    if (error instanceof AppError && version > 0) error.version ??= version;
    throw error;
  }
}

/** @throws AppError check_not_supported, provider_not_configured */
function checkableOf({ config }: Deps, row: AccountRow): Provider {
  const provider = config.providers.get(row.provider);
  if (provider === undefined || !isCheckable(provider)) {
    throw new AppError(
      'check_not_supported',
      'nothing is known that would tell whether it is good',
    );
  }
  const isOAuth = provider.kind === 'oauth2';
  if (isOAuth && config.providers.client(row.provider, row.parameters) === undefined) {
    throw new AppError('provider_not_configured', 'the provider of this integration has no client');
  }
  return provider;
}

const isCheckLease = ({ leaseId }: AccountRow): boolean => leaseId?.startsWith(CHECK) ?? false;

/** `isOld`: it was not tried just now. */
function shown(
  { row, version }: Pick<StoredIntegration, 'row' | 'version'>,
  now: number,
  isOld = true,
): Checked {
  const again = isOld && row.checkedAt !== null ? row.checkedAt + CHECK_EVERY_MS : null;
  const moments = [again, row.checkDueAt].filter((at) => at !== null && at > now).map(Number);
  return {
    facts: factsOf(row),
    version,
    retryAfterMs: moments.length === 0 ? null : Math.min(...moments) - now,
  };
}

const hasRunOut = (row: AccountRow, now: number): boolean =>
  row.accessToken === null || (row.expiresAt !== null && row.expiresAt <= now);

/**
 * Whether a refresh can replace a refused access token. One that is extended renews itself only.
 */
const renews = (provider: Provider, row: AccountRow, now: number): boolean =>
  provider.kind === 'oauth2' &&
  provider.refreshModel !== 'extend' &&
  row.state === 'active' &&
  isRenewable(provider, row, now);

/** @throws AppError as refreshOne does, but for what the integration itself shows */
async function refreshed(deps: Deps, key: IntegrationKey): Promise<Checked> {
  await refreshOne(deps, key).catch((error) => {
    if (!(error instanceof AppError) || error.code !== 'needs_reconnect') throw error;
  });
  return shown(await readIntegration(deps, key), deps.now(), false);
}

/** A check's lease, and that it was tried: a holder that dies has asked the provider too. */
const checkLease = (claimId: string, now: number) => ({
  ...lease(`${CHECK}${claimId}`, now),
  checkedAt: now,
  checkDueAt: caseWhen(isNull(oauthAccounts.checkDueAt), null, now + CHECK_AGAIN_MS),
});

/**
 * One integration to be checked, as `seen`, or as this claim has left it whose answer got lost. No
 * row where somebody else holds it, or just had it.
 */
const claimCheck = (
  db: Database,
  claimId: string,
  seen: Pick<AccountRow, 'id' | 'tokenVersion' | 'checkedAt'>,
  now: number,
) =>
  db
    .update(oauthAccounts)
    .set(checkLease(claimId, now))
    .where(
      and(
        eq(oauthAccounts.id, seen.id),
        eq(oauthAccounts.tokenVersion, seen.tokenVersion),
        or(equalOrBothNull(oauthAccounts.checkedAt, seen.checkedAt), isOwn(`${CHECK}${claimId}`)),
        free(now, `${CHECK}${claimId}`),
      ),
    )
    .returning();

interface Tried {
  outcome: CheckOutcome;
  /** As it is now; null: it was disconnected, or has another token. */
  row: AccountRow | null;
  /** Was published; null: nothing that a user sees has changed. */
  snapshot: Snapshot | null;
}

/** Null: the lease is not to be had. Goes on to its end although the caller hangs up. */
function tryOnce(
  deps: Deps,
  { row }: StoredIntegration,
  provider: Provider,
): Promise<Tried | null> {
  const work = (async () => {
    const now = deps.now();
    const claimId = deps.uuid();
    const [claimed] = await retry(deps, { until: now + CLAIM_MS }, () =>
      claimCheck(deps.db, claimId, row, now),
    );
    return claimed ? check(deps, claimed, provider) : null;
  })();
  deps.waitUntil(work.catch(() => {}));
  return orUnavailable(deps, work);
}

/** `row` as it was claimed. @throws what D1 throws; the lease then ends by itself */
async function check(deps: Deps, row: AccountRow, provider: Provider): Promise<Tried> {
  const outcome = await send(deps, row, provider);
  deps.log.info('check.done', { provider: row.provider, rowId: row.id, outcome: outcome.kind });
  const written = await write(deps, row, provider, outcome);
  if (written.snapshot) await publish(deps, written.snapshot);
  return { outcome, ...written };
}

async function send(deps: Deps, row: AccountRow, provider: Provider): Promise<CheckOutcome> {
  try {
    const account = { provider: row.provider, accountId: row.providerAccountId };
    const { text, dpopKey } = await openToken(
      deps.vault,
      account,
      'access_token',
      row.accessToken ?? '',
    );
    if (provider.kind === 'credentials') {
      return await checkCredentials(deps, provider, JSON.parse(text));
    }
    const client = deps.config.providers.client(provider.id, row.parameters);
    if (!client) throw new AppError('provider_error', 'the provider has no client');
    const endpoints = await endpointsOf(deps, provider, row.parameters);
    return await checkAccessToken(deps, client, endpoints, text, dpopKey);
  } catch (error) {
    deps.log.warn('check.not_sent', { provider: row.provider, rowId: row.id }, error);
    const isAway = error instanceof AppError && error.code === 'provider_unavailable';
    return {
      kind: 'undecided',
      code: isAway ? 'provider_unavailable' : 'provider_error',
      detail: 'the check could not be sent',
    };
  }
}

type Columns = Partial<typeof oauthAccounts.$inferInsert>;

/** What a check writes. `marks`: visibly, as a dead credential. */
interface Decision {
  columns: Columns;
  visible: boolean;
  marks: boolean;
}

async function write(
  deps: Deps,
  row: AccountRow,
  provider: Provider,
  outcome: CheckOutcome,
): Promise<Pick<Tried, 'row' | 'snapshot'>> {
  const { db } = deps;
  const until = deps.now() + COMMIT_MS;
  const believed =
    outcome.kind === 'refused' && isConfirmed(provider, row, deps.now())
      ? !(await retry(deps, { until }, () => isStorm(deps, row)))
      : null;
  if (believed === false) await reportStorm(deps, row, until);
  return retry(deps, { until }, async () => {
    const now = deps.now();
    const { columns, visible, marks } = decide(provider, row, outcome, believed, now);
    const { leaseId, leaseUntil } = release([row.leaseId ?? '']);
    const isRow = eq(oauthAccounts.id, row.id);
    const isHeld = and(isRow, eq(oauthAccounts.leaseId, row.leaseId ?? ''));
    const isToken = eq(oauthAccounts.tokenVersion, row.tokenVersion);
    const decided = db
      .update(oauthAccounts)
      .set({ ...columns, leaseId, leaseUntil })
      .where(and(isHeld, isToken))
      .returning();
    // Connected again meanwhile: nothing is known of the new credential, but the lease is over.
    const released = db.update(oauthAccounts).set({ leaseId, leaseUntil }).where(isHeld);
    if (!visible) {
      const [[after]] = await db.batch([decided, released]);
      return { row: after ?? null, snapshot: null };
    }
    const isOurs = marks
      ? and(eq(oauthAccounts.stateReason, TOKEN_REFUSED), eq(oauthAccounts.updatedAt, now))
      : eq(oauthAccounts.verifiedAt, now);
    const happened = hasRow(db, oauthAccounts, and(isRow, isToken, isOurs));
    const event = marks
      ? needsReconnectEvent(row, TOKEN_REFUSED, now)
      : columns.state === 'active'
        ? recoveredEvent(row, row.leaseId ?? '', now)
        : null;
    const change = await changeVisibly(
      deps,
      row.userId,
      [decided, released],
      happened,
      event ? accountEventStatements(deps, row, event, happened) : [],
    );
    const [[after]] = change.results as [AccountRow[]];
    return { row: after ?? null, snapshot: change.snapshot };
  });
}

/** Whether one more refusal is a second one of the same credential. Pure. */
function isConfirmed(provider: Provider, row: AccountRow, now: number): boolean {
  const since = row.checkRefusedAt;
  if (row.state !== 'active' || since === null || now < since + CONFIRM_AFTER_MS) return false;
  const isNewer = row.tokenVersion >= since;
  return renews(provider, row, now) ? isNewer : !isNewer;
}

/** `believed`: of a confirmed refusal, that it is no storm; null: it is none. Pure. */
function decide(
  provider: Provider,
  row: AccountRow,
  outcome: CheckOutcome,
  believed: boolean | null,
  now: number,
): Decision {
  const quietly = (columns: Columns): Decision => ({ columns, visible: false, marks: false });
  const heals = row.state === 'needs_reconnect' && row.stateReason === TOKEN_REFUSED;
  if (outcome.kind === 'accepted') {
    return {
      columns: {
        verifiedAt: now,
        checkRefusedAt: null,
        checkDueAt: null,
        // What is renewed goes back to its schedule, by a refresh at once.
        ...(heals
          ? { ...unmarked(now), refreshDueAt: isScheduled(provider, row) ? now + 1 : null }
          : {}),
      },
      visible: heals || row.verifiedAt === null,
      marks: false,
    };
  }
  // Marked before, by whomever: there is nothing to repeat.
  if (row.state !== 'active') return quietly({ checkDueAt: null });
  if (believed) {
    return {
      columns: {
        state: 'needs_reconnect',
        stateReason: TOKEN_REFUSED,
        stateConfirmedAt: now,
        updatedAt: now,
        // A refresh would bring another token that is refused.
        refreshDueAt: null,
        verifiedAt: null,
        checkDueAt: null,
      },
      visible: true,
      marks: true,
    };
  }
  const isNew = row.checkRefusedAt === null || hasOtherToken(provider, row, now);
  if (outcome.kind === 'refused' && isNew) {
    // Later than the token that was refused, and never later than one that replaces it.
    const checkRefusedAt = Math.max(now, row.tokenVersion + 1);
    return quietly({ checkRefusedAt, checkDueAt: now + CONFIRM_AFTER_MS });
  }
  // Nobody asked for a repetition.
  if (row.checkDueAt === null) return quietly({});
  const waited = now - (row.checkRefusedAt ?? row.tokenVersion);
  if (waited >= GIVE_UP_MS) return quietly({ checkRefusedAt: null, checkDueAt: null });
  const usual = Math.min(Math.max(waited, CONFIRM_AFTER_MS), LONGEST_PAUSE_MS);
  const pause = Math.min(usual, GIVE_UP_MS - waited);
  return quietly({ checkDueAt: now + pause });
}

/** The refusal was of a token that is not stored any more, and that no refresh has replaced. */
const hasOtherToken = (provider: Provider, row: AccountRow, now: number): boolean =>
  row.checkRefusedAt !== null &&
  row.tokenVersion >= row.checkRefusedAt &&
  !renews(provider, row, now);

const isScheduled = (provider: Provider, row: AccountRow): boolean =>
  provider.kind === 'oauth2' &&
  provider.refreshModel !== 'none' &&
  row.expiresAt !== null &&
  (provider.refreshModel === 'extend' || row.refreshToken !== null);

/**
 * Whether this refusal is one of many: of ten or more users, more of them refused than not, about
 * the time of the first one. Then the provider is at fault and nobody is marked. Counted by users:
 * one who has ten dead keys makes no storm.
 */
async function isStorm({ db }: Deps, row: AccountRow): Promise<boolean> {
  const at = row.checkRefusedAt ?? 0;
  const users = countDistinct(oauthAccounts.userId);
  const ofProvider = eq(oauthAccounts.provider, row.provider);
  const [[refused], [accepted]] = await db.batch([
    db
      .select({ users })
      .from(oauthAccounts)
      .where(
        and(
          ofProvider,
          isNotNull(oauthAccounts.checkRefusedAt),
          between(oauthAccounts.checkRefusedAt, at - STORM_REACH_MS, at + STORM_REACH_MS),
        ),
      ),
    db
      .select({ users })
      .from(oauthAccounts)
      .where(
        and(
          ofProvider,
          isNotNull(oauthAccounts.verifiedAt),
          between(oauthAccounts.verifiedAt, at - STORM_REACH_MS, at + STORM_REACH_MS),
        ),
      ),
  ]);
  const no = refused?.users ?? 0;
  const yes = accepted?.users ?? 0;
  return no + yes >= STORM_ATTEMPTS && no > yes;
}

/** Once in a while, by whoever is the first. */
async function reportStorm(deps: Deps, { provider }: AccountRow, until: number): Promise<void> {
  const at = deps.now();
  const dedupeKey = `provider.refusal_storm ${provider} ${TOKEN_REFUSED} ${Math.floor(at / STORM_EVENT_MS)}`;
  const data = { provider, code: TOKEN_REFUSED };
  await writeEvent(deps, { at, type: 'provider.refusal_storm', data, dedupeKey }, { until });
}

/**
 * The repetitions that are due: five at a time. Returns how many were tried. One that fails stops
 * no other.
 *
 * @throws what D1 throws
 */
export async function repeatChecks(deps: Deps): Promise<number> {
  const until = deps.now() + RUN_MS;
  let tried = 0;
  while (tried < CHECKS_AT_MOST && deps.now() < until) {
    const affordable = Math.floor((deps.budget.left - 1) / CHECK_CALLS);
    if (affordable < 1) break;
    const now = deps.now();
    const claimId = deps.uuid();
    const rows = await retry(deps, { until: now + CLAIM_MS }, () =>
      claimDueChecks(deps.db, claimId, now, Math.min(affordable, PARALLEL_CALLS)),
    );
    if (rows.length === 0) break;
    tried += rows.length;
    const settled = await Promise.allSettled(rows.map((row) => repeat(deps, row)));
    for (const [at, result] of settled.entries()) {
      if (result.status === 'fulfilled') continue;
      const row = rows[at];
      deps.log.error('check.failed', { provider: row?.provider, rowId: row?.id }, result.reason);
    }
  }
  return tried;
}

/**
 * `size` due checks at most. Providers take turns: one that hangs delays no other's. What this
 * claim holds already, as its answer got lost, comes first.
 */
function claimDueChecks(db: Database, claimId: string, now: number, size = PARALLEL_CALLS) {
  const { id, provider, checkDueAt } = oauthAccounts;
  const own = `${CHECK}${claimId}`;
  const isHeld = and(eq(checkDueAt, now + CHECK_AGAIN_MS), isOwn(own));
  const due = db
    .select({ id, checkDueAt, turn: rowNumber(provider, checkDueAt).as('turn') })
    .from(oauthAccounts)
    .where(and(or(lte(checkDueAt, now), isHeld), free(now, own)))
    .as('due');
  const first = db
    .select({ id: due.id })
    .from(due)
    .orderBy(desc(gt(due.checkDueAt, now)), asc(due.turn), due.checkDueAt)
    .limit(size);
  return db
    .update(oauthAccounts)
    .set(checkLease(claimId, now))
    .where(inArray(id, first))
    .returning();
}

async function repeat(deps: Deps, row: AccountRow): Promise<void> {
  const provider = deps.config.providers.get(row.provider);
  // Its record may be gone for a while.
  if (provider === undefined) return;
  const now = deps.now();
  const isUseful =
    isCheckable(provider) &&
    !hasRunOut(row, now) &&
    // Else the refused token is still there: whether the grant is dead, its refresh will tell.
    (!renews(provider, row, now) || row.tokenVersion >= (row.checkRefusedAt ?? 0));
  if (isUseful) await check(deps, row, provider);
  else await write(deps, row, provider, notTried);
}

const notTried: CheckOutcome = {
  kind: 'undecided',
  code: 'provider_error',
  detail: 'there was nothing to try',
};
