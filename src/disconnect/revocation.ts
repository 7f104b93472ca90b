/**
 * Tells the provider that a grant is over, for one entry of the outbox. Before each request to the
 * provider, retries included, it is asked whether another integration needs the grant.
 */
import { and, eq } from 'drizzle-orm';
import { equalOrBothNull } from '../db/conditions';
import { lostLeases } from '../db/lost-leases';
import { type OutboxEntry, outbox } from '../db/schema';
import type { Deps } from '../deps';
import type { DpopKey } from '../oauth/dpop';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import { type Grant, withTokenParameters } from '../oauth/grant';
import { namesAnotherSubject } from '../oauth/profile';
import { clientOf } from '../oauth/registration';
import { readTokenReply, type TokenReply } from '../oauth/reply';
import { REVOCATION_MS, type Revocation, revokedTokens, revokeToken } from '../oauth/revoke';
import { openToken, sealToken } from '../oauth/sealed-token';
import { refreshGrant } from '../oauth/token';
import { revocationAuthOf } from '../providers/revocation-auth';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { REQUEST_MS } from '../refresh/attempt';
import { COMMIT_MS } from '../refresh/commit';
import { judge, salvage } from '../refresh/outcome';
import { findRescue, forgetRescue, saveRescue } from '../refresh/rescue';
import { accessEnd } from '../refresh/schedule';
import { retry } from '../retry';
import { SECOND_MS } from '../time';
import type { TokenField } from '../vault/vault';
import { mayRevoke, sharedGrant, tokensOfGrant } from './reach';
import { identifyGrant, openReceived } from './received-grant';

/** No try to save tokens is begun after this. */
const SAVE_MS = 6 * SECOND_MS;

/**
 * `done`: the provider answered, or nothing may be or needs to be revoked. `retry`: later.
 * `gave_up`: the provider refused for good. `account_unknown`: it may end another one's grant, and
 * nobody can tell. `grant_refused`: the provider says that the grant is dead; twice is `done`.
 * Anything thrown is a `retry`.
 */
export type RevocationResult = 'done' | 'retry' | 'grant_refused' | 'gave_up' | 'account_unknown';

/** `dropped`: another integration needs the grant, so nothing was sent. */
type GrantEnd = Revocation | 'grant_refused' | 'dropped';

/** One entry, under a lease of the caller's. */
export async function revoke(deps: Deps, entry: OutboxEntry): Promise<RevocationResult> {
  const { config, log, vault } = deps;
  const provider = config.providers.get(entry.provider);
  // The operator may bring the record back, or below the client or its secret.
  if (!provider) return 'retry';
  if (!mayRevoke(provider)) return 'done';
  const configured = config.providers.client(entry.provider, entry.parameters);
  if (!configured) return 'retry';
  const client = await clientOf(deps, configured, entry.clientId, entry.parameters);
  const isOurs = entry.clientId === null || entry.clientId === client.clientId;
  if (!isOurs && revocationAuthOf(client.provider) !== 'omit') return 'retry';
  const endpoints = await endpointsOf(deps, client.provider, entry.parameters);
  const grant = await openReceived(vault, entry);
  if (grant !== null) return revokeReceived(deps, client, entry, grant);
  if (endpoints.revocationUrl === null) return 'done';

  const current = await afterRescue(deps, entry, client.provider);
  const outcome = await endGrant(deps, current, client, endpoints, isOurs);
  const about = { provider: entry.provider, attempt: entry.attempts };
  log.info(outcome === 'dropped' ? 'revocation.dropped' : 'revocation.sent', { ...about, outcome });
  return outcome === 'dead' || outcome === 'dropped' ? 'done' : outcome;
}

/**
 * Whether it may be revoked depends on whose it is, unless the revocation ends nothing but its
 * token.
 */
async function revokeReceived(
  deps: Deps,
  client: OAuth2Client,
  entry: OutboxEntry,
  grant: Grant,
): Promise<RevocationResult> {
  const parameters =
    withTokenParameters(client.provider, entry.parameters, grant) ?? entry.parameters;
  const endpoints = await endpointsOf(deps, client.provider, parameters);
  if (endpoints.revocationUrl === null) return 'done';
  const reachesFurther = sharedGrant(deps.config.providers, entry.provider).length > 0;
  const identified = await identifyGrant(deps, client, endpoints, entry, grant);
  switch (identified.kind) {
    case 'known':
      return revoke(deps, identified.entry);
    case 'connected':
      return 'done';
    case 'not_now':
    case 'account_unknown':
      if (!reachesFurther && revokedTokens(client.provider) !== 'none') {
        const outcome = await revokeToken(deps, client, endpoints, { ...grant, accountId: '' });
        return outcome === 'dead' ? 'done' : outcome;
      }
      return identified.kind === 'not_now' ? 'retry' : 'account_unknown';
    default:
      return identified satisfies never;
  }
}

/**
 * A provider that takes access tokens needs a live one. The one at hand may have run out, or be
 * dead for another reason, while its refresh token lives: then that is used first, once.
 */
async function endGrant(
  deps: Deps,
  entry: OutboxEntry,
  client: OAuth2Client,
  endpoints: Endpoints,
  isOurs: boolean,
): Promise<GrantEnd> {
  const { provider } = client;
  const wanted = revokedTokens(provider);
  const tokens = await opened(deps, entry);
  const renews =
    tokens.refreshToken !== null &&
    (provider.refreshModel === 'static' || provider.refreshModel === 'rotating') &&
    !entry.refused;
  const hasRunOut = entry.expiresAt !== null && entry.expiresAt <= deps.now();
  if (!(wanted === 'access' && hasRunOut && renews)) {
    const skipsAccess = wanted === 'both' && hasRunOut && tokens.refreshToken !== null;
    const sent = skipsAccess ? { ...tokens, accessToken: null } : tokens;
    const outcome = await sendRevocation(deps, entry, client, endpoints, sent);
    if (outcome !== 'dead' && outcome !== 'gave_up') return outcome;
    // Nothing is left that is alive.
    if (hasRunOut && wanted === 'access' && !renews) return 'dead';
    if (!renews || (wanted !== 'access' && wanted !== 'both')) return outcome;
  }
  // It is not this client's to use.
  if (!isOurs) return 'retry';
  const renewed = await renew(deps, entry, client, endpoints, tokens);
  return typeof renewed === 'string'
    ? renewed
    : sendRevocation(deps, entry, client, endpoints, renewed);
}

interface Tokens {
  accessToken: string | null;
  refreshToken: string | null;
  /** The refresh token's; the access token's where there is no other. */
  dpopKey: DpopKey | null;
}

async function opened({ vault }: Deps, entry: OutboxEntry): Promise<Tokens> {
  const open = async (sealed: string | null, field: TokenField) =>
    sealed === null ? null : openToken(vault, entry, field, sealed);
  const access = await open(entry.accessToken, 'access_token');
  const refresh = await open(entry.refreshToken, 'refresh_token');
  return {
    accessToken: access?.text ?? null,
    refreshToken: refresh?.text ?? null,
    dpopKey: (refresh ?? access)?.dpopKey ?? null,
  };
}

/** The entry with what an attempt left in a rescue record when its row went away. */
async function afterRescue(
  deps: Deps,
  entry: OutboxEntry,
  provider: OAuth2Provider,
): Promise<OutboxEntry> {
  const grant = await findRescue(
    deps,
    lostLeases(entry.lostLeaseId).map(({ id }) => id),
  );
  if (grant?.provider !== entry.provider || grant.accountId !== entry.accountId) return entry;
  const newer = {
    refreshToken: grant.refreshToken ?? entry.refreshToken,
    // A refusal was of the token that this one replaced.
    refused: false,
    // What this delivery renews is newer than the record, which a later one may still read.
    lostLeaseId: null,
    ...(grant.accessToken === null
      ? {}
      : {
          accessToken: grant.accessToken,
          expiresAt: accessEnd(provider, grant.receivedAt, grant.expiresAt),
        }),
  };
  await saveTokens(deps, entry, newer);
  await forgetRescue(deps, grant);
  return { ...entry, ...newer };
}

/** Right before the call. Nothing is sent near the end of the lease: a connect waits for that. */
async function sendRevocation(
  deps: Deps,
  entry: OutboxEntry,
  client: OAuth2Client,
  endpoints: Endpoints,
  tokens: Tokens,
): Promise<GrantEnd> {
  if (await isGrantInUse(deps, entry, tokens)) return 'dropped';
  if (!hasTime(deps, entry, 2 * timeoutOf(client.provider, REVOCATION_MS))) return 'retry';
  return revokeToken(deps, client, endpoints, { accountId: entry.accountId, ...tokens });
}

/**
 * New tokens by the refresh token; what came is saved before it is used. Else the outcome of the
 * delivery: a grant that is refused twice needs no revocation.
 */
async function renew(
  deps: Deps,
  entry: OutboxEntry,
  client: OAuth2Client,
  endpoints: Endpoints,
  tokens: Tokens,
): Promise<Tokens | GrantEnd> {
  const { provider } = client;
  if (await isGrantInUse(deps, entry, tokens)) return 'dropped';
  const timeoutMs = timeoutOf(provider, REQUEST_MS);
  if (!hasTime(deps, entry, timeoutMs + COMMIT_MS)) return 'retry';
  const raw = await refreshGrant(deps, client, endpoints, {
    refreshToken: tokens.refreshToken,
    scopes: entry.scope ?? [],
    timeoutMs,
    dpopKey: tokens.dpopKey,
  });
  const receivedAt = deps.now();
  const reply = raw.kind === 'reply' ? readTokenReply(provider, raw, receivedAt) : null;
  // Somebody else's tokens are not this entry's to revoke.
  const isKnown = entry.subject !== '';
  if (isKnown && reply && namesAnotherSubject(provider, reply.document, entry.subject)) {
    return 'retry';
  }
  const outcome = judge(provider, raw, reply, receivedAt);
  const granted = outcome.kind === 'granted' ? outcome.accessToken : null;
  const refreshToken = salvage(raw, reply, tokens.refreshToken ?? '');
  if (reply && (granted !== null || refreshToken !== null)) {
    const newer = { accessToken: granted, refreshToken, dpopKey: tokens.dpopKey };
    await saveRenewed(deps, entry, provider, reply, newer, receivedAt);
    if (granted !== null) {
      return { ...newer, refreshToken: refreshToken ?? tokens.refreshToken };
    }
  }
  return outcome.kind === 'refused' ? 'grant_refused' : 'retry';
}

/**
 * Into the entry; where D1 is away into a rescue record, from which an entry of its own is made.
 */
async function saveRenewed(
  deps: Deps,
  entry: OutboxEntry,
  provider: OAuth2Provider,
  reply: TokenReply,
  tokens: Tokens,
  receivedAt: number,
): Promise<void> {
  const seal = (token: string | null, field: TokenField) =>
    token === null ? null : sealToken(deps.vault, entry, field, token, tokens.dpopKey);
  const accessToken = await seal(tokens.accessToken, 'access_token');
  const refreshToken = await seal(tokens.refreshToken, 'refresh_token');
  try {
    await saveTokens(deps, entry, {
      ...(refreshToken === null ? {} : { refreshToken }),
      ...(accessToken === null
        ? {}
        : { accessToken, expiresAt: accessEnd(provider, receivedAt, reply.expiresAt) }),
    });
  } catch (error) {
    deps.log.error('outbox.tokens_not_saved', { provider: entry.provider }, error);
    await saveRescue(
      deps,
      {
        v: 1,
        leaseId: entry.leaseId ?? '',
        // Of no row: so it is owed a revocation when it is recovered.
        rowId: 0,
        provider: entry.provider,
        accountId: entry.accountId,
        subject: entry.subject,
        clientId: entry.clientId,
        parameters: entry.parameters,
        sentVersion: 0,
        sent: entry.refreshToken ?? '',
        accessToken,
        refreshToken,
        expiresAt: reply.expiresAt,
        refreshExpiresAt: reply.refreshExpiresAt,
        tokenType: reply.tokenType,
        scopes: reply.scopes,
        metadata: {},
        receivedAt,
      },
      deps.now() + COMMIT_MS,
    );
  }
}

/**
 * Replaces an entry's tokens, all sealed, by what came of them, whoever has the lease by now: they
 * exist nowhere else. Not where the entry has other tokens already.
 *
 * @throws what D1 throws
 */
async function saveTokens(
  deps: Deps,
  entry: OutboxEntry,
  newer: Partial<
    Pick<OutboxEntry, 'accessToken' | 'refreshToken' | 'expiresAt' | 'refused' | 'lostLeaseId'>
  >,
): Promise<void> {
  const unchanged = and(
    eq(outbox.id, entry.id),
    equalOrBothNull(outbox.accessToken, entry.accessToken),
    equalOrBothNull(outbox.refreshToken, entry.refreshToken),
  );
  await retry(deps, { until: deps.now() + SAVE_MS }, () =>
    deps.db.update(outbox).set(newer).where(unchanged),
  );
}

/** For clocks that differ. */
const LEASE_SLACK_MS = 5 * SECOND_MS;

const hasTime = ({ now }: Deps, { leaseUntil }: OutboxEntry, ms: number): boolean =>
  leaseUntil !== null && now() + ms + LEASE_SLACK_MS <= leaseUntil;

/**
 * Whether an integration would lose its grant. Asked at the primary. Where a revocation ends
 * nothing but its token, one that has the same token: some providers give it again at the next
 * consent.
 */
async function isGrantInUse(deps: Deps, entry: OutboxEntry, tokens: Tokens): Promise<boolean> {
  const { db, config, vault } = deps;
  const shared = sharedGrant(config.providers, entry.provider);
  if (shared.length > 0) {
    return (await tokensOfGrant(db, shared, entry.subject).limit(1)).length > 0;
  }
  const rows = await tokensOfGrant(db, [entry.provider], entry.subject);
  for (const { accountId, access, refresh } of rows) {
    const account = { provider: entry.provider, accountId };
    const isSent = async (sealed: string | null, field: TokenField) => {
      if (sealed === null) return false;
      const { text } = await openToken(vault, account, field, sealed);
      return text === tokens.accessToken || text === tokens.refreshToken;
    };
    if ((await isSent(access, 'access_token')) || (await isSent(refresh, 'refresh_token'))) {
      return true;
    }
  }
  return false;
}
