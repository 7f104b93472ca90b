import { eq, inArray } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { withBudget } from '../../src/budget';
import {
  callCounts,
  clientGrants,
  connectTransactions,
  eventLog,
  outbox,
  pageSessions,
  providerHealth,
  refreshRuns,
  registeredClients,
} from '../../src/db/schema';
import { sweep } from '../../src/jobs/sweep';
import { type TestDeps, testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';

it('the sweep ends what has lived long enough, and nothing younger', async () => {
  const deps = testDeps();
  const { db } = deps;
  const day = 86_400_000;
  const now = deps.now();
  const runAt = (startedAt: number) => ({
    trigger: 'cron' as const,
    startedAt,
    endedAt: startedAt,
    claimed: 7_777,
    refreshed: 0,
    refused: 0,
    failed: 0,
    left: false,
  });
  const transaction = (id: string, expiresAt: number) => ({
    id,
    ticketHash: id,
    userId: 'swept',
    provider: 'p',
    returnTo: '',
    requestedScope: [],
    parameters: {},
    state: 'started' as const,
    verifier: '',
    createdAt: 0,
    expiresAt,
  });
  await db.insert(refreshRuns).values([runAt(now - 30 * day - 1), runAt(now - 30 * day)]);
  await db.insert(eventLog).values([
    { at: now - 90 * day - 1, type: 'swept' },
    { at: now - 90 * day, type: 'swept' },
  ]);
  await db
    .insert(connectTransactions)
    .values([transaction('old', now - day - 1), transaction('young', now - day)]);
  const circuit = (host: string, updatedAt: number, failures = 0) => ({
    provider: 'swept',
    host,
    failedIds: [],
    failures,
    updatedAt,
  });
  await db
    .insert(providerHealth)
    .values([
      circuit('well', now - 2 * day - 1),
      circuit('well of late', now - 2 * day),
      circuit('troubled', now - 2 * day - 1, 1),
      circuit('forgotten', now - 30 * day - 1, 1),
    ]);
  const granted = (clientId: string, grantedAt: number) => ({
    provider: 'swept',
    host: '',
    clientId,
    grantedAt,
  });
  await db
    .insert(clientGrants)
    .values([granted('old', now - 30 * day - 1), granted('young', now - 30 * day)]);
  const hour = (at: number) => ({ hour: at, provider: 'swept', answer: '2xx' as const, calls: 1 });
  await db.insert(callCounts).values([hour(now - 30 * day - 1), hour(now - 30 * day)]);
  const counts = async () => [
    (await db.select().from(refreshRuns)).filter(({ claimed }) => claimed === 7_777).length,
    (await db.select().from(eventLog)).filter(({ type }) => type === 'swept').length,
    (await db.select().from(connectTransactions)).map(({ id }) => id).join(),
    (await db.select().from(providerHealth)).map(({ host }) => host).join(),
    (await db.select().from(clientGrants)).map(({ clientId }) => clientId).join(),
    (await db.select().from(callCounts)).length,
  ];
  expect(await counts()).toEqual([
    2,
    2,
    'old,young',
    'well,well of late,troubled,forgotten',
    'old,young',
    2,
  ]);
  await sweep(deps);
  expect(await counts()).toEqual([1, 1, 'young', 'well of late,troubled', 'young', 1]);
});

it('goes on until nothing is left, so that page sessions are gone within their day', async () => {
  const deps = testDeps();
  const ended = deps.now() - 86_400_001;
  const ids = Array.from({ length: 1_700 }, (_, n) => `ended-${n}`);
  for (let i = 0; i < ids.length; i += 50) {
    await deps.db.batch(
      ids.slice(i, i + 50).map((id) =>
        deps.db.insert(pageSessions).values({
          id,
          tokenHash: id,
          userId: 'swept',
          label: 'ann@example.com',
          returnTo: '',
          createdAt: 0,
          expiresAt: ended,
        }),
      ) as never,
    );
  }
  await sweep(deps);
  expect(await deps.db.$count(pageSessions, inArray(pageSessions.userId, ['swept']))).toBe(0);
});

it('ends events of erasures after 30 days, and others in the order of their ids, over gaps', async () => {
  const deps = testDeps();
  const { db } = deps;
  const day = 86_400_000;
  const now = deps.now();
  const event = (id: number, age: number, type = 'integration.connected') => ({
    id,
    at: now - age,
    type,
    provider: 'ordered',
  });
  await db
    .insert(eventLog)
    .values([
      event(100_001, 90 * day + 2),
      event(100_900, 90 * day + 1),
      event(103_000, 90 * day + 1),
      event(103_001, 90 * day),
      event(103_002, 30 * day + 1, 'user.erased'),
      event(103_003, 30 * day, 'user.erased'),
    ]);
  await sweep(deps);
  const left = await db.select().from(eventLog).where(eq(eventLog.provider, 'ordered'));
  expect(left.map(({ id }) => id)).toEqual([103_001, 103_003]);
});

describe('clients that were registered', () => {
  const DAY = 86_400_000;
  const registered = (deps: TestDeps, clientId: string, age: number, replacedAge?: number) =>
    deps.db.insert(registeredClients).values({
      provider: 'mastodon',
      server: `https://${clientId}.example`,
      redirectUri: 'https://mooring.example.com/connect/callback/mastodon',
      clientId,
      clientAuth: 'client_secret_post',
      registeredAt: deps.now() - age,
      replacedAt: replacedAge === undefined ? null : deps.now() - replacedAge,
    });
  const left = async (deps: TestDeps) =>
    (await deps.db.select().from(registeredClients)).map(
      ({ clientId, replacedAt }) => `${clientId}${replacedAt === null ? '' : ', former'}`,
    );
  const used = (deps: TestDeps, clientId: string) =>
    insertAccount(deps, { provider: 'mastodon', providerAccountId: clientId, clientId });
  beforeEach(() => testDeps().db.delete(registeredClients));

  it('are for former grants only after 30 days without one, and are gone a day later', async () => {
    const deps = testDeps();
    await registered(deps, 'unused', 30 * DAY + 1);
    await registered(deps, 'young', 30 * DAY);
    await registered(deps, 'used', 300 * DAY);
    await used(deps, 'used');
    await sweep(deps);
    expect(await left(deps)).toEqual(['unused, former', 'young', 'used']);
    deps.clock.advance(DAY);
    await sweep(deps);
    expect(await left(deps)).toEqual(['unused, former', 'young, former', 'used']);
    deps.clock.advance(1);
    await sweep(deps);
    expect(await left(deps)).toEqual(['young, former', 'used']);
  });

  it('stay for a connection that had begun, and for the integration that it became', async () => {
    const deps = testDeps();
    await registered(deps, 'late', 31 * DAY);
    await sweep(deps);
    // Begun with it before: it is completed within its minutes.
    await used(deps, 'late');
    deps.clock.advance(10 * DAY);
    await sweep(deps);
    expect(await left(deps)).toEqual(['late, former']);
  });

  it('stay for a revocation that is owed', async () => {
    const deps = testDeps();
    await registered(deps, 'owing', 31 * DAY, 2 * DAY);
    await deps.db.insert(outbox).values({
      kind: 'revocation',
      provider: 'mastodon',
      accountId: 'a',
      subject: 'a',
      parameters: {},
      clientId: 'owing',
      createdAt: deps.now(),
      dueAt: deps.now() + DAY,
    });
    await sweep(deps);
    expect(await left(deps)).toEqual(['owing, former']);
    await deps.db.delete(outbox);
    await sweep(deps);
    expect(await left(deps)).toEqual([]);
  });

  it('of a provider that is not there now are left alone: its accounts may come back', async () => {
    const deps = testDeps();
    await registered(deps, 'gone', 31 * DAY, 2 * DAY);
    await deps.db.update(registeredClients).set({ provider: 'gone' });
    await sweep(deps);
    expect(await left(deps)).toEqual(['gone, former']);
  });
});

it('stops where the budget of calls is spent; the next hour goes on', async () => {
  const deps = withBudget(testDeps(), 2);
  await sweep(deps);
  expect(deps.budget.left).toBe(0);
});
