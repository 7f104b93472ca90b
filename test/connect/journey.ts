/**
 * The way of a user through a connect, step by step over the app's routes, with a provider in the
 * test's own hands.
 */

import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Bindings } from '../../src/config';
import { readConfig } from '../../src/config';
import type { BegunConnection } from '../../src/connect/begin';
import type { Deps } from '../../src/deps';
import { apiWith } from '../support/api';
import { type TestDeps, testDeps } from '../support/deps';

export interface ProviderCall {
  path: string;
  params: URLSearchParams;
  authorization: string | null;
}

type Answer = (call: ProviderCall, nth: number) => Response | Promise<Response>;

export interface StandIn {
  fetch: typeof fetch;
  calls: ProviderCall[];
  /** Calls of one path. */
  to(path: string): ProviderCall[];
  /** Replaces the answer of one path. */
  answer(path: string, answer: Answer): void;
}

/**
 * A provider for `acme` (and any record with the same paths): the code `code-alice` brings tokens
 * of the account `alice`, `access-alice-1` reads alice's profile.
 */
export function standIn(): StandIn {
  const calls: ProviderCall[] = [];
  const answers = new Map<string, Answer>([
    [
      '/token',
      ({ params }, nth) => {
        const account = params.get('code')?.replace(/^code-/, '') ?? 'nobody';
        return Response.json({
          access_token: `access-${account}-${nth}`,
          refresh_token: `refresh-${account}-${nth}`,
          token_type: 'Bearer',
          expires_in: 3600,
          scope: 'openid offline_access',
        });
      },
    ],
    [
      '/me',
      ({ authorization }) => {
        const account = /^Bearer access-(.+)-\d+$/.exec(authorization ?? '')?.[1];
        return account
          ? Response.json({
              sub: account,
              name: `Name of ${account}`,
              owner: account.split('.')[0],
            })
          : new Response('no', { status: 401 });
      },
    ],
    ['/revoke', () => new Response(null, { status: 200 })],
  ]);
  return {
    calls,
    to: (path) => calls.filter((call) => call.path === path),
    answer: (path, answer) => void answers.set(path, answer),
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname, searchParams } = new URL(request.url);
      const call: ProviderCall = {
        path: pathname,
        params: new URLSearchParams([
          ...searchParams,
          ...new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer())),
        ]),
        authorization: request.headers.get('Authorization'),
      };
      calls.push(call);
      const answer = answers.get(pathname);
      if (!answer) throw new TypeError(`the test's provider has no ${pathname}`);
      return answer(call, calls.filter(({ path }) => path === pathname).length);
    },
  };
}

/** More providers for a test, next to those of the test settings. */
export const configWith = (providers: Record<string, unknown>, more: Record<string, string> = {}) =>
  readConfig({
    ...env,
    ...more,
    PROVIDERS: JSON.stringify({ ...JSON.parse((env as Bindings).PROVIDERS), ...providers }),
  });

export interface Journey {
  deps: TestDeps;
  provider: StandIn;
  api: ReturnType<typeof apiWith>;
  begin(userId: string, input?: Record<string, unknown>): Promise<BegunConnection>;
  open(connectUrl: string, cookie?: string): Promise<{ location: URL; cookie: string }>;
  callback(
    query: Record<string, string>,
    cookie: string | null,
    provider?: string,
  ): Promise<Response>;
  /** Steps 1 to 3; gives the connection's id. */
  authorize(userId: string, code: string, input?: Record<string, unknown>): Promise<string>;
  /** Step 4, with the secret that the browser came back with, unless another one is given. */
  complete(userId: string, id: string, completion?: string): Promise<Response>;
  /** All four steps. */
  connect(userId: string, code: string, input?: Record<string, unknown>): Promise<Response>;
}

export function journey(overrides: Partial<Deps> = {}): Journey {
  const provider = standIn();
  const deps = testDeps({ fetch: provider.fetch, ...overrides });
  const api = apiWith(deps);
  const path = (url: string) => url.replace(deps.config.publicUrl, '');
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
    async authorize(userId, code, input = {}) {
      const { id, connectUrl } = await self.begin(userId, input);
      const { location, cookie } = await self.open(connectUrl);
      const state = location.searchParams.get('state') ?? '';
      const reply = await self.callback({ state, code }, cookie, String(input.provider ?? 'acme'));
      expect(reply.status, await reply.clone().text()).toBe(303);
      return id;
    },
    complete: (userId, id, completion = completions.get(id)) =>
      api(`/v1/users/${userId}/connections/${id}/complete`, {
        method: 'POST',
        json: { completion },
      }),
    connect: async (userId, code, input = {}) =>
      self.complete(userId, await self.authorize(userId, code, input)),
  };
  return self;
}

export async function codeOf(reply: Response): Promise<string> {
  return (await reply.clone().json<{ code: string }>()).code;
}
