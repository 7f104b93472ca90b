/** A token of an account, sealed for its field together with the key that it is bound to. */
import { accountContext, type TokenField, type Vault } from '../vault/vault';
import { type Bound, type DpopKey, joinKey, splitKey } from './dpop';

/** Whose token it is. */
interface Account {
  provider: string;
  accountId: string;
}

export const sealToken = (
  vault: Vault,
  { provider, accountId }: Account,
  field: TokenField,
  text: string,
  dpopKey: DpopKey | null = null,
): Promise<string> =>
  vault.seal(joinKey({ text, dpopKey }), accountContext(provider, accountId, field));

/** @throws VaultError */
export const openToken = async (
  vault: Vault,
  { provider, accountId }: Account,
  field: TokenField,
  sealed: string,
): Promise<Bound> => splitKey(await vault.open(sealed, accountContext(provider, accountId, field)));
