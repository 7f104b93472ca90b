/**
 * How a request to a provider is put together: parameters in the query, a form or JSON, the
 * client's proof of who it is, and the record's headers.
 */
import { base64Text } from '../crypto';
import { fillAll } from '../providers/templates';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { type Signing, signAssertion } from './client-assertion';
import type { Outgoing } from './send';

interface Style {
  method: 'GET' | 'POST' | 'DELETE';
  body: 'form' | 'json' | 'query';
}

/** RFC 6749's own style. */
export const formPost: Style = { method: 'POST', body: 'form' };

/** How a client proves who it is. `omit`: nothing of it is sent; `none`: its id alone. */
export type ClientAuth = NonNullable<OAuth2Provider['revocation']['clientAuth']>;

export interface ClientProof {
  /** How the client proves who it is, where the record does not say. */
  clientAuth: ClientAuth;
  /** Whom what it signs is for. */
  assertionAudience: string;
}

/** What it would need to prove itself there, and has not. */
export function missingProof(
  { provider, clientSecret, clientKey }: OAuth2Client,
  endpoints: Pick<ClientProof, 'clientAuth'>,
): 'key' | 'secret' | null {
  const auth = provider.clientAuth ?? endpoints.clientAuth;
  if (auth === 'private_key_jwt' || auth === 'client_secret_signed')
    return clientKey ? null : 'key';
  return auth.startsWith('client_secret_') && clientSecret === null ? 'secret' : null;
}

/**
 * Adds the client's id and its proof (RFC 6749 2.3.1, RFC 7523 2.2): as told, else as the record's
 * `clientAuth` or the server's metadata say. Changes the two objects that it is given.
 *
 * @throws AppError provider_not_configured where the client's key cannot sign
 */
export async function authenticateClient(
  deps: Signing,
  client: OAuth2Client,
  endpoints: ClientProof,
  params: Record<string, string>,
  headers: Headers,
  auth: ClientAuth = client.provider.clientAuth ?? endpoints.clientAuth,
): Promise<void> {
  const { provider, clientId, clientSecret } = client;
  const secret = clientSecret ?? '';
  const basic = (text: string) => headers.set('Authorization', `Basic ${base64Text(text)}`);
  const sign = () => signAssertion(deps, client, auth, endpoints.assertionAudience);
  if (auth !== 'omit' && !auth.startsWith('client_secret_basic')) {
    params[provider.clientIdParam] = clientId;
  }
  switch (auth) {
    case 'omit':
    case 'none':
      return;
    case 'client_secret_basic':
      basic(`${formEncode(clientId)}:${formEncode(secret)}`);
      return;
    case 'client_secret_basic_raw':
      basic(`${clientId}:${secret}`);
      return;
    case 'client_secret_basic_user':
      basic(`${secret}:`);
      return;
    case 'client_secret_post':
      if (clientSecret !== null) params[provider.clientSecretParam] = clientSecret;
      return;
    case 'client_secret_bearer':
      if (clientSecret !== null) headers.set('Authorization', `Bearer ${clientSecret}`);
      return;
    case 'client_secret_signed':
      params[provider.clientSecretParam] = await sign();
      return;
    case 'client_secret_jwt':
    case 'private_key_jwt':
      params.client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      params.client_assertion = await sign();
      return;
    default:
      return auth satisfies never;
  }
}

/**
 * RFC 6749 Appendix B. `-`, `_` and `.` stay as they are: servers that forget to decode (Reddit's
 * ids hold `-` and `_`) then still see the right client.
 */
const formEncode = (value: string): string =>
  new URLSearchParams({ '': value }).toString().slice(1);

/** The standard's own parameters, without those that the record leaves out. */
export const standardParams = (
  params: Readonly<Record<string, string>>,
  omitted: readonly string[],
): Record<string, string> =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !omitted.includes(name)));

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
 * The record's parameters with `{client_id}`, `{client_secret}` and what `more` names filled in:
 * the connection's own parameters, and `access_token` for `{access_token}`.
 */
export function fillParams(
  params: Readonly<Record<string, string>>,
  { clientId, clientSecret }: OAuth2Client,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return fillAll(params, { client_id: clientId, client_secret: clientSecret ?? '', ...more });
}
