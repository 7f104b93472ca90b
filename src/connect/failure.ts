/**
 * Why a connection came to nothing: the code that is stored of it (`ConnectionError`), from which
 * errors it follows, and which errors callers see.
 */
import type { ConnectionError } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { SECOND_MS } from '../time';

/** Of the error codes of RFC 6749 4.1.2.1, OpenID Connect and a provider's own. Pure. */
export function connectionError(code: string): ConnectionError {
  switch (code) {
    case 'access_denied':
    case 'consent_required':
    case 'interaction_required':
    case 'login_required':
    case 'user_cancelled_authorize': // LinkedIn
    case 'user_cancelled_login':
      return 'access_denied';
    case 'invalid_scope':
      return 'invalid_scope';
    case 'temporarily_unavailable':
    case 'server_error':
      return 'provider_unavailable';
    default:
      return 'provider_error';
  }
}

/**
 * Why a provider's endpoints cannot be used: what it says of itself is wrong, or it does not
 * answer.
 */
export const endpointsFault = (error: unknown): ConnectionError =>
  error instanceof AppError && error.code === 'provider_error'
    ? 'provider_error'
    : 'provider_unavailable';

/** Of an attempt to complete; null: another one may go well. */
export function attemptFault(error: unknown): ConnectionError | null {
  if (error instanceof CodeExpired) return 'code_expired';
  if (!(error instanceof AppError)) return null;
  switch (error.code) {
    case 'provider_error':
    case 'account_mismatch':
    case 'account_linked_to_another_user':
    case 'too_many_integrations':
      return error.code;
    case 'connection_expired':
    case 'connection_not_found':
      return 'not_finished';
    default:
      return null;
  }
}

/** The same answer as the first time, where that says what to do; else that it failed, and why. */
export function failedBefore(deps: Deps, stored: ConnectionError | null): AppError {
  switch (stored) {
    case 'account_mismatch':
      return accountMismatch();
    case 'account_linked_to_another_user':
      return linkedToAnotherUser();
    case 'too_many_integrations':
      return tooManyIntegrations(deps);
    case 'code_expired':
      return new AppError(
        'connection_failed',
        `the connection was completed later than the provider's codes live; ${completeAtOnce}`,
      );
    default:
      return new AppError(
        'connection_failed',
        `the connection failed (${stored ?? 'unknown'}); start a new one`,
      );
  }
}

const completeAtOnce = 'start a new connection, and complete it as soon as the browser is back';

/** The code was sent all the same: a provider may take it longer than its pages say. */
export class CodeExpired extends AppError {
  constructor(provider: string, lifetimeSeconds: number, ageMs: number) {
    super(
      'provider_error',
      `${provider} refused the code: it came back ${Math.round(ageMs / SECOND_MS)} s ago, and lives ${lifetimeSeconds} s; ${completeAtOnce}`,
    );
  }
}

export const connectionNotFound = (): AppError =>
  new AppError('connection_not_found', 'there is no such connection');

export const connectionExpired = (): AppError =>
  new AppError('connection_expired', 'the connection took too long; start a new one');

export const accountMismatch = (): AppError =>
  new AppError(
    'account_mismatch',
    'another account came back than the one to reconnect; sign in to the right one at the provider, or connect the new one as such',
  );

export const linkedToAnotherUser = (): AppError =>
  new AppError(
    'account_linked_to_another_user',
    'this account is connected to another user; disconnect it there first',
  );

export const tooManyIntegrations = ({ config }: Deps): AppError =>
  new AppError(
    'too_many_integrations',
    `this user has ${config.maxIntegrations} integrations, the most that is allowed here; disconnect one first`,
  );

/** Nothing has gone wrong: the caller is to choose, or to choose again. */
export const isChoiceNeeded = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code === 'choice_required' || error.code === 'invalid_request');
