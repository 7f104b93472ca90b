/**
 * Whether a redirect back is the provider's own, where the provider signs it (Shopify; see
 * `callbackSignature` of records). Besides `state`, which says whose connection it is.
 */
import { hex, hmacSha256, isEqual } from '../crypto';
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
  if (clientSecret === null) return false;
  const expected = Object.entries(rule.expect).every(
    ([name, template]) =>
      signed[name] === fillTemplate(template, (parameter) => valueIn(parameters, parameter) ?? ''),
  );
  const message = Object.keys(signed)
    .sort()
    .map((name) => `${name}=${signed[name]}`)
    .join('&');
  const mac = hex(await hmacSha256(clientSecret, message));
  return isEqual(mac, given.toLowerCase()) && expected;
}

const valueIn = (values: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
