/**
 * A token, or what the user has to consent to first: for a backend or an agent that goes on with
 * one request, whatever the state of the account is.
 *
 * The same request again gets the same link, until somebody has opened it (beginConnection). Whose
 * it is follows from the path: no link of another user, and none for another page, is ever given.
 */
import { beginConnection, checkReturnTo } from '../connect/begin';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Caller } from '../http/caller';
import { missingScopes } from '../oauth/scopes';
import { takesFields } from '../providers/by-fields';
import { type TokenAnswer, tokenOf } from '../refresh/token';
import { timestamp } from '../time';
import { authorizationRequired, type ConsentReason, orAuthorization, readAccount } from './account';

interface TokenOrConsent {
  userId: string;
  provider: string;
  /** Undefined: the only one that the user has there. */
  accountId?: string | undefined;
  /** That the token must have. */
  scopes?: string[] | undefined;
  minTtl?: number | undefined;
  /** Where the browser comes back to after a consent; undefined: no link is wanted. */
  returnTo?: string | undefined;
  /** Of a new account, for the placeholders in the provider's URLs. */
  parameters?: Record<string, string> | undefined;
  caller: Caller;
}

/**
 * @throws AppError authorization_required, several_accounts, provider_not_found, invalid_request;
 *   where a link is wanted what beginConnection throws, and what a token on demand can end with
 */
export async function tokenOrConsent(deps: Deps, request: TokenOrConsent): Promise<TokenAnswer> {
  const { userId, scopes = [], returnTo, caller } = request;
  const provider = deps.config.providers.get(request.provider);
  if (!provider) throw new AppError('provider_not_found', 'there is no such provider');
  if (provider.kind === 'credentials' && scopes.length > 0) {
    const message = `is not for ${provider.name}: its credentials have no scopes`;
    throw new AppError('invalid_request', `scopes ${message}`, {
      errors: [{ path: 'body.scopes', message }],
    });
  }
  // Now, and not only once a consent is needed: a wrong page is found at the first try.
  if (returnTo !== undefined) checkReturnTo(deps, returnTo);

  const named = request.accountId;
  const choice = { userId, provider: provider.id, accountId: named ?? null, caller };
  const { row, version } = await readAccount(deps, choice);
  const accountId = row?.providerAccountId ?? named;
  const required = async (reason: ConsentReason, missing: string[], since: number) => {
    const mayBegin =
      returnTo !== undefined && caller.rights.has('connect') && !takesFields(provider);
    const connection = mayBegin
      ? await beginConnection(deps, userId, {
          provider: provider.id,
          allowedProviders: caller.providers,
          returnTo,
          // What was granted before is asked for again: a consent may replace the one before it.
          scopes: row ? [...row.requestedScope, ...scopes] : request.scopes,
          accountId,
          parameters: request.parameters,
          forToken: { known: row },
        })
      : undefined;
    return authorizationRequired(
      {
        reason,
        missingScopes: missing,
        ...(connection
          ? { connection: { ...connection, expiresAt: timestamp(connection.expiresAt) } }
          : {}),
      },
      since,
    );
  };
  if (!row) throw await required('not_connected', scopes, version);

  const missing = missingScopes(provider, scopes, row.scope);
  if (missing.length > 0) {
    const reason = row.state === 'needs_reconnect' ? 'needs_reconnect' : 'missing_scopes';
    throw await required(reason, missing, version);
  }
  const key = { userId, provider: provider.id, accountId: row.providerAccountId };
  const answer = await tokenOf(
    deps,
    { ...key, minTtlSeconds: request.minTtl ?? null },
    { row, version },
  ).catch(orAuthorization((since) => required('needs_reconnect', [], since)));
  // A refresh may have brought less than there was.
  const since = answer.kind === 'token' ? missingScopes(provider, scopes, answer.scope) : [];
  if (since.length > 0) throw await required('missing_scopes', since, answer.version);
  return answer;
}
