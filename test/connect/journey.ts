/**
 * The way of a user through a connect, step by step over the app's routes, with a provider in the
 * test's own hands.
 */

import { expect } from 'vitest';
import type { BegunConnection } from '../../src/connect/begin';
import type { Simulator } from '../simulator/simulator.ts';
import { apiWith } from '../support/api';
import { type TestDeps, testClock, testDeps } from '../support/deps';
import { acmeServer } from '../support/provider';

export interface Journey {
  deps: TestDeps;
  provider: Simulator;
  api: ReturnType<typeof apiWith>;
  begin(userId: string, input?: Record<string, unknown>): Promise<BegunConnection>;
  open(connectUrl: string, cookie?: string): Promise<{ location: URL; cookie: string }>;
  callback(
    query: Record<string, string>,
    cookie: string | null,
    provider?: string,
  ): Promise<Response>;
  /**
   * The browser posts what the provider's page told it to, without its cookie; gives what is then
   * asked for.
   */
  postBack(query: Record<string, string>, provider?: string): Promise<Record<string, string>>;
  /**
   * Steps 1 to 3; gives the connection's id. `code-ann` is the code of a consent of ann's. Null:
   * the provider is asked, whatever its address, and whoever signs in there by default consents.
   */
  authorize(userId: string, code: string | null, input?: Record<string, unknown>): Promise<string>;
  /** Step 4, with the secret that the browser came back with, unless another one is given. */
  complete(userId: string, id: string, completion?: string, choice?: string): Promise<Response>;
  /** All four steps. */
  connect(userId: string, code: string | null, input?: Record<string, unknown>): Promise<Response>;
}

export function journey(
  overrides: Parameters<typeof testDeps>[0] = {},
  serverOf: (now: () => number) => Simulator = acmeServer,
): Journey {
  const clock = overrides.clock ?? testClock(Date.now());
  const provider = serverOf(clock.now);
  const deps = testDeps({ fetch: provider.fetch, ...overrides, clock });
  const api = apiWith(deps);
  const path = (url: string) => url.replace(deps.config.publicUrl, '');
  const consented = async (location: URL, code: string | null) => {
    if (code !== null && !provider.isAuthorization(location)) {
      return { state: location.searchParams.get('state') ?? '', code };
    }
    const back = await provider.consent(location, code?.replace(/^code-/, ''));
    return Object.fromEntries(back.searchParams);
  };
  /** By connection. */
  const completions = new Map<string, string>();
  const self: Journey = {
    deps,
    provider,
    api,
    async begin(userId, input = {}) {
      const reply = await api(`/v1/users/${userId}/connections`, {
        method: 'POST',
        json: { provider: 'acme', returnTo: 'https://app.example.com/done?tab=1', ...input },
      });
      expect(reply.status, await reply.clone().text()).toBe(201);
      return reply.json<BegunConnection>();
    },
    async open(connectUrl, cookie) {
      const reply = await api(path(connectUrl), {
        token: null,
        headers: cookie ? { Cookie: cookie } : {},
      });
      expect(reply.status).toBe(303);
      return {
        location: new URL(reply.headers.get('Location') ?? ''),
        cookie: reply.headers.get('Set-Cookie')?.split(';')[0] ?? '',
      };
    },
    async callback(query, cookie, id = 'acme') {
      const reply = await api(`/connect/callback/${id}?${new URLSearchParams(query)}`, {
        token: null,
        headers: cookie === null ? {} : { Cookie: cookie },
      });
      const back = URL.parse(reply.headers.get('Location') ?? '')?.searchParams;
      completions.set(back?.get('connection') ?? '', back?.get('completion') ?? '');
      return reply;
    },
    async postBack(query, id = 'acme') {
      const reply = await api(`/connect/callback/${id}`, {
        method: 'POST',
        token: null,
        body: new URLSearchParams(query).toString(),
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Origin: 'https://id.acme.example',
        },
      });
      expect(reply.status, await reply.clone().text()).toBe(303);
      const location = new URL(reply.headers.get('Location') ?? '');
      expect(location.pathname).toBe(`/connect/callback/${id}`);
      return Object.fromEntries(location.searchParams);
    },
    async authorize(userId, code, input = {}) {
      const { id, connectUrl } = await self.begin(userId, input);
      const { location, cookie } = await self.open(connectUrl);
      const provides = String(input.provider ?? 'acme');
      const query = await consented(location, code);
      const reply = await self.callback(
        provider.fixture.authorization.formPost ? await self.postBack(query, provides) : query,
        cookie,
        provides,
      );
      expect(reply.status, await reply.clone().text()).toBe(303);
      return id;
    },
    complete: (userId, id, completion = completions.get(id), choice) =>
      api(`/v1/users/${userId}/connections/${id}/complete`, {
        method: 'POST',
        json: { completion, ...(choice === undefined ? {} : { choice }) },
      }),
    connect: async (userId, code, input = {}) =>
      self.complete(userId, await self.authorize(userId, code, input)),
  };
  return self;
}

export async function codeOf(reply: Response): Promise<string> {
  return (await reply.clone().json<{ code: string }>()).code;
}
