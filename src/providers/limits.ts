/** What a provider ends by itself, for people: the operator's page, provider:check, the docs. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
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
  const ms = seconds * SECOND_MS;
  const units = [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['min', MINUTE_MS],
  ] as const;
  const [unit, length] = units.find(([, one]) => ms % one === 0) ?? ['s', SECOND_MS];
  return ms === DAY_MS ? '24 h' : `${ms / length} ${unit}`;
}
