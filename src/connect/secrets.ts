/**
 * The secrets of a connection: ticket, state and completion. Each is an HMAC under a sub-key of the
 * vault, so that it cannot be guessed, can be made again, and is not stored, or as a hash only.
 */
import type { Vault } from '../vault/vault';
import type { Transaction } from './transactions';

/** In `connectUrl`, 43 characters: the link of an unopened connection can be given again. */
export async function ticketOf(vault: Vault, id: string): Promise<string> {
  const mac = await vault.mac('connect_ticket', id);
  return mac.slice(mac.lastIndexOf('.') + 1);
}

const STATE = 'connect_state';

/**
 * The `state` of an authorization request (RFC 6749 10.12): `<transaction
 * id>.<kid>.<HMAC-SHA-256>`. It is good in the browser whose cookie has this hash, and in no other:
 * a link that was opened twice, or that a previewer opens after the user, gives each browser a
 * state of its own, and none of them ends another's. That one callback counts is the transaction's
 * part (callback.ts).
 */
export const authorizationState = async (
  vault: Vault,
  id: string,
  browserHash: string,
): Promise<string> => `${id}.${await vault.mac(STATE, JSON.stringify([id, browserHash]))}`;

/** Of the transaction that a state names; proves nothing. Ids hold no dot. */
export const transactionIdIn = (state: string): string => state.slice(0, state.indexOf('.'));

/** Whether the state was made for this transaction in this browser. */
export const isAuthorizationState = (
  vault: Vault,
  id: string,
  browserHash: string,
  state: string,
): Promise<boolean> =>
  vault.verifyMac(STATE, JSON.stringify([id, browserHash]), state.slice(id.length + 1));

const COMPLETION = 'connect_completion';

/**
 * Binds the completion of a connection to the browser that consented.
 *
 * Who starts a connection can send its link to somebody else. Without this secret the starter could
 * wait until the other person has consented, and complete first: the other person's account would
 * be connected to the starter. The callback gives the secret to the browser that consented, in the
 * redirect to `returnTo`, and to nobody else; `complete` takes nothing without it. Each repetition
 * of the callback gives the same one.
 * @param codeHash of the authorization code that the consent brought
 */
export const completionOf = (vault: Vault, id: string, codeHash: string): Promise<string> =>
  vault.mac(COMPLETION, JSON.stringify([id, codeHash]));

/** False where nobody has consented yet. */
export const isCompletionOf = async (
  vault: Vault,
  { id, codeHash }: Pick<Transaction, 'id' | 'codeHash'>,
  completion: string,
): Promise<boolean> =>
  codeHash !== null &&
  (await vault.verifyMac(COMPLETION, JSON.stringify([id, codeHash]), completion));
