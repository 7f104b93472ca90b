/**
 * One attempt: one try at a refresh of one integration, under a lease that the caller has claimed.
 * What an earlier attempt left behind comes first; then the refresh token is sent, what came is
 * salvaged and judged, and the row is written. It never throws: what could not be written is
 * logged, and the lease ends by itself.
 *
 * Not promised: that the row is written when D1 is away. Then a rescue record has the grant.
 */
import { lostLeases } from '../db/lost-leases';
import type { AccountRow, ClientGrant, ProviderHealth } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type NewEvent, writeEvent } from '../events/event-log';
import type { Bound, DpopKey } from '../oauth/dpop';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import { namesAnotherSubject } from '../oauth/profile';
import { clientOf, replaceClient } from '../oauth/registration';
import { readTokenReply, type TokenReply } from '../oauth/reply';
import { openToken } from '../oauth/sealed-token';
import { refreshGrant } from '../oauth/token';
import { isByFields } from '../providers/by-fields';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { retry } from '../retry';
import type { Snapshot } from '../status-cache/snapshot';
import { MINUTE_MS, SECOND_MS } from '../time';
import { VaultError } from '../vault/vault';
import {
  type Admission,
  type CircuitKey,
  closeCircuit,
  countAttempts,
  countFailure,
  countRefusal,
  needsClosing,
  takeVerdict,
} from './circuit';
import { isGrantedWithinADay, lacksPeers, lastGrantOf, noteGrantOf } from './client-grants';
import {
  COMMIT_MS,
  type CommitOptions,
  type Committed,
  commitGrant,
  isFor,
  refreshedFacts,
  type SealedGrant,
  sealedToken,
  sealGrant,
  sentField,
} from './commit';
import { type Failed, type FailureContext, writeFailure } from './failure';
import { judge, noClient, type Outcome, salvage, WRONG_SUBJECT, wrongSubject } from './outcome';
import type { Publication } from './publication';
import { commitRescued, findRescue, type Rescued, rescue } from './rescue';
import { graceEnds, isSingleUse, sendableAt } from './single-use';
import { isCounting, STORM } from './storm';
import { type ClearRefusal, isClearRefusal, isMarked, isOld, type Weighed, weigh } from './verdict';
import { unmarkStorm } from './verdict-reversal';

/**
 * An attempt, from claim to commit or rescue, takes this long at most. `waitUntil` ends 30 s after
 * the caller left, and a lease must outlive the attempt even with clocks that differ.
 */
export const ATTEMPT_MS = 25 * SECOND_MS;

/** Of that, all requests to the token endpoint together, unless the record says more for one. */
const REQUESTS_MS = 14 * SECOND_MS;

/** The provider's reply may take this long. */
export const REQUEST_MS = 12 * SECOND_MS;
/** No second request is begun with less time left than this. */
const LEAST_REQUEST_MS = 4 * SECOND_MS;
/** Nobody can tell whether there is a rescue record: look again after this. */
const KV_AWAY_MS = MINUTE_MS;

/** How long an attempt takes at most at a provider that may take its time. */
export const attemptMs = (provider: OAuth2Provider): number =>
  ATTEMPT_MS + Math.max(0, timeoutOf(provider, 0) - REQUESTS_MS);

interface AttemptOptions {
  /** As it is configured; from `ownClient` on, the one that the grant belongs to. */
  client: OAuth2Client;
  /** That this integration's refresh goes by. */
  circuit: CircuitKey;
  admission: Admission;
  /** The circuit as it was read with the claim. */
  health: ProviderHealth | undefined;
  /** A forced refresh: its outcome is always visible. */
  visible: boolean;
  /** Somebody is asking for the token right now. */
  usedNow: boolean;
}

/** A token in plain text, for a caller who waits for it. */
export interface AccessToken {
  accessToken: string;
  tokenType: string | null;
  expiresAt: number | null;
  scope: string[];
  /** What it is bound to; null: it is a bearer token. */
  dpopKey: DpopKey | null;
}

/** `snapshot`: to be published; null where the row was written quietly or not at all. */
export type AttemptResult =
  /** A new access token: in D1, or at least in a rescue record. */
  | { kind: 'refreshed'; token: AccessToken; snapshot: Snapshot | null }
  /** The row has tokens from elsewhere: another refresh, a reconnect, a rescue record. */
  | { kind: 'superseded'; snapshot: Snapshot | null }
  /** Disconnected meanwhile. */
  | { kind: 'gone'; snapshot: null }
  /** `dueAt`: when it is tried again; null: never. */
  | { kind: 'failed'; failed: Failed; dueAt: number | null; snapshot: Snapshot | null };

/** `row` as the claim returned it. */
export async function attempt(
  deps: Deps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult> {
  try {
    return (await recover(deps, row, options)) ?? (await refresh(deps, row, options));
  } catch (error) {
    deps.log.error('refresh.attempt_failed', { provider: row.provider, rowId: row.id }, error);
    const failed: Failed = {
      kind: 'transient',
      code: 'internal',
      category: 'internal',
      retryAfterMs: null,
    };
    return { kind: 'failed', failed, dueAt: row.refreshDueAt, snapshot: null };
  }
}

/**
 * Puts what an earlier attempt left in a rescue record into the row. Null: no attempt left anything
 * behind. Where nobody can tell, the token is not sent, and a refusal proves nothing either.
 */
async function recover(
  deps: Deps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<AttemptResult | null> {
  const { provider } = options.client;
  if (!isSingleUse(provider)) return null;
  try {
    const leaseIds = lostLeases(row.lostLeaseId).map(({ id }) => id);
    const grant = await findRescue(deps, leaseIds);
    // A reconnect may have come since: then the record is of a former grant.
    if (!grant || grant.rowId !== row.id || !(await isFor(deps, grant, row, provider))) return null;
    const committed = await commitRescued(deps, grant, row, commitOptions(row, options));
    if (committed.kind === 'gone') return { kind: 'gone', snapshot: null };
    const snapshot = committed.kind === 'committed' ? committed.snapshot : null;
    return { kind: 'superseded', snapshot };
  } catch (error) {
    // Sending the token could cost the grant.
    deps.log.warn('rescue.lookup_failed', { provider: row.provider, rowId: row.id }, error);
    const until = deps.now() + KV_AWAY_MS;
    return fail(deps, row, { kind: 'waiting', code: 'rescue_lookup_failed', until }, options);
  }
}

const commitOptions = (row: AccountRow, { client, visible, usedNow }: AttemptOptions) => ({
  provider: client.provider,
  visible,
  usedNow,
  leaseId: row.leaseId ?? '',
});

async function refresh(
  deps: Deps,
  row: AccountRow,
  configured: AttemptOptions,
): Promise<AttemptResult> {
  const blocked = blockedAt(deps.now(), row, configured);
  if (blocked) return fail(deps, row, blocked, configured);
  const client = await ownClient(deps, row, configured.client);
  if ('kind' in client) return fail(deps, row, client, configured);
  const options = { ...configured, client };
  const ready = await prepare(deps, row, client);
  if ('kind' in ready) {
    return fail(deps, row, ready, options, { asked: ready.kind === 'transient' });
  }
  // Since then the lease has come near its end, perhaps, or the provider's grace is over.
  const sentAt = deps.now();
  const late = blockedAt(sentAt, row, options);
  if (late) return fail(deps, row, late, options);

  const answer = await request(deps, client, ready.endpoints, row, ready);
  const { outcome, reply, refreshToken, unanswered } = answer;
  const accessToken = outcome.kind === 'granted' ? outcome.accessToken : null;
  if (reply && (accessToken !== null || refreshToken !== null)) {
    const found = { accessToken, refreshToken, reply, dpopKey: ready.dpopKey };
    return store(deps, row, ready.sealed, found, outcome, options);
  }
  if (outcome.kind === 'granted') throw new TypeError('granted without a reply');

  if (outcome.code === 'invalid_client') await replaceUnknown(deps, client);
  const sent = { asked: true, sentAt, unanswered, lookedForRescue: true };
  if (!isClearRefusal(outcome)) return fail(deps, row, outcome, options, sent);
  return refuse(deps, row, outcome, options, sent);
}

/** Why the token is not to be sent at `now`; null: it may be. Pure. */
function blockedAt(
  now: number,
  row: AccountRow,
  { client: { provider }, admission }: AttemptOptions,
): Extract<Failed, { kind: 'waiting' }> | null {
  const waiting = (code: string, until: number) => ({ kind: 'waiting', code, until }) as const;
  if (admission.kind === 'open') return waiting('circuit_open', admission.until);
  const sendable = sendableAt(provider, row, now);
  if (sendable > now) return waiting('unknown_outcome', sendable);
  // A holder that was paused may be near the end of its lease: the token is not its to send.
  const isLate = row.leaseUntil === null || now + attemptMs(provider) > row.leaseUntil;
  return isLate ? waiting('too_late', now) : null;
}

/** What came is put into the row, whatever the outcome says of it. */
async function store(
  deps: Deps,
  row: AccountRow,
  sent: string,
  found: Parameters<typeof sealGrant>[4],
  outcome: Outcome,
  options: AttemptOptions,
): Promise<AttemptResult> {
  const { client } = options;
  const grant = await sealGrant(deps.vault, client, row, sent, found);
  const stored = await storeGrant(deps, grant, row, commitOptions(row, options));
  const snapshot = stored.kind === 'committed' ? stored.snapshot : null;
  // Half an answer: the new refresh token is safe, and is tried soon.
  if (outcome.kind !== 'granted') {
    const failed: Failed =
      outcome.kind === 'refused' ? { ...outcome, by: 'code', reason: outcome.code } : outcome;
    return { kind: 'failed', failed, dueAt: null, snapshot };
  }
  await afterGrant(deps, row, options);
  if (stored.kind === 'gone') return { kind: 'gone', snapshot: null };
  if (stored.kind === 'superseded') return { kind: 'superseded', snapshot: null };
  const { accessToken } = outcome;
  const { dpopKey } = found;
  const { tokenType, expiresAt, scope } = refreshedFacts(client.provider, grant, row);
  return {
    kind: 'refreshed',
    token: { accessToken, tokenType, expiresAt, scope, dpopKey },
    snapshot,
  };
}

/** Into D1, else into a rescue record. Never throws. */
async function storeGrant(
  deps: Deps,
  grant: SealedGrant,
  row: AccountRow,
  options: CommitOptions,
): Promise<Committed | Rescued> {
  const commit = () => commitGrant(deps, grant, row, options);
  try {
    return await commit();
  } catch (error) {
    const about = { provider: grant.provider, rowId: grant.rowId };
    deps.log.error('refresh.grant_not_committed', about, error);
    return rescue(deps, grant, commit);
  }
}

/** What follows from a clear refusal: of the row, and of the circuit. */
async function refuse(
  deps: Deps,
  row: AccountRow,
  outcome: ClearRefusal,
  options: AttemptOptions,
  sent: FailureDetails,
): Promise<AttemptResult> {
  const { circuit, admission, visible } = options;
  const { failed, run, grant } = await weighRefusal(deps, row, outcome, options);
  const weighed = { ...sent, run, grant };
  if (failed.kind !== 'refused') return fail(deps, row, failed, options, weighed);
  // The refusal may be of a token that an earlier attempt has used up.
  const recovered = await recover(deps, row, options);
  if (recovered) return recovered;
  if (failed.by !== 'code') return fail(deps, row, failed, options, weighed);
  const counted = {
    userHash: await deps.vault.mac('circuit', row.userId),
    counts: row.state === 'active' && !(visible && isFailing(row)),
    admission,
  };
  if (await countRefusal(deps, circuit, counted)) {
    return fail(deps, row, { kind: 'storm', code: STORM, category: STORM }, options, sent);
  }
  await closeIfOpen(deps, options);
  return fail(deps, row, failed, options, weighed);
}

/** It was not well before this attempt. */
export const isFailing = ({ refreshFailures, state }: AccountRow): boolean =>
  refreshFailures > 0 || state !== 'active';

/**
 * What a clear refusal means, with what else is known of its client. Where that cannot be read, it
 * means no more than it says.
 */
async function weighRefusal(
  deps: Deps,
  row: AccountRow,
  outcome: ClearRefusal,
  { client, circuit, visible }: AttemptOptions,
): Promise<Weighed & { grant: ClientGrant | null }> {
  const now = deps.now();
  const hash = await deps.vault.mac('refusal', outcome.refusal.said);
  // Whose client has been replaced is compared with those of the other one, once that works.
  const isUnknown = outcome.code === 'invalid_client' && client.successorId !== undefined;
  const clientId = isUnknown ? (client.successorId ?? '') : client.clientId;
  const known = { now, hash, clientId };
  let grant: ClientGrant | null = null;
  try {
    grant = await lastGrantOf(deps, circuit, clientId);
    const mayEnd = outcome.refusal.leadsTo === 'comparison_or_time' && isOld(row, now) && !visible;
    const alone = mayEnd && (await lacksPeers(deps, client.provider, row));
    const facts = { ...known, lastGrant: grant, alone };
    const weighed = weigh(outcome, row, { ...facts, mayInfer: true });
    const { failed } = weighed;
    const marks = failed.kind === 'refused' && failed.by === 'repetition' && !isMarked(row);
    if (!marks || (await takeVerdict(deps, circuit))) return { ...weighed, grant };
    return { ...weigh(outcome, row, { ...facts, mayInfer: false }), grant };
  } catch (error) {
    const about = { provider: row.provider, rowId: row.id };
    deps.log.warn('refresh.refusal_not_weighed', about, error);
    const nothing = { lastGrant: null, alone: false, mayInfer: false };
    return { ...weigh(outcome, row, { ...known, ...nothing }), grant };
  }
}

/** A registered client that its server does not know. Never throws. */
async function replaceUnknown(deps: Deps, client: OAuth2Client): Promise<void> {
  await replaceClient(deps, client).catch((error) =>
    deps.log.warn('client.not_replaced', { provider: client.provider.id }, error),
  );
}

interface Ready {
  /** The token that is sent: as it is in the row, and in plain text. */
  sealed: string;
  sent: string;
  dpopKey: DpopKey | null;
  endpoints: Endpoints;
}

/** Nothing was sent, so nothing is unknown. */
type NotSent = Extract<Outcome, { kind: 'odd' | 'transient' }>;

/** The client that the grant belongs to. */
async function ownClient(
  deps: Deps,
  { id: rowId, clientId, parameters }: AccountRow,
  configured: OAuth2Client,
): Promise<OAuth2Client | NotSent> {
  try {
    return await clientOf(deps, configured, clientId, parameters);
  } catch (error) {
    const about = { provider: configured.provider.id, rowId };
    deps.log.error('refresh.client_not_opened', about, error);
    if (error instanceof VaultError) {
      return { kind: 'odd', code: error.code, category: 'token_unusable', refusal: null };
    }
    // What names its server is wrong: only the operator can help. Else D1 did not say.
    return error instanceof AppError
      ? { kind: 'transient', code: error.code, category: 'operator_fault', retryAfterMs: null }
      : {
          kind: 'transient',
          code: 'client_lookup_failed',
          category: 'internal',
          retryAfterMs: null,
        };
  }
}

async function prepare(
  deps: Deps,
  row: AccountRow,
  { provider }: OAuth2Client,
): Promise<Ready | NotSent> {
  const about = { provider: provider.id, rowId: row.id };
  const field = sentField(provider);
  const sealed = sealedToken(row, field);
  if (sealed === null) {
    return { kind: 'odd', code: 'no_token', category: 'token_unusable', refusal: null };
  }
  let opened: Bound;
  try {
    const account = { provider: row.provider, accountId: row.providerAccountId };
    opened = await openToken(deps.vault, account, field, sealed);
    // A browser's token, where the record has come to take fields, could be sent by no request.
    if (isByFields(provider)) JSON.parse(opened.text);
  } catch (error) {
    deps.log.error('refresh.token_not_opened', about, error);
    const code = error instanceof VaultError ? error.code : 'not_opened';
    return { kind: 'odd', code, category: 'token_unusable', refusal: null };
  }
  try {
    const { text: sent, dpopKey } = opened;
    return { sealed, sent, dpopKey, endpoints: await endpointsOf(deps, provider, row.parameters) };
  } catch (error) {
    // Discovery failed: nothing was sent yet, so nothing is unknown.
    deps.log.warn('refresh.discovery_failed', about, error);
    const code = error instanceof AppError ? error.code : 'endpoints';
    // What the server says of itself, or the record of it, is wrong: only the operator can help.
    const category = code === 'provider_error' ? 'operator_fault' : 'provider_failure';
    return { kind: 'transient', code, category, retryAfterMs: null };
  }
}

interface ProviderAnswer {
  outcome: Outcome;
  /** Null where no reply came. */
  reply: TokenReply | null;
  /** A new refresh token, whatever the outcome says. */
  refreshToken: string | null;
  /**
   * A first request got no answer that says anything, and the second one's does not say it either:
   * whatever the outcome, the token may have been used up since.
   */
  unanswered: boolean;
}

/**
 * The request to the token endpoint, and what its answer means. A single-use token whose fate is
 * unclear is sent once more at once where the provider allows that for a while. Never throws.
 *
 * `sent`: the refresh token, or the access token where it is extended; in plain text.
 */
async function request(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  row: AccountRow,
  { sent, dpopKey }: Pick<Ready, 'sent' | 'dpopKey'>,
): Promise<ProviderAnswer> {
  const { provider } = client;
  const extend = provider.refreshModel === 'extend';
  const once = async (timeoutMs: number): Promise<Omit<ProviderAnswer, 'unanswered'>> => {
    const raw = await refreshGrant(deps, client, endpoints, {
      ...(extend ? { accessToken: sent } : { refreshToken: sent }),
      scopes: row.scope,
      timeoutMs,
      dpopKey,
    }).catch((error) => {
      if (error instanceof AppError && error.code === 'provider_not_configured') return null;
      throw error;
    });
    // The client's key cannot sign, so nothing was sent.
    if (raw === null) return { outcome: noClient, reply: null, refreshToken: null };
    const receivedAt = deps.now();
    const reply = raw.kind === 'reply' ? readTokenReply(provider, raw, receivedAt) : null;
    if (reply && namesAnotherSubject(provider, reply.document, row.subject)) {
      // Somebody else's tokens: not kept, not told, and not revoked either.
      return { outcome: wrongSubject(provider), reply: null, refreshToken: null };
    }
    return {
      outcome: judge(provider, raw, reply, receivedAt),
      reply,
      // What the user gave stays, whatever else a reply holds.
      refreshToken: extend || isByFields(provider) ? null : salvage(raw, reply, sent),
    };
  };
  const startedAt = deps.now();
  const requestMs = timeoutOf(provider, REQUEST_MS);
  const first = await once(requestMs);
  const left = startedAt + Math.max(REQUESTS_MS, requestMs) - deps.now();
  const again =
    first.outcome.kind === 'unknown' &&
    first.outcome.retryAfterMs === null &&
    first.refreshToken === null &&
    provider.reuse === 'grace' &&
    left >= LEAST_REQUEST_MS &&
    deps.now() <= graceEnds(provider, row.unknownSince ?? startedAt);
  if (!again) return { ...first, unanswered: false };
  return { ...(await once(Math.min(left, requestMs))), unanswered: true };
}

interface FailureDetails extends Omit<FailureContext, 'provider' | 'visible' | 'until'> {
  /** The provider was, so it counts for the circuit. */
  asked?: boolean;
  /** The last one of the client that asked, where that was looked for. */
  grant?: ClientGrant | null;
}

/** Writes a failure into the row, and counts it for the circuit where the provider was `asked`. */
async function fail(
  deps: Deps,
  row: AccountRow,
  failed: Failed,
  options: AttemptOptions,
  details: FailureDetails = {},
): Promise<AttemptResult> {
  const about = { provider: row.provider, rowId: row.id, outcome: failed.kind, code: failed.code };
  if (failed.kind !== 'waiting') deps.log.info('refresh.not_granted', about);
  const { client, visible } = options;
  const until = deps.now() + COMMIT_MS;
  const [written, ...others] = await Promise.allSettled([
    writeFailure(deps, row, failed, { ...details, provider: client.provider, visible, until }),
    details.asked ? countForCircuit(deps, row, failed, options, details) : null,
    reportOddReply(deps, row, failed),
  ]);
  for (const other of others) {
    if (other.status === 'rejected')
      deps.log.warn('circuit.failure_not_counted', about, other.reason);
  }
  if (written.status === 'rejected') {
    deps.log.error('refresh.failure_not_written', about, written.reason);
    return { kind: 'failed', failed, dueAt: row.refreshDueAt, snapshot: null };
  }
  const { hit, dueAt, snapshot } = written.value;
  return hit ? { kind: 'failed', failed, dueAt, snapshot } : { kind: 'superseded', snapshot };
}

async function countForCircuit(
  deps: Deps,
  row: AccountRow,
  failed: Failed,
  { client, circuit, admission, visible }: AttemptOptions,
  { run, grant = null }: FailureDetails,
): Promise<void> {
  // Refusals of a grant have their own count, and waiting is no answer.
  const { kind } = failed;
  if (kind === 'storm' || kind === 'waiting') return;
  if (kind === 'refused' && failed.by === 'code') return;
  const isFault = kind === 'operator';
  await countFailure(deps, circuit, {
    userHash: await deps.vault.mac('circuit', row.userId),
    code: failed.code,
    category: failed.category,
    clear: run !== undefined,
    // What the client's change explains is nobody's trouble.
    failing: isFailing(row) || kind === 'refused',
    forced: visible,
    reportToOperator: isFault && !(await isGrantedWithinADay(deps, client, circuit, row, grant)),
    admission,
  });
}

/** An answer that nobody foresaw is worth an event; once, not at each retry. */
async function reportOddReply(
  deps: Deps,
  { provider, refreshFailures, id, leaseId }: AccountRow,
  { kind, code }: Failed,
): Promise<void> {
  const isAnothers = code === WRONG_SUBJECT;
  if (refreshFailures > 0 || !(kind === 'odd' || isAnothers)) return;
  const at = deps.now();
  const dedupeKey = `provider.odd_reply ${leaseId}`;
  const event: NewEvent = isAnothers
    ? { at, type: 'provider.wrong_subject', data: { provider, rowId: id }, dedupeKey }
    : { at, type: 'provider.odd_reply', data: { provider, code }, dedupeKey };
  await writeEvent(deps, event);
}

/** Of an attempt that was granted something. Never throws. */
async function afterGrant(deps: Deps, row: AccountRow, options: AttemptOptions): Promise<void> {
  const { client, circuit, health, admission } = options;
  try {
    const probing = admission.kind === 'probe';
    await noteGrantOf(deps, client, circuit, { health, probing, rowId: row.id });
  } catch (error) {
    deps.log.warn('circuit.not_closed', { ...circuit }, error);
  }
}

/** A refusal that is no storm: the provider is there. */
async function closeIfOpen(
  deps: Deps,
  { circuit, health, admission }: AttemptOptions,
): Promise<void> {
  if (!needsClosing(health) && admission.kind !== 'probe') return;
  try {
    await retry(deps, { until: deps.now() + COMMIT_MS }, () => closeCircuit(deps.db, circuit));
  } catch (error) {
    deps.log.warn('circuit.not_closed', { ...circuit }, error);
  }
}

interface Attempted {
  row: AccountRow;
  /** Somebody forced it: it is no part of what the provider does by itself. */
  forced: boolean;
  circuit: CircuitKey;
  health: ProviderHealth | undefined;
  result: AttemptResult;
}

/**
 * After the attempts of a group, or one: attempts are counted while refusals are, and a storm's
 * marks are taken back. Never throws.
 */
export async function afterAttempts(
  deps: Deps,
  attempted: readonly Attempted[],
  publication: Publication,
): Promise<void> {
  try {
    await countUnrefused(deps, attempted);
    const stormy = attempted.filter(({ result }) => isFailed(result, 'storm'));
    for (const provider of new Set(stormy.map(({ row }) => row.provider))) {
      const snapshots = await unmarkStorm(deps, provider, deps.now() + COMMIT_MS);
      for (const snapshot of snapshots) publication.add(snapshot);
    }
  } catch (error) {
    deps.log.warn('circuit.attempts_not_counted', {}, error);
  }
}

/** Costs a write only while refusals are being counted. */
async function countUnrefused(deps: Deps, attempted: readonly Attempted[]): Promise<void> {
  const counts = new Map<string, { circuit: CircuitKey; counting: boolean; attempts: number }>();
  for (const { forced, circuit, health, result } of attempted) {
    const name = JSON.stringify(circuit);
    const count = counts.get(name) ?? { circuit, counting: false, attempts: 0 };
    const refused = isFailed(result, 'refused') || isFailed(result, 'storm');
    count.counting ||= refused || isCounting(health, deps.now());
    const isAnswer = !refused && !isFailed(result, 'waiting') && result.kind !== 'superseded';
    // Else a storm could be kept from being one, by whoever forces refreshes that go well.
    if (isAnswer && !forced) count.attempts += 1;
    counts.set(name, count);
  }
  for (const { circuit, counting, attempts } of counts.values()) {
    if (!counting || attempts === 0) continue;
    await retry(deps, { until: deps.now() + COMMIT_MS }, () =>
      countAttempts(deps.db, circuit, attempts),
    );
  }
}

export const isFailed = (result: AttemptResult, kind: 'refused' | 'storm' | 'waiting'): boolean =>
  result.kind === 'failed' && result.failed.kind === kind;
