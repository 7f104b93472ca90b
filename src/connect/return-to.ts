/**
 * Where the browser goes back to when a connection is over. Only origins on the allow-list, and
 * only what cannot be read as another place (RFC 9700 4.11, open redirection). Pure.
 */

/** The URL in its normal form; null where it may not be used. */
export function allowedReturnTo(value: string, origins: ReadonlySet<string>): string | null {
  // A browser reads a backslash as a slash and drops tabs and line breaks; nobody needs them here.
  if (/[\s\\\p{Cc}]/u.test(value)) return null;
  // Absolute only: without a base, `//evil.example` and `javascript:` paths do not get this far.
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  return origins.has(url.origin) ? url.href : null;
}

/** Where a connection ends: at the app, or on Mooring's own page, which completes it there. */
export type WayBack =
  | { kind: 'app'; location: string }
  | { kind: 'page'; connection: string; provider: string; error: string | null };

/** `error` is our own code; null where nothing went wrong. */
export const wayBackOf = (
  { id, provider, returnTo }: { id: string; provider: string; returnTo: string | null },
  error: string | null,
): WayBack =>
  returnTo === null
    ? { kind: 'page', connection: id, provider, error }
    : { kind: 'app', location: returnUrl(returnTo, id, error) };

/** The way back: `connection=<id>`, and `error=<code>` when it failed. `error` is our own code. */
export function returnUrl(returnTo: string, connectionId: string, error: string | null): string {
  const url = new URL(returnTo);
  url.searchParams.set('connection', connectionId);
  if (error === null) url.searchParams.delete('error');
  else url.searchParams.set('error', error);
  return url.href;
}
