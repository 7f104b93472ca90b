/**
 * What a schema cannot say about a record: which fields go together, which URLs are allowed, and
 * whether patterns are patterns. Pure; used for `PROVIDERS`, and by the tests for built-in records.
 */
import { isByFields } from './by-fields';
import { hostOf, takesAnyHost } from './open-hosts';
import {
  ACCOUNT,
  askedParameters,
  foundParameters,
  type ParameterSource,
  RESOURCE,
  settingParameters,
  splitSource,
} from './parameters';
import { identifyingParameters, type PathSource, readsFrom, splitPath } from './paths';
import { wholeMatch } from './patterns';
import { withoutBase64 } from './request-headers';
import { revocationAuthOf } from './revocation-auth';
import { fillTemplate, placeholdersOf, withoutPlaceholders } from './templates';
import type { CredentialsProvider, OAuth2Provider, Provider } from './types';
import { checkEndpoint } from './urls';

interface Fault {
  path: string[];
  /** A sentence's end: `must be https`. */
  message: string;
}

/** The first thing wrong with a record; null where nothing is. */
export function checkRecord(provider: Provider, publicUrl: string): Fault | null {
  return provider.kind === 'oauth2'
    ? checkOAuth2(provider, publicUrl)
    : checkCredentials(provider, publicUrl);
}

function checkOAuth2(provider: OAuth2Provider, publicUrl: string): Fault | null {
  return (
    checkUrls(provider, publicUrl) ??
    checkParameters(provider) ??
    checkIdentity(provider) ??
    checkIdentityResolution(provider) ??
    checkSharedGrant(provider) ??
    checkClientParameter(provider) ??
    checkClientAssertion(provider) ??
    checkFieldGrant(provider) ??
    checkDpop(provider) ??
    checkHeaders(provider.headers, ['headers']) ??
    checkHeaders(provider.profileHeaders, ['profileHeaders']) ??
    checkHeaders(provider.choices?.headers ?? {}, ['choices', 'headers']) ??
    checkAuthorizationParams(provider) ??
    checkIssuerTemplate(provider) ??
    checkEndpointsGiven(provider) ??
    checkValues(provider) ??
    checkProfileRequest(provider) ??
    checkCheck(provider) ??
    checkCallbackSignature(provider) ??
    checkApi(provider) ??
    checkApiToken(provider) ??
    checkOmitted(provider) ??
    checkReply(provider) ??
    checkRefresh(provider) ??
    checkRevocation(provider)
  );
}

/** In revocation URLs this stands for the client's id, without being declared (GitHub). */
const CLIENT_ID = 'client_id';

/** Placeholders that Mooring fills itself, where a text may hold them. */
const ownPlaceholders = [
  ...[CLIENT_ID, 'client_secret', 'code', 'access_token', 'refresh_token', 'redirect_uri'],
  'account_id',
];

/** Who has said a parameter's value by then, besides whoever started the connection. */
type Said = readonly ParameterSource[];
const atStart: Said = ['setting', 'field'];
const afterCallback: Said = [...atStart, 'callback'];
const afterExchange: Said = [...afterCallback, 'token'];
const always: Said = [...afterExchange, 'choice'];

/** Whether one grant is for several accounts. */
const isShared = ({ choices }: OAuth2Provider): boolean => choices?.connect === 'all';

/** What is known where a grant is spoken of, which may be several accounts'. */
const ofGrant = (provider: OAuth2Provider): Said => (isShared(provider) ? afterExchange : always);

function checkUrls(provider: OAuth2Provider, publicUrl: string): Fault | null {
  const urls: [path: string[], url: string | undefined, said: Said][] = [
    [['issuer'], provider.issuer, atStart],
    [['resourceUrl'], provider.resourceUrl, atStart],
    [['identityResolution', 'plcUrl'], provider.identityResolution?.plcUrl, atStart],
    [['identityResolution', 'dohUrl'], provider.identityResolution?.dohUrl, atStart],
    [['authorizationUrl'], provider.authorizationUrl, atStart],
    [['registrationUrl'], provider.registrationUrl, atStart],
    [['pushedAuthorizationRequestUrl'], provider.pushedAuthorizationRequestUrl, atStart],
    [['tokenUrl'], provider.tokenUrl, afterCallback],
    [['refreshUrl'], provider.refreshUrl, afterCallback],
    [['revocationUrl'], provider.revocationUrl, ofGrant(provider)],
    [['profileUrl'], provider.profileUrl, ofGrant(provider)],
    [['check', 'url'], provider.check?.url, ofGrant(provider)],
    [['choices', 'url'], provider.choices?.url, afterExchange],
    [['extendedToken', 'url'], provider.extendedToken?.url, afterCallback],
    ...apiUrlsOf(provider).map(([path, url]): [string[], typeof url, Said] => [path, url, always]),
  ];
  for (const [path, url, said] of urls) {
    if (url === undefined) continue;
    const message = checkEndpoint(url, publicUrl);
    if (message) return { path, message };
    const own = path[0] === 'revocationUrl' ? [CLIENT_ID] : [];
    const names = placeholdersOf(url).filter((name) => !own.includes(name));
    const unknown = names.find((name) => !Object.hasOwn(provider.parameters, name));
    if (unknown) return undeclared(path, unknown, 'parameters');
    const late = names.find((name) => !isSaid(provider, name, said));
    if (late) return tooEarly(path, late);
    const open = names.find((name) => takesAnyHost(provider, url, name));
    // A redirect back can say anything: tokens and the client's secret would go wherever it says.
    const by = splitSource(provider.parameters[open ?? ''] ?? {})?.source ?? 'field';
    if (open !== undefined && by !== 'field' && by !== 'setting') {
      return {
        path: ['parameters', open, 'pattern'],
        message: "takes any host, and must take the provider's own only",
      };
    }
  }
  return null;
}

const isSaid = ({ parameters }: OAuth2Provider, name: string, said: Said): boolean => {
  const source = splitSource(parameters[name] ?? {})?.source;
  return source === undefined || said.includes(source);
};

const tooEarly = (path: string[], name: string): Fault => ({
  path,
  message: `holds {${name}}, which is said only later ("from")`,
});

/**
 * An account that is told by nothing but what whoever connects it can choose (the redirect back, a
 * form) could be anybody's: the provider has to confirm it, by the host that gave the token or by
 * the profile's address.
 */
function checkIdentity(provider: OAuth2Provider): Fault | null {
  const { accountId, subject, displayName, metadata, profileUrl, tokenUrl } = provider;
  const { issuer, resourceUrl } = provider;
  const fields = Object.entries({ accountId, subject, displayName, metadata });
  const sources: PathSource[] = [
    ...(['profile', 'token', 'id_token', 'parameter', 'choice', 'user', 'field'] as const),
    ...(provider.identityResolution === undefined ? [] : (['identity'] as const)),
  ];
  const isChosen = (from: string | undefined) => from?.startsWith('choice:') === true;
  for (const [field, value] of fields) {
    for (const path of Object.values(typeof value === 'object' ? value : { value }).flat()) {
      if (path === undefined) continue;
      const { source, key } = splitPath(path);
      if (source === 'field' && provider.fields[key]?.secret !== false) {
        return { path: [field], message: `reads "${path}", which is no field that may be shown` };
      }
      if (!sources.includes(source)) {
        return { path: [field], message: `reads "${path}", which is for others` };
      }
      if (source === 'user' && (key !== 'id' || !['accountId', 'subject'].includes(field))) {
        return { path: [field], message: `reads "${path}"; only "accountId" may be "user:id"` };
      }
      if (source === 'choice' && provider.choices === undefined) {
        return { path: [field], message: `reads "${path}", and there are no "choices"` };
      }
      if (source === 'parameter' && !Object.hasOwn(provider.parameters, key)) {
        return { path: [field], message: `reads "${path}", which "parameters" does not declare` };
      }
    }
  }
  const asked = Object.keys(provider.parameters).filter(
    (name) => (splitSource(provider.parameters[name] ?? {})?.source ?? 'field') === 'field',
  );
  const unchosen = Object.entries(provider.parameters).find(([, { from }]) => isChosen(from));
  if (provider.choices === undefined && unchosen !== undefined) {
    return {
      path: ['parameters', unchosen[0], 'from'],
      message: 'reads a choice, and there are no "choices"',
    };
  }
  const bySource = (name: string) => splitSource(provider.parameters[name] ?? {})?.source;
  const proven = [
    ...Object.keys(provider.parameters).filter((name) => {
      const source = bySource(name);
      return source === 'token' || source === 'choice';
    }),
    ...placeholdersOf(profileUrl ?? ''),
    ...placeholdersOf(hostOf(tokenUrl ?? '')).filter((name) => asked.includes(name)),
  ];
  for (const [field, value] of Object.entries({ accountId, subject })) {
    const paths = [value ?? []].flat();
    const isSaidByProvider = paths.some((path) => splitPath(path).source !== 'parameter');
    const free = identifyingParameters({ accountId: paths, subject: [] }).find(
      (name) => !proven.includes(name),
    );
    if (!isSaidByProvider && free !== undefined) {
      return {
        path: [field],
        message: `reads "parameter:${free}" alone, which nothing confirms: read something of the provider's besides, or ask for the profile at an address that holds {${free}}`,
      };
    }
  }
  // Who may choose the server could else be whoever it wants to be.
  const servers = [issuer, resourceUrl, tokenUrl, profileUrl].filter((url) => url !== undefined);
  if ([accountId].flat().some((path) => splitPath(path).source === 'user')) return null;
  const open = asked.find((name) => servers.some((url) => takesAnyHost(provider, url, name)));
  if (open === undefined || identifyingParameters({ accountId, subject: [] }).includes(open)) {
    return null;
  }
  return {
    path: ['accountId'],
    message: `must hold "parameter:${open}" too: who connects chooses whom to ask by {${open}}`,
  };
}

/** What told the account otherwise would let a server speak for whom it likes. */
function checkIdentityResolution(provider: OAuth2Provider): Fault | null {
  const { accountId, subject, issuer, resourceUrl, dpop, pkce, requiredScopes } = provider;
  if (provider.identityResolution === undefined) return null;
  const wrong: Record<string, boolean> = {
    issuer: issuer !== undefined,
    resourceUrl: resourceUrl !== undefined,
    accountId: accountId !== 'identity:did',
    subject: subject !== undefined,
    dpop: !dpop,
    pkce: !pkce,
    requiredScopes: !requiredScopes.includes('atproto'),
    parameters: !askedParameters(provider).some(([name]) => name === ACCOUNT),
  };
  const field = Object.keys(wrong).find((name) => wrong[name]);
  return field === undefined
    ? null
    : { path: [field], message: 'is not as "identityResolution" needs it' };
}

/** Several accounts of one grant: what tells them apart, and what they have in common. */
function checkSharedGrant(provider: OAuth2Provider): Fault | null {
  if (!isShared(provider)) return null;
  const readsChoice = (paths: readonly string[]) =>
    paths.map(splitPath).some(({ source, key }) => {
      const said = source === 'parameter' ? splitSource(provider.parameters[key] ?? {}) : null;
      return (said?.source ?? source) === 'choice';
    });
  const { accountId, subject, alsoGrants } = provider;
  if (!readsChoice([accountId].flat())) {
    return { path: ['accountId'], message: 'must read the choice ("choice:"): each is an account' };
  }
  if (subject === undefined || readsChoice([subject].flat())) {
    const message = 'must say whose grant it is, by something else than the choice';
    return { path: ['subject'], message };
  }
  return alsoGrants.length > 0
    ? { path: ['alsoGrants'], message: 'does not go with "choices" that are all connected' }
    : null;
}

function checkParameters(provider: OAuth2Provider): Fault | null {
  for (const [name, { pattern, default: given, from }] of Object.entries(provider.parameters)) {
    const isFound = provider.resourceUrl ?? provider.identityResolution;
    const found = isFound === undefined ? [] : foundParameters;
    if ([...ownPlaceholders, ...found].includes(name)) {
      return {
        path: ['parameters', name],
        message: 'names what Mooring fills itself; choose another name',
      };
    }
    const wrong = checkPattern(pattern);
    if (wrong) return { path: ['parameters', name, 'pattern'], message: wrong };
    // Its value is shown to whoever sees a request.
    if (from?.startsWith('setting:') && from.includes('client')) {
      return { path: ['parameters', name, 'from'], message: 'names a setting of a client' };
    }
    if (given !== undefined && !wholeMatch(pattern, given)) {
      return { path: ['parameters', name, 'default'], message: 'does not match its own pattern' };
    }
  }
  return null;
}

/** What a token is obtained with where there is no browser, and what such a grant cannot have. */
function checkFieldGrant(provider: OAuth2Provider): Fault | null {
  const { grant, fields, tokenParams, tokenHeaders, parameters, clientAssertion } = provider;
  if (!isByFields(provider)) {
    const given = Object.entries({ fields, tokenHeaders }).find(
      ([, entries]) => Object.keys(entries).length > 0,
    );
    if (given) return { path: [given[0]], message: 'is for a "grant" without a browser' };
    const byField = Object.entries(parameters).find(
      ([, parameter]) => splitSource(parameter)?.source === 'field',
    );
    return byField
      ? { path: ['parameters', byField[0], 'from'], message: 'reads a field, and there are none' }
      : null;
  }
  const { issuer, resourceUrl, authorizationUrl, revocationUrl, refreshUrl } = provider;
  const { extendedToken, choices } = provider;
  const parts = {
    issuer,
    resourceUrl,
    authorizationUrl,
    revocationUrl,
    refreshUrl,
    extendedToken,
    choices,
  };
  const [excess] =
    Object.entries(parts).find(([, value]) => value !== undefined) ??
    (provider.alsoGrants.length > 0 ? ['alsoGrants'] : []);
  if (excess !== undefined) {
    return { path: [excess], message: `is not for the grant "${grant}", which has no browser` };
  }
  if (provider.refreshModel !== 'static') {
    return { path: ['refreshModel'], message: 'must be static: what the user gave is sent again' };
  }
  const missing =
    grant === 'client_credentials'
      ? ['client_id', 'client_secret'].find((name) => fields[name]?.required !== true)
      : undefined;
  if (missing !== undefined || Object.keys(fields).length === 0) {
    return { path: ['fields'], message: `must have "${missing ?? 'at least one field'}"` };
  }
  for (const [name, { pattern }] of Object.entries(fields)) {
    if (Object.hasOwn(parameters, name) || name === 'assertion') {
      return { path: ['fields', name], message: 'has the name of something else' };
    }
    const wrong = pattern === undefined ? null : checkPattern(pattern);
    if (wrong) return { path: ['fields', name, 'pattern'], message: wrong };
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const said = splitSource(parameter);
    const isKnown =
      said === null
        ? parameter.default !== undefined
        : said.source === 'token' || said.source === 'setting';
    // A secret in an address ends up in the logs on the way.
    const isGiven = said?.source === 'field' && fields[said.key]?.secret === false;
    if (isKnown || isGiven) continue;
    return {
      path: ['parameters', name, 'from'],
      message: 'must be "field:<name>" of a field that is no secret, or "token:<path>"',
    };
  }
  const own = [...Object.keys(fields), ...Object.keys(parameters)];
  const withAssertion = [...own, 'assertion'];
  return (
    checkTemplates(withAssertion, tokenParams, ['tokenParams']) ??
    checkTemplates(withAssertion, tokenHeaders, ['tokenHeaders']) ??
    checkTemplates(own, clientAssertion.claims, ['clientAssertion', 'claims']) ??
    checkTemplates(own, { subject: clientAssertion.subject ?? '' }, ['clientAssertion']) ??
    checkHeaders(tokenHeaders, ['tokenHeaders']) ??
    checkFieldsSent(provider)
  );
}

/** An account that is told by what the user gave needs the provider to have seen it. */
function checkFieldsSent(provider: OAuth2Provider): Fault | null {
  const { grant, tokenParams, tokenHeaders, tokenUrl, parameters, accountId, subject } = provider;
  const { claims, subject: sub = '' } = provider.clientAssertion;
  const templates = [tokenParams, tokenHeaders, claims].flatMap((one) => Object.values(one));
  const inUrl = placeholdersOf(tokenUrl ?? '').map(
    (name) => splitSource(parameters[name] ?? {})?.key ?? name,
  );
  const sent = [
    ...(grant === 'client_credentials' ? ['client_id', 'client_secret'] : []),
    ...[...templates, sub].flatMap((one) => placeholdersOf(withoutBase64(one))),
    ...inUrl,
  ];
  const unsent = [accountId, subject ?? []]
    .flat()
    .map(splitPath)
    .find(({ source, key }) => source === 'field' && !sent.includes(key));
  return unsent === undefined
    ? null
    : {
        path: ['accountId'],
        message: `reads "field:${unsent.key}", which the token request does not send`,
      };
}

/** A key signs with what only its owner has; a shared secret with what both have. */
function checkClientAssertion(provider: OAuth2Provider): Fault | null {
  const { clientAuth, clientAssertion } = provider;
  const { algorithm, issuer = '' } = clientAssertion;
  const bySetting = settingParameters(provider).map(([name]) => name);
  const other = placeholdersOf(issuer).find((name) => !bySetting.includes(name));
  if (other !== undefined) {
    return {
      path: ['clientAssertion', 'issuer'],
      message: `holds {${other}}, which is no parameter of a setting`,
    };
  }
  if (algorithm === undefined) return null;
  const isShared = algorithm.startsWith('HS');
  return isShared === (clientAuth === 'client_secret_jwt')
    ? null
    : {
        path: ['clientAssertion', 'algorithm'],
        message:
          'does not go with "clientAuth": HS... is for client_secret_jwt, and for that alone',
      };
}

/** What sends the token otherwise than in `Authorization`, without a proof, or has no key. */
function checkDpop(provider: OAuth2Provider): Fault | null {
  if (!provider.dpop) return null;
  const { apiToken, profileToken, check, revocation, extendedToken, alsoGrants } = provider;
  const others: Record<string, boolean> = {
    grant: isByFields(provider),
    extendedToken: extendedToken !== undefined,
    alsoGrants: alsoGrants.length > 0,
    refreshModel: provider.refreshModel === 'extend',
    profileToken: profileToken !== 'bearer',
    check: [check?.headers, check?.query, check?.body?.params].some((values) =>
      Object.values(values ?? {}).some(holdsAccessToken),
    ),
    apiToken:
      Object.keys(apiToken.query).length > 0 ||
      Object.keys(apiToken.headers).join().toLowerCase() !== 'authorization',
    revocation: revocation.style === 'bearer',
  };
  const field = Object.keys(others).find((name) => others[name]);
  return field === undefined
    ? null
    : { path: [field], message: 'does not go with "dpop", whose tokens are sent with a proof' };
}

function checkClientParameter({ clientParameter, parameters }: OAuth2Provider): Fault | null {
  return clientParameter === undefined || Object.hasOwn(parameters, clientParameter)
    ? null
    : { path: ['clientParameter'], message: 'names nothing of "parameters"' };
}

function checkIssuerTemplate({ issuer, issuerTemplate }: OAuth2Provider): Fault | null {
  if (issuerTemplate === undefined) return null;
  const { template, claims } = issuerTemplate;
  const originOf = (url: string) => URL.parse(fillTemplate(url, () => 'x0'))?.origin;
  if (issuer === undefined || originOf(template) !== originOf(issuer)) {
    return {
      path: ['issuerTemplate', 'template'],
      message: 'is of another origin than "issuer", whose metadata it stands in',
    };
  }
  const names = placeholdersOf(template);
  const isUnfilled = names.length === 0 || !names.every((name) => Object.hasOwn(claims, name));
  return isUnfilled
    ? {
        path: ['issuerTemplate', 'claims'],
        message: 'must name a claim for each placeholder of the template, and there must be one',
      }
    : null;
}

function checkEndpointsGiven(provider: OAuth2Provider): Fault | null {
  const { clientRegistration, clientAuth } = provider;
  const isDiscovered = [provider.issuer, provider.resourceUrl, provider.identityResolution].some(
    (field) => field !== undefined,
  );
  if (clientRegistration === 'automatic') {
    if (!(isDiscovered || provider.registrationUrl !== undefined) || isByFields(provider)) {
      return {
        path: ['clientRegistration'],
        message:
          'is automatic, which needs an "issuer", a "resourceUrl", an "identityResolution" or a "registrationUrl", and a browser',
      };
    }
    if (clientAuth !== undefined && clientAuth !== 'private_key_jwt') {
      return {
        path: ['clientAuth'],
        message: 'is said by the server that registers the client, unless it is private_key_jwt',
      };
    }
  }
  if (clientRegistration !== 'automatic' && provider.registrationUrl !== undefined) {
    return { path: ['registrationUrl'], message: 'is for "clientRegistration": "automatic"' };
  }
  if (isDiscovered) return null;
  const needed = isByFields(provider)
    ? (['tokenUrl'] as const)
    : (['authorizationUrl', 'tokenUrl'] as const);
  for (const field of needed) {
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

/**
 * Each placeholder must be one that is filled there. A brace of other text needs a space after it.
 */
function checkValues(provider: OAuth2Provider): Fault | null {
  const client = ['client_id', 'client_secret'];
  const withToken = [...client, 'access_token'];
  type Place = [path: string[], values: Record<string, string>, filled: string[], said?: Said];
  const places: Place[] = [
    [['headers'], provider.headers, [], atStart],
    [['apiHeaders'], provider.apiHeaders, [CLIENT_ID], always],
    [['apiToken', 'headers'], provider.apiToken.headers, [CLIENT_ID, 'access_token'], always],
    [['apiToken', 'query'], provider.apiToken.query, ['access_token'], always],
    [
      ['registrationParams'],
      provider.registrationParams,
      ['client_name', 'client_uri', 'redirect_uri'],
      atStart,
    ],
    [['authorizationParams'], provider.authorizationParams, [], atStart],
    [
      ['tokenParams'],
      // Without a browser they are templates of fields: checkFieldGrant.
      isByFields(provider) ? {} : provider.tokenParams,
      [...client, 'code', 'redirect_uri'],
      afterCallback,
    ],
    [['refreshParams'], provider.refreshParams, [...withToken, 'refresh_token', 'redirect_uri']],
    [['extendedToken', 'params'], provider.extendedToken?.params ?? {}, withToken, afterCallback],
    [['choices', 'headers'], provider.choices?.headers ?? {}, client, afterExchange],
    [['profileHeaders'], provider.profileHeaders, withToken],
    [['profileBody', 'params'], provider.profileBody?.params ?? {}, withToken],
    [['check', 'headers'], provider.check?.headers ?? {}, withToken],
    [['check', 'query'], provider.check?.query ?? {}, ['access_token']],
    [['check', 'body', 'params'], provider.check?.body?.params ?? {}, withToken],
    [
      ['revocation', 'params'],
      provider.revocation.params,
      isShared(provider) ? client : [...client, 'account_id'],
    ],
    [['revocation', 'headers'], provider.revocation.headers, client],
    [['callbackSignature', 'expect'], provider.callbackSignature?.expect ?? {}, [], atStart],
  ];
  for (const [path, values, filled, said = ofGrant(provider)] of places) {
    const known = [
      ...filled,
      ...(provider.resourceUrl === undefined ? [] : [RESOURCE]),
      ...Object.keys(provider.parameters),
    ];
    for (const [name, value] of Object.entries(values)) {
      const late = placeholdersOf(value).find((one) => !isSaid(provider, one, said));
      if (late !== undefined) return tooEarly([...path, name], late);
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

/** What the checks of both kinds have in common. */
function checkCheck({ check }: Provider): Fault | null {
  if (check === undefined) return null;
  const { method, headers, query, body, url } = check;
  if (body !== undefined && method !== 'POST') {
    return { path: ['check', 'method'], message: 'must be POST where there is a "body"' };
  }
  const isBare = method === 'GET' && Object.keys({ ...headers, ...query }).length === 0;
  if (url === undefined && !isBare) {
    return { path: ['check', 'url'], message: 'is missing; without it the profile is asked for' };
  }
  return checkHeaders(headers, ['check', 'headers']);
}

function checkCallbackSignature(provider: OAuth2Provider): Fault | null {
  if (provider.callbackSignature === undefined) return null;
  if (['none', 'private_key_jwt', 'client_secret_signed'].includes(provider.clientAuth ?? '')) {
    return { path: ['callbackSignature'], message: 'needs a client secret: the key is that' };
  }
  return null;
}

/** Where calls go: what both kinds have. */
const apiUrlsOf = ({ apiUrl, apiUrls }: Provider): [path: string[], url: string | undefined][] => [
  [['apiUrl'], apiUrl],
  ...Object.entries(apiUrls).map(([name, url]): [string[], string] => [['apiUrls', name], url]),
];

/** Without a query, a call's path can follow it; and what is sent can be sent. */
function checkApi(provider: Provider): Fault | null {
  const { apiHeaders } = provider;
  for (const [path, url] of apiUrlsOf(provider)) {
    // What a resource is called may end with "/"; then a call without a path goes there.
    const isResource = provider.kind === 'oauth2' && url === provider.resourceUrl;
    const plain = url?.replace(/^[a-z]+:\/\//i, '').replace(isResource ? /\/$/ : /$^/, '') ?? '';
    if (/[?%]|\/$|\/\.{0,2}(?:\/|$)/.test(plain)) {
      return { path, message: 'must be an origin or a plain path, with no "/" at its end' };
    }
  }
  return checkHeaders(apiHeaders, ['apiHeaders']);
}

function checkApiToken(provider: OAuth2Provider): Fault | null {
  const { apiOrigin, apiUrl, apiToken, metadata } = provider;
  if (apiOrigin !== undefined) {
    if (apiUrl !== undefined) return { path: ['apiOrigin'], message: 'stands beside "apiUrl"' };
    if (!Object.hasOwn(metadata, apiOrigin.metadata)) {
      return { path: ['apiOrigin', 'metadata'], message: 'names nothing of "metadata"' };
    }
    const wrong = checkPattern(apiOrigin.hostPattern);
    if (wrong) return { path: ['apiOrigin', 'hostPattern'], message: wrong };
  }
  const templates = [...Object.values(apiToken.headers), ...Object.values(apiToken.query)];
  if (!templates.some(holdsAccessToken)) {
    return { path: ['apiToken'], message: 'has no "{access_token}"' };
  }
  return checkHeaders(apiToken.headers, ['apiToken', 'headers']);
}

/** What is left out under the standard's name must be sent under another. */
function checkOmitted({ omitParams, tokenParams, refreshParams }: OAuth2Provider): Fault | null {
  const lost = (
    [
      ['token', 'code', tokenParams],
      ['refresh', 'refresh_token', refreshParams],
    ] as const
  ).find(
    ([request, name, sent]) =>
      (omitParams[request] as readonly string[]).includes(name) &&
      !Object.values(sent).some((value) => placeholdersOf(value).includes(name)),
  );
  if (lost === undefined) return null;
  const [request, name] = lost;
  return {
    path: ['omitParams', request],
    message: `leaves out "${name}", and "${request}Params" has no "{${name}}"`,
  };
}

/** What a token says of itself is when it ends. */
const endPaths = ['expiresIn', 'expiresAt', 'refreshExpiresIn', 'refreshExpiresAt'];

function checkReply({ reply }: OAuth2Provider): Fault | null {
  const wrong = Object.entries(reply).find(
    ([name, paths]) =>
      !endPaths.includes(name) && paths.some((path) => path.startsWith('access_token:')),
  );
  return wrong === undefined
    ? null
    : { path: ['reply', wrong[0]], message: 'reads the access token, which tells ends only' };
}

function checkRefresh(provider: OAuth2Provider): Fault | null {
  if (provider.refreshModel !== 'extend') return null;
  if (Object.values(provider.refreshParams).some(holdsAccessToken)) return null;
  return {
    path: ['refreshParams'],
    message: 'has no "{access_token}": the model "extend" renews the token by sending it',
  };
}

const inAuthorization = new Set<string>([
  'client_secret_basic',
  'client_secret_basic_raw',
  'client_secret_basic_user',
  'client_secret_bearer',
]);

function checkRevocation(provider: OAuth2Provider): Fault | null {
  const { revocation } = provider;
  const { style, token, header, headers, body, params } = revocation;
  const auth = revocationAuthOf(provider);
  const wrong = checkHeaders(headers, ['revocation', 'headers']);
  if (wrong) return wrong;
  const own = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  const carriesToken = style === 'bearer' && header === undefined;
  if (own !== undefined && (carriesToken || (auth !== undefined && inAuthorization.has(auth)))) {
    return {
      path: ['revocation', 'headers', own],
      message: 'is the header that "style" or "clientAuth" sends',
    };
  }
  if (header !== undefined) {
    const path = ['revocation', 'header'];
    if (style !== 'bearer') return { path, message: 'is for the style "bearer" only' };
    const fault = checkHeaders({ [header]: '' }, path);
    if (fault) return { ...fault, path };
  }
  if (style === 'bearer') {
    if (header === undefined && auth !== undefined && inAuthorization.has(auth)) {
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
  // Unsaid: the issuer's metadata may announce it.
  const inUrl =
    auth === undefined ||
    !(inAuthorization.has(auth) || auth === 'none' || auth === 'omit') ||
    Object.values(params).some((value) => placeholdersOf(value).includes('client_secret'));
  if (body === 'query' && inUrl) {
    return {
      path: ['revocation', 'clientAuth'],
      message: 'would put the client secret into the URL (body "query")',
    };
  }
  return null;
}

function checkCredentials(provider: CredentialsProvider, publicUrl: string): Fault | null {
  for (const [name, { pattern }] of Object.entries(provider.fields)) {
    const wrong = pattern === undefined ? null : checkPattern(pattern);
    if (wrong) return { path: ['fields', name, 'pattern'], message: wrong };
  }
  const { accountIdField } = provider;
  if (accountIdField !== undefined && provider.fields[accountIdField]?.required !== true) {
    return { path: ['accountIdField'], message: 'names no required field of "fields"' };
  }
  return (
    checkTemplates(Object.keys(provider.fields), provider.requestHeaders, ['requestHeaders']) ??
    checkHeaders(provider.requestHeaders, ['requestHeaders']) ??
    checkTemplates(Object.keys(provider.fields), provider.requestQuery, ['requestQuery']) ??
    checkCredentialsApi(provider, publicUrl) ??
    checkCredentialsCheck(provider, publicUrl)
  );
}

/** Fields in templates: declared, and in a form that is filled. */
function checkTemplates(
  fields: readonly string[],
  templates: Record<string, string>,
  path: string[],
): Fault | null {
  for (const [name, template] of Object.entries(templates)) {
    const unknown = placeholdersOf(withoutBase64(template)).find(
      (field) => !fields.includes(field),
    );
    if (unknown) return undeclared([...path, name], unknown, 'fields');
    if (/[{}]/.test(withoutPlaceholders(withoutBase64(template)))) {
      return {
        path: [...path, name],
        message: 'holds a brace that is neither {field} nor {base64:one:two}',
      };
    }
  }
  return null;
}

/** A URL that may hold fields. */
function checkFieldUrl(
  url: string,
  path: string[],
  fields: CredentialsProvider['fields'],
  publicUrl: string,
): Fault | null {
  const message = checkEndpoint(url, publicUrl);
  if (message) return { path, message };
  for (const name of placeholdersOf(url)) {
    const field = fields[name];
    if (field === undefined) return undeclared(path, name, 'fields');
    // A secret in a path ends up in the logs on the way. Without a pattern a value could be any
    // host.
    if (field.secret || !field.required || field.pattern === undefined) {
      return {
        path,
        message: `holds {${name}}, which must be a required field with a pattern, and no secret`,
      };
    }
  }
  return null;
}

function checkCredentialsApi(provider: CredentialsProvider, publicUrl: string): Fault | null {
  for (const [path, url] of apiUrlsOf(provider)) {
    const wrong = url === undefined ? null : checkFieldUrl(url, path, provider.fields, publicUrl);
    if (wrong) return wrong;
  }
  for (const [name, template] of Object.entries(provider.apiHeaders)) {
    if (/[{}]/.test(template)) {
      return { path: ['apiHeaders', name], message: 'holds a brace; "requestHeaders" may' };
    }
  }
  return checkApi(provider);
}

function checkCredentialsCheck(provider: CredentialsProvider, publicUrl: string): Fault | null {
  const { check, fields } = provider;
  if (check === undefined) return null;
  const wrong = checkFieldUrl(check.url, ['check', 'url'], fields, publicUrl);
  if (wrong) return wrong;
  const { accountId = [], displayName, metadata } = check;
  const ids = [accountId].flat();
  for (const path of [ids, displayName, Object.values(metadata)].flat()) {
    const { source, key } = splitPath(path);
    if (source === 'token' || source === 'id_token') {
      return { path: ['check'], message: `reads "${path}", and there is no token reply` };
    }
    if (source === 'header' && !/^[a-z0-9-]+$/.test(key)) {
      return { path: ['check'], message: `reads "${path}", which is no header in lower case` };
    }
    if (source === 'field' && fields[key]?.secret !== false) {
      return { path: ['check'], message: `reads "${path}", which is no field that may be shown` };
    }
  }
  // Who may choose the server could else be whoever it wants to be.
  const host = placeholdersOf(hostOf(check.url));
  const free = host.find((name) => !ids.includes(`field:${name}`));
  if (ids.length > 0 && free !== undefined) {
    return {
      path: ['check', 'accountId'],
      message: `must hold "field:${free}" too: the user chooses whom to ask by {${free}}`,
    };
  }
  return (
    checkTemplates(Object.keys(fields), check.headers, ['check', 'headers']) ??
    checkTemplates(Object.keys(fields), check.query, ['check', 'query']) ??
    checkTemplates(Object.keys(fields), check.body?.params ?? {}, ['check', 'body', 'params']) ??
    checkCheck(provider)
  );
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
