/** GET /v1/integrations: all users', by cursor. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { api, apiWith } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { recordedDatabase } from '../support/plans';

const deps = testDeps();

interface Page {
  integrations: { userId: string; version: number; accountId: string; status: string }[];
  next: string | null;
}

async function read(query = ''): Promise<Page> {
  const reply = await api(`/v1/integrations${query}`);
  expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
  return reply.json<Page>();
}

async function readAll(query = ''): Promise<{ accounts: string[]; pages: number }> {
  const accounts: string[] = [];
  let pages = 0;
  for (let after: string | null = ''; after !== null; ) {
    const page: Page = await read(`?limit=2${query}${after && `&after=${after}`}`);
    accounts.push(...page.integrations.map(({ accountId }) => accountId));
    after = page.next;
    pages += 1;
  }
  return { accounts, pages };
}

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM oauth_accounts').run();
});

const five = async () => {
  for (let i = 0; i < 5; i += 1) {
    await insertAccount(deps, {
      userId: `u${i}`,
      providerAccountId: `a${i}`,
      provider: i === 3 ? 'reddit' : 'acme',
      ...(i % 2 === 1 ? { state: 'needs_reconnect', stateReason: 'invalid_grant' } : {}),
    });
  }
};

describe('pages', () => {
  test('lead through all integrations, each with its user and version', async () => {
    await five();
    expect((await readAll()).accounts).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    const { integrations, next } = await read();
    expect(next).toBeNull();
    for (const one of integrations) {
      const { userId, version, ...integration } = one;
      const reply = await api(`/v1/users/${userId}/integrations/acme/${one.accountId}`);
      if (one.accountId === 'a3') continue;
      expect(await reply.json()).toEqual(integration);
      expect(reply.headers.get('Consistency-Token')).toBe(String(version));
    }
  });

  test('have one that was connected meanwhile, and none twice', async () => {
    await five();
    const first = await read('?limit=3');
    await insertAccount(deps, { userId: 'new', providerAccountId: 'a5' });
    const second = await read(`?limit=3&after=${first.next}`);
    expect(second.integrations.map(({ accountId }) => accountId)).toEqual(['a3', 'a4', 'a5']);
    expect(second.next).not.toBeUndefined();
  });

  test('are of one provider, or of one status', async () => {
    await five();
    expect((await readAll('&provider=reddit')).accounts).toEqual(['a3']);
    expect((await readAll('&status=needs_reconnect')).accounts).toEqual(['a1', 'a3']);
    expect((await readAll('&status=connected')).accounts).toEqual(['a0', 'a2', 'a4']);
    expect((await readAll('&status=connected&provider=reddit')).accounts).toEqual([]);
    expect((await readAll('&provider=unknown')).accounts).toEqual([]);
  });

  test('look at a bounded number of rows, and lead on', async () => {
    await env.DB.prepare(
      `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, scope,
         requested_scope, parameters, metadata, token_version, created_at, updated_at, state)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
       SELECT 'many', 'acme', 'm' || i, 's', '[]', '[]', '{}', '{}', 1, 1, 1, 'active' FROM n`,
    ).run();
    await insertAccount(deps, { providerAccountId: 'last', provider: 'reddit' });
    expect(await readAll('&provider=reddit')).toEqual({ accounts: ['last'], pages: 2 });
    expect((await readAll('&status=expired')).pages).toBe(6);
  });
});

test.each([
  ['?after=evt_5', 'query.after', 'send "next"'],
  ['?after=int_0', 'query.after', 'send "next"'],
  ['?limit=1001', 'query.limit', '1 to 1000'],
  ['?status=broken', 'query.status', ''],
  ['?provider=../x', 'query.provider', 'a-z'],
  ['?userId=u', 'query.userId', 'is not known here'],
])('%s is refused, and says what to do', async (query, path, words) => {
  const reply = await api(`/v1/integrations${query}`);
  expect(reply.status).toBe(400);
  expect(await reply.json()).toMatchObject({
    errors: [{ path, message: expect.stringContaining(words) }],
  });
});

test('no read scans a table, but up to a limit in the order of ids', async () => {
  const recorded = recordedDatabase();
  const call = apiWith(testDeps({ db: recorded.db, session: () => recorded.db }));
  for (const query of ['', '?after=int_1&provider=acme', '?status=connected']) {
    await call(`/v1/integrations${query}`);
  }
  const plans = (await recorded.plans()).flatMap(({ plan }) => plan);
  expect(plans.filter((line) => /SCAN (?!scanned$)|TEMP B-TREE/.test(line))).toEqual([]);
});
