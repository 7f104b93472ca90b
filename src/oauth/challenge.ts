/** What a server asks of whoever sends no token, or not the right one: `WWW-Authenticate`. Pure. */

/** Of a challenge (RFC 9110 11.6.1); null where it has none of that name. */
export function challengeParameter(headers: Headers, name: string): string | null {
  const header = headers.get('WWW-Authenticate') ?? '';
  const pattern = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s",]+))`, 'i');
  const [, quoted, token] = pattern.exec(header.slice(0, 4096)) ?? [];
  return quoted ?? token ?? null;
}

/** The token is known, and may not do this (RFC 6750 3.1). */
export const isInsufficientScope = (headers: Headers): boolean =>
  /\berror="?insufficient_scope\b/i.test(headers.get('WWW-Authenticate') ?? '');
