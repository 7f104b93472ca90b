/**
 * All providers of this deployment: the built-in records, changed and joined by `PROVIDERS`, and
 * the clients that `{PROVIDER}_CLIENT_ID` and `{PROVIDER}_CLIENT_SECRET` give them.
 *
 * An entry of `PROVIDERS` changes the record of its own id, or stands on the one that it `extends`.
 * Templates exist only to be extended: nobody connects "an API key" as such.
 *
 * The setting is checked when the registry is made. A built-in record that nobody changed is
 * parsed when it is first asked for: an isolate that serves a status never pays for thirty.
 */

import type * as z from 'zod';
import { AppError, ConfigError } from '../errors';
import { faultBeside } from './also-grants';
import { checkRecord } from './check';
import { records, templates } from './records';
import { type OAuth2Client, type Provider, type ProviderInput, providerSchema } from './types';

export interface Registry {
  /** All providers, by id. */
  all(): readonly Provider[];
  get(id: string): Provider | undefined;
  /** An OAuth provider with its client; undefined for other kinds, and where it has no client. */
  client(id: string): OAuth2Client | undefined;
}

/** Keys that could reach a prototype. None of them is a provider, a field or a name of anything. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws ConfigError that names the path: `PROVIDERS.acme.tokenUrl: must be https` */
export function createRegistry(env: Record<string, unknown>, publicUrl: string): Registry {
  const builtIn = new Map(records.map((record) => [record.id, record]));
  const parsed = new Map<string, Provider>();
  for (const [id, change] of readSetting(env.PROVIDERS)) {
    parsed.set(id, readProvider(id, { ...baseOf(id, change, builtIn), id }, publicUrl));
  }
  const ids = [...new Set([...builtIn.keys(), ...parsed.keys()])].sort();
  checkSettingNames(ids);
  const get = (id: string): Provider | undefined => {
    const known = parsed.get(id);
    if (known) return known;
    const record = builtIn.get(id);
    if (!record) return undefined;
    const provider = providerSchema.parse(record);
    parsed.set(id, provider);
    return provider;
  };
  for (const provider of [...parsed.values()]) checkReferences(provider, ids, get);

  return {
    get,
    all: () => ids.map(get).filter((provider) => provider !== undefined),
    client(id) {
      const provider = get(id);
      if (provider?.kind !== 'oauth2') return undefined;
      const prefix = settingPrefix(provider.clientOf ?? id);
      const clientId = textOf(env[`${prefix}_CLIENT_ID`]);
      const clientSecret = textOf(env[`${prefix}_CLIENT_SECRET`]);
      if (clientId === null) return undefined;
      if (provider.clientAuth === 'none') return { provider, clientId, clientSecret: null };
      return clientSecret === null ? undefined : { provider, clientId, clientSecret };
    },
  };
}

/** @throws AppError provider_not_found, invalid_request (not OAuth), provider_not_configured */
export function oauthClientOf(registry: Registry, id: string): OAuth2Client {
  const provider = registry.get(id);
  if (!provider) throw new AppError('provider_not_found', 'there is no such provider');
  if (provider.kind !== 'oauth2') {
    throw new AppError(
      'invalid_request',
      `${provider.name} has no OAuth; PUT its credentials to /v1/users/{userId}/integrations/${id}`,
    );
  }
  const client = registry.client(id);
  if (!client) {
    throw new AppError(
      'provider_not_configured',
      `${provider.name} has no client id and secret in this deployment`,
    );
  }
  return client;
}

/** `my-app` -> `MY_APP`, as in `MY_APP_CLIENT_ID`. */
export const settingPrefix = (id: string): string => id.toUpperCase().replace(/[^A-Z0-9]/g, '_');

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

function readSetting(value: unknown): [id: string, record: Record<string, unknown>][] {
  const setting = typeof value === 'string' ? value.trim() : value;
  if (setting === undefined || setting === null || setting === '') return [];
  let document = setting;
  if (typeof setting === 'string') {
    try {
      document = JSON.parse(setting);
    } catch {
      // The parser's own message quotes the text, which may hold what should not be in a log.
      throw new ConfigError('PROVIDERS: is not JSON; see docs/providers.md');
    }
  }
  if (!isRecord(document)) throw new ConfigError('PROVIDERS: must be an object, by provider id');
  refuseForbiddenKeys(document, 'PROVIDERS');
  return Object.entries(document).map(([id, record]) => {
    if (!isRecord(record)) throw new ConfigError(`PROVIDERS.${id}: must be an object`);
    if (record.id !== undefined && record.id !== id) {
      throw new ConfigError(`PROVIDERS.${id}.id: is the key already; leave it out`);
    }
    return [id, record];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseForbiddenKeys(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) throw new ConfigError(`${path}.${key}: is not an allowed name`);
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
    throw new ConfigError(`PROVIDERS.${id}.extends: names no built-in record and no template`);
  }
  // Two providers of one name could not be told apart.
  const { name, ...fields } = record;
  // It has another client, and what comes beside a token comes from the same one.
  const alone = record.kind === 'oauth2' ? { alsoGrants: [] } : {};
  return { ...fields, ...alone, ...change };
}

function readProvider(id: string, input: unknown, publicUrl: string): Provider {
  const result = providerSchema.safeParse(input);
  if (!result.success) throw configError(id, result.error);
  const wrong = checkRecord(result.data, publicUrl);
  if (wrong) throw new ConfigError(`PROVIDERS.${[id, ...wrong.path].join('.')}: ${wrong.message}`);
  return result.data;
}

function configError(id: string, error: z.core.$ZodError): ConfigError {
  const issue = error.issues[0];
  const [first, ...rest] = issue?.path ?? [];
  // The id is the key, so what is wrong with it is wrong with the key.
  const path = first === 'id' || first === undefined ? [id] : [id, first, ...rest];
  return new ConfigError(`PROVIDERS.${path.join('.')}: ${issue?.message ?? 'is not valid'}`);
}

function checkReferences(provider: Provider, ids: readonly string[], get: Registry['get']): void {
  if (provider.kind !== 'oauth2') return;
  const { id, clientOf, sharesGrantWith, alsoGrants } = provider;
  const references = Object.entries({
    clientOf: clientOf === undefined ? [] : [clientOf],
    sharesGrantWith,
    alsoGrants,
  });
  for (const [field, others] of references) {
    if (!others.every((other) => ids.includes(other))) {
      throw new ConfigError(`PROVIDERS.${id}.${field}: names a provider that is not there`);
    }
  }
  for (const other of alsoGrants) {
    const fault = faultBeside(provider, get(other));
    if (fault) throw new ConfigError(`PROVIDERS.${id}.alsoGrants: "${other}" ${fault}`);
  }
}

/** Two ids that read the same settings would lend each other their client. */
function checkSettingNames(ids: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const id of ids) {
    const prefix = settingPrefix(id);
    const other = seen.get(prefix);
    if (other !== undefined) {
      throw new ConfigError(
        `PROVIDERS.${id}: would read the same ${prefix}_CLIENT_ID as "${other}"; choose another id`,
      );
    }
    seen.set(prefix, id);
  }
}
