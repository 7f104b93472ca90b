/** How the simulated provider reads a request, and how it looks for what is wrong with it. */
import { verified } from './assertion.ts';
import type { ClientAuth, Demands, Sent, SimulatedClient } from './types.ts';

export async function readRequest(request: Request): Promise<{ sent: Sent; body: string }> {
  const { body, ...sent } = await parsed(request);
  return { sent, body };
}

async function parsed(request: Request): Promise<Sent & { body: string }> {
  // text() warns about forms, whose charset it cannot know.
  const body = new TextDecoder().decode(await request.arrayBuffer());
  const type = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  const sent = {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers,
    body,
  };
  if (body === '') return { ...sent, form: 'none', params: new URLSearchParams() };
  if (type === 'application/x-www-form-urlencoded') {
    return { ...sent, form: 'form', params: new URLSearchParams(body) };
  }
  if (type !== 'application/json') return { ...sent, form: 'other', params: new URLSearchParams() };
  const document: unknown = JSON.parse(body);
  const strings = Object.entries(document ?? {}).filter(([, value]) => typeof value === 'string');
  return { ...sent, form: 'json', params: new URLSearchParams(strings as [string, string][]) };
}

/** What is wrong, for the one who reads a failed test; null: nothing. */
export type Fault = { about: 'client' | 'request'; reason: string } | null;

export async function faultOf(
  sent: Sent,
  demands: Demands,
  client: SimulatedClient,
  now: number,
): Promise<Fault> {
  const reason =
    (sent.method === 'POST' ? null : `is a ${sent.method}, not a POST`) ??
    missingHeader(sent, demands.headers ?? {}, client) ??
    wrongBody(sent, demands.body ?? 'form') ??
    missingParam(sent.params, demands.params ?? {});
  if (reason !== null) return { about: 'request', reason };
  const proof = await wrongClient(
    sent,
    demands.client,
    client,
    now,
    demands.clientIdParam,
    demands.clientSecretParam,
  );
  return proof === null ? null : { about: 'client', reason: proof };
}

export function missingHeader(
  { headers }: Sent,
  wanted: Record<string, RegExp | '{client_id}'>,
  client: SimulatedClient,
): string | null {
  for (const [name, pattern] of Object.entries(wanted)) {
    const value = headers.get(name) ?? '';
    const fits = pattern === '{client_id}' ? value === client.id : pattern.test(value);
    if (!fits) return `has ${name}: "${value}"`;
  }
  return null;
}

const wrongBody = ({ form }: Sent, wanted: 'form' | 'json'): string | null =>
  form === wanted ? null : `has a body of kind ${form}, not ${wanted}`;

export function missingParam(
  params: URLSearchParams,
  wanted: Record<string, string>,
): string | null {
  for (const [name, value] of Object.entries(wanted)) {
    if (params.get(name) !== value) return `has ${name}=${params.get(name) ?? ''}, not ${value}`;
  }
  return null;
}

export async function wrongClient(
  sent: Sent,
  ways: readonly ClientAuth[],
  client: SimulatedClient,
  now: number,
  idParam = 'client_id',
  secretParam = 'client_secret',
): Promise<string | null> {
  for (const way of ways) {
    if (await proves(way, sent, client, now, idParam, secretParam)) return null;
  }
  const named = ways.map((way) => (typeof way === 'string' ? way : way.by));
  return `does not prove the client by ${named.join(' or ')}`;
}

async function proves(
  way: ClientAuth,
  sent: Sent,
  client: SimulatedClient,
  now: number,
  idParam: string,
  secretParam: string,
): Promise<boolean> {
  if (typeof way !== 'string') return verified(way, sent, client, now, idParam);
  const authorization = sent.headers.get('Authorization') ?? '';
  switch (way) {
    case 'none':
      return true;
    case 'basic':
      return authorization === `Basic ${btoa(`${client.id}:${client.secret}`)}`;
    case 'secret_user':
      return authorization === `Basic ${btoa(`${client.secret}:`)}`;
    case 'secret_bearer':
      return authorization === `Bearer ${client.secret}` && sent.params.get(idParam) === client.id;
    case 'secret_client':
      return authorization === `Client ${client.secret}` && sent.params.get(idParam) === client.id;
    case 'post':
      return (
        sent.params.get(idParam) === client.id && sent.params.get(secretParam) === client.secret
      );
  }
}

/**
 * Same scheme, host and path, or the path alone; the query is looked at apart. `{account}` stands
 * for one segment.
 */
export function isAt(sent: Pick<Sent, 'url'>, url: string, anyHost = false): boolean {
  return accountAt(sent, url, anyHost) !== null;
}

/** What stands at `{account}`; empty where there is none; null: another address. */
export function accountAt(sent: Pick<Sent, 'url'>, url: string, anyHost = false): string | null {
  const wanted = new URL(url.replace('{account}', '0account0'));
  if (!anyHost && sent.url.origin !== wanted.origin) return null;
  if (!url.includes('{account}')) return sent.url.pathname === wanted.pathname ? '' : null;
  const [before = '', after = ''] = wanted.pathname.split('0account0');
  const { pathname } = sent.url;
  if (!pathname.startsWith(before) || !pathname.endsWith(after)) return null;
  const account = pathname.slice(before.length, pathname.length - after.length);
  return account === '' || account.includes('/') ? null : account;
}
