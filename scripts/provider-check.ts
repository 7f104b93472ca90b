/**
 * `npm run provider:check <id> [parameter=value ...]`: whether a provider's record is right, built
 * in or from PROVIDERS in .dev.vars, and where it would send a browser. Talks to nobody but the
 * discovery of a record with an `issuer`, or of the account that is named. Prints no secret. With
 * `--live` in front, the provider is driven for real (provider-live.ts).
 */
import { createInterface } from 'node:readline/promises';
import { Caches } from '../src/caches';
import { authorizationRequest } from '../src/oauth/authorize';
import { isCheckable } from '../src/oauth/credential-check';
import {
  authorizationEndpointsOf,
  endpointsOf,
  filledUrl,
  placeholderValues,
} from '../src/oauth/endpoints';
import { isByFields } from '../src/providers/by-fields';
import { checkRecord } from '../src/providers/check';
import { limitsOf } from '../src/providers/limits';
import {
  createRegistry,
  missingSettingsOf,
  parameterSettingsOf,
  type Registry,
  settingPrefix,
} from '../src/providers/registry';
import { fillTemplate, placeholdersOf } from '../src/providers/templates';
import type { OAuth2Client, OAuth2Provider, Provider } from '../src/providers/types';
import { callbackUrl } from '../src/providers/urls';
import { developerSettings, publicUrlOf, runCommand, type Settings } from './command';
import type { LiveOptions } from './provider-live';
import { StartProblem } from './start/problem';

/** What to print. @throws StartProblem, ConfigError or AppError with a message for people */
export async function report(
  [id, ...rest]: readonly string[],
  settings: Settings,
): Promise<string[]> {
  if (id === undefined)
    throw new StartProblem('npm run provider:check [-- --live] <id> [parameter=value ...]');
  const publicUrl = publicUrlOf(settings);
  const registry = createRegistry(settings, publicUrl);
  const provider = registry.get(id);
  if (!provider) throw new StartProblem(`There is no provider "${id}". ${known(registry)}`);
  const fault = checkRecord(provider, publicUrl);
  if (fault) throw new StartProblem(`${[id, ...fault.path].join('.')}: ${fault.message}`);
  return [
    `${provider.name} (${id}): the record is right.`,
    ...(provider.sunset === undefined ? [] : [`Its endpoints end: ${provider.sunset}`]),
    ...(isByFields(provider)
      ? aboutFieldGrant(provider, registry, publicUrl, rest)
      : provider.kind === 'oauth2'
        ? await aboutOAuth2(provider, registry, publicUrl, rest)
        : aboutCredentials(provider)),
  ];
}

const known = (registry: Registry): string =>
  `Known: ${registry
    .all()
    .map(({ id }) => id)
    .join(', ')}. Own ones stand in PROVIDERS in .dev.vars.`;

async function aboutOAuth2(
  provider: OAuth2Provider,
  registry: Registry,
  publicUrl: string,
  assignments: readonly string[],
): Promise<string[]> {
  const parameters = parametersFrom(provider, assignments);
  const deps = { fetch, now: Date.now, config: { publicUrl }, caches: new Caches() };
  const urlOf = urlWith(provider, parameters, publicUrl);
  // Where the token endpoint is said later, metadata cannot tell the others.
  const known = isSaid(provider, parameters, provider.tokenUrl ?? '');
  const later = {
    tokenUrl: urlOf(provider.tokenUrl) ?? '',
    refreshUrl: urlOf(provider.refreshUrl ?? provider.tokenUrl) ?? '',
    choicesUrl: null,
    profileUrl: null,
    checkUrl: null,
    revocationUrl: null,
  };
  const endpoints = known
    ? await endpointsOf(deps, provider, parameters)
    : { ...(await authorizationEndpointsOf(deps, provider, parameters)), ...later };
  const profileUrl = endpoints.profileUrl ?? urlOf(provider.profileUrl);
  const choicesUrl = endpoints.choicesUrl ?? urlOf(provider.choices?.url);
  const checkUrl = endpoints.checkUrl ?? urlOf(provider.check?.url) ?? profileUrl;
  const revocationUrl = endpoints.revocationUrl ?? urlOf(provider.revocationUrl);
  const configured = registry.client(provider.id, parameters);
  const client: OAuth2Client = configured ?? {
    provider,
    clientId: 'CLIENT_ID',
    clientSecret: null,
  };
  const url = await authorizationRequest(
    { ...deps, uuid: () => crypto.randomUUID() },
    client,
    // Pushing would be a request at the provider.
    { ...endpoints, parUrl: null },
    {
      redirectUri: endpoints.redirectUri,
      state: 'STATE',
      codeChallenge: 'CHALLENGE',
      scopes: [...new Set([...provider.scopes, ...provider.requiredScopes])],
      authorizationParams: {},
    },
  );
  const limits = limitsOf(provider);
  const prefix = settingPrefix(provider.clientOf ?? provider.id);
  return [
    aboutClient(provider, configured, prefix),
    `Register this redirect URI: ${callbackUrl(publicUrl, provider.id)}`,
    ...(provider.redirectUri === undefined ? [] : [`It is sent as: ${provider.redirectUri}`]),
    ...parameterSettingsOf(provider).map((setting) =>
      missingSettingsOf(provider).includes(setting)
        ? `Setting: none yet; set ${setting}.`
        : `Setting: ${setting} is set.`,
    ),
    ...Object.entries(provider.parameters).flatMap(([name, { from }]) =>
      from === undefined || from.startsWith('setting:')
        ? []
        : [`Parameter ${name}: said by ${from}`],
    ),
    `Client authentication: ${endpoints.clientAuth}${provider.clientAuth === undefined && provider.issuer !== undefined ? ", by the server's metadata" : ''}`,
    `Tokens: ${endpoints.tokenUrl}`,
    `Refresh: ${provider.refreshModel}${provider.refreshModel === 'none' ? '' : `, at ${endpoints.refreshUrl}`}`,
    ...(choicesUrl === null
      ? []
      : [
          `Choices: ${choicesUrl}, ${provider.choices?.connect === 'all' ? 'all of which are connected, by one grant' : 'of which the user chooses one'}`,
        ]),
    `Profile: ${profileUrl ?? 'the token reply says it all'}`,
    ...aboutCheck(provider, checkUrl),
    ...aboutCalls(provider, parameters, publicUrl),
    `Revocation: ${revocationUrl ?? 'not possible'}`,
    ...(provider.timeoutSeconds === undefined
      ? []
      : [`Time for each request: ${provider.timeoutSeconds} s`]),
    ...(limits.length === 0 ? [] : [`Limits: ${limits.join(', ')}`]),
    ...(endpoints.parUrl === null ? [] : [`Pushed first (RFC 9126) to: ${endpoints.parUrl}`]),
    'A browser would be sent to:',
    url.href,
  ];
}

/** What a token is obtained with, where there is no browser. */
function aboutFieldGrant(
  provider: OAuth2Provider,
  registry: Registry,
  publicUrl: string,
  assignments: readonly string[],
): string[] {
  const { id, grant, fields, tokenUrl = '', tokenParams, tokenHeaders } = provider;
  const parameters = parametersFrom(provider, assignments);
  const prefix = settingPrefix(provider.clientOf ?? id);
  return [
    ...(grant === 'jwt_bearer'
      ? [
          registry.isConfigured(id)
            ? `Client: ${prefix}_CLIENT_ID and ${prefix}_CLIENT_KEY are set.`
            : `Client: none yet; set ${prefix}_CLIENT_ID and ${prefix}_CLIENT_KEY.`,
        ]
      : []),
    ...Object.entries(fields).map(
      ([field, { label, secret, required }]) =>
        `Field ${field}: ${label}${secret ? ', secret' : ''}${required ? '' : ', optional'}`,
    ),
    `Tokens: ${grant}, at ${urlWith(provider, parameters, publicUrl)(tokenUrl)}`,
    ...Object.entries(tokenHeaders).map(([name, value]) => `Token header ${name}: ${value}`),
    ...Object.entries(tokenParams).map(([name, value]) => `Token parameter ${name}: ${value}`),
    ...aboutCheck(provider, provider.check?.url ?? provider.profileUrl ?? null),
    ...aboutCalls(provider, parameters, publicUrl),
  ];
}

function aboutClient(
  provider: OAuth2Provider,
  configured: OAuth2Client | undefined,
  prefix: string,
): string {
  if (configured?.isAutomatic) return `Client: none needed; its own is ${configured.clientId}`;
  const secret = secretSettingOf(provider, prefix);
  if (configured) return `Client: ${prefix}_CLIENT_ID${secret} are set.`;
  const isAutomatic = provider.clientRegistration === 'automatic';
  const needed = isAutomatic ? secret.replace(' and ', '') : `${prefix}_CLIENT_ID${secret}`;
  return `Client: none yet; set ${needed}.`;
}

/** What proves the client, besides its id: ` and ACME_CLIENT_SECRET`. */
function secretSettingOf({ clientAuth }: OAuth2Provider, prefix: string): string {
  switch (clientAuth) {
    case 'none':
      return '';
    case 'private_key_jwt':
    case 'client_secret_signed':
      return ` and ${prefix}_CLIENT_KEY`;
    default:
      return ` and ${prefix}_CLIENT_SECRET`;
  }
}

/** Whether the values fill all placeholders: those that are `from` somebody are said later. */
const isSaid = (
  provider: OAuth2Provider,
  given: Readonly<Record<string, string>>,
  url: string,
): boolean => {
  const values = placeholderValues(provider, given);
  return placeholdersOf(url).every((name) => Object.hasOwn(values, name));
};

/** What is said later stays a placeholder. */
const urlWith =
  (provider: OAuth2Provider, given: Readonly<Record<string, string>>, publicUrl: string) =>
  (url: string | undefined): string | null => {
    if (url === undefined) return null;
    const values = placeholderValues(provider, given);
    return isSaid(provider, given, url)
      ? filledUrl(url, values, publicUrl)
      : fillTemplate(url, (name) => values[name]);
  };

/** @throws StartProblem that says what is missing */
function parametersFrom(
  { id, parameters }: OAuth2Provider,
  assignments: readonly string[],
): Record<string, string> {
  const given = Object.fromEntries(
    assignments.map((one) => {
      const [name = '', ...value] = one.split('=');
      if (!Object.hasOwn(parameters, name))
        throw new StartProblem(`${id} has no parameter "${name}".`);
      return [name, value.join('=')];
    }),
  );
  for (const [name, { label, default: preset, from }] of Object.entries(parameters)) {
    if (given[name] === undefined && preset === undefined && from === undefined) {
      throw new StartProblem(`${id} needs a parameter, ${name}=... (${label}).`);
    }
  }
  return given;
}

const aboutCredentials = (provider: Extract<Provider, { kind: 'credentials' }>): string[] => [
  ...Object.entries(provider.fields).map(
    ([field, { label, secret, required }]) =>
      `Field ${field}: ${label}${secret ? ', secret' : ''}${required ? '' : ', optional'}`,
  ),
  ...Object.entries(provider.requestHeaders).map(([name, value]) => `Header ${name}: ${value}`),
  ...aboutCheck(provider, provider.check?.url ?? null),
  ...aboutCalls(provider, {}, ''),
];

/** What a call of its API would look like, without what it would carry of a user. */
function aboutCalls(
  provider: Provider,
  given: Readonly<Record<string, string>>,
  publicUrl: string,
): string[] {
  const { apiUrl, apiUrls, apiHeaders, apiDeny, apiTimeoutSeconds, echoesToken } = provider;
  const isOAuth = provider.kind === 'oauth2';
  const urlOf = (url: string) => (isOAuth ? urlWith(provider, given, publicUrl)(url) : url);
  const main = isOAuth && provider.apiOrigin ? `{${provider.apiOrigin.metadata}}` : undefined;
  const base = apiUrl === undefined ? main : urlOf(apiUrl);
  const { headers, query } = isOAuth
    ? provider.apiToken
    : { headers: provider.requestHeaders, query: provider.requestQuery };
  if (base === undefined && Object.keys(apiUrls).length === 0) return ['Calls: not possible'];
  const root = `/v1/users/{userId}/proxy/${provider.id}`;
  return [
    ...(base === undefined ? [] : [`Calls: ${root}/{accountId}/... -> ${base}/...`]),
    ...Object.entries(apiUrls).map(
      ([name, url]) => `Calls: ${root}:${name}/{accountId}/... -> ${urlOf(url)}/...`,
    ),
    ...Object.entries({ ...apiHeaders, ...headers }).map(
      ([name, value]) => `Call header ${name}: ${value}`,
    ),
    ...Object.entries(query).map(([name, value]) => `Call query ${name}=${value}`),
    ...(apiDeny.length === 0
      ? []
      : [`Calls refused: ${apiDeny.map((path) => path || '(the address itself)').join(', ')}`]),
    ...(apiTimeoutSeconds === undefined ? [] : [`Time for a call: ${apiTimeoutSeconds} s`]),
    ...(echoesToken ? ['Its answers hold the credential: whoever may call sees it.'] : []),
  ];
}

/** The request, without what it would carry of a user. */
function aboutCheck(provider: Provider, url: string | null): string[] {
  if (!isCheckable(provider)) return ['Check: not possible'];
  const { check } = provider;
  const isProfile = provider.kind === 'oauth2' && check?.url === undefined;
  const method = isProfile ? provider.profileMethod : check?.method;
  const refused = [...(check?.refusedStatuses ?? [401]), ...(check?.refusedCodes ?? [])];
  const headers = isProfile ? provider.profileHeaders : (check?.headers ?? {});
  return [
    `Check: ${method} ${url ?? 'nowhere, the provider names no profile'}${isProfile ? ', the profile' : ''}`,
    ...Object.entries(headers).map(([name, value]) => `Check header ${name}: ${value}`),
    ...Object.entries(check?.query ?? {}).map(([name, value]) => `Check query ${name}=${value}`),
    ...Object.entries(check?.body?.params ?? {}).map(
      ([name, value]) => `Check body (${check?.body?.type}) ${name}: ${value}`,
    ),
    `Refused by: ${refused.join(', ')}`,
  ];
}

/** The file with what the provider answered. @throws StartProblem, ConfigError or AppError */
export async function reportLive(
  [id = '', ...rest]: readonly string[],
  settings: Settings,
  options: Pick<LiveOptions, 'say' | 'ask' | 'folder'>,
): Promise<string> {
  for (const line of await report([id, ...rest], settings)) options.say(line);
  const publicUrl = publicUrlOf(settings);
  const registry = createRegistry(settings, publicUrl);
  const provider = registry.get(id);
  const parameters = provider?.kind === 'oauth2' ? parametersFrom(provider, rest) : {};
  const client = registry.client(id, parameters);
  if (!client) throw new StartProblem(`${id} has no client to drive it with.`);
  // Not loaded for a check that only reads.
  const { checkLive } = await import('./provider-live');
  return checkLive({ ...options, client, parameters, publicUrl, settings });
}

async function askAtTerminal(line: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  await terminal.question(`${line} `);
  terminal.close();
}

if (import.meta.main) {
  await runCommand(async (args) => {
    if (args[0] !== '--live') return (await report(args, developerSettings())).join('\n');
    const say = (line: string) => console.log(line);
    const options = { say, ask: askAtTerminal };
    return `Written: ${await reportLive(args.slice(1), developerSettings(), options)}`;
  });
}
