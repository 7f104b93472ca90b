/**
 * What an authorization server does for a client that follows RFC 6749, 7636, 6750 and 7009 and
 * rotates refresh tokens. The simulator and real servers pass the same tests, so that what a test
 * shows against the simulator holds against them. One that wants more of a client (pushed requests,
 * signed proofs) has it in its `fetch`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

export interface AuthorizationServer {
  fetch: typeof fetch;
  endpoints: Record<'authorize' | 'token' | 'profile' | 'revoke', string>;
  client: { id: string; secret: string; redirectUri: string };
  clientAuth: 'basic' | 'post';
  scope: string;
  /** Besides those of RFC 6749. */
  authorizationParams?: Record<string, string>;
  /** A person signs in as this account and consents; the address that the browser is sent to. */
  consent(url: URL, account: string): Promise<URL>;
  /** The account that a profile document names. */
  accountIn(profile: unknown): unknown;
  /** It refuses a refresh token that was used, and leaves the grant as it is. */
  reuseKeepsGrant?: boolean;
  /** Default: bearer. */
  tokenType?: 'dpop';
  /** The error code for a refresh token that is dead. Default: that of RFC 6749. */
  deadToken?: string;
  close?(): Promise<void>;
}

interface TokenReply {
  status: number;
  body: {
    access_token: string;
    refresh_token: string;
    token_type: string;
    expires_in: number;
    error?: string;
  };
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

export function authorizationServerContract(
  name: string,
  start: () => Promise<AuthorizationServer> | AuthorizationServer,
): void {
  describe(`${name} does what the standards say`, () => {
    let server: AuthorizationServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.close?.());

    const newVerifier = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

    async function authorizationUrl(verifier: string, changes: Record<string, string> = {}) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
      const url = new URL(server.endpoints.authorize);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: server.client.id,
        redirect_uri: server.client.redirectUri,
        scope: server.scope,
        state: 'the state',
        code_challenge: base64url(new Uint8Array(digest)),
        code_challenge_method: 'S256',
        ...server.authorizationParams,
        ...changes,
      }).toString();
      return url;
    }

    async function consented(account: string): Promise<{ code: string; verifier: string }> {
      const verifier = newVerifier();
      const back = await server.consent(await authorizationUrl(verifier), account);
      return { code: back.searchParams.get('code') ?? '', verifier };
    }

    const post = (
      endpoint: 'token' | 'revoke',
      form: Record<string, string>,
      { id, secret } = server.client,
    ): Promise<Response> => {
      const basic = { Authorization: `Basic ${btoa(`${id}:${secret}`)}` };
      const inBody = { client_id: id, client_secret: secret };
      return server.fetch(server.endpoints[endpoint], {
        method: 'POST',
        headers: {
          Accept: 'application/json',
          'Content-Type': 'application/x-www-form-urlencoded',
          ...(server.clientAuth === 'basic' ? basic : {}),
        },
        body: new URLSearchParams({
          ...form,
          ...(server.clientAuth === 'post' ? inBody : {}),
        }).toString(),
      });
    };

    async function tokens(form: Record<string, string>, secret?: string): Promise<TokenReply> {
      const client = { ...server.client, ...(secret === undefined ? {} : { secret }) };
      const reply = await post('token', form, client);
      return { status: reply.status, body: (await reply.json()) as TokenReply['body'] };
    }

    const exchange = (code: string, verifier: string, secret?: string) =>
      tokens(
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: server.client.redirectUri,
          code_verifier: verifier,
        },
        secret,
      );

    async function connected(account: string): Promise<TokenReply['body']> {
      const { code, verifier } = await consented(account);
      const { status, body } = await exchange(code, verifier);
      expect(status, JSON.stringify(body)).toBe(200);
      return body;
    }

    const refresh = (token: string) =>
      tokens({ grant_type: 'refresh_token', refresh_token: token });

    const revoke = async (token: string) => {
      const reply = await post('revoke', { token, token_type_hint: 'refresh_token' });
      await reply.text();
      return reply.status;
    };

    /** The account that the access token reads; a status where it is refused. */
    async function whoseIs(accessToken: string): Promise<unknown> {
      const reply = await server.fetch(server.endpoints.profile, {
        headers: { Authorization: `Bearer ${accessToken}` },
      });
      const text = await reply.text();
      return reply.status === 200 ? server.accountIn(JSON.parse(text)) : reply.status;
    }

    const expectRefused = ({ status, body }: TokenReply, error: string) =>
      expect([status, body.error, body.access_token]).toEqual([400, error, undefined]);

    const expectDead = async (token: string) =>
      expectRefused(await refresh(token), server.deadToken ?? 'invalid_grant');

    it('sends the browser back with a code and the state (RFC 6749 4.1.2)', async () => {
      const back = await server.consent(await authorizationUrl(newVerifier()), 'ada');
      expect(back.href.startsWith(server.client.redirectUri)).toBe(true);
      expect(back.searchParams.get('state')).toBe('the state');
      expect(back.searchParams.get('code')).not.toBeNull();
    });

    it('sends no browser to an address that is not registered (4.1.2.1)', async () => {
      const url = await authorizationUrl(newVerifier(), { redirect_uri: 'https://evil.example/' });
      const reply = await server.fetch(url, { redirect: 'manual' });
      await reply.text();
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.headers.get('Location')).toBeNull();
    });

    it('gives tokens for a code: of their type, with a lifetime, for the account that consented (4.1.4)', async () => {
      const body = await connected('grace');
      expect(body.token_type.toLowerCase()).toBe(server.tokenType ?? 'bearer');
      expect(body.expires_in).toBeGreaterThan(0);
      expect(body.refresh_token).not.toBe(body.access_token);
      expect(await whoseIs(body.access_token)).toBe('grace');
    });

    it('gives none for a code of another verifier (RFC 7636 4.6)', async () => {
      const { code } = await consented('verified');
      expectRefused(await exchange(code, newVerifier()), 'invalid_grant');
    });

    it('gives none for a code that was used (RFC 6749 4.1.2), or that it never gave', async () => {
      const { code, verifier } = await consented('once');
      expect((await exchange(code, verifier)).status).toBe(200);
      for (const again of [code, 'nonsense']) {
        const { status, body } = await exchange(again, verifier);
        expect([status, body.access_token]).toEqual([400, undefined]);
      }
    });

    it('gives none to a client with another secret (5.2)', async () => {
      const { code, verifier } = await consented('secretive');
      const { status, body } = await exchange(code, verifier, 'wrong');
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    });

    it('rotates refresh tokens, and the new access token works (6)', async () => {
      const first = await connected('rotating');
      const second = await refresh(first.refresh_token);
      expect(second.status).toBe(200);
      expect(second.body.refresh_token).not.toBe(first.refresh_token);
      expect(await whoseIs(second.body.access_token)).toBe('rotating');
      expect((await refresh(second.body.refresh_token)).status).toBe(200);
    });

    it('refuses a refresh token that was used, and ends its grant if it says so (RFC 9700 4.14.2)', async () => {
      const first = await connected('twice');
      const second = await refresh(first.refresh_token);
      await expectDead(first.refresh_token);
      if (!server.reuseKeepsGrant) await expectDead(second.body.refresh_token);
      else expect((await refresh(second.body.refresh_token)).status).toBe(200);
    });

    it('keeps the grants of two people apart', async () => {
      const one = await connected('one');
      const other = await connected('other');
      await refresh(one.refresh_token);
      await expectDead(one.refresh_token);
      const { body } = await refresh(other.refresh_token);
      expect(await whoseIs(body.access_token)).toBe('other');
    });

    it('ends the grant when its refresh token is revoked (RFC 7009 2.1)', async () => {
      const { access_token, refresh_token } = await connected('leaving');
      expect(await revoke(refresh_token)).toBe(200);
      await expectDead(refresh_token);
      expect(await whoseIs(access_token)).toBe(401);
    });

    it('takes the revocation of a token that it does not know (2.2)', async () => {
      expect(await revoke('nonsense')).toBe(200);
    });

    it('answers an access token that is none with 401 (RFC 6750 3.1)', async () => {
      expect(await whoseIs('nonsense')).toBe(401);
    });
  });
}
