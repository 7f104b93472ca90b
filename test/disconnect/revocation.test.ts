/**
 * How a grant ends at the provider after its integration is gone: with a token that has run out,
 * with what an attempt left behind, beside connects, and by a holder that dies half-way.
 */
import { and, eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { type AccountRow, eventLog, outbox } from '../../src/db/schema';
import { deliverRevocations, OUTBOX_LEASE_MS } from '../../src/disconnect/outbox';
import { joinKey } from '../../src/oauth/dpop';
import { LEASE_MS } from '../../src/refresh/claim';
import type { SealedGrant } from '../../src/refresh/commit';
import { refreshOne } from '../../src/refresh/on-demand';
import { recoverRescued, saveInKv } from '../../src/refresh/rescue';
import { HOUR_MS as HOUR } from '../../src/time';
import { accountContext } from '../../src/vault/vault';
import { type Journey, journey } from '../connect/journey';
import { acme } from '../simulator/acme';
import { gate, kvWith, storedIn } from '../status-cache/faults';
import { clientsOf, configWith, recordAt } from '../support/config';
import { dumpDatabase, erasureOf, rowsNaming } from '../support/dump';
import { type AccountOverrides, insertAccount } from '../support/fixtures';
import { acmeServer } from '../support/provider';

const config = configWith(
  {
    // Takes access tokens only, and ends the grant.
    live: recordAt('live', { revocation: { token: 'access' } }),
    // Ends the token that it is sent, whichever.
    each: recordAt('each', { revocationReach: 'token' }),
    // The same, with one grant for each account.
    only: recordAt('only', { revocationReach: 'token', maxGrants: 1 }),
    mute: recordAt('mute', { revocationReach: 'token', revocationUrl: undefined }),
  },
  clientsOf(['live', 'each', 'only', 'mute']),
);

/** One entry at a time in the table, so that nobody else's is due. */
async function travel(ends: 'token' | 'grant' = 'grant'): Promise<Journey> {
  const { revocation } = acme();
  const changes = { revocation: revocation && { ...revocation, ends } };
  const j = journey({ config }, (now) => acmeServer(now, {}, changes));
  await j.deps.db.delete(outbox);
  return j;
}

/** An idle account: its access token ran out a while ago. */
const insertIdle = (j: Journey, provider: string, id: string, more: AccountOverrides = {}) =>
  insertAccount(j.deps, {
    userId: `user-of-${id}`,
    provider,
    providerAccountId: id,
    expiresAt: j.deps.now() - HOUR,
    ...more,
  });

async function remove(j: Journey, provider: string, id: string): Promise<void> {
  const path = `/v1/users/user-of-${id}/integrations/${provider}/${id}`;
  expect((await j.api(path, { method: 'DELETE' })).status).toBe(200);
  await j.deps.settle();
}

const isRefresh = ({ params }: { params: URLSearchParams }) =>
  params.get('grant_type') === 'refresh_token';
const refreshed = (j: Journey) =>
  j.provider
    .to('/token')
    .filter(isRefresh)
    .map(({ params }) => params.get('refresh_token'));
const revoked = (j: Journey) => j.provider.to('/revoke').map(({ params }) => params.get('token'));
const owed = (j: Journey) => j.deps.db.select().from(outbox);
const gaveUp = (j: Journey, provider: string) =>
  j.deps.db
    .select()
    .from(eventLog)
    .where(and(eq(eventLog.provider, provider), eq(eventLog.type, 'revocation.gave_up')));

/** The tokens of the only entry, in plain text. */
async function tokensOwed(j: Journey) {
  const [entry] = await owed(j);
  const open = (sealed: string | null | undefined, field: 'access_token' | 'refresh_token') =>
    sealed &&
    j.deps.vault.open(sealed, accountContext(entry?.provider ?? '', entry?.accountId ?? '', field));
  return {
    access: await open(entry?.accessToken, 'access_token'),
    refresh: await open(entry?.refreshToken, 'refresh_token'),
    expiresAt: entry?.expiresAt,
  };
}

async function later(j: Journey, ms: number): Promise<void> {
  j.deps.clock.advance(ms);
  await deliverRevocations(j.deps);
}

describe('where a revocation takes a live access token', () => {
  test('one that has run out is renewed first, and what came is saved before it is used', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-1');
    let saved: unknown;
    j.provider.answer('/revoke', async (_, usual) => {
      saved = await tokensOwed(j);
      return usual();
    });
    await remove(j, 'live', 'run-1');
    expect(refreshed(j)).toEqual(['refresh-run-1']);
    expect(revoked(j)).toEqual(['access-run-1-1']);
    expect(saved).toEqual({
      access: 'access-run-1-1',
      refresh: 'refresh-run-1-1',
      expiresAt: j.deps.now() + HOUR,
    });
    expect(await owed(j)).toEqual([]);
    expect(j.provider.good('refresh') + j.provider.good('access')).toBe(0);
    // I8.
    expect(j.deps.logLines.join()).not.toMatch(/(access|refresh)-run-1/);
    expect(JSON.stringify(await dumpDatabase())).not.toMatch(/(access|refresh)-run-1/);
  });

  test('one that is good is sent as it is', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-2', { expiresAt: j.deps.now() + HOUR });
    await remove(j, 'live', 'run-2');
    expect([refreshed(j), revoked(j)]).toEqual([[], ['access-run-2']]);
  });

  test.each([
    ['says that it is dead', Response.json({ error: 'invalid_token' }, { status: 400 })],
    ['refuses it', new Response(null, { status: 404 })],
  ])(
    'one of which nobody knows when it ends is renewed where the provider %s',
    async (name, no) => {
      const j = await travel();
      const id = `run-3-${name.length}`;
      await insertIdle(j, 'live', id, { expiresAt: null });
      j.provider.answer('/revoke', ({ nth }) => (nth === 1 ? no.clone() : null));
      await remove(j, 'live', id);
      expect([refreshed(j), revoked(j)]).toEqual([
        [`refresh-${id}`],
        [`access-${id}`, `access-${id}-1`],
      ]);
      expect(await owed(j)).toEqual([]);
    },
  );

  test('a grant that the provider had refused is not refreshed, and nothing is given up', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-4', {
      state: 'needs_reconnect',
      stateReason: 'invalid_grant',
      stateConfirmedAt: j.deps.now(),
    });
    j.provider.answer('/revoke', () => new Response(null, { status: 401 }));
    await remove(j, 'live', 'run-4');
    expect([refreshed(j), revoked(j)]).toEqual([[], ['access-run-4']]);
    expect(await owed(j)).toEqual([]);
    expect(await gaveUp(j, 'live')).toEqual([]);
  });

  test('a grant that turns out to be dead, twice, needs no revocation', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-5');
    j.provider.answer('/token', () => Response.json({ error: 'invalid_grant' }, { status: 400 }));
    await remove(j, 'live', 'run-5');
    expect(await owed(j)).toHaveLength(1);
    await later(j, HOUR / 2);
    expect([refreshed(j).length, revoked(j)]).toEqual([2, []]);
    expect(await owed(j)).toEqual([]);
    expect(await gaveUp(j, 'live')).toEqual([]);
  });

  test('a refusal that was a mistake leaves no grant alive', async () => {
    const j = await travel();
    // The row was marked by a first one.
    await insertIdle(j, 'live', 'run-9', {
      state: 'needs_reconnect',
      stateReason: 'invalid_grant',
    });
    j.provider.answer('/token', ({ nth }) =>
      nth === 1 ? Response.json({ error: 'invalid_grant' }, { status: 400 }) : null,
    );
    await remove(j, 'live', 'run-9');
    await later(j, HOUR / 2);
    expect(revoked(j)).toEqual(['access-run-9-1']);
    expect(j.provider.good('refresh')).toBe(0);
    expect(await owed(j)).toEqual([]);
  });

  test.each([
    ['503', 503],
    ['a wrong client', 401],
  ])('a refresh that is answered by %s comes again', async (_, status) => {
    const j = await travel();
    const id = `run-6-${status}`;
    await insertIdle(j, 'live', id);
    j.provider.answer('/token', ({ nth }) =>
      nth === 1 ? Response.json({ error: 'invalid_client' }, { status }) : null,
    );
    await remove(j, 'live', id);
    expect(revoked(j)).toEqual([]);
    await later(j, HOUR);
    expect(revoked(j)).toEqual([`access-${id}-1`]);
    expect(await owed(j)).toEqual([]);
  });

  test('a revocation that comes again uses what the refresh before it brought', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-7');
    j.provider.answer('/revoke', ({ nth }) =>
      nth === 1 ? new Response(null, { status: 503 }) : null,
    );
    await remove(j, 'live', 'run-7');
    await later(j, 5 * 60_000);
    expect([refreshed(j), revoked(j)]).toEqual([
      ['refresh-run-7'],
      ['access-run-7-1', 'access-run-7-1'],
    ]);
    expect(await owed(j)).toEqual([]);
  });

  test('tokens of another account, as the ID token tells, are neither kept nor revoked', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-9');
    const claims = btoa(JSON.stringify({ sub: 'somebody-else' })).replace(/=+$/, '');
    j.provider.answer('/token', ({ nth }) =>
      nth === 1 ? Response.json({ access_token: 'foreign', id_token: `e30.${claims}.sig` }) : null,
    );
    await remove(j, 'live', 'run-9');
    expect(revoked(j)).toEqual([]);
    expect(await tokensOwed(j)).toMatchObject({ access: 'access-run-9', refresh: 'refresh-run-9' });
    await later(j, HOUR);
    expect(revoked(j)).toEqual(['access-run-9-1']);
  });

  test('a refresh token without an access token is kept, and the refresh comes again', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'run-8');
    j.provider.answer('/token', ({ nth }) =>
      nth === 1 ? Response.json({ refresh_token: 'refresh-run-8-new' }) : null,
    );
    await remove(j, 'live', 'run-8');
    await later(j, HOUR);
    expect(refreshed(j)).toEqual(['refresh-run-8', 'refresh-run-8-new']);
  });
});

describe('a delivery that is cut off', () => {
  test.each([
    ['before the refresh', '/token', ['refresh-cut-1', 'refresh-cut-1']],
    ['after it', '/revoke', ['refresh-cut-2']],
  ] as const)('%s goes on when its lease is over', async (_, path, sent) => {
    const j = await travel();
    const id = path === '/token' ? 'cut-1' : 'cut-2';
    await insertIdle(j, 'live', id);
    const never = gate();
    j.provider.answer(path, async ({ nth }) => {
      if (nth > 1) return;
      await never.promise;
      return new Response(null, { status: 503 });
    });
    const path_ = `/v1/users/user-of-${id}/integrations/live/${id}`;
    expect((await j.api(path_, { method: 'DELETE' })).status).toBe(200);
    await expect.poll(() => j.provider.to(path).length).toBe(1);
    // Doubled ticks find it leased.
    await Promise.all([1, 2].map(() => later(j, 0)));
    await later(j, OUTBOX_LEASE_MS - 1);
    expect(j.provider.to(path)).toHaveLength(1);
    await later(j, 1);
    expect(refreshed(j)).toEqual(sent);
    expect(await owed(j)).toEqual([]);
    expect(j.provider.good('refresh')).toBe(0);
    never.resolve();
    await j.deps.settle();
    expect(await owed(j)).toEqual([]);
  });

  test('nothing is sent near the end of a lease: a connect would not wait for it', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'cut-3');
    j.provider.answer('/token', async (_, usual) => {
      j.deps.clock.advance(40_000);
      return usual();
    });
    await remove(j, 'live', 'cut-3');
    expect([refreshed(j), revoked(j)]).toEqual([['refresh-cut-3'], []]);
    await later(j, HOUR / 2);
    expect(revoked(j)).toEqual(['access-cut-3-1']);
  });

  test('where D1 does not take the new tokens, they are used, and a rescue record has them', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'cut-4');
    const { db } = j.deps;
    j.deps.db = new Proxy(db, {
      get(target, key) {
        if (key !== 'update') return Reflect.get(target, key);
        return (table: unknown) => {
          const builder = target.update(table as typeof outbox);
          return {
            set: (values: Record<string, unknown>) => {
              if ('accessToken' in values) throw new Error('D1_ERROR: Network connection lost.');
              return builder.set(values);
            },
          };
        };
      },
    });
    await remove(j, 'live', 'cut-4');
    expect(revoked(j)).toEqual(['access-cut-4-1']);
    const { keys } = await j.deps.kv.list({ prefix: 'rescue/' });
    expect(keys.length).toBeGreaterThan(0);
    expect(j.deps.logLines.join()).toContain('outbox.tokens_not_saved');
    expect(j.deps.logLines.join()).not.toContain('cut-4-1');
  });
});

/** What an attempt under the row's lease received, for a rescue record. */
async function leftBy(
  j: Journey,
  row: AccountRow,
  more: Partial<SealedGrant> = {},
): Promise<SealedGrant> {
  const { provider, providerAccountId: accountId } = row;
  const seal = (token: string, field: 'access_token' | 'refresh_token') =>
    j.deps.vault.seal(token, accountContext(provider, accountId, field));
  return {
    v: 1,
    leaseId: row.leaseId ?? '',
    rowId: row.id,
    provider,
    accountId,
    subject: row.subject,
    clientId: null,
    parameters: {},
    sentVersion: row.tokenVersion,
    sent: row.refreshToken ?? '',
    accessToken: await seal(`access-${accountId}-new`, 'access_token'),
    refreshToken: await seal(`refresh-${accountId}-new`, 'refresh_token'),
    expiresAt: null,
    refreshExpiresAt: null,
    tokenType: null,
    scopes: null,
    metadata: {},
    receivedAt: j.deps.now(),
    ...more,
  };
}

describe('an entry of a row under a lease', () => {
  test('is due when the lease ends, and takes what the attempt left in a rescue record', async () => {
    const j = await travel();
    const leaseId = crypto.randomUUID();
    const row = await insertIdle(j, 'live', 'lost-1', {
      leaseId,
      leaseUntil: j.deps.now() + LEASE_MS,
    });
    const grant = await leftBy(j, row, { expiresAt: j.deps.now() + HOUR });
    await remove(j, 'live', 'lost-1');
    await later(j, LEASE_MS - 1);
    expect([refreshed(j), revoked(j)]).toEqual([[], []]);
    await saveInKv(j.deps, grant, Number.POSITIVE_INFINITY);
    j.provider.answer('/revoke', ({ nth }) =>
      nth === 1 ? new Response(null, { status: 503 }) : null,
    );
    await later(j, 1);
    expect([refreshed(j), revoked(j)]).toEqual([[], ['access-lost-1-new']]);
    expect(await tokensOwed(j)).toMatchObject({ refresh: 'refresh-lost-1-new' });
    expect(await storedIn(`rescue/${leaseId}`)).toBeNull();
    await later(j, HOUR / 2);
    expect(await owed(j)).toEqual([]);
  });

  test('does not go back to a record that it has taken, and that is still read', async () => {
    const j = await travel();
    const leaseId = crypto.randomUUID();
    const row = await insertIdle(j, 'live', 'lost-4', { leaseId, leaseUntil: j.deps.now() });
    const grant = await leftBy(j, row, { expiresAt: j.deps.now() - 1 });
    await saveInKv(j.deps, grant, Number.POSITIVE_INFINITY);
    j.deps.kv = kvWith({ delete: async () => {} });
    j.provider.answer('/revoke', ({ nth }) =>
      nth === 1 ? new Response(null, { status: 503 }) : null,
    );
    await remove(j, 'live', 'lost-4');
    await later(j, HOUR / 2);
    expect([refreshed(j), revoked(j)]).toEqual([
      ['refresh-lost-4-new'],
      ['access-lost-4-new-1', 'access-lost-4-new-1'],
    ]);
    expect(await owed(j)).toEqual([]);
  });

  test('an erasure leaves such entries too, without the user', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'lost-2', {
      leaseId: 'erased.1',
      leaseUntil: j.deps.now() + LEASE_MS,
      lostLeaseId: 'before.1@1',
    });
    await insertIdle(j, 'live', 'lost-3', { userId: 'user-of-lost-2' });
    j.provider.answer('/revoke', () => new Response(null, { status: 503 }));
    await j.api('/v1/users/user-of-lost-2', { method: 'DELETE' });
    await j.deps.settle();
    expect(await rowsNaming('user-of-lost-2')).toMatchObject(erasureOf('user-of-lost-2'));
    const entries = await owed(j);
    expect(entries.find(({ accountId }) => accountId === 'lost-2')).toMatchObject({
      attempts: 0,
      dueAt: j.deps.now() + LEASE_MS,
      lostLeaseId: `before.1@1 erased.1@${j.deps.now()}`,
      scope: ['openid', 'offline_access'],
      refused: false,
    });
    expect(refreshed(j)).toEqual(['refresh-lost-3']);
    j.provider.answer('/revoke', null);
    await later(j, HOUR / 2);
    expect(refreshed(j)).toEqual(['refresh-lost-3', 'refresh-lost-2']);
    expect(await owed(j)).toEqual([]);
  });
});

describe('a grant that another integration needs (I7)', () => {
  test('is neither refreshed nor revoked', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'need-2', { subject: 'need' });
    await j.deps.db.insert(outbox).values({
      kind: 'revocation',
      provider: 'live',
      accountId: 'need-1',
      subject: 'need',
      parameters: {},
      accessToken: await j.deps.vault.seal('a', accountContext('live', 'need-1', 'access_token')),
      refreshToken: await j.deps.vault.seal('r', accountContext('live', 'need-1', 'refresh_token')),
      expiresAt: j.deps.now() - HOUR,
      dueAt: j.deps.now(),
      createdAt: j.deps.now(),
    });
    await later(j, 1);
    expect([refreshed(j), revoked(j)]).toEqual([[], []]);
    expect(await owed(j)).toEqual([]);
  });

  test('that came into being during the refresh keeps it from being revoked', async () => {
    const j = await travel();
    await insertIdle(j, 'live', 'need-3');
    j.provider.answer('/token', async (_, usual) => {
      await insertAccount(j.deps, {
        provider: 'live',
        providerAccountId: 'need-4',
        subject: 'need-3',
      });
      return usual();
    });
    await remove(j, 'live', 'need-3');
    expect([refreshed(j), revoked(j)]).toEqual([['refresh-need-3'], []]);
    expect(await owed(j)).toEqual([]);
  });

  test.each([
    ['', 'need-5', null],
    [', bound to a key', 'need-6', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }],
  ])(
    'where a revocation ends its token only: one that has the same token%s',
    async (_, id, dpopKey) => {
      const j = await travel();
      await insertIdle(j, 'each', id, { expiresAt: null });
      j.provider.answer('/revoke', () => new Response(null, { status: 503 }));
      await remove(j, 'each', id);
      await insertAccount(j.deps, {
        provider: 'each',
        providerAccountId: id,
        accessToken: 'another',
        refreshToken: joinKey({ text: `refresh-${id}`, dpopKey }),
      });
      j.provider.answer('/revoke', null);
      await later(j, HOUR);
      expect(revoked(j)).toEqual([`refresh-${id}`]);
      expect(await owed(j)).toEqual([]);
    },
  );

  test.each(['live', 'each'])(
    'a connect waits for a delivery that is under way: %s',
    async (id) => {
      const j = await travel();
      j.deps.sleep = () => scheduler.wait(20);
      const account = `wait-${id}`;
      await insertIdle(j, id, account, id === 'each' ? { expiresAt: j.deps.now() + HOUR } : {});
      const waiting = gate();
      const path = id === 'live' ? '/token' : '/revoke';
      j.provider.answer(path, async (received, usual) => {
        if (path === '/revoke' || isRefresh(received)) await waiting.promise;
        return usual();
      });
      const removing = remove(j, id, account);
      await expect.poll(() => j.provider.to(path).length).toBe(1);
      const user = `user-of-${account}`;
      const connecting = j.connect(user, `code-${account}`, { provider: id });
      await expect.poll(() => j.provider.to('/me').length).toBe(1);
      await scheduler.wait(100);
      const rows = await j.api(`/v1/users/${user}/integrations`);
      expect(await rows.json()).toMatchObject({ integrations: [] });
      waiting.resolve();
      await removing;
      await connecting;
      // It was asked after again: the revocation may have ended the new grant too.
      expect(j.provider.to('/me').length).toBeGreaterThanOrEqual(2);
      expect(await owed(j)).toEqual([]);
    },
  );
});

test('a client that is another one now cannot revoke: the operator may bring the former one back', async () => {
  const j = await travel();
  await insertIdle(j, 'live', 'client-1', { expiresAt: j.deps.now() + HOUR });
  j.provider.answer('/revoke', () => new Response(null, { status: 503 }));
  await remove(j, 'live', 'client-1');
  j.provider.answer('/revoke', null);
  await j.deps.db.update(outbox).set({ clientId: 'former' });
  await later(j, HOUR / 2);
  expect(revoked(j)).toHaveLength(1);
  await j.deps.db.update(outbox).set({ clientId: 'client' });
  await later(j, HOUR / 2);
  expect(revoked(j)).toHaveLength(2);
  expect(await owed(j)).toEqual([]);
});

describe("a reconnect, and the former grant's tokens", () => {
  const again = async (j: Journey, provider: string, id: string) => {
    const reply = await j.connect(`user-of-${id}`, `code-${id}`, { provider, accountId: id });
    expect(reply.status, await reply.clone().text()).toBe(201);
    await j.deps.settle();
    await deliverRevocations(j.deps);
  };
  const good = { expiresAt: Date.now() + 24 * HOUR };

  test('are revoked where that ends nothing else', async () => {
    const j = await travel('token');
    await insertIdle(j, 'each', 'again-1', good);
    await again(j, 'each', 'again-1');
    expect(revoked(j)).toEqual(['refresh-again-1', 'access-again-1']);
    expect(j.provider.accepts('access-again-1-1')).toBe(true);
    expect(await owed(j)).toEqual([]);
  });

  test.each([
    ['where it would end the new grant', 'live', good],
    ['where the provider has one grant for each account', 'only', good],
    ['where the provider cannot be told', 'mute', good],
    ['where the provider had refused it', 'each', { state: 'needs_reconnect' as const }],
  ])('are left alone %s', async (_, provider, more) => {
    const j = await travel();
    const id = `again-2-${provider}`;
    await insertIdle(j, provider, id, more);
    await again(j, provider, id);
    expect(revoked(j)).toEqual([]);
    expect(await owed(j)).toEqual([]);
  });

  test.each([
    ['stays', 'again-3', undefined],
    ['comes again', 'again-6', 'refresh-again-6'],
  ])('are left alone where the refresh token %s', async (_, id, refresh_token) => {
    const j = await travel('token');
    await insertIdle(j, 'each', id, good);
    j.provider.answer('/token', () =>
      Response.json({ access_token: `access-${id}-new`, refresh_token, expires_in: 3600 }),
    );
    j.provider.answer('/me', () => Response.json({ sub: id }));
    await again(j, 'each', id);
    expect(revoked(j)).toEqual([]);
    expect(await owed(j)).toEqual([]);
  });

  test('are revoked where none came, and the refresh token is of another person', async () => {
    const j = await travel('token');
    await insertIdle(j, 'each', 'again-9', { ...good, subject: 'somebody-else' });
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-again-9-new', expires_in: 3600 }),
    );
    j.provider.answer('/me', () => Response.json({ sub: 'again-9' }));
    await again(j, 'each', 'again-9');
    expect(revoked(j)).toEqual(['refresh-again-9', 'access-again-9']);
    expect(await owed(j)).toEqual([]);
  });

  test.each([
    ['', 'again-7', async () => {}],
    [', after the hourly recovery', 'again-8', (j: Journey) => recoverRescued(j.deps)],
  ])('are those that a refresh under way brings, too%s', async (_, id, before) => {
    const j = await travel('token');
    await insertIdle(j, 'each', id, good);
    const held = gate();
    j.provider.answer('/token', async (received, usual) => {
      if (isRefresh(received)) await held.promise;
      return usual();
    });
    const key = { userId: `user-of-${id}`, provider: 'each', accountId: id };
    const refreshing = refreshOne(j.deps, key).catch((error: unknown) => error);
    await expect.poll(() => refreshed(j).length).toBe(1);
    const reply = await j.connect(`user-of-${id}`, `code-${id}`, { provider: 'each' });
    expect(reply.status).toBe(201);
    held.resolve();
    await refreshing;
    await j.deps.settle();
    expect(revoked(j)).toEqual([]);
    await before(j);
    await later(j, LEASE_MS);
    const own = revoked(j).filter((token) => token?.includes(id));
    // The consent had the first serial.
    expect(own.sort()).toEqual([
      ...[`access-${id}`, `access-${id}-2`],
      ...[`refresh-${id}`, `refresh-${id}-2`],
    ]);
    expect(j.provider.accepts(`access-${id}-1`)).toBe(true);
    expect(await owed(j)).toEqual([]);
  });

  test('what was owed before stays owed where that ends nothing else', async () => {
    const j = await travel('token');
    await insertIdle(j, 'each', 'again-4', good);
    j.provider.answer('/revoke', () => new Response(null, { status: 503 }));
    await remove(j, 'each', 'again-4');
    expect((await j.connect('user-of-again-4', 'code-again-4', { provider: 'each' })).status).toBe(
      201,
    );
    j.provider.answer('/revoke', null);
    await later(j, HOUR / 2);
    expect(revoked(j).slice(1)).toEqual(['refresh-again-4', 'access-again-4']);
    expect(j.provider.accepts('access-again-4-1')).toBe(true);
  });

  test('somebody else who comes with the account takes nothing from its owner', async () => {
    const j = await travel('token');
    await insertIdle(j, 'each', 'again-5', good);
    expect((await j.connect('another', 'code-again-5', { provider: 'each' })).status).toBe(409);
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-again-5-1', 'access-again-5-1']);
    expect(j.provider.accepts('access-again-5')).toBe(true);
  });
});
