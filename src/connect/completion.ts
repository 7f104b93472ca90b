/**
 * The secret that binds the completion of a connection to the browser that consented.
 *
 * Who starts a connection can send its link to somebody else. Without this secret the starter could
 * wait until the other person has consented, and complete first: the other person's account would be
 * connected to the starter. The callback gives the secret to the browser that consented, in the
 * redirect to `returnTo`, and to nobody else; `complete` takes nothing without it.
 *
 * It follows from the transaction's id under a key of the vault. So it is stored nowhere, and each
 * repetition of the callback gives the same one.
 */
import type { Vault } from '../vault/vault';
import type { Transaction } from './transactions';

const PURPOSE = 'connect_completion';

export const completionOf = (vault: Vault, { id }: Pick<Transaction, 'id'>): Promise<string> =>
  vault.mac(PURPOSE, id);

export const isCompletionOf = (
  vault: Vault,
  { id }: Pick<Transaction, 'id'>,
  completion: string,
): Promise<boolean> => vault.verifyMac(PURPOSE, id, completion);
