/**
 * What a schema cannot say about a record: which fields go together, which URLs are allowed, and
 * whether patterns are patterns. Pure; used for `PROVIDERS`, and by the tests for built-in records.
 */
import { readsFrom } from './paths';
import { withoutBase64 } from './request-headers';
import { placeholdersOf, withoutPlaceholders } from './templates';
import type { CredentialsProvider, OAuth2Provider, Provider } from './types';
import { checkEndpoint } from './urls';

export interface Fault {
  path: string[];
  /** A sentence's end: `must be https`. */
  message: string;
}

/** The first thing wrong with a record; null where nothing is. */
export function checkRecord(provider: Provider, publicUrl: string): Fault | null {
  return provider.kind === 'oauth2' ? checkOAuth2(provider, publicUrl) : checkCredentials(provider);
}

function checkOAuth2(provider: OAuth2Provider, publicUrl: string): Fault | null {
  return (
    checkUrls(provider, publicUrl) ??
    checkParameters(provider) ??
    checkHeaders(provider.headers, ['headers']) ??
    checkHeaders(provider.profileHeaders, ['profileHeaders']) ??
    checkAuthorizationParams(provider) ??
    checkEndpointsGiven(provider) ??
    checkValues(provider) ??
    checkProfileRequest(provider) ??
    checkCallbackSignature(provider) ??
    checkRefresh(provider) ??
    checkRevocation(provider)
  );
}

/** In revocation URLs this stands for the client's id, without being declared (GitHub). */
const CLIENT_ID = 'client_id';

/** Placeholders that Mooring fills itself, where a text may hold them. */
const ownPlaceholders = [CLIENT_ID, 'client_secret', 'access_token', 'redirect_uri', 'account_id'];

function checkUrls(provider: OAuth2Provider, publicUrl: string): Fault | null {
  const urls: [path: string[], url: string | undefined][] = [
    [['issuer'], provider.issuer],
    [['authorizationUrl'], provider.authorizationUrl],
    [['tokenUrl'], provider.tokenUrl],
    [['refreshUrl'], provider.refreshUrl],
    [['revocationUrl'], provider.revocationUrl],
    [['profileUrl'], provider.profileUrl],
    [['extendedToken', 'url'], provider.extendedToken?.url],
  ];
  for (const [path, url] of urls) {
    if (url === undefined) continue;
    const message = checkEndpoint(url, publicUrl);
    if (message) return { path, message };
    const known = [
      ...Object.keys(provider.parameters),
      ...(path[0] === 'revocationUrl' ? [CLIENT_ID] : []),
    ];
    const unknown = placeholdersOf(url).find((name) => !known.includes(name));
    if (unknown) return undeclared(path, unknown, 'parameters');
  }
  return null;
}

function checkParameters(provider: OAuth2Provider): Fault | null {
  for (const [name, { pattern, default: given }] of Object.entries(provider.parameters)) {
    if (ownPlaceholders.includes(name)) {
      return {
        path: ['parameters', name],
        message: 'names what Mooring fills itself; choose another name',
      };
    }
    const wrong = checkPattern(pattern);
    if (wrong) return { path: ['parameters', name, 'pattern'], message: wrong };
    if (given !== undefined && !wholeMatch(pattern, given)) {
      return { path: ['parameters', name, 'default'], message: 'does not match its own pattern' };
    }
  }
  return null;
}

function checkEndpointsGiven(provider: OAuth2Provider): Fault | null {
  if (provider.issuer !== undefined) return null;
  for (const field of ['authorizationUrl', 'tokenUrl'] as const) {
    if (provider[field] === undefined) {
      return { path: [field], message: 'is missing; give it, or an "issuer" for discovery' };
    }
  }
  if (provider.profileUrl === undefined && readsFrom(provider, 'profile')) {
    return {
      path: ['profileUrl'],
      message:
        'is missing; give it, or take all that is told of the account from the token reply (token:, id_token:)',
    };
  }
  return null;
}

/** Each placeholder must be one that is filled there. A brace of other text needs a space after it. */
function checkValues(provider: OAuth2Provider): Fault | null {
  const client = ['client_id', 'client_secret'];
  const withToken = [...client, 'access_token'];
  const places: [path: string[], values: Record<string, string>, filled: string[]][] = [
    [['headers'], provider.headers, []],
    [['authorizationParams'], provider.authorizationParams, []],
    [['tokenParams'], provider.tokenParams, client],
    [['refreshParams'], provider.refreshParams, [...withToken, 'redirect_uri']],
    [['extendedToken', 'params'], provider.extendedToken?.params ?? {}, withToken],
    [['profileHeaders'], provider.profileHeaders, withToken],
    [['profileBody', 'params'], provider.profileBody?.params ?? {}, withToken],
    [['revocation', 'params'], provider.revocation.params, [...client, 'account_id']],
    [['callbackSignature', 'expect'], provider.callbackSignature?.expect ?? {}, []],
  ];
  for (const [path, values, filled] of places) {
    const known = [...filled, ...Object.keys(provider.parameters)];
    for (const [name, value] of Object.entries(values)) {
      const unknown = placeholdersOf(value).find((one) => !known.includes(one));
      if (unknown === undefined) continue;
      if (filled.length === 0) return undeclared([...path, name], unknown, 'parameters');
      const list = filled.map((one) => `{${one}}`).join(', ');
      const message = `may hold ${list}, and not {${unknown}}, which "parameters" does not declare`;
      return { path: [...path, name], message };
    }
  }
  return null;
}

/** What protects the flow, or decides where the code goes and what it is good for. */
const protectedParams = [
  ...['response_type', 'response_mode', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'request', 'request_uri', 'claims', 'resource'],
  ...['registration', 'authorization_details', 'dpop_jkt', 'client_secret'],
];

function checkAuthorizationParams(provider: OAuth2Provider): Fault | null {
  const { allowedAuthorizationParams, loginHintParam, clientIdParam, scopeParam } = provider;
  const kept = [...protectedParams, clientIdParam, scopeParam];
  for (const [index, name] of allowedAuthorizationParams.entries()) {
    if (kept.includes(name)) {
      return {
        path: ['allowedAuthorizationParams', String(index)],
        message: 'names a parameter that no connection may choose',
      };
    }
  }
  return loginHintParam !== null && kept.includes(loginHintParam)
    ? { path: ['loginHintParam'], message: 'names a parameter that is needed for something else' }
    : null;
}

const holdsAccessToken = (template: string): boolean =>
  placeholdersOf(template).includes('access_token');

function checkProfileRequest(provider: OAuth2Provider): Fault | null {
  const { profileBody, profileMethod, profileToken, profileHeaders } = provider;
  if (profileBody !== undefined && profileMethod !== 'POST') {
    return { path: ['profileMethod'], message: 'must be POST where there is a "profileBody"' };
  }
  const values = [...Object.values(profileHeaders), ...Object.values(profileBody?.params ?? {})];
  if (profileToken === 'none' && !values.some(holdsAccessToken)) {
    return {
      path: ['profileToken'],
      message: 'is none, and neither "profileHeaders" nor "profileBody" has "{access_token}"',
    };
  }
  return null;
}

function checkCallbackSignature(provider: OAuth2Provider): Fault | null {
  if (provider.callbackSignature === undefined) return null;
  if (provider.clientAuth === 'none') {
    return { path: ['callbackSignature'], message: 'needs a client secret: the key is that' };
  }
  return null;
}

function checkRefresh(provider: OAuth2Provider): Fault | null {
  if (provider.refreshModel !== 'extend') return null;
  if (Object.values(provider.refreshParams).some(holdsAccessToken)) return null;
  return {
    path: ['refreshParams'],
    message: 'has no "{access_token}": the model "extend" renews the token by sending it',
  };
}

function checkRevocation(provider: OAuth2Provider): Fault | null {
  const { revocation } = provider;
  const { style, token, body, params } = revocation;
  const auth = revocationAuthOf(provider);
  if (style === 'bearer') {
    if (auth === 'client_secret_basic' || auth === 'client_secret_bearer') {
      return {
        path: ['revocation', 'clientAuth'],
        message: 'wants the Authorization header, which carries the token (style "bearer")',
      };
    }
    if (token === 'none') {
      return {
        path: ['revocation', 'token'],
        message: 'is none, and the style "bearer" sends one',
      };
    }
  } else if (token === 'none' && Object.keys(params).length === 0) {
    return {
      path: ['revocation', 'params'],
      message: 'are missing: without a token they have to say what is to end',
    };
  }
  const inUrl =
    auth === 'client_secret_post' ||
    Object.values(params).some((value) => placeholdersOf(value).includes('client_secret'));
  if (body === 'query' && inUrl) {
    return {
      path: ['revocation', 'clientAuth'],
      message: 'would put the client secret into the URL (body "query")',
    };
  }
  return null;
}

function checkCredentials(provider: CredentialsProvider): Fault | null {
  for (const [name, { pattern }] of Object.entries(provider.fields)) {
    const wrong = pattern === undefined ? null : checkPattern(pattern);
    if (wrong) return { path: ['fields', name, 'pattern'], message: wrong };
  }
  const { accountIdField } = provider;
  if (accountIdField !== undefined && provider.fields[accountIdField]?.required !== true) {
    return { path: ['accountIdField'], message: 'names no required field of "fields"' };
  }
  for (const [header, template] of Object.entries(provider.requestHeaders)) {
    const unknown = placeholdersOf(withoutBase64(template)).find(
      (name) => !Object.hasOwn(provider.fields, name),
    );
    if (unknown) return undeclared(['requestHeaders', header], unknown, 'fields');
    if (/[{}]/.test(withoutPlaceholders(withoutBase64(template)))) {
      return {
        path: ['requestHeaders', header],
        message: 'holds a brace that is neither {field} nor {base64:one:two}',
      };
    }
  }
  return checkHeaders(provider.requestHeaders, ['requestHeaders']);
}

/** A header that fetch refuses would fail every request of the provider. */
function checkHeaders(headers: Record<string, string>, path: string[]): Fault | null {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e]/.test(value)) {
      return { path: [...path, name], message: 'is not an HTTP header' };
    }
  }
  return null;
}

const undeclared = (path: string[], name: string, where: string): Fault => ({
  path,
  message: `holds {${name}}, which "${where}" does not declare`,
});

function checkPattern(pattern: string): string | null {
  try {
    new RegExp(pattern, 'u');
    return null;
  } catch {
    return 'is not a regular expression';
  }
}

/** How the client proves itself at a revocation. */
export const revocationAuthOf = ({ revocation, clientAuth }: OAuth2Provider) =>
  revocation.clientAuth ?? (revocation.style === 'bearer' ? 'omit' : clientAuth);

/** Whether a parameter's value may stand in any place: a header takes printable ASCII only. */
export const isPlain = (value: string): boolean => /^[\x20-\x7e]*$/.test(value);

/** Whether a whole value matches a record's pattern. */
export const wholeMatch = (pattern: string, value: string): boolean =>
  new RegExp(`^(?:${pattern})$`, 'u').test(value);
