/**
 * A refresh that somebody waits for. Never without the lease: who does not get it watches the row
 * until the holder is done, and the holder's failure is everybody's answer.
 *
 * The attempt runs under `waitUntil`, so that a caller who hangs up cancels nothing.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { admit, circuitOf } from './circuit';
import { claimOne } from './claim';
import type { Failed } from './failure';
import type { AccessToken, AttemptResult } from './finish';
import { afterAttempts } from './group';
import { type AccountRow, sendableAt } from './lease';
import { type IntegrationKey, type Known, look, reachable } from './look';
import { attempt } from './one';
import { persistently } from './persistently';
import { Publication } from './publication';

const CLAIM_MS = 4_000;
/** How long a caller watches another holder's attempt. */
const WATCH_MS = 8_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
/** After a failure, one attempt on demand in so long. */
export const PACE_MS = 10_000;

export interface Demand {
  /** Its outcome is visible, and the integration's own backoff does not count. */
  forced: boolean;
  /** What has come up meanwhile is good enough: nothing needs to be refreshed any more. */
  satisfied(known: Known): boolean;
  /** Takes what is to be published; absent: it is published at once. */
  publication?: Publication;
}

export interface Obtained {
  /** The row as it was last read. */
  known: Known;
  /** Fresh from an attempt of our own; null: look into the row. */
  token: AccessToken | null;
}

/**
 * Refreshes, or waits for who does. Returns when `satisfied` holds or an attempt brought a token.
 *
 * @throws AppError needs_reconnect, provider_unavailable, provider_error, refresh_in_progress,
 *   provider_not_configured, integration_not_found, unavailable, invalid_request; with the user's
 *   version as Consistency-Token
 */
export async function refreshOnDemand(
  deps: Deps,
  key: IntegrationKey,
  demand: Demand,
): Promise<Obtained> {
  const seen = { version: 0 };
  try {
    return await watch(deps, key, demand, seen);
  } catch (error) {
    // A failure can be a change as well (`needs_reconnect`): the caller must be able to read it.
    if (error instanceof AppError && seen.version > 0) {
      error.headers['Consistency-Token'] = String(seen.version);
    }
    throw error;
  }
}

/** `seen.version`: the user's newest version that is known, also when this throws. */
async function watch(
  deps: Deps,
  key: IntegrationKey,
  demand: Demand,
  seen: { version: number },
): Promise<Obtained> {
  const startedAt = deps.now();
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const known = await look(deps, key);
    seen.version = known.version;
    if (demand.satisfied(known)) return { known, token: null };
    const { row } = known;
    const now = deps.now();
    if (!isLeased(row, now)) {
      const client = refuseUseless(deps, known, demand, startedAt, now);
      const result = await tryOnce(deps, known, client, demand);
      seen.version = Math.max(seen.version, result?.snapshot?.version ?? 0);
      if (result?.kind === 'refreshed') return { known, token: result.token };
      if (result?.kind === 'gone') {
        throw new AppError('integration_not_found', 'the integration was disconnected meanwhile');
      }
      if (result?.kind === 'failed') throw failureError(result.failed, result.dueAt, deps.now());
      // Taken by somebody else, just now or while we tried: see what comes of it.
    }
    if (deps.now() + pause > startedAt + WATCH_MS) {
      throw new AppError('refresh_in_progress', 'another refresh of this integration is running', {
        retryAfter: 2,
      });
    }
    await deps.sleep(Math.round(pause * (0.5 + deps.random() / 2)));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}

export const isLeased = (row: AccountRow, now: number): boolean =>
  row.leaseUntil !== null && row.leaseUntil >= now;

/** Whether the row holds something that the provider would give a new token for. */
export function isRenewable(provider: OAuth2Provider, row: AccountRow, now: number): boolean {
  switch (provider.refreshModel) {
    case 'none':
      return false;
    case 'extend':
      return row.accessToken !== null && (row.expiresAt === null || row.expiresAt > now);
    case 'static':
    case 'rotating':
      return (
        row.refreshToken !== null && (row.refreshExpiresAt === null || row.refreshExpiresAt > now)
      );
    default:
      return provider.refreshModel satisfies never;
  }
}

/** Says no without asking anybody, where an attempt could not help. */
function refuseUseless(
  deps: Deps,
  { row, health }: Known,
  { forced }: Demand,
  startedAt: number,
  now: number,
): OAuth2Client {
  // A first refusal is asked once more; to force that earlier is allowed.
  const final = row.refreshDueAt === null || !forced;
  if (row.state === 'needs_reconnect' && final) throw needsReconnect();
  const client = deps.config.providers.client(row.provider);
  if (!client) {
    throw new AppError('provider_not_configured', 'the provider of this integration has no client');
  }
  if (!isRenewable(client.provider, row, now)) {
    if (row.expiresAt !== null && row.expiresAt <= now) throw needsReconnect();
    throw new AppError('invalid_request', 'this integration has nothing that could be refreshed');
  }
  if (row.lastFailedAt !== null && row.lastError !== null) {
    // Forced: only what failed while this caller was watching is its answer too.
    const paced = forced ? row.lastFailedAt >= startedAt : row.lastFailedAt > now - PACE_MS;
    if (paced) throw codeError(row.lastError, row.lastFailedAt + PACE_MS - now);
  }
  const unavailable = (detail: string, until: number) =>
    new AppError('provider_unavailable', detail, { retryAfter: (until - now) / 1000 });
  if (health?.openUntil && health.openUntil > now) {
    throw unavailable('the provider has trouble; it is not asked for now', health.openUntil);
  }
  // A lease that ended without an outcome is looked into by an attempt: it may find the tokens.
  const sendable = sendableAt(client.provider, row, now);
  if (sendable > now && row.leaseId === null && (row.refreshDueAt ?? 0) > now) {
    throw unavailable('the outcome of an earlier refresh is not known yet', sendable);
  }
  return client;
}

/** One attempt, if the lease is to be had; null: it is not. */
async function tryOnce(
  deps: Deps,
  { row, health }: Known,
  client: OAuth2Client,
  { forced, publication: shared }: Demand,
): Promise<AttemptResult | null> {
  const work = (async () => {
    const now = deps.now();
    const claimId = deps.uuid();
    const [claimed] = await persistently(deps, now + CLAIM_MS, () =>
      claimOne(deps.db, claimId, row, now),
    );
    if (!claimed) return null;
    const key = circuitOf(client.provider, claimed.parameters);
    const admission = await admit(deps, key, health).catch(() => ({
      kind: 'open' as const,
      until: now + PACE_MS,
    }));
    const options = { client, health, admission, visible: forced, usedNow: !forced };
    const result = await attempt(deps, claimed, options);
    const publication = shared ?? new Publication(deps);
    publication.add(result.snapshot);
    const after = (async () => {
      await afterAttempts(deps, [{ row: claimed, client, health, result }], publication);
      if (!shared) await publication.flushAll();
    })();
    // Who forces a refresh reads its own write as soon as KV has it; a token is urgent.
    if (forced) await after;
    else deps.waitUntil(after);
    return result;
  })();
  deps.waitUntil(work.catch(() => {}));
  return reachable(deps, work);
}

const needsReconnect = () =>
  new AppError('needs_reconnect', 'the user has to connect this account again');

function failureError(failed: Failed, dueAt: number | null, now: number): AppError {
  switch (failed.kind) {
    case 'refused':
      return needsReconnect();
    case 'unknown':
    case 'waiting':
      // To ask again before that would be answered without asking the provider.
      return codeError(failed.code, (dueAt ?? now) - now);
    case 'transient':
    case 'odd':
    case 'operator':
    case 'storm':
      return codeError(failed.code, PACE_MS);
    default:
      return failed satisfies never;
  }
}

/** Answers that are wrong, and will be until somebody looks; everything else may pass. */
const wrongAnswers =
  /^(http_[34]|invalid_|unauthorized_|unsupported_|redirected|no_|unknown_key|wrong_context|not_)/;
const passing = /^http_(408|425|429)$/;

/** For a failed attempt, ours or another's, by the code that it left. */
function codeError(code: string, retryAfterMs: number): AppError {
  const retryAfter = Math.max(1, retryAfterMs / 1000);
  return wrongAnswers.test(code) && !passing.test(code)
    ? new AppError('provider_error', `the provider did not refresh the token (${code})`, {
        retryAfter,
      })
    : new AppError('provider_unavailable', `the token could not be refreshed now (${code})`, {
        retryAfter,
      });
}
