import { parametersFrom } from '../providers/parameters';
import type { OAuth2Provider } from '../providers/types';
import { valueAt } from './document';
import type { DpopKey } from './dpop';
import type { TokenReply } from './reply';

/**
 * What a code exchange brought, in the clear: for memory only, or sealed as a whole. `scopes` null:
 * what was asked for (RFC 6749 5.1).
 */
export type Grant = Omit<TokenReply, 'accessToken'> & {
  accessToken: string;
  /** What its tokens are bound to; none: nothing. */
  dpopKey?: DpopKey | undefined;
};

/**
 * A connection's parameters, with those that stand in the reply to the code exchange. Null where
 * one is missing, or not as its pattern wants it.
 */
export function withTokenParameters(
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
  { document }: Pick<Grant, 'document'>,
): Record<string, string> | null {
  const found = parametersFrom(provider, 'token', (path) => valueAt(document, path));
  return found && { ...parameters, ...found };
}
