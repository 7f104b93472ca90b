/**
 * Whether a redirect back is the provider's own, where the provider signs it (Shopify; see
 * `callbackSignature` of records). Besides `state`, which says whose connection it is.
 */
import { fillTemplate } from '../providers/templates';
import type { OAuth2Client } from '../providers/types';

/**
 * True also where the record asks for no signature. `query`: all of the callback's parameters,
 * each there once; `parameters`: the connection's own.
 */
export async function isSignedCallback(
  { provider, clientSecret }: OAuth2Client,
  query: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>>,
): Promise<boolean> {
  const rule = provider.callbackSignature;
  if (rule === undefined) return true;
  const { [rule.param]: given = '', ...signed } = query;
  const signature = bytesOf(given);
  if (clientSecret === null || signature === null) return false;
  const expected = Object.entries(rule.expect).every(
    ([name, template]) =>
      signed[name] === fillTemplate(template, (parameter) => valueIn(parameters, parameter) ?? ''),
  );
  const message = Object.keys(signed)
    .sort()
    .map((name) => `${name}=${signed[name]}`)
    .join('&');
  const utf8 = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8.encode(clientSecret), algorithm, false, [
    'verify',
  ]);
  // Compares in constant time.
  const authentic = await crypto.subtle.verify('HMAC', key, signature, utf8.encode(message));
  return authentic && expected;
}

const valueIn = (values: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** Hex; null where it is not. */
function bytesOf(hex: string): Uint8Array | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return null;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
