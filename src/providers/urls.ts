/**
 * Which URLs Mooring will call at a provider. Checked when a record is read, again when its
 * placeholders are filled, and again for every URL that discovery names: what a stranger could
 * choose must not become a request to somewhere inside.
 *
 * Names are judged, not addresses: a Worker cannot resolve a name before it calls it, so a public
 * name that points to a private address is not recognised here.
 */
import { fillTemplate, placeholdersOf, withoutPlaceholders } from './templates';

const placeholderName = /^[a-z][a-z0-9_]{0,31}$/;

/** What a placeholder may become, whatever its own pattern lets through. RFC 3986 unreserved. */
const hostValue = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const pathValue = /^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/;

/** Whether a URL points to the machine itself; http is allowed only there. */
export const isLocal = (url: URL): boolean =>
  url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';

/** The redirect URI that is registered at a provider; one per provider (RFC 9700 4.4.2.2). */
export const callbackUrl = (publicUrl: string, provider: string): string =>
  `${publicUrl}/connect/callback/${provider}`;

/**
 * Where a client's document stands, which is that client's id
 * (draft-ietf-oauth-client-id-metadata-document).
 */
export const clientDocumentUrl = (publicUrl: string, provider: string): string =>
  `${publicUrl}/.well-known/oauth-client/${provider}`;

/**
 * What is wrong with a provider's URL, as a sentence's end (`must be https`); null where nothing
 * is. The URL may hold placeholders in its host and path. `publicUrl` is this Worker's own origin.
 */
export function checkEndpoint(url: string, publicUrl: string): string | null {
  // A label that no host has, so that the checks below see a whole URL.
  const parsed = URL.parse(fillTemplate(url, () => 'x0'));
  if (!parsed) return 'is not a URL';
  if (/[\s\\]/.test(url)) return 'holds white space or a backslash';
  const names = placeholdersOf(url);
  if (/[{}]/.test(withoutPlaceholders(url)) || !names.every((name) => placeholderName.test(name))) {
    return 'holds a brace that is no placeholder (placeholders are lower case, such as {shop})';
  }
  if (parsed.username || parsed.password) return 'holds a user name or password';
  if (url.includes('#')) return 'holds a fragment';
  if (!placeholdersOnlyInHostAndPath(url)) {
    return 'has a placeholder elsewhere than in its host or path';
  }
  if (isLocal(parsed)) return checkLocal(parsed, publicUrl);
  if (parsed.protocol !== 'https:') return 'must be https (http only to localhost)';
  return checkHost(parsed.hostname, names.length > 0);
}

function checkLocal(url: URL, publicUrl: string): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be https';
  const own = URL.parse(publicUrl);
  return own && isLocal(own) ? null : 'points to localhost, and PUBLIC_URL does not';
}

/** Addresses are refused whole: a list of private ranges is never complete (mapped, NAT64, ...). */
function checkHost(hostname: string, hasPlaceholders: boolean): string | null {
  const host = hostname.replace(/\.+$/, '');
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return 'names an IP address; use a host name';
  if (/(^|\.)(localhost|local|internal|localdomain)$/.test(host)) return 'is not a public host';
  // `https://{host}/` stands for a whole name; it is checked again when it is filled.
  if (!host.includes('.') && !(hasPlaceholders && host === 'x0')) return 'is not a public host';
  return null;
}

function placeholdersOnlyInHostAndPath(url: string): boolean {
  const [, authority = '', , rest = ''] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? [];
  const port = /:([^:]*)$/.exec(authority)?.[1] ?? '';
  return placeholdersOf(url.slice(0, url.indexOf('://')) + port + rest).length === 0;
}

/**
 * A URL with its placeholders filled; null where a value is missing or holds what would change
 * the URL's structure. The caller checks the value's own pattern before, and the filled URL after.
 * `kept`: a placeholder that is filled later.
 */
export function fillPlaceholders(
  url: string,
  values: Readonly<Record<string, string>>,
  kept?: string,
): string | null {
  const pathAt = url.indexOf('/', url.indexOf('://') + 3);
  let usable = true;
  const filled = fillTemplate(url, (name, at) => {
    if (name === kept) return undefined;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const inPath = pathAt !== -1 && at > pathAt;
    if (value === undefined || !(inPath ? pathValue : hostValue).test(value)) usable = false;
    return value ?? '';
  });
  return usable ? filled : null;
}
