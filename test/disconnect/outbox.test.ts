import { and, eq, gt, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { owedRevocation } from '../../src/db/owed-revocations';
import { eventLog, outbox } from '../../src/db/schema';
import {
  claimRevocations,
  deliverRevocations,
  OUTBOX_GIVES_UP_MS,
  OUTBOX_LEASE_MS,
  retryDelay,
} from '../../src/disconnect/outbox';
import { clientsOf, configWith, recordAt } from '../support/config';
import { type TestDeps, testDeps } from '../support/deps';

/** Each names the account in a request without a token, so what is owed needs none. */
const ids = [
  ...['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'poisoned', 'well'],
  ...Array.from({ length: 7 }, (_, i) => `dead-${i}`),
];
const revocation = { token: 'none', params: { account: '{account_id}' } };
const config = configWith(
  Object.fromEntries(ids.map((id) => [id, recordAt(id, { revocation })])),
  clientsOf(ids),
);

const answers = {
  done: () => new Response(),
  retry: () => new Response(null, { status: 503 }),
  gaveUp: () => new Response(null, { status: 400 }),
};

/** The providers' one server; `seen` are the accounts that it was asked to end. */
async function withServer(
  answer: (provider: string, account: string) => Response | Promise<Response> = answers.done,
) {
  const seen: string[] = [];
  const server: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const account = String((await request.formData()).get('account'));
    seen.push(account);
    return answer(new URL(request.url).hostname.replace('.example', ''), account);
  };
  const deps = testDeps({ config, fetch: server });
  // What other tests of this file have left.
  await deps.db.delete(outbox);
  return { deps, seen };
}

const deliver = (deps: TestDeps) =>
  deliverRevocations(deps, { until: deps.now() + 1e9, entries: 100 });

async function owe(
  deps: TestDeps,
  provider: string,
  accounts: number,
  accessToken: string | null = null,
): Promise<void> {
  for (let i = 0; i < accounts; i += 1) {
    await owedRevocation(
      deps.db,
      {
        provider,
        accountId: `account-${i}`,
        subject: `subject-${i}`,
        parameters: { shop: 'a' },
        accessToken,
        refreshToken: null,
        expiresAt: null,
        scope: null,
        clientId: null,
      },
      deps.now() + i,
    );
  }
  deps.clock.advance(accounts);
}

/** In one statement: `owe` takes one for each. */
const oweMany = (deps: TestDeps, provider: string, accounts: number) =>
  deps.db.run(sql`
    INSERT INTO outbox (kind, provider, account_id, subject, parameters, due_at, created_at)
    SELECT 'revocation', ${provider}, value, value, '{}', ${deps.now()}, ${deps.now()}
    FROM json_each(${JSON.stringify(Array.from({ length: accounts }, (_, i) => `account-${i}`))})`);

const entriesOf = (deps: TestDeps, provider: string) =>
  deps.db.select().from(outbox).where(eq(outbox.provider, provider));

describe('the outbox', () => {
  test('delivers oldest first, five at a time, and forgets what is done', async () => {
    let inFlight = 0;
    let most = 0;
    const { deps, seen } = await withServer(async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await scheduler.wait(1);
      inFlight -= 1;
      return answers.done();
    });
    await owe(deps, 'p1', 12);
    await deliver(deps);
    expect(seen).toHaveLength(12);
    expect(seen.slice(0, 5).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `account-${i}`));
    expect(most).toBe(5);
    expect(await entriesOf(deps, 'p1')).toEqual([]);
  });

  test('hands the entry over as it was stored', async () => {
    const { deps } = await withServer();
    await owe(deps, 'p2', 1, 'sealed-access');
    const [entry] = await claimRevocations(deps.db, deps.uuid(), 1, deps.now());
    expect(entry).toMatchObject({
      kind: 'revocation',
      parameters: { shop: 'a' },
      subject: 'subject-0',
      accessToken: 'sealed-access',
      refreshToken: null,
      attempts: 1,
    });
  });

  test('two drains side by side deliver each entry once', async () => {
    const { deps, seen } = await withServer();
    await owe(deps, 'p3', 20);
    await Promise.all([1, 2, 3].map(() => deliver(deps)));
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
  });

  test.each([
    ['is answered by trouble', null],
    ['throws, as tokens that nobody can open make it,', 'canary-secret'],
  ])('a delivery that %s comes again later, with growing pauses', async (_, token) => {
    const { deps } = await withServer(answers.retry);
    await owe(deps, 'p4', 1, token);
    await deliver(deps);
    const [entry] = await entriesOf(deps, 'p4');
    expect(entry).toMatchObject({ attempts: 1, leaseId: null, leaseUntil: deps.now() });
    expect(entry?.dueAt).toBe(deps.now() + 45_000);
    expect(await deliver(deps)).toBe(0);
    deps.clock.advance(45_000);
    expect(await deliver(deps)).toBe(1);
    const [again] = await entriesOf(deps, 'p4');
    expect(again?.dueAt).toBe(deps.now() + 90_000);
    expect(deps.logLines.join()).not.toContain('canary-secret');
    expect(deps.logLines.join().includes('outbox.delivery_failed')).toBe(token !== null);
  });

  test('one that was lost in mid-delivery comes again when its lease is over', async () => {
    const { deps, seen } = await withServer();
    await owe(deps, 'p5', 1);
    await claimRevocations(deps.db, deps.uuid(), 100, deps.now());
    deps.clock.advance(OUTBOX_LEASE_MS - 1);
    await deliver(deps);
    expect(seen).toEqual([]);
    deps.clock.advance(1);
    await deliver(deps);
    expect(seen).toEqual(['account-0']);
  });

  test('a holder paused past its lease undoes nothing of its successor', async () => {
    const { deps } = await withServer(async () => {
      // Meanwhile somebody else has claimed it.
      deps.clock.advance(OUTBOX_LEASE_MS);
      await claimRevocations(deps.db, deps.uuid(), 100, deps.now());
      return answers.retry();
    });
    await owe(deps, 'p6', 1);
    await deliver(deps);
    const [entry] = await entriesOf(deps, 'p6');
    expect(entry?.leaseUntil).toBe(deps.now() + OUTBOX_LEASE_MS);
  });

  test.each<[string, keyof typeof answers, number, string | null]>([
    ['refused for good', 'gaveUp', 0, 'refused'],
    ['still unanswered after a week', 'retry', OUTBOX_GIVES_UP_MS, 'too_old'],
    ['unanswered just before a week', 'retry', OUTBOX_GIVES_UP_MS - 1000, null],
  ])('%s', async (_, answer, age, reason) => {
    const { deps } = await withServer(answers[answer]);
    await deps.db.delete(eventLog);
    await owe(deps, 'p7', 1);
    deps.clock.advance(age);
    await deliver(deps);
    expect(await entriesOf(deps, 'p7')).toHaveLength(reason === null ? 1 : 0);
    const events = await deps.db
      .select()
      .from(eventLog)
      .where(and(eq(eventLog.provider, 'p7'), eq(eventLog.type, 'revocation.gave_up')));
    expect(events.map(({ detail, userId }) => [detail?.reason, userId])).toEqual(
      reason === null ? [] : [[reason, null]],
    );
  });

  test('what is owed to a provider that nobody knows by now waits for it, for a week', async () => {
    const { deps, seen } = await withServer();
    await deps.db.delete(eventLog);
    await owe(deps, 'unknown', 1);
    await deliver(deps);
    expect(await entriesOf(deps, 'unknown')).toMatchObject([{ attempts: 1, lastError: 'retry' }]);
    deps.clock.advance(OUTBOX_GIVES_UP_MS);
    await deliver(deps);
    expect([seen, await entriesOf(deps, 'unknown')]).toEqual([[], []]);
    const events = await deps.db.select().from(eventLog).where(eq(eventLog.provider, 'unknown'));
    expect(events.map(({ type, detail }) => [type, detail?.reason])).toEqual([
      ['revocation.gave_up', 'too_old'],
    ]);
  });

  test('stops at its budget of entries, and of time', async () => {
    const { deps, seen } = await withServer();
    await owe(deps, 'p8', 12);
    expect(await deliverRevocations(deps, { until: deps.now() + 1, entries: 7 })).toBe(7);
    expect(await deliverRevocations(deps, { until: deps.now(), entries: 7 })).toBe(0);
    expect(seen).toHaveLength(7);
    expect(
      await deps.db
        .select()
        .from(outbox)
        .where(and(eq(outbox.provider, 'p8'), gt(outbox.attempts, 0))),
    ).toEqual([]);
  });

  test('a thousand owed to an endpoint that is dead keep no other provider waiting', async () => {
    const told: string[] = [];
    const { deps } = await withServer((provider) => {
      told.push(provider);
      return provider === 'well' ? answers.done() : answers.retry();
    });
    // More dead ones than a tick delivers to.
    const dead = Array.from({ length: 7 }, (_, i) => `dead-${i}`);
    for (const provider of dead) await oweMany(deps, provider, provider === 'dead-0' ? 1_000 : 200);
    const tick = async () => {
      told.length = 0;
      deps.clock.advance(60_000);
      await deliverRevocations(deps, { until: deps.now() + 60_000, entries: 5 });
      return [...told];
    };
    for (let i = 0; i < 3; i += 1) expect(await tick()).toHaveLength(5);
    await owe(deps, 'well', 2);
    expect(await tick()).toContain('well');
    // The dead ones take turns.
    const asked = [...(await tick()), ...(await tick())];
    expect(new Set(asked)).toEqual(new Set([...dead, 'well']));
    expect(await entriesOf(deps, 'well')).toEqual([]);
  });

  test.each([
    [1, 0, 30_000],
    [1, 1, 60_000],
    [2, 1, 120_000],
    [5, 0.5, 720_000],
    [9, 1, 15_360_000],
    [10, 1, 21_600_000],
    [10_000, 0, 10_800_000],
  ])('the pause after attempt %i, at random %f, is %i ms', (attempts, random, ms) => {
    expect(retryDelay(attempts, random)).toBe(ms);
  });
});

test('an entry that nobody can read is given up with an event, and the others are delivered', async () => {
  const { deps, seen } = await withServer();
  await owe(deps, 'poisoned', 3);
  await deps.db.run(
    sql`UPDATE outbox SET parameters = '{"shop' WHERE provider = 'poisoned' AND account_id = 'account-0'`,
  );
  await deliver(deps);
  deps.clock.advance(OUTBOX_LEASE_MS + 1);
  await deliver(deps);
  expect(seen.sort()).toEqual(['account-1', 'account-2']);
  expect(await entriesOf(deps, 'poisoned')).toEqual([]);
  const events = await deps.db.select().from(eventLog).where(eq(eventLog.provider, 'poisoned'));
  expect(events.map(({ type, detail }) => [type, detail])).toEqual([
    ['revocation.gave_up', { attempts: 1, reason: 'unreadable' }],
  ]);
});
