/**
 * The `state` of an authorization request (RFC 6749 10.12): `<transaction
 * id>.<kid>.<HMAC-SHA-256>`.
 *
 * The HMAC is over the transaction's id and the hash of the browser's cookie, under a key of the
 * vault. So it cannot be guessed, is good in that browser only, and is stored nowhere: a link that
 * was opened twice, or that a previewer opens after the user, gives each browser a state of its
 * own, and none of them ends another's. That one callback counts is the transaction's part
 * (callback.ts).
 */
import type { Vault } from '../vault/vault';

const PURPOSE = 'connect_state';

const boundTo = (id: string, browserHash: string): string => JSON.stringify([id, browserHash]);

export const authorizationState = async (
  vault: Vault,
  id: string,
  browserHash: string,
): Promise<string> => `${id}.${await vault.mac(PURPOSE, boundTo(id, browserHash))}`;

/** Of the transaction that a state names; proves nothing. Ids hold no dot. */
export const transactionIdIn = (state: string): string => state.slice(0, state.indexOf('.'));

/** Whether the state was made for this transaction in this browser. */
export const isAuthorizationState = (
  vault: Vault,
  id: string,
  browserHash: string,
  state: string,
): Promise<boolean> =>
  vault.verifyMac(PURPOSE, boundTo(id, browserHash), state.slice(id.length + 1));
