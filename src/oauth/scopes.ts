/**
 * Which scopes were granted, in the names under which they were asked for, and which are missing.
 * Pure.
 */
import type { OAuth2Provider, Provider } from '../providers/types';

/** Without it some servers give no refresh token (OpenID Connect Core 1.0, 11). */
export const OFFLINE_ACCESS = 'offline_access';

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

/**
 * The requested scopes that were not granted, in their order. What a granted one includes is
 * granted with it, also where the provider does not name it (`impliedScopes`).
 *
 * @param provider undefined: known here no more
 */
export function missingScopes(
  provider: Provider | undefined,
  requested: readonly string[],
  granted: readonly string[],
): string[] {
  const missing = requested.filter((scope) => !granted.includes(scope));
  if (missing.length === 0 || provider?.kind !== 'oauth2') return missing;
  const implied = Object.entries(provider.impliedScopes);
  const included = new Set(
    granted.flatMap((scope) =>
      implied.flatMap(([pattern, parts]) => {
        const text = atStar(pattern, scope);
        return text === null ? [] : parts.map((part) => part.replace('*', () => text));
      }),
    ),
  );
  return missing.filter((scope) => !included.has(scope));
}

/**
 * What the `*` of a pattern stands for; empty where it has none; null where the scope is another.
 */
function atStar(pattern: string, scope: string): string | null {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return scope === pattern ? '' : null;
  const fits = scope.length >= pattern.length && scope.startsWith(start) && scope.endsWith(end);
  return fits ? scope.slice(start.length, scope.length - end.length) : null;
}
