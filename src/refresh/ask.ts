/**
 * The question to the provider's token endpoint, and what its answer means. A single-use token
 * whose fate is unclear is presented once more at once where the provider allows that for a while.
 * Never throws.
 */
import type { Deps } from '../deps';
import type { Endpoints } from '../oauth/endpoints';
import { readTokenReply, type TokenReply } from '../oauth/reply';
import { refreshGrant } from '../oauth/token';
import type { OAuth2Client } from '../providers/types';
import { type AccountRow, graceEnds } from './lease';
import { judge, type Outcome, salvage } from './outcome';

/** The provider's answer may take this long. */
export const REQUEST_MS = 12_000;
/** Both requests together. */
const REQUESTS_MS = 14_000;
/** No second request is begun with less time left than this. */
const LEAST_REQUEST_MS = 4_000;

export interface Answer {
  outcome: Outcome;
  /** Null where no reply came. */
  reply: TokenReply | null;
  /** A new refresh token, whatever the outcome says. */
  refreshToken: string | null;
  receivedAt: number;
  /**
   * A first request got no answer that says anything, and the second one's does not say it either:
   * whatever the outcome, the token may have been used up since.
   */
  unanswered: boolean;
}

/** `sent`: the refresh token, or the access token where it is extended; in plain text. */
export async function askProvider(
  deps: Pick<Deps, 'fetch' | 'now'>,
  client: OAuth2Client,
  endpoints: Endpoints,
  row: AccountRow,
  sent: string,
): Promise<Answer> {
  const { provider } = client;
  const startedAt = deps.now();
  const first = await askOnce(deps, client, endpoints, row, sent, REQUEST_MS);
  const { outcome } = first;
  const left = startedAt + REQUESTS_MS - deps.now();
  const again =
    outcome.kind === 'unknown' &&
    outcome.retryAfterMs === null &&
    first.refreshToken === null &&
    provider.reuse === 'grace' &&
    left >= LEAST_REQUEST_MS &&
    deps.now() <= graceEnds(provider, row.unknownSince ?? startedAt);
  if (!again) return first;
  const second = await askOnce(deps, client, endpoints, row, sent, Math.min(left, REQUEST_MS));
  return { ...second, unanswered: true };
}

async function askOnce(
  deps: Pick<Deps, 'fetch' | 'now'>,
  client: OAuth2Client,
  endpoints: Endpoints,
  row: AccountRow,
  sent: string,
  timeoutMs: number,
): Promise<Answer> {
  const { provider } = client;
  const token = provider.refreshModel === 'extend' ? { accessToken: sent } : { refreshToken: sent };
  const raw = await refreshGrant(deps, client, endpoints, {
    ...token,
    scopes: row.scope,
    timeoutMs,
  });
  const receivedAt = deps.now();
  const reply = raw.kind === 'reply' ? readTokenReply(provider, raw, receivedAt) : null;
  return {
    outcome: judge(provider, raw, reply, receivedAt),
    reply,
    refreshToken: provider.refreshModel === 'extend' ? null : salvage(raw, reply, sent),
    receivedAt,
    unanswered: false,
  };
}
