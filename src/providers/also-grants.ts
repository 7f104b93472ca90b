/**
 * Companions: further records whose tokens may stand in the same reply (`alsoGrants`). Slack's bot,
 * and the person who consented, are two accounts, refreshed and revoked apart. Pure.
 */
import type { OAuth2Client, OAuth2Provider, Provider } from './types';

/**
 * The further clients for which a code exchange of this one may bring a token. One whose record was
 * changed so that it no longer fits is left out.
 */
export const companionClients = (
  clients: {
    client(id: string, parameters: Readonly<Record<string, string>>): OAuth2Client | undefined;
  },
  main: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): OAuth2Client[] =>
  main.alsoGrants
    .map((id) => clients.client(id, parameters))
    .filter((client) => client !== undefined)
    .filter(({ provider }) => companionFault(main, provider) === null);

/**
 * The record as if it named these further ones only: what the others would be asked for goes too,
 * so that nothing is granted which nobody keeps.
 * @param also null: all that it names
 */
export function withCompanions(
  providers: { get(id: string): Provider | undefined },
  provider: OAuth2Provider,
  also: readonly string[] | null,
): OAuth2Provider {
  if (also === null) return provider;
  const scopeParamsOf = (ids: readonly string[]) =>
    ids.map(providers.get).flatMap((other) => (other?.kind === 'oauth2' ? [other.scopeParam] : []));
  const alsoGrants = provider.alsoGrants.filter((id) => also.includes(id));
  const kept = scopeParamsOf(alsoGrants);
  const cut = scopeParamsOf(provider.alsoGrants).filter((param) => !kept.includes(param));
  return {
    ...provider,
    alsoGrants,
    authorizationParams: Object.fromEntries(
      Object.entries(provider.authorizationParams).filter(([param]) => !cut.includes(param)),
    ),
    allowedAuthorizationParams: provider.allowedAuthorizationParams.filter(
      (param) => !cut.includes(param),
    ),
  };
}

/**
 * Where the other's grant stands in the main one's reply. A path that the main record reads is its
 * own, whatever the other's refreshes have there: a bot's token is never stored as the person's.
 */
export const companionReply = (
  main: OAuth2Provider,
  other: OAuth2Provider,
): OAuth2Provider['reply'] =>
  Object.fromEntries(
    Object.entries(other.reply).map(([field, paths]) => {
      const taken = main.reply[field as keyof OAuth2Provider['reply']];
      return [field, paths.filter((path) => !taken.includes(path))];
    }),
  ) as OAuth2Provider['reply'];

/** What an authorization request of the main record asks for on behalf of the other. */
export const companionScopes = (
  { authorizationParams }: Pick<OAuth2Provider, 'authorizationParams'>,
  other: OAuth2Provider,
): string[] => {
  const asked = authorizationParams[other.scopeParam];
  return [...new Set(asked?.split(other.scopeSeparator))].filter((scope) => scope !== '');
};

/** Why a record cannot name the other one; null where it can. A sentence's end. */
export function companionFault(main: OAuth2Provider, other: Provider | undefined): string | null {
  if (other?.kind !== 'oauth2' || (other.clientOf ?? other.id) !== (main.clientOf ?? main.id)) {
    return 'has another client: it needs "clientOf"';
  }
  const { accessToken, refreshToken } = companionReply(main, other);
  if (accessToken.length === 0 || refreshToken.length === 0) {
    return 'has its tokens ("reply") where this record has its own';
  }
  if (other.extendedToken !== undefined) {
    return 'has an "extendedToken", a step that is not taken here';
  }
  if (other.choices !== undefined) return 'has "choices", a step that is not taken here';
  // Else nobody could tell that a revocation ends both.
  return other.tokenUrl === main.tokenUrl
    ? null
    : 'has another "tokenUrl"; it may have a "refreshUrl"';
}
