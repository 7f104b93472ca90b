/** Two Worker processes on one database: who refreshes, and who reads what. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Integration, type Mooring, startMooring } from './support/mooring.ts';
import { eventually, pause } from './support/time.ts';

interface List {
  version: number;
  integrations: Integration[];
}

/**
 * D1 as far away as it is from most places: each batch takes 30 ms longer. So many callers see the
 * same row before the first of them claims it.
 */
const farDatabase = `import { env as bound } from 'cloudflare:workers';
const database = Object.getPrototypeOf(bound.DB);
const { batch } = database;
database.batch = async function (statements) {
  const results = await batch.call(this, statements);
  await scheduler.wait(30);
  return results;
};
`;

describe('two Worker processes on one D1', () => {
  let mooring: Mooring;
  beforeAll(async () => {
    mooring = await startMooring({ processes: 2, planted: farDatabase });
  });
  afterAll(() => mooring.stop());

  const refreshes = () =>
    mooring.sandbox.traffic.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token');

  it('are two processes, and both are well', async () => {
    const [first, second] = mooring.worker.urls;
    expect(first).not.toBe(second);
    for (const process of [0, 1]) {
      await eventually(async () => {
        expect((await mooring.call('GET', '/health', { process })).body).toEqual({ status: 'ok' });
      });
    }
  });

  // nango#1005, n8n#12742, next-auth#7558, airbyte#3990: parallel refreshes burnt rotated tokens.
  it('refresh an expired account once for 200 callers at the same time', async () => {
    await mooring.connect('crowd', 'crowd-account');
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET expires_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'crowd',
    );
    mooring.sandbox.traffic.forget();
    mooring.sandbox.traffic.behaviour = { latencyMs: 300, failure: 'none', failures: 0 };
    const ask = async (process: number) => {
      for (;;) {
        const reply = await mooring.call<{ accessToken: string; code?: string }>(
          'GET',
          '/v1/users/crowd/integrations/sandbox/crowd-account/token',
          { process },
        );
        // On a busy machine D1 may have no time for 200 at once: who waits asks again.
        if (reply.body.code !== 'unavailable') return reply;
        await pause(1_000);
      }
    };
    const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(i % 2)));
    mooring.sandbox.traffic.behaviour = { latencyMs: 0, failure: 'none', failures: 0 };

    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(new Set(replies.map(({ body }) => body.accessToken)).size).toBe(1);
    expect(refreshes()).toHaveLength(1);
    expect(refreshes()[0]?.status).toBe(200);

    // The server kills the family when a token is used twice: it lives, so the next refresh works.
    const next = await mooring.call(
      'POST',
      '/v1/users/crowd/integrations/sandbox/crowd-account/refresh',
      { process: 1 },
    );
    expect(next.status).toBe(200);
    const presented = refreshes().map((request) => request.presented);
    expect(new Set(presented).size).toBe(presented.length);
    expect(mooring.sandbox.liveRefreshTokens('sandbox', 'crowd-account')).toBe(1);
  });

  it('share the work when both run cron at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `shared-due-${i}`);
    for (const name of names) await mooring.connect('shared-cron', name);
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'shared-cron',
    );
    mooring.sandbox.traffic.forget();
    await Promise.all([mooring.worker.cron(0), mooring.worker.cron(1)]);
    expect(refreshes()).toHaveLength(8);
    expect(new Set(refreshes().map(({ presented }) => presented)).size).toBe(8);
    for (const name of names) {
      expect(mooring.sandbox.liveRefreshTokens('sandbox', name)).toBe(1);
    }
  });

  it('never answer with an older list than the token of the change asks for', async () => {
    const list = (process: number, atLeast: number) =>
      mooring.call<List>('GET', '/v1/users/reader/integrations', { process, atLeast });
    const account = '/v1/users/reader/integrations/sandbox/reader-account';

    // Both have the empty list in their memory.
    await Promise.all([list(0, 0), list(1, 0)]);
    const connected = await mooring.connect('reader', 'reader-account');
    for (const process of [1, 0, 1]) {
      const { body } = await list(process, connected.version);
      expect(body.integrations.map(({ accountId }) => accountId)).toEqual(['reader-account']);
    }
    const refreshed = await mooring.call<Integration>('POST', `${account}/refresh`);
    for (const process of [1, 0, 1]) {
      const { body } = await list(process, refreshed.version);
      expect(body.integrations[0]?.lastRefreshedAt).toBe(refreshed.body.lastRefreshedAt);
    }
    const gone = await mooring.call('DELETE', account);
    for (const process of [1, 0, 1]) {
      expect((await list(process, gone.version)).body.integrations).toEqual([]);
    }
    expect(gone.version).toBeGreaterThan(refreshed.version);
    expect(refreshed.version).toBeGreaterThan(connected.version);
  });
});
