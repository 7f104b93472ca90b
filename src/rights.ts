/**
 * What a caller may do: rights, and for which providers. The grammar of SERVICE_KEYS. Pure.
 */
import { type ConfigError, wrongSetting } from './errors';

/**
 * `read`: statuses, connections, the catalog, a user's events. `connect`: whatever changes a user's
 * integrations. `token`: tokens and credentials in the clear. `call`: a provider's API. `operate`:
 * all users, the cache, erasure, the operator's page.
 */
export const rights = ['read', 'connect', 'token', 'call', 'operate'] as const;
export type Right = (typeof rights)[number];

/** Of a provider filter; null: all providers, those that come later too. */
export type ProviderFilter = ReadonlySet<string> | null;

export interface Permissions {
  readonly rights: ReadonlySet<Right>;
  readonly providers: ProviderFilter;
}

export interface ServiceKey extends Permissions {
  name: string;
  /** SHA-256 of the key, lower-case hex. */
  sha256: string;
}

export const allows = (providers: ProviderFilter, provider: string): boolean =>
  providers === null || providers.has(provider);

/** Those that both allow. */
export function intersection(a: ProviderFilter, b: ProviderFilter): ProviderFilter {
  if (a === null) return b;
  return b === null ? a : new Set([...a].filter((id) => b.has(id)));
}

const HASH = '[0-9a-f]{64}';
const hash = new RegExp(`^${HASH}$`, 'i');
/** A name stands in logs and on the operator's page. */
const NAME = '[^\\s\\p{C}:,@+]{1,64}';
const entryPattern = new RegExp(`^(${NAME}):(${HASH})(?::([^:@]*))?(?:@([^:@]*))?$`, 'iu');

/** SHA-256 of the empty text: what the documented command gives where its variable is not set. */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const HOW_TO = 'npm run key:new makes one; or printf %s "$KEY" | sha256sum';

/**
 * An entry of SERVICE_KEYS: `name:sha256 in hex[:right+right...][@provider+provider...]`.
 * @param place of the entry, from 1
 * @throws ConfigError that names the entry, never its hash
 */
export function parseServiceKey(
  entry: string,
  place: number,
  isProvider: (id: string) => boolean,
): ServiceKey {
  const wrong = (what: string) => wrongSetting('SERVICE_KEYS', `${whichOf(entry, place)} ${what}`);
  const [, name, sha256, rightsPart, providersPart] = entryPattern.exec(entry) ?? [];
  if (name === undefined || sha256 === undefined || hash.test(name)) {
    throw wrong(
      `is not "name:sha256 of the key in hex[:right+right...][@provider+provider...]" (${HOW_TO})`,
    );
  }
  if (sha256.toLowerCase() === EMPTY_HASH) {
    throw wrong(`is the hash of an empty key; was $KEY set when you made it? (${HOW_TO})`);
  }
  const isRight = (part: string): part is Right => rights.some((right) => right === part);
  const providers =
    providersPart === undefined
      ? null
      : partsOf(providersPart, isProvider, (fault) =>
          wrong(`${fault} after "@"; it takes ids of known providers, each once, joined with "+"`),
        );
  const named =
    rightsPart === undefined
      ? null
      : partsOf(rightsPart, isRight, (fault) =>
          wrong(`${fault} among its rights; they are ${rights.join(', ')}, joined with "+"`),
        );
  if (providers !== null && named?.has('operate')) {
    throw wrong('has "operate" and providers: an operator sees all of them; leave one of both out');
  }
  const all = rights.filter((right) => providers === null || right !== 'operate');
  return { name, sha256: sha256.toLowerCase(), rights: named ?? new Set(all), providers };
}

/** Each part once. An unknown one is not told back: it could be a key. */
function partsOf<T extends string>(
  text: string,
  isKnown: ((part: string) => part is T) | ((part: string) => boolean),
  wrong: (fault: string) => ConfigError,
): ReadonlySet<T> {
  const parts = text.split('+');
  if (parts.includes('')) throw wrong('has an empty part');
  if (!parts.every(isKnown)) throw wrong('has a part that is not known');
  const doubled = parts.find((part, at) => parts.indexOf(part) < at);
  if (doubled !== undefined) throw wrong(`has "${doubled}" twice`);
  return new Set(parts as T[]);
}

/** By its name, where it has one; what stands at its place could be a hash or a key. */
function whichOf(entry: string, place: number): string {
  const [, name] = new RegExp(`^(${NAME}):`, 'u').exec(entry) ?? [];
  return name === undefined || name.length > 32 ? `entry ${place}` : `entry ${place} ("${name}")`;
}
