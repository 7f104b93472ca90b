/**
 * All providers of this deployment: the built-in records, changed and joined by `PROVIDERS`, and
 * the clients that `{PROVIDER}_CLIENT_ID` and `{PROVIDER}_CLIENT_SECRET` give them;
 * `{PROVIDER}_CLIENTS` where each host has a client of its own.
 *
 * An entry of `PROVIDERS` changes the record of its own id, or stands on the one that it `extends`.
 * Templates exist only to be extended: nobody connects "an API key" as such.
 *
 * The setting is checked when the registry is made. A built-in record that nobody changed is
 * parsed when it is first asked for: an isolate that serves a status never pays for thirty.
 */

import * as z from 'zod';
import { AppError, type ConfigError, wrongSetting } from '../errors';
import { companionFault } from './also-grants';
import { isByFields } from './by-fields';
import { checkRecord } from './check';
import { faultOfKey } from './client-key';
import { openServerOf } from './open-hosts';
import { isUsable, settingParameters } from './parameters';
import { records, templates } from './records';
import { mcp } from './records/mcp';
import { fillTemplate } from './templates';
import {
  type ClientKey,
  type OAuth2Client,
  type OAuth2Provider,
  type Provider,
  type ProviderInput,
  providerSchema,
} from './types';
import { clientDocumentUrl } from './urls';

export interface Registry {
  /** All providers, by id. */
  all(): readonly Provider[];
  get(id: string): Provider | undefined;
  /** Whether it can be connected: an OAuth provider needs a client, at least one for some host. */
  isConfigured(id: string): boolean;
  /**
   * An OAuth provider with the client for a connection with these parameters; undefined for other
   * kinds, and where there is none.
   */
  client(id: string, parameters?: Readonly<Record<string, string>>): OAuth2Client | undefined;
  /** The ids of all its clients. */
  clientIds(id: string): string[];
  /** Itself, and the providers that have a client in common with it at the same token endpoint. */
  withSameClient(id: string): string[];
}

/** Keys that could reach a prototype. None of them is a provider, a field or a name of anything. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws ConfigError that names the path: `PROVIDERS.acme.tokenUrl: must be https` */
export function createRegistry(env: Record<string, unknown>, publicUrl: string): Registry {
  const builtIn = new Map(records.map((record) => [record.id, record]));
  const parsed = new Map<string, Provider>();
  for (const [id, change] of readSetting(env.PROVIDERS)) {
    const provider = readProvider(id, { ...baseOf(id, change, builtIn), id }, publicUrl);
    parsed.set(id, withSettings(provider, env));
  }
  const ids = [...new Set([...builtIn.keys(), ...parsed.keys()])].sort();
  checkSettingNames(ids);
  const get = (id: string): Provider | undefined => {
    const known = parsed.get(id);
    if (known) return known;
    const record = builtIn.get(id);
    if (!record) return undefined;
    const provider = withSettings(providerSchema.parse(record), env);
    parsed.set(id, provider);
    return provider;
  };
  // What is wrong with a setting is told at the start, not when its record is first asked for.
  for (const record of records) if (isSaidBySettings(record, env)) get(record.id);
  for (const provider of [...parsed.values()]) checkReferences(provider, ids, get);
  const clients = readClients(env, ids, get);
  for (const id of ids) refuseOpenSecret(parsed.get(id) ?? builtIn.get(id), env, get);

  const settingsOf = ({ id, clientOf }: OAuth2Provider) => {
    const prefix = settingPrefix(clientOf ?? id);
    const own = {
      id: env[`${prefix}_CLIENT_ID`],
      secret: env[`${prefix}_CLIENT_SECRET`],
      key: env[`${prefix}_CLIENT_KEY`],
      keyId: env[`${prefix}_CLIENT_KEY_ID`],
    };
    return { own, byValue: clients.get(prefix) ?? new Map<string, ClientSetting>() };
  };
  const self: Registry = {
    get,
    all: () => ids.map(get).filter((provider) => provider !== undefined),
    isConfigured: (id) => get(id)?.kind === 'credentials' || self.clientIds(id).length > 0,
    client(id, parameters = {}) {
      const provider = get(id);
      if (provider?.kind !== 'oauth2') return undefined;
      const { own, byValue } = settingsOf(provider);
      const name = clientParameterOf(provider);
      const value = name && (parameters[name] ?? provider.parameters[name]?.default);
      return (
        clientBy(provider, byValue.get(value ?? '') ?? own) ??
        automaticClient(provider, publicUrl, own)
      );
    },
    clientIds(id) {
      const provider = get(id);
      if (provider?.kind !== 'oauth2') return [];
      const { own, byValue } = settingsOf(provider);
      const given = [own, ...byValue.values()].map((setting) => clientBy(provider, setting));
      const clients = given.some((client) => client !== undefined)
        ? given
        : [automaticClient(provider, publicUrl, own)];
      const all = clients.map((client) => client?.clientId);
      return [...new Set(all.filter((clientId) => clientId !== undefined))];
    },
    withSameClient(id) {
      // Compared as written: what is elsewhere need not be parsed.
      const serverOf = (one: string) => tokenServer(parsed.get(one) ?? builtIn.get(one));
      const server = serverOf(id);
      const own = self.clientIds(id);
      const isSame = (other: string) =>
        serverOf(other) === server && self.clientIds(other).some((one) => own.includes(one));
      return ids.filter((other) => other === id || (server !== undefined && isSame(other)));
    },
  };
  return self;
}

/** Which authorization server a record is of. */
const tokenServer = (record: ProviderInput | Provider | undefined): string | undefined =>
  record?.kind === 'oauth2' ? (record.tokenUrl ?? record.issuer ?? record.resourceUrl) : undefined;

/** As settings have it. */
interface ClientSetting {
  id: unknown;
  secret?: unknown;
  key?: unknown;
  keyId?: unknown;
}

/** `APPLE_TEAM_ID`, for `setting:team_id`. */
const settingNameOf = (
  { id, clientOf }: { id: string; clientOf?: string | undefined },
  key: string,
): string => `${settingPrefix(clientOf ?? id)}_${key.toUpperCase()}`;

/** The names of the settings that a record's parameters are said by. */
export const parameterSettingsOf = (provider: OAuth2Provider): string[] =>
  settingParameters(provider).map(([, key]) => settingNameOf(provider, key));

/** Of those, the ones without which it is not configured. */
export const missingSettingsOf = (provider: OAuth2Provider): string[] =>
  settingParameters(provider)
    .filter(([, , parameter]) => parameter.default === undefined)
    .map(([, key]) => settingNameOf(provider, key));

/** As written: no record is parsed for it. */
const isSaidBySettings = (record: ProviderInput, env: Record<string, unknown>): boolean =>
  record.kind === 'oauth2' &&
  settingParameters({ parameters: record.parameters ?? {} }).some(
    ([, key]) => textOf(env[settingNameOf(record, key)]) !== null,
  );

/**
 * With the values that the operator's settings say, which from then on are the defaults.
 * @throws ConfigError where one is not as the record wants it
 */
function withSettings(provider: Provider, env: Record<string, unknown>): Provider {
  if (provider.kind !== 'oauth2') return provider;
  const said = settingParameters(provider);
  if (said.length === 0) return provider;
  const parameters = { ...provider.parameters };
  for (const [name, key, parameter] of said) {
    const setting = settingNameOf(provider, key);
    const value = textOf(env[setting]);
    if (value === null) continue;
    if (!isUsable(parameter, value)) {
      throw wrongSetting(
        setting,
        `is not as the record of "${provider.id}" wants it; see "parameters.${name}"`,
      );
    }
    parameters[name] = { ...parameter, default: value };
  }
  const { issuer } = provider.clientAssertion;
  const filled = issuer && fillTemplate(issuer, (name) => parameters[name]?.default);
  return {
    ...provider,
    parameters,
    clientAssertion: {
      ...provider.clientAssertion,
      ...(filled === undefined ? {} : { issuer: filled }),
    },
  };
}

/**
 * The one that needs no id; undefined where the record has none, or the key that it signs with is
 * missing.
 */
function automaticClient(
  provider: OAuth2Provider,
  publicUrl: string,
  own: ClientSetting,
): OAuth2Client | undefined {
  if (provider.clientRegistration !== 'automatic') return undefined;
  const clientKey = provider.clientAuth === undefined ? undefined : clientKeyOf(own);
  if (provider.clientAuth !== undefined && clientKey === undefined) return undefined;
  // In a document a key is found by its name.
  if (clientKey && !/"kid"/.test(clientKey.key)) clientKey.keyId ??= 'key-1';
  const clientId = clientDocumentUrl(publicUrl, provider.id);
  return { provider, clientId, clientSecret: null, clientKey, isAutomatic: true };
}

/** Undefined where it has not what its record's `clientAuth` needs. */
function clientBy(provider: OAuth2Provider, setting: ClientSetting): OAuth2Client | undefined {
  if (missingSettingsOf(provider).length > 0) return undefined;
  const needsNone = isByFields(provider) && provider.grant !== 'jwt_bearer';
  const clientId = textOf(setting.id) ?? (needsNone ? '' : null);
  if (clientId === null) return undefined;
  const clientSecret = textOf(setting.secret);
  const clientKey = clientKeyOf(setting);
  if (isByFields(provider)) {
    // The client is the user's own, or there is none; an assertion is the operator's.
    const needsKey = provider.grant === 'jwt_bearer';
    if (needsKey && clientKey === undefined) return undefined;
    return { provider, clientId, clientSecret: null, ...(clientKey ? { clientKey } : {}) };
  }
  switch (provider.clientAuth) {
    case 'none':
      return { provider, clientId, clientSecret: null };
    case 'private_key_jwt':
    case 'client_secret_signed':
      return clientKey && { provider, clientId, clientSecret: null, clientKey };
    // The server's metadata says which.
    case undefined:
      if (clientSecret === null && clientKey === undefined) {
        // Whose registration may be anything is registered without a secret.
        return provider.clientRegistration === 'automatic'
          ? { provider: { ...provider, clientAuth: 'none' }, clientId, clientSecret }
          : undefined;
      }
      // With a key alone it can do nothing else, whatever the server takes besides.
      return {
        provider: clientSecret === null ? { ...provider, clientAuth: 'private_key_jwt' } : provider,
        clientId,
        clientSecret,
        ...(clientKey ? { clientKey } : {}),
      };
    default:
      return clientSecret === null ? undefined : { provider, clientId, clientSecret };
  }
}

function clientKeyOf(setting: ClientSetting): ClientKey | undefined {
  const key = keyOf(setting.key);
  return key === null ? undefined : { key, keyId: textOf(setting.keyId) };
}

/** A file of variables has a PEM in one line, with `\n`. */
const keyOf = (value: unknown): string | null => textOf(value)?.replaceAll('\\n', '\n') ?? null;

/** The parameter whose value decides which client it is; undefined: there is none. */
const clientParameterOf = ({ clientParameter, parameters }: OAuth2Provider): string | undefined => {
  const names = Object.keys(parameters);
  return clientParameter ?? (names.length === 1 ? names[0] : undefined);
};

const clientsSchema = z.record(
  z.string(),
  z.strictObject({
    id: z.string().trim().min(1),
    secret: z.string().trim().min(1).optional(),
    key: z.string().trim().min(1).optional(),
    keyId: z.string().trim().min(1).optional(),
  }),
);

/** `{PROVIDER}_CLIENTS`, by setting prefix and by the parameter's value. @throws ConfigError */
function readClients(
  env: Record<string, unknown>,
  ids: readonly string[],
  get: Registry['get'],
): Map<string, Map<string, ClientSetting>> {
  const clients = new Map<string, Map<string, ClientSetting>>();
  for (const id of ids) {
    const prefix = settingPrefix(id);
    refuseBadKey(`${prefix}_CLIENT_KEY`, env[`${prefix}_CLIENT_KEY`]);
    const name = `${prefix}_CLIENTS`;
    const setting = textOf(env[name]);
    if (setting === null) continue;
    const provider = get(id);
    const parameter = provider?.kind === 'oauth2' ? clientParameterOf(provider) : undefined;
    if (provider?.kind !== 'oauth2' || parameter === undefined) {
      throw wrongSetting(name, `the record of "${id}" has no "clientParameter" to go by`);
    }
    const parsed = clientsSchema.safeParse(jsonIn(setting));
    if (!parsed.success) {
      throw wrongSetting(
        name,
        `must be JSON, by the value of "${parameter}": {"value": {"id": "...", "secret": "..."}}`,
      );
    }
    const byValue = new Map(Object.entries(parsed.data));
    const declared = provider.parameters[parameter];
    for (const [at, [value, client]] of [...byValue].entries()) {
      if (declared === undefined || !isUsable(declared, value)) {
        throw wrongSetting(name, `entry ${at + 1} is for no value of "${parameter}"`);
      }
      if (!clientBy(provider, client)) {
        throw wrongSetting(name, `entry ${at + 1} has no "secret", or no "key"`);
      }
      refuseBadKey(name, client.key, `the key of entry ${at + 1} `);
    }
    clients.set(prefix, byValue);
  }
  return clients;
}

/** @throws ConfigError */
function refuseBadKey(setting: string, value: unknown, which = ''): void {
  const key = keyOf(value);
  const fault = key === null ? null : faultOfKey(key);
  if (fault !== null) throw wrongSetting(setting, `${which}${fault}`);
}

/** How a secret does not leave this Worker. */
const keepsSecret = ['none', 'private_key_jwt', 'client_secret_signed', 'client_secret_jwt'];

/**
 * One secret for all servers, where a user names the server, is for whoever has one. As written at
 * first: few records have a host that is said by anybody, and no other need be parsed.
 *
 * @throws ConfigError
 */
function refuseOpenSecret(
  record: ProviderInput | Provider | undefined,
  env: Record<string, unknown>,
  get: Registry['get'],
): void {
  if (record?.kind !== 'oauth2' || !/^https?:\/\/[^/]*\{/.test(tokenServer(record) ?? '')) return;
  const name = `${settingPrefix(record.clientOf ?? record.id)}_CLIENT_SECRET`;
  const provider = textOf(env[name]) === null ? undefined : get(record.id);
  if (provider?.kind !== 'oauth2' || isByFields(provider)) return;
  if (keepsSecret.includes(provider.clientAuth ?? '')) return;
  const parameter = openServerOf(provider);
  if (parameter === undefined) return;
  throw wrongSetting(
    name,
    `would go to whatever server a user of "${record.id}" names by "${parameter}"; give each its own by ${settingPrefix(record.clientOf ?? record.id)}_CLIENTS, or let the pattern take your servers only`,
  );
}

/** Undefined where it is none. The parser's own message would quote the text. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws AppError provider_not_found, invalid_request (not OAuth), provider_not_configured */
export function oauthProviderOf(registry: Registry, id: string): OAuth2Provider {
  const provider = registry.get(id);
  if (!provider) throw new AppError('provider_not_found', 'there is no such provider');
  if (provider.kind !== 'oauth2' || isByFields(provider)) {
    throw new AppError(
      'invalid_request',
      `${provider.name} has no OAuth; PUT its credentials to /v1/users/{userId}/integrations/${id}`,
    );
  }
  if (!registry.isConfigured(id)) {
    const missing = missingSettingsOf(provider).join(', ');
    throw new AppError(
      'provider_not_configured',
      missing === ''
        ? `${provider.name} has no client id and secret in this deployment`
        : `${provider.name} needs ${missing} in this deployment`,
    );
  }
  return provider;
}

/** @throws AppError as oauthProviderOf; provider_not_configured where another host has a client */
export function oauthClientOf(
  registry: Registry,
  id: string,
  parameters: Readonly<Record<string, string>>,
): OAuth2Client {
  const provider = oauthProviderOf(registry, id);
  const client = registry.client(id, parameters);
  if (client) return client;
  throw new AppError(
    'provider_not_configured',
    `${provider.name} has no client in this deployment for this ${clientParameterOf(provider)}`,
  );
}

/** `my-app` -> `MY_APP`, as in `MY_APP_CLIENT_ID`. */
export const settingPrefix = (id: string): string => id.toUpperCase().replace(/[^A-Z0-9]/g, '_');

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

function readSetting(value: unknown): [id: string, record: Record<string, unknown>][] {
  const setting = typeof value === 'string' ? value.trim() : value;
  if (setting === undefined || setting === null || setting === '') return [];
  const document = typeof setting === 'string' ? jsonIn(setting) : setting;
  if (document === undefined) throw wrongSetting('PROVIDERS', 'is not JSON; see docs/providers.md');
  if (!isRecord(document)) throw wrongSetting('PROVIDERS', 'must be an object, by provider id');
  refuseForbiddenKeys(document, 'PROVIDERS');
  return Object.entries(document).map(([id, record]) => {
    if (!isRecord(record)) throw wrongSetting(`PROVIDERS.${id}`, 'must be an object');
    if (record.id !== undefined && record.id !== id) {
      throw wrongSetting(`PROVIDERS.${id}.id`, 'is the key already; leave it out');
    }
    return [id, record];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseForbiddenKeys(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) throw wrongSetting(`${path}.${key}`, 'is not an allowed name');
    refuseForbiddenKeys(inner, `${path}.${key}`);
  }
}

/** The fields of an entry over those of the record that it stands on. Chains are not followed. */
function baseOf(
  id: string,
  { extends: base, ...change }: Record<string, unknown>,
  builtIn: ReadonlyMap<string, ProviderInput>,
): Record<string, unknown> {
  if (base === undefined) return { ...builtIn.get(id), ...change };
  const record =
    typeof base === 'string'
      ? (builtIn.get(base) ?? templates.find((template) => template.id === base))
      : undefined;
  if (!record) {
    throw wrongSetting(`PROVIDERS.${id}.extends`, 'names no built-in record and no template');
  }
  // Two providers of one name could not be told apart.
  const { name, ...fields } = record;
  // It has another client, and what comes beside a token comes from the same one.
  const alone = record.kind === 'oauth2' ? { alsoGrants: [] } : {};
  if (record !== mcp) return { ...fields, ...alone, ...change };
  const { url, ...more } = change;
  if (typeof url !== 'string' || url === '') {
    throw wrongSetting(`PROVIDERS.${id}.url`, 'is missing; the address of the MCP server');
  }
  return { ...fields, ...alone, ...fieldsOfUrl(url), ...more };
}

/** What the one address of an MCP server stands for. */
const fieldsOfUrl = (url: string) => ({
  name: URL.parse(url)?.host || mcp.name,
  resourceUrl: url,
  apiUrl: url,
});

function readProvider(id: string, input: unknown, publicUrl: string): Provider {
  const result = providerSchema.safeParse(input);
  if (!result.success) throw configError(id, result.error);
  const wrong = checkRecord(result.data, publicUrl);
  if (wrong) throw wrongSetting(`PROVIDERS.${[id, ...wrong.path].join('.')}`, wrong.message);
  return result.data;
}

function configError(id: string, error: z.core.$ZodError): ConfigError {
  const issue = error.issues[0];
  const [first, ...rest] = issue?.path ?? [];
  // The id is the key, so what is wrong with it is wrong with the key.
  const path = first === 'id' || first === undefined ? [id] : [id, first, ...rest];
  return wrongSetting(`PROVIDERS.${path.join('.')}`, issue?.message ?? 'is not valid');
}

function checkReferences(provider: Provider, ids: readonly string[], get: Registry['get']): void {
  if (provider.kind !== 'oauth2') return;
  const { id, clientOf, alsoGrants } = provider;
  const references = Object.entries({
    clientOf: clientOf === undefined ? [] : [clientOf],
    alsoGrants,
  });
  for (const [field, others] of references) {
    if (!others.every((other) => ids.includes(other))) {
      throw wrongSetting(`PROVIDERS.${id}.${field}`, 'names a provider that is not there');
    }
  }
  for (const other of alsoGrants) {
    const fault = companionFault(provider, get(other));
    if (fault) throw wrongSetting(`PROVIDERS.${id}.alsoGrants`, `"${other}" ${fault}`);
  }
}

/** Two ids that read the same settings would lend each other their client. */
function checkSettingNames(ids: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const id of ids) {
    const prefix = settingPrefix(id);
    const other = seen.get(prefix);
    if (other !== undefined) {
      throw wrongSetting(
        `PROVIDERS.${id}`,
        `would read the same ${prefix}_CLIENT_ID as "${other}"; choose another id`,
      );
    }
    seen.set(prefix, id);
  }
}
