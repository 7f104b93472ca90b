/** Which scopes were granted, in the names under which they were asked for. Pure. */
import type { OAuth2Provider } from '../providers/types';

/**
 * `reported`: as a token reply names them; null where it says nothing, and then nothing is known
 * that was not known before. A scope that the provider reports by another name (Google's `email`)
 * comes back under the requested one; one that it never reports (`offline_access`) counts as
 * granted where it was requested. Requested scopes that are not in the result were not granted.
 */
export function grantedScopes(
  { scopeAliases, unreportedScopes }: Pick<OAuth2Provider, 'scopeAliases' | 'unreportedScopes'>,
  reported: readonly string[] | null,
  requested: readonly string[],
): string[] | null {
  if (reported === null) return null;
  const aliasOf = (scope: string): string =>
    (Object.hasOwn(scopeAliases, scope) ? scopeAliases[scope] : undefined) ?? scope;
  const granted = reported.flatMap((name) => {
    const asked = requested.filter((scope) => scope === name || aliasOf(scope) === name);
    return asked.length > 0 ? asked : [name];
  });
  return [...new Set([...granted, ...requested.filter((one) => unreportedScopes.includes(one))])];
}
