/**
 * The account that a call or a token is for, and what is said where the user has to consent first.
 */

import { and, eq } from 'drizzle-orm';
import { d1Read } from '../db/client';
import { accountsIn, withItsGrant } from '../db/grants';
import { type AccountRow, oauthAccounts, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError, type ProblemMembers } from '../errors';
import { type Caller, refuseEnded } from '../http/caller';
import { endingQuery, hashOf } from '../http/delegation';
import { findIntegration, orUnavailable } from '../refresh/stored-integration';

interface AccountChoice {
  userId: string;
  provider: string;
  /** Null: the only one that the user has there. */
  accountId: string | null;
  caller: Caller;
}

/**
 * From the primary, in one call of D1. No row: the user has not connected such an account.
 *
 * @throws AppError several_accounts, unavailable; unauthenticated where the caller's delegation was
 * ended
 */
export async function readAccount(
  deps: Deps,
  { userId, provider, accountId, caller }: AccountChoice,
): Promise<{ row: AccountRow | undefined; version: number }> {
  if (accountId !== null && caller.kind !== 'delegation') {
    const found = await findIntegration(deps, { userId, provider, accountId });
    return found ?? { row: undefined, version: 0 };
  }
  const { db } = deps;
  // Cached for all else, but who was ended must not call any more.
  const ending = caller.kind === 'delegation' ? await hashOf(userId) : '';
  const queries = db.batch([
    db
      .select()
      .from(oauthAccounts)
      .where(
        and(
          eq(oauthAccounts.userId, userId),
          eq(oauthAccounts.provider, provider),
          accountId === null ? undefined : withItsGrant(db, provider, accountId),
        ),
      ),
    db.select().from(userVersions).where(eq(userVersions.userId, userId)),
    endingQuery(db, ending),
  ]);
  const [rows, versions, [ended]] = await orUnavailable(deps, d1Read(queries));
  if (caller.kind === 'delegation' && ended) refuseEnded(caller, ended.endedAt);
  const version = versions[0]?.version ?? 0;
  const [row, ...others] = accountsIn(rows);
  if (others.length > 0) {
    const accounts = [row, ...others]
      .filter((one) => one !== undefined)
      .map(({ providerAccountId, displayName }) => ({
        accountId: providerAccountId,
        displayName,
      }));
    throw new AppError('several_accounts', 'name the account: the user has several there', {
      members: { accounts },
      version,
    });
  }
  return { row, version };
}

export type ConsentReason = NonNullable<ProblemMembers['reason']>;

const details = {
  not_connected: 'the user has not connected this account',
  needs_reconnect: 'the user has to connect this account again',
  missing_scopes: 'the user has not granted all of these scopes',
} as const satisfies Record<ConsentReason, string>;

/** @param version of the user, where it is known; else 0 */
export function authorizationRequired(
  members: ProblemMembers & { reason: ConsentReason },
  version: number,
): AppError {
  const error = new AppError('authorization_required', details[members.reason], { members });
  if (version > 0) error.version = version;
  return error;
}

/**
 * For the failure of a token on demand: where only the user can help, throws what `required` makes
 * of it.
 * @param required gets the user's version after the failure
 */
export const orAuthorization =
  (required: (version: number) => AppError | Promise<AppError>) =>
  async (error: unknown): Promise<never> => {
    const isConsents = error instanceof AppError && error.code === 'needs_reconnect';
    throw isConsents ? await required(error.version ?? 0) : error;
  };
