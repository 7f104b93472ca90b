/**
 * A provider that answers as its fixture states it: a `fetch` with a memory. It consents for the
 * person at once, remembers codes and tokens, and refuses what the provider would refuse, with the
 * provider's error; `requests` tells the reader of a failed test why.
 *
 * It stands apart from Mooring: nothing here knows src/. What it does not promise: more of a
 * provider than its fixture says. contract.ts says what it shares with real servers.
 */
import { respond } from './answer.ts';
import { authorize, push } from './authorize.ts';
import { type Proof, Proofs } from './dpop.ts';
import { Grants } from './grants.ts';
import { readBehindToken, readProfile } from './profile.ts';
import { isAt, missingParam, readRequest } from './request.ts';
import { revoke } from './revoke.ts';
import { exchangeCode, extend, refresh } from './token.ts';
import type { About, Answer, Fixture, Issued, Sent, SimulatedClient } from './types.ts';

export type EndpointName =
  | 'authorize'
  | 'register'
  | 'push'
  | 'code'
  | 'extend'
  | 'refresh'
  | 'profile'
  | 'choices'
  | 'check'
  | 'document'
  | 'revoke'
  /** Any of these, which was told to come again with another nonce. */
  | 'challenge'
  | 'unknown';

export interface Received {
  endpoint: EndpointName;
  /** ms, by the provider's clock. */
  at: number;
  method: string;
  url: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Of the query and of the body. */
  params: URLSearchParams;
  redirect: string;
  /** What it presents: a refresh token, or an access token in the query. */
  token: string;
  /** Requests of this path so far, this one included. */
  nth: number;
  /** Requests under way when it came, this one included. */
  inFlight: number;
  /** Of the answer; 0 while there is none. */
  status: number;
  /** Why the provider refused it; null: it did not. */
  refused: string | null;
}

/**
 * What comes before an answer. A `Response` is sent instead of the usual one, anything else leaves
 * it to the provider; throwing breaks the connection.
 */
export type Interception = (received: Received, usual: () => Promise<Response>) => unknown;

/** What every endpoint has at hand. */
export interface Scene extends About {
  fixture: Fixture;
  grants: Grants;
  /** What was pushed and is not used yet, by its reference. */
  pushed: Map<string, URLSearchParams>;
  /** The thumbprint of the key that the request proves; null: it proves none. */
  jkt: string | null;
  /** The provider's error, with the reason noted. */
  refuse(kind: 'client' | 'code' | 'refresh' | 'request', reason: string): Response;
  refuseWith(answer: Answer, reason: string): Response;
  /** The answer to refreshes that was put in, if one was. */
  planted: Answer<Issued> | null;
}

export interface Simulator {
  fetch: typeof fetch;
  fixture: Fixture;
  /** Of the client; `visits` are the browsers' at the authorization endpoint. */
  requests: Received[];
  visits: Received[];
  /** Requests of one path. */
  to(path: string): Received[];
  /** What was refused, in words. */
  refusals(): string[];
  count(endpoint: EndpointName): number;
  /** Requests under way, and the most that were at any time. */
  inFlight: number;
  mostInFlight: number;
  /** Its secret may be changed, as an operator would at the provider. */
  client: SimulatedClient;
  /** Whether this address is its authorization endpoint. */
  isAuthorization(url: URL): boolean;
  /**
   * The person opens it and consents, as this account; the address that the browser is sent to.
   * @throws where there is an error page instead
   */
  consent(url: URL, account?: string): Promise<URL>;
  /** The person takes every consent back on the provider's own page. */
  withdraw(): void;
  /** Comes before the answers of one path, or of every path (`*`); null: as usual again. */
  answer(path: string, interception: Interception | null): void;
  /** Requests of this path wait, whatever answers them, until they are let go. */
  hold(path: string): { arrived: Promise<void>; release(): void };
  /** Answers refreshes so, with tokens that are good, and not as usual; null: as usual again. */
  answerRefreshes(answer: Answer<Issued> | null): void;
  /** Whether an API of the provider would take it now. */
  accepts(accessToken: string): boolean;
  /** Tokens of any consent that are still good for something. */
  good(kind: 'access' | 'refresh'): number;
  /** Accounts that have a grant which came to its end. */
  ended(): string[];
  /** The refresh token of the account that was issued last; null: there is none. */
  newest(account: string): string | null;
}

const malformed: Answer = {
  status: 400,
  body: { error: 'invalid_request' },
  evidence: { mark: 'knowledge', basis: 'the shape of RFC 6749 5.2' },
};

const notFound: Answer = {
  status: 404,
  text: 'Not Found',
  type: 'text/plain',
  evidence: { mark: 'knowledge', basis: 'HTTP' },
};

/** Says to the authorization endpoint who signs in, as a browser's session would. */
const ACCOUNT = 'Simulated-Account';

export function simulate(
  fixture: Fixture,
  client: SimulatedClient,
  clock: () => number,
): Simulator {
  const grants = new Grants(fixture);
  const pushed = new Map<string, URLSearchParams>();
  const proofs = new Proofs();
  const requests: Received[] = [];
  const visits: Received[] = [];
  /** By path. */
  const counts = new Map<string, number>();
  const all = () => [...visits, ...requests];
  const holds = new Map<string, { arrived: () => void; released: Promise<void> }>();
  const interceptions = new Map<string, Interception>();
  let planted: Answer<Issued> | null = null;
  const good = (kind: 'access' | 'refresh', value: string) => grants.good(kind, value, clock());

  const simulator: Simulator = {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const { received, sent } = await receive(new Request(input, init));
      simulator.inFlight += 1;
      received.inFlight = simulator.inFlight;
      simulator.mostInFlight = Math.max(simulator.mostInFlight, simulator.inFlight);
      try {
        const held = holds.get(received.path);
        held?.arrived();
        await held?.released;
        const intercept = interceptions.get(received.path) ?? interceptions.get('*');
        const usual = () => answer(received, sent);
        const given = await intercept?.(received, usual);
        const response = given instanceof Response ? given : await usual();
        received.status = response.status;
        return response;
      } finally {
        simulator.inFlight -= 1;
      }
    },
    fixture,
    requests,
    visits,
    to: (path) => requests.filter((received) => received.path === path),
    refusals: () =>
      all()
        .filter(({ refused }) => refused !== null)
        .map(({ endpoint, method, url, refused }) => {
          const { host, pathname } = new URL(url);
          return `${endpoint} (${method} ${host}${pathname}) ${refused}`;
        }),
    count: (endpoint) => all().filter((received) => received.endpoint === endpoint).length,
    inFlight: 0,
    mostInFlight: 0,
    client,
    isAuthorization: (url) => isAt({ url }, fixture.authorization.url),
    async consent(url, account = fixture.account.id) {
      const headers = { [ACCOUNT]: encodeURIComponent(account) };
      const reply = await simulator.fetch(url, { redirect: 'manual', headers });
      const location = reply.headers.get('Location');
      if (location === null) throw new Error(`the provider shows an error page, ${reply.status}`);
      return new URL(location);
    },
    withdraw() {
      for (const grant of grants.all) grant.alive = false;
    },
    answer(path, interception) {
      if (interception) interceptions.set(path, interception);
      else interceptions.delete(path);
    },
    hold(path) {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.set(path, { arrived: arrived.resolve, released: released.promise });
      const release = () => {
        holds.delete(path);
        released.resolve();
      };
      return { arrived: arrived.promise, release };
    },
    answerRefreshes(answer) {
      planted = answer;
    },
    accepts: (accessToken) => good('access', accessToken) !== null,
    good: (kind) =>
      grants.all
        .flatMap(({ tokens }) => tokens)
        .filter((token) => token.kind === kind && good(kind, token.value) !== null).length,
    ended: () => grants.all.filter(({ alive }) => !alive).map(({ account }) => account),
    newest: (account) =>
      grants.all
        .filter((grant) => grant.account === account)
        .flatMap((grant) => grants.ofGrant(grant, 'refresh'))
        .at(-1)?.value ?? null,
  };
  return simulator;

  async function receive(request: Request): Promise<{ received: Received; sent: Sent }> {
    const { sent, body } = await readRequest(request);
    const path = sent.url.pathname;
    const received: Received = {
      endpoint: endpointOf(fixture, client, sent),
      at: clock(),
      method: sent.method,
      url: sent.url.href,
      path,
      headers: Object.fromEntries(sent.headers),
      body,
      params: new URLSearchParams([...sent.url.searchParams, ...sent.params]),
      redirect: request.redirect,
      token: sent.params.get('refresh_token') ?? sent.url.searchParams.get('access_token') ?? '',
      nth: (counts.get(path) ?? 0) + 1,
      inFlight: 0,
      status: 0,
      refused: null,
    };
    counts.set(path, received.nth);
    (received.endpoint === 'authorize' ? visits : requests).push(received);
    return { received, sent };
  }

  async function answer(received: Received, sent: Sent): Promise<Response> {
    const listens = fixture.anyHost
      ? received.endpoint !== 'unknown'
      : hostsOf(fixture, client).has(sent.url.host);
    if (!listens) {
      received.refused = `nobody listens at ${sent.url.host}`;
      throw new TypeError(`no such host: ${sent.url.host}`);
    }
    const account = decodeURIComponent(sent.headers.get(ACCOUNT) ?? fixture.account.id);
    const about: About = { sent, client, now: clock(), account };
    const refuseWith = (refusal: Answer, reason: string) => {
      received.refused = reason;
      return respond(refusal, about);
    };
    const { errors } = fixture;
    const proof = fixture.dpop ? await provenBy(received, sent, clock()) : null;
    const nonce = { 'DPoP-Nonce': proofs.nonce(sent.url.host, clock()) };
    if (proof?.kind === 'nonce' || proof?.kind === 'wrong') {
      const code = proof.kind === 'nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
      const headers = { ...nonce, 'WWW-Authenticate': `DPoP error="${code}", algs="ES256"` };
      const status = isResource(received) ? 401 : 400;
      if (proof.kind === 'wrong') received.refused = proof.reason;
      else received.endpoint = 'challenge';
      return Response.json({ error: code }, { status, headers });
    }
    const response = await play(received.endpoint, {
      ...about,
      jkt: proof?.jkt ?? null,
      fixture,
      grants,
      pushed,
      refuseWith,
      refuse: (kind, reason) =>
        refuseWith(errors[kind] ?? (kind === 'request' ? malformed : errors.code), reason),
      planted,
    });
    if (proof === null) return response;
    const answered = new Response(response.body, response);
    for (const [name, value] of Object.entries(nonce)) answered.headers.set(name, value);
    return answered;
  }

  /** Null: none is wanted there. */
  async function provenBy(received: Received, sent: Sent, now: number): Promise<Proof | null> {
    const { endpoint } = received;
    if (['authorize', 'document', 'unknown'].includes(endpoint)) return null;
    if (endpoint === 'revoke' && !sent.headers.has('DPoP')) return null;
    const token = /^DPoP (.+)$/.exec(sent.headers.get('Authorization') ?? '')?.[1];
    return proofs.check(sent, now, isResource(received) ? (token ?? '') : undefined);
  }
}

const isResource = ({ endpoint }: Received): boolean =>
  endpoint === 'profile' || endpoint === 'choices';

/** RFC 7591 3.2.1, as far as it is the same everywhere. */
function register(scene: Scene): Response {
  const { sent, client, fixture } = scene;
  const { registration } = fixture;
  const wanted = Object.entries(registration?.params ?? {});
  const wrong = wanted.find(([name, pattern]) => !pattern.test(sent.params.get(name) ?? ''));
  if (sent.method !== 'POST' || sent.form !== 'form' || !registration || wrong) {
    return scene.refuse('request', `registers with ${wrong?.[0] ?? 'another form'}`);
  }
  const body = {
    client_id: client.id,
    client_secret: client.secret,
    client_secret_expires_at: 0,
    redirect_uris: [client.redirectUri],
  };
  return respond({ body, evidence: registration.evidence }, scene);
}

function readDocument(scene: Scene): Response {
  const { sent, fixture } = scene;
  const found = fixture.documents?.find(
    ({ url, query = {} }) => isAt(sent, url) && missingParam(sent.url.searchParams, query) === null,
  );
  return found ? respond(found.answer, scene) : respond(notFound, scene);
}

function play(endpoint: EndpointName, scene: Scene): Promise<Response> | Response {
  switch (endpoint) {
    case 'authorize':
      return authorize(scene);
    case 'register':
      return register(scene);
    case 'push':
      return push(scene);
    case 'code':
      return exchangeCode(scene);
    case 'extend':
      return extend(scene);
    case 'refresh':
      return refresh(scene);
    case 'profile':
      return readProfile(scene);
    case 'choices':
      return readBehindToken(scene, scene.fixture.choices);
    case 'check':
      return readBehindToken(scene, scene.fixture.check);
    case 'document':
      return readDocument(scene);
    case 'revoke':
      return revoke(scene);
    case 'challenge':
    case 'unknown':
      return scene.refuseWith(notFound, 'is no address of the provider');
  }
}

/** By address, and at shared addresses by what is asked for. */
function endpointOf(fixture: Fixture, client: SimulatedClient, sent: Sent): EndpointName {
  const { authorization, token, refresh: renewal, profile, revocation } = fixture;
  const at = (url: string) => isAt(sent, url, fixture.anyHost);
  if (at(authorization.url)) return 'authorize';
  if (fixture.registration && at(fixture.registration.url)) return 'register';
  if (authorization.pushed && at(authorization.pushed.url)) return 'push';
  if (renewal?.kind === 'extend') {
    const atExchange = at(renewal.exchange.url) && sent.method === 'GET';
    // One address may serve both steps: the first token is not extended yet.
    if (atExchange && !at(renewal.refresh.url)) return 'extend';
    if (at(renewal.refresh.url) && sent.method === 'GET') return 'refresh';
  }
  const asksRefresh = sent.params.get('grant_type') === 'refresh_token';
  if (renewal?.kind === 'refresh_token' && at(renewal.url)) {
    if (asksRefresh || !at(token.url)) return 'refresh';
  }
  if (at(token.url)) return 'code';
  if (profile && at(profile.url)) return 'profile';
  if (fixture.choices && at(fixture.choices.url)) return 'choices';
  if (fixture.check && at(fixture.check.url)) return 'check';
  if (fixture.documents?.some(({ url }) => at(url))) return 'document';
  if (revocation && at(filled(revocation.url, client))) return 'revoke';
  return 'unknown';
}

const filled = (url: string, client: SimulatedClient): string =>
  url.replace('{client_id}', client.id);

function hostsOf(fixture: Fixture, client: SimulatedClient): Set<string> {
  const { authorization, token, refresh: renewal, profile, revocation } = fixture;
  const urls = [
    authorization.url,
    ...(fixture.registration ? [fixture.registration.url] : []),
    ...(authorization.pushed ? [authorization.pushed.url] : []),
    token.url,
    ...(renewal?.kind === 'extend' ? [renewal.exchange.url, renewal.refresh.url] : []),
    ...(renewal?.kind === 'refresh_token' ? [renewal.url] : []),
    ...(profile ? [profile.url] : []),
    ...(fixture.choices ? [fixture.choices.url] : []),
    ...(fixture.check ? [fixture.check.url] : []),
    ...(fixture.documents ?? []).map(({ url }) => url),
    ...(revocation ? [filled(revocation.url, client)] : []),
  ];
  return new Set(urls.map((url) => new URL(url).host));
}
