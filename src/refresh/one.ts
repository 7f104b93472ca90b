/**
 * One attempt: one try at a refresh of one integration, under a lease that the caller has claimed.
 * Ask, salvage what came, judge, write. It never throws: what could not be written is logged, and
 * the lease ends by itself.
 *
 * Not promised: that the row is written when D1 is away. Then a rescue record has the grant.
 */

import { AppError } from '../errors';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import type { TokenReply } from '../oauth/reply';
import type { OAuth2Client } from '../providers/types';
import { MINUTE_MS } from '../time';
import { accountContext, VaultError } from '../vault/vault';
import { askProvider } from './ask';
import { circuitOf, STORM } from './circuit';
import { isFor } from './commit';
import type { Failed } from './failure';
import {
  type AccessToken,
  type AttemptDeps,
  type AttemptOptions,
  type AttemptResult,
  close,
  finishFailed,
} from './finish';
import { sealedToken, sealGrant, sentField } from './grant';
import { commitRescued, type Kept, keepGrant } from './keep';
import { type AccountRow, ATTEMPT_MS, lostLeases, sendableAt } from './lease';
import { isSingleUse, type Outcome } from './outcome';
import { findRescue } from './rescue';
import { accessEnd } from './schedule';
import { countRefusal } from './storm';

/** Nobody can tell whether there is a rescue record: look again after this. */
const KV_AWAY_MS = MINUTE_MS;

/** `row` as the claim returned it. */
export async function attempt(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult> {
  try {
    const early = await beforeAsking(deps, row, options);
    if (early) return early;
    return await ask(deps, row, options);
  } catch (error) {
    deps.log.error('attempt_failed', { provider: row.provider, rowId: row.id }, error);
    const failed: Failed = { kind: 'transient', code: 'internal', retryAfterMs: null };
    return { kind: 'failed', failed, dueAt: row.refreshDueAt, snapshot: null };
  }
}

/** What an earlier attempt left behind comes first: its tokens, or its unknown outcome. */
async function beforeAsking(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult | null> {
  const { provider } = options.client;
  const wait = (code: string, until: number) =>
    finishFailed(deps, row, { kind: 'waiting', code, until }, options);
  const rescued = await recoverOrWait(deps, row, options);
  if (rescued) return rescued;
  if (options.admission.kind === 'open') return wait('circuit_open', options.admission.until);
  const until = sendableAt(provider, row, deps.now());
  return until > deps.now() ? wait('unknown_outcome', until) : null;
}

/** Null: no attempt left anything behind. Where nobody can tell, a refusal proves nothing either. */
async function recoverOrWait(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult | null> {
  try {
    return await recover(deps, row, options);
  } catch (error) {
    // Asking the provider could cost the grant.
    deps.log.warn('rescue_lookup_failed', { provider: row.provider, rowId: row.id }, error);
    const until = deps.now() + KV_AWAY_MS;
    const waiting = { kind: 'waiting', code: 'rescue_lookup_failed', until } as const;
    return finishFailed(deps, row, waiting, options);
  }
}

/** Looks for rescue records of lost leases; null: there are none. */
async function recover(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult | null> {
  const { provider } = options.client;
  if (!isSingleUse(provider)) return null;
  const grant = await findRescue(
    deps,
    lostLeases(row.lostLeaseId).map(({ id }) => id),
  );
  // A reconnect may have come since: then the record is of a former grant.
  if (!grant || grant.rowId !== row.id || !(await isFor(deps, grant, row, provider))) return null;
  const committed = await commitRescued(deps, grant, row, {
    provider,
    visible: options.visible,
    usedNow: options.usedNow,
    leaseId: row.leaseId ?? '',
  });
  if (committed.kind === 'gone') return { kind: 'gone', snapshot: null };
  const snapshot = committed.kind === 'committed' ? committed.snapshot : null;
  return { kind: 'superseded', snapshot };
}

async function ask(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult> {
  const { client } = options;
  const { provider } = client;
  const ready = await prepare(deps, row, client);
  if ('kind' in ready) {
    return finishFailed(deps, row, ready, options, { asked: ready.kind === 'transient' });
  }
  // A holder that was paused may be near the end of its lease: the token is not its to send. Or the
  // provider's grace has ended meanwhile.
  const sentAt = deps.now();
  const wait = (code: string, until: number) =>
    finishFailed(deps, row, { kind: 'waiting', code, until }, options);
  if (row.leaseUntil === null || sentAt + ATTEMPT_MS > row.leaseUntil) {
    return wait('too_late', sentAt);
  }
  const until = sendableAt(provider, row, sentAt);
  if (until > sentAt) return wait('unknown_outcome', until);
  const answer = await askProvider(deps, client, ready.endpoints, row, ready.sent);
  const { outcome, reply, refreshToken } = answer;
  const accessToken = outcome.kind === 'granted' ? outcome.accessToken : null;
  if (reply && (accessToken !== null || refreshToken !== null)) {
    const found = { accessToken, refreshToken, reply };
    const grant = await sealGrant(deps.vault, row, ready.sealed, found, answer.receivedAt);
    const kept = await keepGrant(deps, grant, row, {
      provider,
      visible: options.visible,
      usedNow: options.usedNow,
      leaseId: row.leaseId ?? '',
    });
    if (outcome.kind !== 'granted') {
      // Half an answer: the new refresh token is safe, and is tried soon.
      const snapshot = kept.kind === 'committed' ? kept.snapshot : null;
      return { kind: 'failed', failed: outcome, dueAt: null, snapshot };
    }
    await close(deps, row, options);
    return granted(row, options.client, kept, outcome.accessToken, reply, answer.receivedAt);
  }
  if (outcome.kind === 'granted') throw new TypeError('granted without a reply');
  const { unanswered } = answer;
  const asked = { asked: true, sentAt, unanswered, lookedForRescue: true };
  if (outcome.kind !== 'refused') return finishFailed(deps, row, outcome, options, asked);

  const recovered = await recoverOrWait(deps, row, options);
  if (recovered) return recovered;
  const isStorm = await countRefusal(
    deps,
    circuitOf(provider, row.parameters),
    options.admission,
    row.state !== 'active',
  );
  if (!isStorm) await close(deps, row, options);
  const failed: Failed = isStorm ? { kind: 'storm', code: STORM } : outcome;
  return finishFailed(deps, row, failed, options, asked);
}

interface Ready {
  /** The token that is sent: as it is in the row, and in plain text. */
  sealed: string;
  sent: string;
  endpoints: Endpoints;
}

async function prepare(
  deps: AttemptDeps,
  row: AccountRow,
  client: OAuth2Client,
): Promise<Ready | Extract<Outcome, { kind: 'odd' | 'transient' }>> {
  const { provider } = client;
  const about = { provider: provider.id, rowId: row.id };
  const field = sentField(provider);
  const sealed = sealedToken(row, field);
  if (sealed === null) return { kind: 'odd', code: 'no_token' };
  let sent: string;
  try {
    const context = accountContext(row.provider, row.providerAccountId, field);
    sent = await deps.vault.open(sealed, context);
  } catch (error) {
    deps.log.error('token_not_opened', about, error);
    return { kind: 'odd', code: error instanceof VaultError ? error.code : 'not_opened' };
  }
  try {
    return { sealed, sent, endpoints: await endpointsOf(deps, provider, row.parameters) };
  } catch (error) {
    // Discovery failed: nothing was sent yet, so nothing is unknown.
    deps.log.warn('endpoints_failed', about, error);
    const code = error instanceof AppError ? error.code : 'endpoints';
    return { kind: 'transient', code, retryAfterMs: null };
  }
}

function granted(
  row: AccountRow,
  client: OAuth2Client,
  kept: Kept,
  accessToken: string,
  reply: TokenReply,
  receivedAt: number,
): AttemptResult {
  if (kept.kind === 'gone') return { kind: 'gone', snapshot: null };
  if (kept.kind === 'superseded') return { kind: 'superseded', snapshot: null };
  const token: AccessToken = {
    accessToken,
    tokenType: reply.tokenType ?? row.tokenType,
    expiresAt: accessEnd(client.provider, receivedAt, reply.expiresAt),
    scope: reply.scopes ?? row.scope,
  };
  return {
    kind: 'refreshed',
    token,
    snapshot: kept.kind === 'committed' ? kept.snapshot : null,
  };
}
