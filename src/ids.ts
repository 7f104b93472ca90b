/**
 * The rule for ids that come from outside (users, accounts): they stand in paths, keys and logs;
 * and the ids of accounts that no provider names. Pure.
 */
import { hashSecret } from './crypto';

export const MAX_ID_BYTES = 255;

const encoder = new TextEncoder();

/** What is wrong with an id, as a sentence's end; null where nothing is. */
export function faultOfId(id: string): string | null {
  if (id === '') return 'must not be empty';
  // A UTF-16 unit takes three bytes of UTF-8 at most. Each read of a status asks this.
  if (id.length * 3 > MAX_ID_BYTES && encoder.encode(id).length > MAX_ID_BYTES) {
    return `at most ${MAX_ID_BYTES} bytes`;
  }
  // A lone surrogate would come back from the database as another character.
  if (!id.isWellFormed()) return 'must be well-formed Unicode';
  // C0, DEL and C1: nothing that could break a log line or a header.
  if (/\p{Cc}/u.test(id)) return 'must not hold control characters';
  if (id === '.' || id === '..') return 'must not be "." or ".."';
  return null;
}

/** In the path of a call: the only account that the user has there. */
export const ONLY_ACCOUNT = '-';

/** As `faultOfId`, of an account that is to be stored. */
export const faultOfAccountId = (id: string): string | null =>
  id === ONLY_ACCOUNT ? `must not be "${ONLY_ACCOUNT}"` : faultOfId(id);

const USER_BOUND = 'user-';

/**
 * For an account that its provider does not name: an id that no other user gets, and this one each
 * time.
 * @param account what tells it from the user's others there
 */
export const userBoundId = async (
  userId: string,
  provider: string,
  account: readonly (string | null)[],
): Promise<string> =>
  `${USER_BOUND}${await hashSecret(JSON.stringify([userId, provider, ...account]))}`;

/** Proves nothing: a provider's own id may begin like that. */
export const isUserBound = (accountId: string): boolean => accountId.startsWith(USER_BOUND);
