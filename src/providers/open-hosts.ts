/** Whether whoever connects chooses the server that a record's request goes to. Pure. */
import { askedParameters } from './parameters';
import { wholeMatch } from './patterns';
import { fillTemplate, placeholdersOf } from './templates';
import type { OAuth2Provider } from './types';

/** Of a URL, with its placeholders. */
export const hostOf = (url: string): string => /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';

/** A name that anybody may register, and no record means. */
const STRANGER = 'stranger';

const domainOf = (host: string): string => host.split('.').slice(-2).join('.');

/**
 * Whether a placeholder decides alone where a request goes, and its pattern takes a stranger's
 * host: tried with some, of which one only ends like the provider's own.
 */
export function takesAnyHost(provider: OAuth2Provider, url: string, name: string): boolean {
  const host = hostOf(url).replace(/:\d+$/, '');
  if (!placeholdersOf(host).includes(name)) return false;
  const own = [provider.authorizationUrl, provider.tokenUrl, provider.issuer].map((one) =>
    domainOf(hostOf(one ?? '')),
  );
  const pattern = provider.parameters[name]?.pattern ?? '';
  return ['', '.example', '.com', ...own]
    .flatMap((end) => [`${STRANGER}${end}`, `x0.${STRANGER}${end}`])
    .filter((value) => wholeMatch(pattern, value))
    .map((value) => fillTemplate(host, (one) => (one === name ? value : 'x0.x0')))
    .some((filled) => filled.includes('.') && domainOf(filled).includes(STRANGER));
}

/** The parameter by which whoever connects chooses the server that is sent the client's secret. */
export function openServerOf(provider: OAuth2Provider): string | undefined {
  const { tokenUrl, refreshUrl, issuer, revocationUrl, pushedAuthorizationRequestUrl } = provider;
  const servers = [
    ...[tokenUrl, refreshUrl, revocationUrl, pushedAuthorizationRequestUrl],
    // Without an issuer the resource names the server.
    issuer ?? provider.resourceUrl,
  ];
  return askedParameters(provider)
    .map(([name]) => name)
    .find((name) => servers.some((url) => url !== undefined && takesAnyHost(provider, url, name)));
}
