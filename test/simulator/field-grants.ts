/**
 * Providers that give tokens without a browser: to a user's own client, to an assertion of the
 * operator's, or to who signs in by a request of the provider's own.
 */
import { verified } from './assertion.ts';
import { readRequest } from './request.ts';
import type { Assertion, SimulatedClient } from './types.ts';

export interface FieldSimulator {
  fetch: typeof fetch;
  /** Of the token endpoint, with why it was refused. */
  tokens: { status: number; refused: string | null }[];
  /** The person takes it back, or gives it again. */
  withdraw(): void;
  restore(): void;
  /** Answers token requests so; null: as usual again. */
  answerTokens(answer: (() => Response | Promise<Response>) | null): void;
}

export interface FieldFixture {
  tokenUrl: string;
  /** Null: nothing is wrong. */
  fault(request: {
    params: URLSearchParams;
    headers: Headers;
    form: string;
    now: number;
  }): Promise<string | null> | string | null;
  refusal: { status: number; body: unknown };
  /** What a reply looks like. */
  reply(accessToken: string): unknown;
  profileUrl: string;
  profile: unknown;
}

export function simulateFields(fixture: FieldFixture, clock: () => number): FieldSimulator {
  let alive = true;
  let planted: (() => Response | Promise<Response>) | null = null;
  let serial = 0;
  const issued = new Set<string>();
  const tokens: FieldSimulator['tokens'] = [];
  const atToken = async (request: Request): Promise<Response> => {
    const { sent } = await readRequest(request);
    const about = { params: sent.params, headers: sent.headers, form: sent.form, now: clock() };
    const refused =
      (sent.method === 'POST' ? null : `is a ${sent.method}`) ??
      (await fixture.fault(about)) ??
      (alive ? null : 'was taken back');
    const usual = () => {
      if (refused !== null) {
        return Response.json(fixture.refusal.body, { status: fixture.refusal.status });
      }
      serial += 1;
      issued.add(`field-token-${serial}`);
      return Response.json(fixture.reply(`field-token-${serial}`));
    };
    const response = await (planted ?? usual)();
    tokens.push({ status: response.status, refused });
    return response;
  };
  return {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      if (request.url === fixture.tokenUrl) return atToken(request);
      if (request.url !== fixture.profileUrl) throw new TypeError(`nobody at ${request.url}`);
      const token = request.headers.get('Authorization')?.replace('Bearer ', '') ?? '';
      return issued.has(token) && alive
        ? Response.json(fixture.profile)
        : Response.json({ error: 'invalid_token' }, { status: 401 });
    },
    tokens,
    withdraw() {
      alive = false;
    },
    restore() {
      alive = true;
    },
    answerTokens(answer) {
      planted = answer;
    },
  };
}

const invalidClient = { status: 401, body: { error: 'invalid_client' } };

/** The user's own client, at a host of the user's. */
export const ownClient: FieldFixture = {
  tokenUrl: 'https://ada.machines.example/oauth/token',
  fault: ({ params, headers, form }) =>
    (form === 'form' ? null : `has a body of kind ${form}`) ??
    (params.get('grant_type') === 'client_credentials' ? null : 'has another grant_type') ??
    (params.get('scope') === 'read write' ? null : 'has no scope') ??
    (headers.get('Authorization') === `Basic ${btoa('ada-client:canary-secret')}`
      ? null
      : 'does not prove the client'),
  refusal: invalidClient,
  // A refresh token that nobody should have sent.
  reply: (token) => ({
    access_token: token,
    expires_in: 3600,
    refresh_token: 'unwanted',
    refresh_token_expires_in: 60,
    scope: 'read write',
  }),
  profileUrl: 'https://ada.machines.example/me',
  profile: { sub: 'machine-7', name: 'Machine of Ada' },
};

/** An assertion that the operator's key signs, as GitHub Apps want it. */
export const installation = (
  client: SimulatedClient,
  { algorithm, audience }: Pick<Assertion, 'algorithm' | 'audience'> = {
    algorithm: 'ES256',
    audience: 'https://apps.example',
  },
): FieldFixture => ({
  tokenUrl: 'https://apps.example/app/installations/4711/access_tokens',
  fault: async ({ headers, form, now, params }) => {
    const jwt = /^Bearer (.+)$/.exec(headers.get('Authorization') ?? '')?.[1] ?? '';
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const sent = {
      params: new URLSearchParams({ client_assertion: jwt, client_assertion_type: type }),
    };
    if (form !== 'none') return `has a body, ${params}`;
    const isGood = await verified(
      { by: 'private_key_jwt', algorithm, audience },
      sent as never,
      client,
      now,
      'client_id',
    );
    return isGood ? null : 'has no good assertion';
  },
  refusal: { status: 404, body: { message: 'Not Found' } },
  reply: (token) => ({ token, expires_at: new Date(Date.now() + 3_600_000).toISOString() }),
  profileUrl: 'https://apps.example/installation',
  profile: { id: 4711, account: { login: 'ada-inc' } },
});

/**
 * GitHub's own: docs.github.com, "Generating an installation access token" (no date); the refusal
 * is known.
 */
export const githubInstallation = (client: SimulatedClient): FieldFixture => ({
  ...installation(client, {
    algorithm: 'RS256',
    audience: 'https://api.github.com/app/installations/4711/access_tokens',
  }),
  tokenUrl: 'https://api.github.com/app/installations/4711/access_tokens',
  profileUrl: 'https://api.github.com/installation/repositories?per_page=1',
  profile: { total_count: 1, repositories: [{ id: 1, owner: { login: 'ada-inc' } }] },
});

/** A login whose reply is the token. */
export const login: FieldFixture = {
  tokenUrl: 'https://login.example/api/login',
  fault: ({ params, headers, form }) =>
    (form === 'json' ? null : `has a body of kind ${form}`) ??
    (params.has('grant_type') ? 'has a grant_type' : null) ??
    (headers.get('X-Tenant') === 'ada-inc' ? null : 'has no tenant') ??
    (params.get('user') === 'ada' && params.get('password') === 'canary-password'
      ? null
      : 'does not know this person'),
  refusal: { status: 401, body: 'Unauthorized' },
  reply: (token) => ({ session: { token, ttl: 1800 } }),
  profileUrl: 'https://login.example/api/me',
  profile: { user: { id: 9, name: 'Ada' } },
};
