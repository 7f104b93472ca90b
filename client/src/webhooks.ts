/**
 * Webhooks of Mooring, after Standard Webhooks (https://www.standardwebhooks.com): verified, and
 * typed. Nothing else of this package comes along.
 */
import type { MooringEvent } from './types.ts';

export type { MooringEvent } from './types.ts';

/**
 * A request, or what a framework has made of one. The body as it came: JSON written anew differs.
 */
export type WebhookInput =
  | Request
  | {
      headers: Headers | Record<string, string | readonly string[] | undefined>;
      body: string | Uint8Array | ArrayBuffer;
    };

/** For tests and unusual clocks. */
export interface WebhookOptions {
  /** Seconds by which the sender's clock may differ. Default 300. */
  tolerance?: number | undefined;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
}

/** Why a delivery is not to be believed. */
export type WebhookFault =
  | 'missing_header'
  | 'wrong_timestamp'
  | 'wrong_signature'
  | 'not_an_event';

/** A delivery that did not come from Mooring, or not now. Answer 400. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookFault;

  constructor(code: WebhookFault, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The event of a delivery, after its signature and its time were checked. A delivery may come twice
 * and in any order: go by `event.id`, and read the user with `atLeast: event.data.version`. A newer
 * deployment may send types that this version does not know: leave those alone.
 *
 * @param secrets `whsec_...`; several while one replaces another
 * @throws WebhookError a delivery that is not Mooring's
 * @throws TypeError a secret that is none
 * @example
 * const event = await verifyWebhook(request, env.WEBHOOK_SECRET);
 * if (event.type === 'integration.needs_reconnect') {
 *   const { userId, version } = event.data;
 *   await tell(userId, await mooring.user(userId).integrations({ atLeast: version }));
 * }
 * @example
 * // Express: app.post('/webhooks', express.raw({ type: 'application/json' }), ...)
 * const event = await verifyWebhook({ headers: req.headers, body: req.body }, [newer, older]);
 */
export async function verifyWebhook(
  input: WebhookInput,
  secrets: string | readonly string[],
  { tolerance = 300, now = Date.now }: WebhookOptions = {},
): Promise<MooringEvent> {
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(bytesOfSecret);
  const id = headerOf(input, 'webhook-id');
  const timestamp = headerOf(input, 'webhook-timestamp');
  const signatures = headerOf(input, 'webhook-signature');
  // Before the body is read: an old delivery costs nothing.
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now() / 1000 - Number(timestamp)) > tolerance) {
    throw new WebhookError('wrong_timestamp', 'the delivery is too old, or from the future');
  }
  const body = await bodyOf(input);
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  if (!(await isSigned(signed, signatures, keys))) {
    throw new WebhookError('wrong_signature', 'no signature of the delivery is of these secrets');
  }
  try {
    const event = JSON.parse(new TextDecoder().decode(body)) as MooringEvent;
    if (typeof event?.type === 'string' && typeof event.data === 'object') return event;
  } catch {}
  throw new WebhookError('not_an_event', 'the body is signed, and no event');
}

/** `verify` of WebCrypto compares in constant time. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: string,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    // Whoever sends many does not make this work long.
    .slice(0, 10)
    .flatMap((signature) => fromBase64(signature.slice(3)) ?? []);
  for (const bytes of keys) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
    for (const signature of given) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true;
    }
  }
  return false;
}

function bytesOfSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : null;
  if (!bytes?.length) throw new TypeError('a webhook secret is "whsec_" and base64');
  return bytes;
}

function headerOf({ headers }: WebhookInput, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
  if (typeof value !== 'string' || value === '') {
    throw new WebhookError('missing_header', `the delivery has no ${name}`);
  }
  return value;
}

async function bodyOf(input: WebhookInput): Promise<Uint8Array> {
  if (input instanceof Request) return new Uint8Array(await input.arrayBuffer());
  const { body } = input;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? body : new Uint8Array(body);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
