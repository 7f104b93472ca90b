/**
 * The secret that binds the completion of a connection to the browser that consented.
 *
 * Who starts a connection can send its link to somebody else. Without this secret the starter could
 * wait until the other person has consented, and complete first: the other person's account would
 * be connected to the starter. The callback gives the secret to the browser that consented, in the
 * redirect to `returnTo`, and to nobody else; `complete` takes nothing without it.
 *
 * It follows from the transaction's id and from the code's hash, under a key of the vault. So it is
 * stored nowhere, each repetition of the callback gives the same one, and there is none before
 * somebody has consented.
 */
import type { Vault } from '../vault/vault';
import type { Transaction } from './transactions';

const PURPOSE = 'connect_completion';

const consentOf = (id: string, codeHash: string): string => JSON.stringify([id, codeHash]);

/** @param codeHash of the authorization code that the consent brought */
export const completionOf = (vault: Vault, id: string, codeHash: string): Promise<string> =>
  vault.mac(PURPOSE, consentOf(id, codeHash));

/** False where nobody has consented yet. */
export const isCompletionOf = async (
  vault: Vault,
  { id, codeHash }: Pick<Transaction, 'id' | 'codeHash'>,
  completion: string,
): Promise<boolean> =>
  codeHash !== null && (await vault.verifyMac(PURPOSE, consentOf(id, codeHash), completion));
