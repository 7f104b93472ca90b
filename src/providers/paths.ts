/** Where the paths that say who an account is (`accountId`, `metadata`, ...) read from. Pure. */
import { placeholdersOf } from './templates';
import type { OAuth2Provider } from './types';

/**
 * `token`: the reply to the code exchange; `id_token`: the claims of the ID token in it;
 * `parameter`: a value of the connection's parameters, by its name; `choice`: the element of the
 * record's `choices` that was chosen; `user`: `user:id` names no account of the provider's, but the
 * one that this user has there; `identity`: what `identityResolution` has confirmed. Where there is
 * no OAuth, `field`: what the user gave; `header`: a header of the reply to the check, in lower
 * case.
 */
export type PathSource =
  | 'profile'
  | 'token'
  | 'id_token'
  | 'parameter'
  | 'choice'
  | 'user'
  | 'identity'
  | 'field'
  | 'header';

type Identifying = Pick<OAuth2Provider, 'accountId' | 'subject' | 'displayName' | 'metadata'>;

/** `id_token:sub` -> the claim `sub`; without a prefix a path reads the profile. */
export function splitPath(path: string): { source: PathSource; key: string } {
  const [, source = 'profile', key = path] =
    /^(token|id_token|parameter|choice|user|identity|field|header):(.*)$/s.exec(path) ?? [];
  return { source: source as PathSource, key };
}

/** Whether any of a record's paths reads from there: a profile may not be needed at all. */
export const readsFrom = (
  { accountId, subject, displayName, metadata }: Identifying,
  source: PathSource,
): boolean =>
  [accountId, subject ?? [], displayName, Object.values(metadata)]
    .flat()
    .some((path) => splitPath(path).source === source);

/** Names of the parameters that say who an account is. */
export const identifyingParameters = ({
  accountId,
  subject,
}: Pick<OAuth2Provider, 'accountId' | 'subject'>): string[] =>
  [accountId, subject ?? []]
    .flat()
    .map(splitPath)
    .filter(({ source }) => source === 'parameter')
    .map(({ key }) => key);

/**
 * Whether the account is told by a parameter that the profile's address holds: then the provider's
 * answer there is what proves it, also where nothing else is read from it.
 */
export const isProvenByProfile = (
  provider: Pick<OAuth2Provider, 'accountId' | 'subject' | 'profileUrl'>,
): boolean => {
  const inUrl = placeholdersOf(provider.profileUrl ?? '');
  return identifyingParameters(provider).some((name) => inUrl.includes(name));
};
