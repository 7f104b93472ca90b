/**
 * A refresh that somebody waits for: for a token, or forced. Never without the lease: who does not
 * get it watches the row until the holder is done, and the holder's failure is everybody's answer.
 * The requests of one isolate watch together.
 *
 * The attempt runs under `waitUntil`, so that a caller who hangs up cancels nothing.
 */

import { BoundedCache } from '../caches';
import { d1Read } from '../db/client';
import type { AccountRow, FailureCategory, ProviderHealth } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { OAuth2Client } from '../providers/types';
import { type Backoff, backoffMs, poll, retry } from '../retry';
import { factsOf } from '../status-cache/origin';
import { type Facts, factsIn, type Snapshot } from '../status-cache/snapshot';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import {
  type AccessToken,
  type AttemptResult,
  afterAttempts,
  attempt,
  attemptMs,
  isFailing,
} from './attempt';
import { type Admission, admit, circuitOf, healthOf } from './circuit';
import { claimOne, isLeased } from './claim';
import type { Failed } from './failure';
import { Publication } from './publication';
import { sendableAt } from './single-use';
import {
  type IntegrationKey,
  isRenewable,
  orUnavailable,
  readIntegration,
  type StoredIntegration,
} from './stored-integration';
import { CLIENT_CHANGED, isMarked } from './verdict';

export const CLAIM_MS = 4 * SECOND_MS;
/** How often the row of another holder is read: by one request of an isolate for all of them. */
export const watchBackoff: Backoff = {
  firstMs: 100,
  factor: 1.5,
  longestMs: 2 * SECOND_MS,
  jitter: 0.5,
};
/** How often a caller reads what the others of its isolate have found. */
const memoryBackoff: Backoff = { firstMs: 20, factor: 1.25, longestMs: 200, jitter: 0.5 };
/**
 * A read or an attempt that takes longer is one that others do not wait for: its request may be
 * gone.
 */
const READING_MS = 500;
const TRYING_MS = 2 * SECOND_MS;
/**
 * Calls that an attempt may make for itself and what follows, besides reading the row: see run.ts.
 */
export const LEAST_CALLS = 10;
/** After a failure, one attempt on demand in so long. */
const PACE_MS = 10 * SECOND_MS;
/** After a clear refusal. */
const REFUSED_PACE_MS = HOUR_MS;

/** The one circuit that this integration's refresh goes by. */
async function readHealth(
  deps: Deps,
  { provider }: OAuth2Client,
  row: AccountRow,
): Promise<ProviderHealth | undefined> {
  const query = healthOf(deps.db, [circuitOf(provider, row.parameters)]);
  const [health] = await orUnavailable(deps, d1Read(query));
  return health;
}

/** What was read of a row, and the moment when the read was begun. */
interface Seen {
  at: number;
  stored: StoredIntegration;
}

/**
 * What the requests of one isolate tell each other while they wait for the same row: what one of
 * them has read of it, and until when one of them is at work. So a crowd costs D1 one read each at
 * the beginning, and one for all of them when the refresh is done.
 *
 * These are values, never promises: a request that is gone leaves none unsettled, and what it was
 * at is free again when its time is up. Whether a refresh may run is decided by the lease in D1
 * alone. Tokens are sealed in here, as they are in the row.
 */
class Watch {
  /** Counts what happens: reads as they are begun, attempts as they end. */
  moment = 0;
  /** Until then a request of this isolate is at work, or nothing new is to be expected; ms. */
  busyUntil = 0;
  /** How often in a row a read has found the row leased: the pauses grow with it. */
  leasedReads = 0;
  readonly #rowId: number;
  #latest: Seen | null = null;
  #health: { at: number; found: ProviderHealth | undefined } | null = null;
  /** When the latest attempt of this isolate ended: what was read before is out of date. */
  #endedAt = 0;

  constructor(rowId: number) {
    this.#rowId = rowId;
  }

  isBusy(now: number): boolean {
    return now < this.busyUntil;
  }

  /** What somebody has read since, or `known`. */
  newerThan(known: Seen): Seen {
    const latest = this.#latest;
    if (latest === null) return known;
    const isNewer = latest.stored.row.tokenVersion > known.stored.row.tokenVersion;
    return latest.at > known.at || isNewer ? latest : known;
  }

  /** Whether something else may be stored by now. */
  isOutdated({ at, stored }: Seen, now: number): boolean {
    return isLeased(stored.row, now) || at < this.#endedAt;
  }

  /** The circuit, as somebody has read it after this moment. */
  healthSince(moment: number): ProviderHealth | undefined {
    return this.#health !== null && this.#health.at > moment ? this.#health.found : undefined;
  }

  /** The row is leased to somebody else: the next read of it is later each time. */
  pause({ now, random }: Deps): void {
    this.leasedReads += 1;
    this.busyUntil = now() + backoffMs(watchBackoff, this.leasedReads, random());
  }

  /** For all of them. @throws AppError refresh_in_progress where the budget allows no attempt */
  async read(deps: Deps, key: IntegrationKey): Promise<Seen> {
    if (deps.budget.left < LEAST_CALLS) throw inProgress();
    this.moment += 1;
    const at = this.moment;
    const stored = await this.busy(deps, READING_MS, () => readIntegration(deps, key));
    // An account that was connected anew meanwhile is another row, which nobody else asked for.
    const isSameRow = stored.row.id === this.#rowId;
    if (isSameRow && at > (this.#latest?.at ?? 0)) this.#latest = { at, stored };
    if (isLeased(stored.row, deps.now())) this.pause(deps);
    else this.leasedReads = 0;
    return { at, stored };
  }

  /** Of the circuit, for all of them. */
  async readHealth(
    read: () => Promise<ProviderHealth | undefined>,
  ): Promise<ProviderHealth | undefined> {
    this.moment += 1;
    const at = this.moment;
    const found = await read();
    this.#health = { at, found };
    return found;
  }

  attemptEnded(): void {
    this.moment += 1;
    this.#endedAt = this.moment;
  }

  /** The others wait for `work`, but no longer than this. */
  async busy<T>({ now }: Deps, ms: number, work: () => Promise<T>): Promise<T> {
    this.busyUntil = now() + ms;
    try {
      return await work();
    } finally {
      this.busyUntil = 0;
    }
  }
}

/** Rows that are waited for at the same time; about 4 KB each. */
const MAX_WATCHED = 500;
/** As long as anybody waits. */
const KEPT_MS = MINUTE_MS;

const watches = () => new BoundedCache<Watch>(MAX_WATCHED);

/**
 * By the row's id, which is never used twice; of each account by itself, where they share a row.
 */
export function watchOf(
  { caches, now }: Deps,
  { id, providerAccountId }: Pick<AccountRow, 'id' | 'providerAccountId'>,
): Watch {
  const held = caches.of(watches);
  const name = `${id} ${providerAccountId}`;
  const watch = held.get(name, now()) ?? new Watch(id);
  held.set(name, watch, now() + KEPT_MS);
  return watch;
}

interface Demand {
  /** Its outcome is visible, and the integration's own backoff does not count. */
  forced: boolean;
  /** What is stored by now is good enough: nothing needs to be refreshed any more. */
  satisfied(stored: StoredIntegration): boolean;
  /** Nothing is sent unless the circuit is closed: the refresh is not to be a probe. */
  onlyWhileClosed?: boolean;
  /** Nobody is watched after this, ms since the epoch: the caller has something else by then. */
  watchUntil?: number;
  /** Takes what is to be published; absent: it is published at once. */
  publication?: Publication;
}

type Obtained =
  /** `satisfied` holds of what was read. */
  | { kind: 'stored'; stored: StoredIntegration }
  /** An attempt of our own; `stored`: as it was before. `snapshot` null: it was written quietly. */
  | {
      kind: 'refreshed';
      stored: StoredIntegration;
      token: AccessToken;
      snapshot: Snapshot | null;
    };

/**
 * Refreshes, or waits for who does. `first`: as the caller has just read it.
 *
 * @throws AppError needs_reconnect, provider_unavailable, provider_error, refresh_in_progress,
 *   provider_not_configured, integration_not_found, unavailable, invalid_request; with the user's
 *   version as Consistency-Token
 */
export async function refreshOnDemand(
  deps: Deps,
  key: IntegrationKey,
  first: StoredIntegration,
  demand: Demand,
): Promise<Obtained> {
  const startedAt = deps.now();
  const provider = deps.config.providers.get(key.provider);
  const watchMs = provider?.kind === 'oauth2' ? attemptMs(provider) : 0;
  const until = Math.min(demand.watchUntil ?? Infinity, startedAt + watchMs);
  const watch = watchOf(deps, first.row);
  const begin = watch.moment;
  /** The newest that is known here. */
  let known: Seen = { at: begin, stored: first };
  let { version } = first;
  try {
    if (isLeased(first.row, startedAt) && !watch.isBusy(startedAt)) watch.pause(deps);
    const obtained = await poll<Obtained>(deps, { until, backoff: memoryBackoff }, async () => {
      known = watch.newerThan(known);
      const isOutdated = () => watch.isOutdated(known, deps.now());
      if (!demand.satisfied(known.stored) && isOutdated() && !watch.isBusy(deps.now())) {
        known = await watch.read(deps, key);
      }
      const { stored } = known;
      ({ version } = stored);
      if (demand.satisfied(stored)) return { kind: 'stored', stored };
      if (isOutdated()) return null;
      const now = deps.now();
      const client = refuseUseless(deps, stored, demand, startedAt, now);
      refuseBehindCircuit(stored, watch.healthSince(begin), demand, now);
      if (watch.isBusy(now)) return null;
      const result = await tryInTurn(deps, watch, stored, client, demand);
      version = Math.max(version, result?.snapshot?.version ?? 0);
      switch (result?.kind) {
        case 'refreshed':
          return { stored, ...result };
        case 'gone':
          throw new AppError('integration_not_found', 'the integration was disconnected meanwhile');
        case 'failed':
          throw failureError(result.failed, result.dueAt, deps.now());
        default:
          // Taken by somebody else, just now or while we tried: see what comes of it.
          return null;
      }
    });
    if (obtained) return obtained;
    throw inProgress();
  } catch (error) {
    // A failure can be a change as well (`needs_reconnect`): the caller must be able to read it.
    if (error instanceof AppError && version > 0) error.version = version;
    throw error;
  }
}

const inProgress = () =>
  new AppError('refresh_in_progress', 'another refresh of this integration is running', {
    retryAfter: 2,
  });

/** Says no without a request, where an attempt could not help. */
function refuseUseless(
  deps: Deps,
  { row }: StoredIntegration,
  { forced }: Demand,
  startedAt: number,
  now: number,
): OAuth2Client {
  const client = deps.config.providers.client(row.provider, row.parameters);
  if (row.state === 'needs_reconnect' && !mayHeal(row, client, forced)) throw needsReconnectError();
  if (!client) {
    throw new AppError('provider_not_configured', 'the provider of this integration has no client');
  }
  if (!isRenewable(client.provider, row, now)) {
    if (row.expiresAt !== null && row.expiresAt <= now) throw needsReconnectError();
    throw new AppError('invalid_request', 'this integration has nothing that could be refreshed');
  }
  if (row.lastFailedAt !== null && row.lastError !== null) {
    // Forced: only what failed while this caller was watching is its answer too.
    const pace = isRefused(row) ? REFUSED_PACE_MS : PACE_MS;
    const paced = forced ? row.lastFailedAt >= startedAt : row.lastFailedAt > now - pace;
    if (paced) {
      if (row.state === 'needs_reconnect') throw needsReconnectError();
      const retryAfterMs = row.lastFailedAt + pace - now;
      throw storedError(row.lastError, row.lastErrorCategory, retryAfterMs);
    }
  }
  // A lease that ended without an outcome is looked into by an attempt: it may find the tokens.
  const sendable = sendableAt(client.provider, row, now);
  if (sendable > now && row.leaseId === null && (row.refreshDueAt ?? 0) > now) {
    throw unavailable('the outcome of an earlier refresh is not known yet', sendable, now);
  }
  return client;
}

/**
 * What needs a reconnect is tried all the same where that was inferred, where the client that it
 * belongs to is configured again, and, if somebody forces it, before it is certain.
 */
function mayHeal(row: AccountRow, client: OAuth2Client | undefined, forced: boolean): boolean {
  if (isMarked(row)) return true;
  if (row.stateReason === CLIENT_CHANGED) return row.clientId === client?.clientId;
  return forced && row.stateConfirmedAt === null;
}

/** Refused in a row, and not granted anything since. */
const isRefused = (row: AccountRow): boolean =>
  row.refusedSince !== null && row.refusedSince >= row.tokenVersion;

/**
 * A forced refresh of an integration that was failing is no probe: it could keep all others
 * waiting.
 */
function refuseBehindCircuit(
  { row }: StoredIntegration,
  health: ProviderHealth | undefined,
  { forced, onlyWhileClosed = false }: Demand,
  now: number,
): void {
  const openUntil = health?.openUntil ?? null;
  if (openUntil === null) return;
  if (openUntil <= now && !onlyWhileClosed && !(forced && isFailing(row))) return;
  const detail = 'the provider has trouble; it is not asked for now';
  throw unavailable(detail, openUntil > now ? openUntil : now + PACE_MS, now);
}

const unavailable = (detail: string, until: number, now: number): AppError =>
  new AppError('provider_unavailable', detail, { retryAfter: (until - now) / SECOND_MS });

/** The one request of this isolate that tries, as far as the others know. */
const tryInTurn = (
  deps: Deps,
  watch: Watch,
  stored: StoredIntegration,
  client: OAuth2Client,
  demand: Demand,
): Promise<AttemptResult | null> =>
  watch.busy(deps, TRYING_MS, async () => {
    watch.leasedReads = 0;
    const health = await watch.readHealth(() => readHealth(deps, client, stored.row));
    refuseBehindCircuit(stored, health, demand, deps.now());
    try {
      return await tryOnce(deps, stored, client, health, demand);
    } finally {
      watch.attemptEnded();
    }
  });

/** One attempt, if the lease is to be had; null: it is not. */
async function tryOnce(
  deps: Deps,
  { row }: StoredIntegration,
  client: OAuth2Client,
  health: ProviderHealth | undefined,
  { forced, publication: shared }: Demand,
): Promise<AttemptResult | null> {
  const work = (async () => {
    const now = deps.now();
    const claimId = deps.uuid();
    const [claimed] = await retry(deps, { until: now + CLAIM_MS }, () =>
      claimOne(deps.db, claimId, row, now),
    );
    if (!claimed) return null;
    const circuit = circuitOf(client.provider, claimed.parameters);
    const admission = await admit(deps, circuit, health).catch(
      (): Admission => ({ kind: 'open', until: now + PACE_MS }),
    );
    const options = { client, circuit, health, admission, visible: forced, usedNow: !forced };
    const result = await attempt(deps, claimed, options);
    const publication = shared ?? new Publication(deps);
    publication.add(result.snapshot);
    const after = (async () => {
      await afterAttempts(deps, [{ row: claimed, forced, circuit, health, result }], publication);
      if (!shared) await publication.flushAll();
    })();
    // Who forces a refresh reads its own write as soon as KV has it; a token is urgent.
    if (forced) await after;
    else deps.waitUntil(after);
    return result;
  })();
  deps.waitUntil(work.catch(() => {}));
  return orUnavailable(deps, work);
}

const needsReconnectError = () =>
  new AppError('needs_reconnect', 'the user has to connect this account again');

function failureError(failed: Failed, dueAt: number | null, now: number): AppError {
  switch (failed.kind) {
    case 'waiting':
      // A request before that would be answered without asking the provider.
      return storedError(failed.code, null, (dueAt ?? now) - now);
    case 'unknown':
      return storedError(failed.code, failed.category, (dueAt ?? now) - now);
    case 'refused':
    case 'transient':
    case 'odd':
    case 'operator':
    case 'storm':
      return storedError(failed.code, failed.category, PACE_MS);
    default:
      return failed satisfies never;
  }
}

/**
 * For a failed attempt, ours or another's, by what it left. `category` null: nothing is known of
 * it, so it may pass.
 */
function storedError(
  code: string,
  category: FailureCategory | null,
  retryAfterMs: number,
): AppError {
  const retryAfter = Math.max(1, retryAfterMs / SECOND_MS);
  switch (category) {
    case 'refused':
      return needsReconnectError();
    // Wrong until somebody mends it.
    case 'operator_fault':
    case 'unexpected':
    case 'token_unusable':
      return new AppError('provider_error', `the provider did not refresh the token (${code})`, {
        retryAfter,
      });
    case 'refusal_storm':
    case 'rate_limited':
    case 'no_answer':
    case 'provider_failure':
    case 'unreadable':
    case 'internal':
    case null:
      return new AppError(
        'provider_unavailable',
        `the token could not be refreshed now (${code})`,
        {
          retryAfter,
        },
      );
    default:
      return category satisfies never;
  }
}

export interface Refreshed {
  facts: Facts;
  /** The user's version that shows it. */
  version: number;
}

/**
 * Refreshes now, whatever the integration's own backoff says; the outcome is visible at once. A
 * refresh by somebody else that ends meanwhile counts as this one.
 *
 * @throws AppError, as refreshOnDemand does
 */
export async function refreshOne(
  deps: Deps,
  key: IntegrationKey,
  publication?: Publication,
): Promise<Refreshed> {
  const first = await readIntegration(deps, key);
  const { row } = first;
  const provider = deps.config.providers.get(row.provider);
  if (provider?.kind !== 'oauth2') {
    throw new AppError('invalid_request', 'credentials are not refreshed; give new ones');
  }
  const youngest = row.tokenVersion + (provider.minTokenAgeSeconds ?? 0) * SECOND_MS;
  // A token that the provider would not extend yet is as fresh as can be.
  const tooYoung =
    provider.minTokenAgeSeconds !== undefined && deps.now() < youngest && row.state === 'active';
  if (tooYoung) return shown(first);
  const obtained = await refreshOnDemand(deps, key, first, {
    forced: true,
    satisfied: (stored) =>
      stored.row.tokenVersion > row.tokenVersion && stored.row.state === 'active',
    ...(publication ? { publication } : {}),
  });
  if (obtained.kind === 'stored') return shown(obtained.stored);
  const { snapshot } = obtained;
  // In a rescue record only: what is stored is still the old row.
  if (!snapshot) return shown(await readIntegration(deps, key));
  const facts = factsIn(snapshot, { provider: row.provider, accountId: row.providerAccountId });
  if (!facts)
    throw new AppError('integration_not_found', 'the integration was disconnected meanwhile');
  return { facts, version: snapshot.version };
}

const shown = ({ row, version }: StoredIntegration): Refreshed => ({
  facts: factsOf(row),
  version,
});
