/** Where events are delivered to: the grammar of WEBHOOKS. Pure. */
import * as z from 'zod';
import { type ConfigError, wrongSetting } from '../errors';
import { checkEndpoint } from '../providers/urls';
import { eventTypes } from './types';

export interface WebhookEndpoint {
  name: string;
  url: string;
  /** A Worker of the same account, which is asked instead of the host of `url`; null: none. */
  binding: Pick<Fetcher, 'fetch'> | null;
  /** The keys of the HMAC; each signs, so that a receiver can change its own. */
  secrets: readonly Uint8Array<ArrayBuffer>[];
  /** As configured. */
  events: readonly string[];
  /** Types of events that it gets. */
  types: ReadonlySet<string>;
  /**
   * Tells this target from another one of the same name: what is known of that one is not of this.
   */
  target: string;
}

export const endpointName = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Each event is written for each of them. */
const MAX_ENDPOINTS = 10;
const MAX_SECRETS = 5;
/** A Worker behind a binding has no address: this is the URL that it is asked with. */
const BINDING_URL = 'https://mooring.internal/webhooks';

const SHAPE =
  '{ "app": { "url": "https://app.example.com/webhooks", "secrets": ["whsec_..."], "events": ["integration.*"] } }';
const HOW_TO =
  'whsec_ and the base64 of 24 to 64 random bytes (printf whsec_; openssl rand -base64 32)';

const endpointSchema = z.strictObject({
  url: z.string().optional(),
  binding: z.string().optional(),
  secrets: z.array(z.string()).min(1).max(MAX_SECRETS),
  events: z.array(z.string()).min(1),
});

/**
 * @param env holds the bindings that WEBHOOKS names
 * @throws ConfigError that names the endpoint, never a secret or a URL
 */
export function readWebhooks(
  setting: string | undefined,
  env: Readonly<Record<string, unknown>>,
  publicUrl: string,
): WebhookEndpoint[] {
  if (!setting) return [];
  const endpoints = Object.entries(parsed(setting));
  if (endpoints.length > MAX_ENDPOINTS) {
    throw wrongSetting('WEBHOOKS', `has more than ${MAX_ENDPOINTS} endpoints`);
  }
  return endpoints.map(([name, value], at) => {
    if (!endpointName.test(name)) {
      throw wrongSetting(
        'WEBHOOKS',
        `endpoint ${at + 1} has a name other than a-z, 0-9, "-" and "_", at most 32`,
      );
    }
    const wrong = (what: string) => wrongSetting('WEBHOOKS', `"${name}" ${what}`);
    const read = endpointSchema.safeParse(value);
    if (!read.success) throw wrong(faultOf(read.error));
    const { url, binding, secrets, events } = read.data;
    return {
      name,
      events,
      ...targetOf(url, binding, env, publicUrl, wrong),
      secrets: secrets.map((secret, i) => {
        const key = keyOf(secret);
        if (key === null) throw wrong(`has a secret (number ${i + 1}) that is not ${HOW_TO}`);
        return key;
      }),
      types: new Set(
        events.flatMap((pattern, i) => {
          const named = eventTypes.filter((type) => isNamed(type, pattern));
          if (named.length > 0) return named;
          throw wrong(
            `has an entry of "events" (number ${i + 1}) that names no event; it is a type such as integration.connected, or integration.*, or *; docs/events.md lists them`,
          );
        }),
      ),
    };
  });
}

function parsed(setting: string): object {
  let value: unknown;
  try {
    value = JSON.parse(setting);
  } catch {
    // Of which the message would quote a part.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongSetting('WEBHOOKS', `is not a JSON object such as ${SHAPE}`);
  }
  return value;
}

/** Our own words: zod's may quote a value. */
function faultOf({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.join('.');
  if (issue?.code === 'unrecognized_keys') {
    return 'has a key other than "url" or "binding", "secrets" and "events"';
  }
  return where
    ? `is not as it should be at "${where}"; an example is ${SHAPE}`
    : `is not an object; an example is ${SHAPE}`;
}

function targetOf(
  url: string | undefined,
  binding: string | undefined,
  env: Readonly<Record<string, unknown>>,
  publicUrl: string,
  wrong: (what: string) => ConfigError,
): Pick<WebhookEndpoint, 'url' | 'binding' | 'target'> {
  if (binding === undefined) {
    if (url === undefined) throw wrong('has neither "url" nor "binding"; give it one of both');
    const fault = /[{}]/.test(url) ? 'holds a brace' : checkEndpoint(url, publicUrl);
    if (fault !== null) throw wrong(`has a "url" that ${fault}`);
    return { url, binding: null, target: fingerprint(url) };
  }
  if (url !== undefined) throw wrong('has both "url" and "binding"; leave one of both out');
  const worker = Object.hasOwn(env, binding) ? env[binding] : undefined;
  if (!isFetcher(worker)) {
    throw wrong(
      'has a "binding" that is no service of this Worker; add one under [[services]] in wrangler.toml, and give its name',
    );
  }
  return { url: BINDING_URL, binding: worker, target: fingerprint(`binding ${binding}`) };
}

const isFetcher = (value: unknown): value is Pick<Fetcher, 'fetch'> =>
  typeof value === 'object' &&
  value !== null &&
  'fetch' in value &&
  typeof value.fetch === 'function';

/** Null where it is no secret of Standard Webhooks. */
function keyOf(secret: string): Uint8Array<ArrayBuffer> | null {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (base64 === undefined || base64.length % 4 !== 0) return null;
  const key = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return key.length >= 24 && key.length <= 64 ? key : null;
}

const isNamed = (type: string, pattern: string): boolean =>
  pattern === '*' ||
  pattern === type ||
  (/^[a-z]+\.\*$/.test(pattern) && type.startsWith(pattern.slice(0, -1)));

/**
 * FNV-1a of 64 bits, hex: it tells targets apart without holding what a URL may hide, and protects
 * nothing.
 */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
