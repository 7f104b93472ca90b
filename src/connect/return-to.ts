/**
 * Where the browser goes back to when a connection is over. Only what APP_ORIGINS and RETURN_TO
 * allow, and only what cannot be read as another place (RFC 9700 4.11, open redirection). Pure.
 */
import type { ReturnPlaces } from '../config';
import type { ConnectionError } from '../db/schema';

/**
 * The URL in its normal form; null where it may not be used.
 * @param pages an origin allows all of its pages, an entry with a path only what is at or below it
 * @param places of RETURN_TO; none: only the pages count
 */
export function allowedReturnTo(
  value: string,
  pages: readonly URL[],
  places: ReturnPlaces = noPlaces,
): string | null {
  // A browser reads a backslash as a slash and drops tabs and line breaks; nobody needs them here.
  if (/[\s\\\p{Cc}]/u.test(value)) return null;
  // Absolute only: without a base, `//evil.example` and `javascript:` paths do not get this far.
  const url = URL.parse(value);
  if (url?.username !== '' || url.password !== '') return null;
  const isAllowed =
    url.protocol === 'https:' || url.protocol === 'http:'
      ? pages.some((page) => url.origin === page.origin && isWithin(url, page)) ||
        places.subdomainsOf.some((page) => isOneLabelBelow(url, page) && isWithin(url, page))
      : // `myapp:evil` and `myapp:/evil` are other shapes than the one that was allowed.
        places.schemes.has(url.protocol) && url.href.startsWith(`${url.protocol}//`);
  return isAllowed ? url.href : null;
}

const noPlaces: ReturnPlaces = { schemes: new Set(), subdomainsOf: [] };

/** In their normal forms, so what is encoded or in capitals is compared as a browser reads it. */
function isOneLabelBelow(url: URL, page: URL): boolean {
  const [label = '', ...rest] = url.hostname.split('.');
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label) &&
    rest.join('.') === page.hostname
  );
}

/** At the page's path or below it. */
function isWithin({ pathname }: URL, page: URL): boolean {
  if (page.pathname === '/') return true;
  if (pathname === page.pathname) return true;
  const folder = page.pathname.replace(/\/?$/, '/');
  // Servers differ on encoded characters, `;` and what begins with two dots: some would leave the
  // path.
  return pathname.startsWith(folder) && !/[%;]|\/\.\./.test(pathname.slice(folder.length - 1));
}

/**
 * What the browser brings back. `completion` only where this browser is the one that consented;
 * `error` is a code of ours. Neither: a link that was used was opened again.
 */
interface ReturnParams {
  error?: ConnectionError | 'connection_expired' | null;
  completion?: string | null;
}

/** Where a connection ends: at the app, or on Mooring's own page, which completes it there. */
export type WayBack =
  | { kind: 'app'; location: string }
  | {
      kind: 'page';
      connection: string;
      provider: string;
      error: ConnectionError | 'connection_expired' | null;
      completion: string | null;
    };

export const wayBackOf = (
  { id, provider, returnTo }: { id: string; provider: string; returnTo: string | null },
  params: ReturnParams,
): WayBack =>
  returnTo === null
    ? { kind: 'page', connection: id, provider, error: null, completion: null, ...params }
    : { kind: 'app', location: returnUrl(returnTo, { connection: id, ...params }) };

/** `returnTo` with `connection=<id>`, and either `completion=<secret>` or `error=<code>`. */
export function returnUrl(returnTo: string, added: ReturnParams & { connection: string }): string {
  const url = new URL(returnTo);
  for (const name of ['connection', 'completion', 'error'] as const) {
    // What an earlier try has left there goes.
    url.searchParams.delete(name);
    const value = added[name];
    if (value) url.searchParams.set(name, value);
  }
  return url.href;
}
