/**
 * A provider that answers as its fixture states it: a `fetch` with a memory. It consents for the
 * person at once, remembers codes and tokens, and refuses what the provider would refuse, with the
 * provider's error; `requests` tells the reader of a failed test why.
 *
 * It stands apart from Mooring: nothing here knows src/. What it does not promise: more of a
 * provider than its fixture says.
 */
import { respond } from './answer';
import { authorize } from './authorize';
import { Grants } from './grants';
import { readProfile } from './profile';
import { isAt, readRequest } from './request';
import { revoke } from './revoke';
import { exchangeCode, extend, refresh } from './token';
import type { About, Answer, Fixture, Issued, Sent, SimulatedClient } from './types';

export type EndpointName =
  | 'authorize'
  | 'code'
  | 'extend'
  | 'refresh'
  | 'profile'
  | 'revoke'
  | 'unknown';

export interface Seen {
  endpoint: EndpointName;
  method: string;
  /** Host and path, never the query. */
  at: string;
  status: number;
  /** Why the provider refused it; null: it did not. */
  refused: string | null;
}

/** What every endpoint has at hand. */
export interface Scene extends About {
  fixture: Fixture;
  grants: Grants;
  /** The provider's error, with the reason noted. */
  refuse(kind: 'client' | 'code' | 'refresh' | 'request', reason: string): Response;
  refuseWith(answer: Answer, reason: string): Response;
  /** The answer to refreshes that was put in, if one was. */
  planted: Answer<Issued> | null;
}

export interface Simulator {
  fetch: typeof fetch;
  requests: Seen[];
  /** What was refused, in words. */
  refusals(): string[];
  count(endpoint: EndpointName): number;
  /** Its secret may be changed, as an operator would at the provider. */
  client: SimulatedClient;
  /** The person takes every consent back on the provider's own page. */
  withdraw(): void;
  /** Answers refreshes so, and not as usual; null: as usual again. */
  answerRefreshes(answer: Answer<Issued> | null): void;
  /** Whether an API of the provider would take it now. */
  accepts(accessToken: string): boolean;
  /** Tokens of any consent that are still good for something. */
  good(kind: 'access' | 'refresh'): number;
}

const malformed: Answer = {
  status: 400,
  body: { error: 'invalid_request' },
  evidence: { mark: 'knowledge', basis: 'the shape of RFC 6749 5.2' },
};

export function simulate(
  fixture: Fixture,
  client: SimulatedClient,
  clock: () => number,
): Simulator {
  const grants = new Grants(fixture.id, fixture.prefixes);
  const requests: Seen[] = [];
  let planted: Answer<Issued> | null = null;
  const good = (kind: 'access' | 'refresh', value: string) => grants.good(kind, value, clock());

  const answer = async (request: Request): Promise<Response> => {
    const sent = await readRequest(request);
    const endpoint = endpointOf(fixture, client, sent);
    const at = sent.url.host + sent.url.pathname;
    const seen: Seen = { endpoint, method: sent.method, at, status: 0, refused: null };
    requests.push(seen);
    if (!hostsOf(fixture, client).has(sent.url.host)) {
      seen.refused = `nobody listens at ${sent.url.host}`;
      throw new TypeError(`no such host: ${sent.url.host}`);
    }
    const about: About = { sent, client, now: clock() };
    const refuseWith = (refusal: Answer, reason: string) => {
      seen.refused = reason;
      return respond(refusal, about);
    };
    const { errors } = fixture;
    const scene: Scene = {
      ...about,
      fixture,
      grants,
      refuseWith,
      refuse: (kind, reason) =>
        refuseWith(errors[kind] ?? (kind === 'request' ? malformed : errors.code), reason),
      planted,
    };
    const response = await play(endpoint, scene);
    seen.status = response.status;
    return response;
  };

  return {
    fetch: ((input: RequestInfo | URL, init?: RequestInit) =>
      answer(new Request(input, init))) as typeof fetch,
    requests,
    refusals: () =>
      requests
        .filter(({ refused }) => refused !== null)
        .map(({ endpoint, method, at, refused }) => `${endpoint} (${method} ${at}) ${refused}`),
    count: (endpoint) => requests.filter((seen) => seen.endpoint === endpoint).length,
    client,
    withdraw() {
      for (const grant of grants.all) grant.alive = false;
    },
    answerRefreshes(answer) {
      planted = answer;
    },
    accepts: (accessToken) => good('access', accessToken) !== null,
    good: (kind) =>
      [...grants.tokens.values()].filter(
        (token) => token.kind === kind && good(kind, token.value) !== null,
      ).length,
  };
}

function play(endpoint: EndpointName, scene: Scene): Promise<Response> | Response {
  switch (endpoint) {
    case 'authorize':
      return authorize(scene);
    case 'code':
      return exchangeCode(scene);
    case 'extend':
      return extend(scene);
    case 'refresh':
      return refresh(scene);
    case 'profile':
      return readProfile(scene);
    case 'revoke':
      return revoke(scene);
    case 'unknown':
      return scene.refuseWith(
        {
          status: 404,
          text: 'Not Found',
          type: 'text/plain',
          evidence: { mark: 'knowledge', basis: 'HTTP' },
        },
        'is no address of the provider',
      );
  }
}

/** By address, and at shared addresses by what is asked for. */
function endpointOf(fixture: Fixture, client: SimulatedClient, sent: Sent): EndpointName {
  const { authorization, token, refresh: renewal, profile, revocation } = fixture;
  if (isAt(sent, authorization.url)) return 'authorize';
  if (renewal?.kind === 'extend') {
    const atExchange = isAt(sent, renewal.exchange.url) && sent.method === 'GET';
    // One address may serve both steps: the first token is not extended yet.
    if (atExchange && !isAt(sent, renewal.refresh.url)) return 'extend';
    if (isAt(sent, renewal.refresh.url) && sent.method === 'GET') return 'refresh';
  }
  const asksRefresh = sent.params.get('grant_type') === 'refresh_token';
  if (renewal?.kind === 'refresh_token' && isAt(sent, renewal.url)) {
    if (asksRefresh || !isAt(sent, token.url)) return 'refresh';
  }
  if (isAt(sent, token.url)) return 'code';
  if (profile && isAt(sent, profile.url)) return 'profile';
  if (revocation && isAt(sent, filled(revocation.url, client))) return 'revoke';
  return 'unknown';
}

const filled = (url: string, client: SimulatedClient): string =>
  url.replace('{client_id}', client.id);

function hostsOf(fixture: Fixture, client: SimulatedClient): Set<string> {
  const { authorization, token, refresh: renewal, profile, revocation } = fixture;
  const urls = [
    authorization.url,
    token.url,
    ...(renewal?.kind === 'extend' ? [renewal.exchange.url, renewal.refresh.url] : []),
    ...(renewal?.kind === 'refresh_token' ? [renewal.url] : []),
    ...(profile ? [profile.url] : []),
    ...(revocation ? [filled(revocation.url, client)] : []),
  ];
  return new Set(urls.map((url) => new URL(url).host));
}
