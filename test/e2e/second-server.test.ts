/** Another real authorization server, of another code base, connected by configuration only. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecondServer, secondProvider, startSecondServer } from '../sandbox/second-server.ts';
import { Browser } from './support/browser.ts';
import {
  atApp,
  type Integration,
  type Mooring,
  type Problem,
  returnTo,
  startMooring,
} from './support/mooring.ts';
import { eventually } from './support/time.ts';

const client = { id: 'dockside', secret: randomBytes(24).toString('hex') };

describe('a second authorization server', () => {
  let server: SecondServer;
  let mooring: Mooring;
  beforeAll(async () => {
    server = await startSecondServer(client);
    mooring = await startMooring({
      vars: {
        PROVIDERS: JSON.stringify({ second: secondProvider(server.origin) }),
        SECOND_CLIENT_ID: client.id,
        SECOND_CLIENT_SECRET: client.secret,
      },
    });
    await server.register(`${mooring.worker.urls[0]}/connect/callback/second`);
  });
  afterAll(async () => {
    await mooring?.stop();
    await server?.close();
  });

  const path = (user: string) => `/v1/users/${user}/integrations/second/${user}-account`;

  const connect = async (user: string, given: Record<string, unknown> = {}) => {
    const begun = await mooring.call<{ id: string; connectUrl: string } & Problem>(
      'POST',
      `/v1/users/${user}/connections`,
      { json: { provider: 'second', returnTo, ...given } },
    );
    expect(begun.status, begun.body.detail).toBe(201);
    const browser = new Browser();
    const consent = await browser.open(begun.body.connectUrl);
    const back = await browser.submit(
      consent,
      '/consent/[0-9a-f-]+',
      { account: `${user}-account` },
      atApp,
    );
    const { completion, ...rest } = Object.fromEntries(back.url.searchParams);
    expect(rest).toEqual({ connection: begun.body.id });
    const connected = await mooring.complete(user, begun.body.id, { completion });
    expect(connected.status, JSON.stringify(connected.body)).toBeLessThan(300);
    return connected;
  };

  const token = async (user: string) =>
    (await mooring.call<{ accessToken: string; scope?: string[] }>('GET', `${path(user)}/token`))
      .body;

  /** What the server's own API says to an access token. */
  const whoIs = async (accessToken: string) => {
    const reply = await fetch(`${server.origin}/api/me`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    return reply.status === 200
      ? ((await reply.json()) as { user: { id: string } }).user.id
      : reply.status;
  };

  it('is a process of its own', () => {
    expect(server.pid).not.toBe(process.pid);
    expect(server.pid).toBeGreaterThan(0);
  });

  it('connects an account, with PKCE and scopes that commas join', async () => {
    const { body } = await connect('ada');
    expect(body).toMatchObject({
      provider: 'second',
      accountId: 'ada-account',
      displayName: 'Captain ada-account',
      status: 'connected',
      scopes: ['profile.read', 'boats.read'],
      missingScopes: [],
    });
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(590_000);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThan(601_000);
    expect(await whoIs((await token('ada')).accessToken)).toBe('ada-account');
  });

  it('refreshes on demand, and every refresh token is another one', async () => {
    await connect('bea');
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const before = (await token('bea')).accessToken;
      seen.add(before);
      await mooring.worker.sql(
        'UPDATE oauth_accounts SET expires_at = ? WHERE user_id = ?',
        Date.now() - 1000,
        'bea',
      );
      const after = (await token('bea')).accessToken;
      expect(await whoIs(after)).toBe('bea-account');
      // The old pair died with it: only a refresh token that was rotated each time goes on.
      expect(await whoIs(before)).toBe(401);
    }
    expect(seen.size).toBe(3);
  });

  it('refreshes in time, by cron', async () => {
    await connect('cyd');
    const before = (await token('cyd')).accessToken;
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'cyd',
    );
    await mooring.worker.cron();
    const after = (await token('cyd')).accessToken;
    expect(after).not.toBe(before);
    expect(await whoIs(after)).toBe('cyd-account');
  });

  it('says that consent was withdrawn in words of its own, and a reconnect heals it', async () => {
    await connect('dov');
    await server.withdraw('dov-account');
    const refused = await mooring.call<Problem>('POST', `${path('dov')}/refresh`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_reconnect' } });
    const marked = await mooring.call<Integration>('GET', path('dov'), {
      atLeast: refused.version,
    });
    expect(marked.body.status).toBe('needs_reconnect');
    const healed = await connect('dov', { accountId: 'dov-account' });
    expect(healed.body.status).toBe('connected');
    expect(await whoIs((await token('dov')).accessToken)).toBe('dov-account');
  });

  it('is told when an account is disconnected, and its tokens die', async () => {
    await connect('eve');
    const { accessToken } = await token('eve');
    const gone = await mooring.call<{ revocation: string }>('DELETE', path('eve'));
    expect(gone).toMatchObject({ status: 200, body: { revocation: 'queued' } });
    await eventually(async () => expect(await whoIs(accessToken)).toBe(401));
    await eventually(async () => {
      expect(await mooring.worker.sql('SELECT id FROM outbox')).toEqual([]);
    });
  });
});
