/**
 * How a request to a provider is put together: parameters in the query, a form or JSON, the
 * client's proof of who it is, and the record's headers.
 */
import { fillAll } from '../providers/templates';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import type { Outgoing } from './send';

export interface Style {
  method: 'GET' | 'POST' | 'DELETE';
  body: 'form' | 'json' | 'query';
}

/** RFC 6749's own style. */
export const formPost: Style = { method: 'POST', body: 'form' };

/** How a client proves who it is. `omit`: nothing of it is sent; `none`: its id alone. */
export type ClientAuth =
  | 'client_secret_basic'
  /** Without the encoding of RFC 6749 2.3.1. */
  | 'client_secret_basic_raw'
  | 'client_secret_post'
  | 'client_secret_bearer'
  | 'none'
  | 'omit';

/**
 * Adds the client's id and secret (RFC 6749 2.3.1): as told, else as the record's `clientAuth` or the
 * server's metadata say. Changes the two objects that it is given.
 */
export function authenticateClient(
  { provider, clientId, clientSecret }: OAuth2Client,
  endpoints: { clientAuth: ClientAuth },
  params: Record<string, string>,
  headers: Headers,
  auth: ClientAuth = provider.clientAuth ?? endpoints.clientAuth,
): void {
  if (auth === 'omit') return;
  if (auth === 'client_secret_basic') {
    const credentials = `${formEncode(clientId)}:${formEncode(clientSecret ?? '')}`;
    headers.set('Authorization', `Basic ${btoa(credentials)}`);
    return;
  }
  if (auth === 'client_secret_basic_raw') {
    const bytes = new TextEncoder().encode(`${clientId}:${clientSecret ?? ''}`);
    headers.set('Authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
    return;
  }
  params[provider.clientIdParam] = clientId;
  if (clientSecret === null) return;
  if (auth === 'client_secret_post') params.client_secret = clientSecret;
  if (auth === 'client_secret_bearer') headers.set('Authorization', `Bearer ${clientSecret}`);
}

/**
 * RFC 6749 Appendix B. `-`, `_` and `.` stay as they are: servers that forget to decode (Reddit's
 * ids hold `-` and `_`) then still see the right client.
 */
const formEncode = (value: string): string =>
  new URLSearchParams({ '': value }).toString().slice(1);

/** The record's headers, for a connection with these parameters, over our defaults. */
export function headersOf(
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers({ Accept: 'application/json' });
  for (const [name, value] of Object.entries(fillAll(provider.headers, parameters))) {
    headers.set(name, value);
  }
  return headers;
}

/**
 * Parameters that the endpoint's URL already has stay (RFC 6749 3.2), unless named again. Without
 * any there is no body and no content type (Dropbox refuses even `{}`).
 */
export function requestOf(
  endpoint: string,
  style: Style,
  params: Readonly<Record<string, string>>,
  headers: Headers,
): Outgoing {
  const { method } = style;
  if (method === 'GET' || style.body === 'query') {
    return { url: withQuery(endpoint, params), init: { method, headers } };
  }
  if (Object.keys(params).length === 0) return { url: endpoint, init: { method, headers } };
  if (style.body === 'json') {
    headers.set('Content-Type', 'application/json');
    return { url: endpoint, init: { method, headers, body: JSON.stringify(params) } };
  }
  headers.set('Content-Type', 'application/x-www-form-urlencoded');
  return { url: endpoint, init: { method, headers, body: new URLSearchParams(params).toString() } };
}

/**
 * Adds headers that hold a token. As a plain object, because a token that no header can hold then
 * fails inside `send`, where nothing is thrown or quoted.
 */
export function withHeaders(
  { url, init }: Outgoing,
  more: Readonly<Record<string, string>>,
): Outgoing {
  const lowerCase = Object.entries(more).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = {
    ...Object.fromEntries(new Headers(init?.headers)),
    ...Object.fromEntries(lowerCase),
  };
  return { url, init: { ...init, headers } };
}

/** A space becomes `%20`, which everybody reads; `+` is a space only to form parsers. */
export function withQuery(endpoint: string, params: Readonly<Record<string, string>>): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  url.search = url.searchParams.toString().replaceAll('+', '%20');
  return url;
}

/**
 * The record's parameters with `{client_id}`, `{client_secret}` and what `more` names filled in: the
 * connection's own parameters, and `access_token` for `{access_token}`.
 */
export function fillParams(
  params: Readonly<Record<string, string>>,
  { clientId, clientSecret }: OAuth2Client,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return fillAll(params, { client_id: clientId, client_secret: clientSecret ?? '', ...more });
}
