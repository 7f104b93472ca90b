/** What a provider ends by itself, for people: the operator's page, provider:check, the docs. */
import type { OAuth2Provider } from './types';

/** What ends without a word where there is more of it, or where it is late. */
export function limitsOf(provider: OAuth2Provider): string[] {
  const { maxGrants, maxAccessTokens, codeLifetimeSeconds } = provider;
  const count = (many: number, one: string) => `${many} ${one}${many === 1 ? '' : 's'}`;
  return [
    ...(maxGrants === undefined ? [] : [`${count(maxGrants, 'grant')} per account`]),
    ...(maxAccessTokens === undefined
      ? []
      : [`${count(maxAccessTokens, 'access token')} per grant`]),
    ...(codeLifetimeSeconds === undefined ? [] : [`code of ${lengthOf(codeLifetimeSeconds)}`]),
  ];
}

/** In the largest unit that leaves no fraction: `30 s`, `10 min`, `24 h`, `60 d`. */
export function lengthOf(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const;
  const [unit, length] = units.find(([, one]) => seconds % one === 0) ?? ['s', 1];
  return unit === 'd' && seconds === 86_400 ? '24 h' : `${seconds / length} ${unit}`;
}
