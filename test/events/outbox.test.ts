import { and, eq, gt, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { auditEvents, outbox } from '../../src/db/schema';
import {
  claimRevocations,
  drainOutbox,
  OUTBOX_GIVES_UP_MS,
  OUTBOX_LEASE_MS,
  type OutboxEntry,
  owedRevocation,
  type RevocationResult,
  retryDelay,
} from '../../src/events/outbox';
import { type TestDeps, testDeps } from '../support/deps';

const later = (deps: TestDeps) => ({ until: deps.now() + 1e9, entries: 100 });

async function owe(deps: TestDeps, provider: string, accounts: number): Promise<void> {
  for (let i = 0; i < accounts; i += 1) {
    await owedRevocation(
      deps.db,
      {
        provider,
        accountId: `account-${i}`,
        subject: `subject-${i}`,
        parameters: { shop: 'a' },
        accessToken: 'sealed-access',
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

/** Answers for one provider's entries; entries of other tests in this file are left for later. */
function deliverer(
  provider: string,
  answer: (entry: OutboxEntry) => RevocationResult | Promise<RevocationResult>,
) {
  const seen: string[] = [];
  return {
    seen,
    deliver: async (entry: OutboxEntry): Promise<RevocationResult> => {
      if (entry.provider !== provider) return 'retry';
      seen.push(entry.accountId);
      return answer(entry);
    },
  };
}

describe('the outbox', () => {
  test('delivers oldest first, five at a time, and forgets what is done', async () => {
    const deps = testDeps();
    await owe(deps, 'p1', 12);
    let inFlight = 0;
    let most = 0;
    const { seen, deliver } = deliverer('p1', async (): Promise<RevocationResult> => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await scheduler.wait(1);
      inFlight -= 1;
      return 'done';
    });
    await drainOutbox(deps, deliver, later(deps));
    expect(seen).toHaveLength(12);
    expect(seen.slice(0, 5).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `account-${i}`));
    expect(most).toBe(5);
    expect(await entriesOf(deps, 'p1')).toEqual([]);
  });

  test('hands the entry over as it was stored', async () => {
    const deps = testDeps();
    await owe(deps, 'p2', 1);
    let handed: OutboxEntry | undefined;
    await drainOutbox(
      deps,
      async (entry) => {
        if (entry.provider === 'p2') handed = entry;
        return 'retry';
      },
      later(deps),
    );
    expect(handed).toMatchObject({
      kind: 'revocation',
      parameters: { shop: 'a' },
      subject: 'subject-0',
      accessToken: 'sealed-access',
      refreshToken: null,
      attempts: 1,
    });
  });

  test('two drains side by side deliver each entry once', async () => {
    const deps = testDeps();
    await owe(deps, 'p3', 20);
    const { seen, deliver } = deliverer('p3', () => 'done');
    await Promise.all([1, 2, 3].map(() => drainOutbox(deps, deliver, later(deps))));
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
  });

  test.each<[string, () => RevocationResult]>([
    ['says retry', () => 'retry'],
    [
      'throws',
      () => {
        throw new Error('canary-secret');
      },
    ],
  ])('a delivery that %s comes again later, with growing pauses', async (name, answer) => {
    const deps = testDeps();
    const provider = `p4-${name.replace(' ', '-')}`;
    await owe(deps, provider, 1);
    const { seen, deliver } = deliverer(provider, answer);
    await drainOutbox(deps, deliver, later(deps));
    const [entry] = await entriesOf(deps, provider);
    expect(entry).toMatchObject({ attempts: 1, leaseId: null, leaseUntil: deps.now() });
    expect(entry?.dueAt).toBe(deps.now() + 45_000);
    await drainOutbox(deps, deliver, later(deps));
    expect(seen).toHaveLength(1);
    deps.clock.advance(45_000);
    await drainOutbox(deps, deliver, later(deps));
    expect(seen).toHaveLength(2);
    expect(deps.logLines.join()).not.toContain('canary-secret');
  });

  test('one that was lost in mid-delivery comes again when its lease is over', async () => {
    const deps = testDeps();
    await owe(deps, 'p5', 1);
    await claimRevocations(deps.db, deps.uuid(), 100, deps.now());
    const { seen, deliver } = deliverer('p5', () => 'done');
    deps.clock.advance(OUTBOX_LEASE_MS - 1);
    await drainOutbox(deps, deliver, later(deps));
    expect(seen).toEqual([]);
    deps.clock.advance(1);
    await drainOutbox(deps, deliver, later(deps));
    expect(seen).toEqual(['account-0']);
  });

  test('a holder paused past its lease undoes nothing of its successor', async () => {
    const deps = testDeps();
    await owe(deps, 'p6', 1);
    const { deliver } = deliverer('p6', async (): Promise<RevocationResult> => {
      // Meanwhile somebody else has claimed it.
      deps.clock.advance(OUTBOX_LEASE_MS);
      await claimRevocations(deps.db, deps.uuid(), 100, deps.now());
      return 'retry';
    });
    await drainOutbox(deps, deliver, later(deps));
    const [entry] = await entriesOf(deps, 'p6');
    expect(entry?.leaseUntil).toBe(deps.now() + OUTBOX_LEASE_MS);
  });

  test.each<[string, RevocationResult, number, string | null]>([
    ['refused for good', 'gave_up', 0, 'refused'],
    ['still unanswered after a week', 'retry', OUTBOX_GIVES_UP_MS, 'too_old'],
    ['unanswered just before a week', 'retry', OUTBOX_GIVES_UP_MS - 1000, null],
  ])('%s', async (name, answer, age, reason) => {
    const deps = testDeps();
    const provider = `p7-${name.replaceAll(' ', '-')}`;
    await owe(deps, provider, 1);
    deps.clock.advance(age);
    await drainOutbox(deps, deliverer(provider, () => answer).deliver, later(deps));
    expect(await entriesOf(deps, provider)).toHaveLength(reason === null ? 1 : 0);
    const events = await deps.db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.provider, provider), eq(auditEvents.type, 'revocation.gave_up')));
    expect(events.map(({ detail, userId }) => [detail?.reason, userId])).toEqual(
      reason === null ? [] : [[reason, null]],
    );
  });

  test('stops at its budget of entries, and of time', async () => {
    const deps = testDeps();
    await owe(deps, 'p8', 12);
    // Entries of other tests are not due now.
    await deps.db
      .update(outbox)
      .set({ dueAt: deps.now() + 1e12 })
      .where(sql`${outbox.provider} <> 'p8'`);
    const { seen, deliver } = deliverer('p8', () => 'done');
    expect(await drainOutbox(deps, deliver, { until: deps.now() + 1, entries: 7 })).toBe(7);
    expect(await drainOutbox(deps, deliver, { until: deps.now(), entries: 7 })).toBe(0);
    expect(seen).toHaveLength(7);
    expect(
      await deps.db
        .select()
        .from(outbox)
        .where(and(eq(outbox.provider, 'p8'), gt(outbox.attempts, 0))),
    ).toEqual([]);
  });

  test('a thousand owed to an endpoint that is dead keep no other provider waiting', async () => {
    const deps = testDeps();
    await deps.db.delete(outbox);
    // More dead ones than a tick delivers to.
    const dead = Array.from({ length: 7 }, (_, i) => `dead-${i}`);
    for (const provider of dead) await oweMany(deps, provider, provider === 'dead-0' ? 1_000 : 200);
    const told: string[] = [];
    const deliver = async ({ provider }: OutboxEntry): Promise<RevocationResult> => {
      told.push(provider);
      return provider === 'well' ? 'done' : 'retry';
    };
    const tick = async () => {
      told.length = 0;
      deps.clock.advance(60_000);
      await drainOutbox(deps, deliver, { until: deps.now() + 60_000, entries: 5 });
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
  const deps = testDeps();
  await owe(deps, 'poisoned', 3);
  await deps.db.run(
    sql`UPDATE outbox SET parameters = '{"shop' WHERE provider = 'poisoned' AND account_id = 'account-0'`,
  );
  const { seen, deliver } = deliverer('poisoned', () => 'done');
  await drainOutbox(deps, deliver, later(deps));
  deps.clock.advance(OUTBOX_LEASE_MS + 1);
  await drainOutbox(deps, deliver, later(deps));
  expect(seen.sort()).toEqual(['account-1', 'account-2']);
  expect(await entriesOf(deps, 'poisoned')).toEqual([]);
  const events = await deps.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.provider, 'poisoned'));
  expect(events.map(({ type, detail }) => [type, detail])).toEqual([
    ['revocation.gave_up', { attempts: 1, reason: 'unreadable' }],
  ]);
});
