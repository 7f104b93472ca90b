import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts, outbox } from '../../src/db/schema';
import type { SealedGrant } from '../../src/refresh/commit';
import { refreshOne } from '../../src/refresh/on-demand';
import { consume } from '../../src/refresh/queue';
import { recoverRescued } from '../../src/refresh/rescue';
import { runRefresh } from '../../src/refresh/run';
import { readSnapshot } from '../../src/status-cache/cache';
import { MemoryTier } from '../../src/status-cache/memory';
import { errorReply } from '../support/provider';
import { countedKv, hookedDb, keptQueue } from './support/faults';
import { world } from './support/world';

const isCommit = (text: string) => text.includes('"access_token" = ?');

/** A world whose D1, KV and queue can be switched off. */
function fragile(change = {}) {
  const { db, hooks } = hookedDb();
  const { kv, calls, state: kvState } = countedKv();
  const { queue, sent, state: queueState } = keptQueue();
  const w = world(change, { db, kv, queue });
  return { ...w, hooks, kv, calls, kvState, sent, queueState };
}

const away = () => {
  throw new Error('Network connection lost.');
};

/** As the queue would deliver it. */
function delivered(bodies: unknown[], attempts = 1) {
  const done: string[] = [];
  const messages = bodies.map((body, i) => ({
    id: String(i),
    timestamp: new Date(),
    body,
    attempts,
    ack: () => done.push(`ack ${i}`),
    retry: ({ delaySeconds }: { delaySeconds?: number } = {}) =>
      done.push(`retry ${i} after ${delaySeconds}`),
  }));
  const batch = { queue: 'q', messages, ackAll() {}, retryAll() {} };
  return { batch: batch as unknown as MessageBatch<unknown>, done };
}

describe('D1 at the commit', () => {
  it('fails once: it is tried again, and nothing needs to be rescued', async () => {
    const { deps, hooks, due, tokens, calls, sent, server } = fragile();
    const { id, providerAccountId } = await due();
    let failures = 1;
    hooks.before = (text) => {
      if (isCommit(text) && failures-- > 0) away();
    };
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect((await tokens(id)).refresh).toBe(`refresh-${providerAccountId}-1`);
    expect([calls, sent, server.requests.length]).toEqual([[], [], 1]);
  });

  it.each([
    ['quiet', 60_000],
    ['visible', 200_000],
  ])('commits but its answer is lost: the retry finds its own (%s)', async (kind, ago) => {
    const { deps, hooks, due, row, tokens, calls, server } = fragile();
    const account = await due({}, ago);
    let failures = 2;
    hooks.after = (text) => {
      if (isCommit(text) && failures-- > 0) away();
    };
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    await deps.settle();
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
    expect(await row(account.id)).toMatchObject({ leaseId: null, unknownSince: null });
    expect(server.requests).toHaveLength(1);
    // A visible change whose answer was lost is published all the same.
    expect(calls.some((call) => call.startsWith('put'))).toBe(kind === 'visible');
  });

  it.each([
    ['an outage', 503, 'temporarily_unavailable', 'active'],
    ['a refusal', 400, 'invalid_grant', 'needs_reconnect'],
  ])(
    'commits %s that a user sees, but its answer is lost: KV has it all the same (found by the model)',
    async (_, status, code, state) => {
      const { deps, hooks, due, row, server } = fragile({ refreshModel: 'static' });
      const { id, userId, provider, providerAccountId } = await due({}, -200_000);
      await readSnapshot(deps, userId, 0);
      await deps.settle();
      server.answer('/token', () => errorReply(status, code));
      let failures = 1;
      hooks.after = (text) => {
        if (text.includes('"last_failed_at" = ?') && failures-- > 0) away();
      };
      const key = { userId, provider, accountId: providerAccountId };
      await expect(refreshOne(deps, key)).rejects.toThrow();
      await deps.settle();
      const { refreshDueAt } = await row(id);
      const { source, snapshot } = await readSnapshot(
        { ...deps, memory: new MemoryTier() },
        userId,
        0,
      );
      expect(source).toBe('kv');
      expect(snapshot.integrations).toMatchObject([{ state, refreshFailures: 1, refreshDueAt }]);
    },
  );

  it.each([
    ['D1 away', ['kv', 'queue']],
    ['D1 and KV away', ['queue']],
    ['D1 and the queue away', ['kv']],
  ])('%s: the rotated token is in a rescue record (kcap-cli#946)', async (_, kept) => {
    const { deps, hooks, due, kv, kvState, sent, queueState } = fragile();
    const account = await due();
    hooks.before = (text) => {
      if (isCommit(text)) away();
    };
    kvState.down = !kept.includes('kv');
    queueState.down = !kept.includes('queue');
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 1, refreshed: 1 });
    kvState.down = false;
    const { keys } = await kv.list({ prefix: 'rescue/' });
    const mine = keys.filter(({ name }) => name.endsWith(`.${account.id}`));
    expect(mine).toHaveLength(kept.includes('kv') ? 1 : 0);
    expect(sent).toHaveLength(kept.includes('queue') ? 1 : 0);
    // Sealed: neither place shows a token.
    const texts = [
      JSON.stringify(sent),
      ...(await Promise.all(mine.map(({ name }) => kv.get(name)))),
    ];
    for (const text of texts) expect(text).not.toContain(`${account.providerAccountId}-1`);
  });

  it('everything away: it goes on trying in the background until something takes it', async () => {
    const { deps, hooks, due, kvState, sent, queueState, tokens } = fragile();
    const account = await due();
    hooks.before = (text) => {
      if (isCommit(text)) away();
    };
    kvState.down = true;
    queueState.down = true;
    await runRefresh(deps, 'cron');
    expect(sent).toEqual([]);
    hooks.before = () => {};
    await deps.settle();
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
  });
});

it('what the background commits in the end is published, if it is visible', async () => {
  const { deps, hooks, due, kv, kvState, queueState } = fragile();
  // Late, so its commit is visible.
  const account = await due({}, 200_000);
  hooks.before = (text) => {
    if (isCommit(text)) away();
  };
  kvState.down = true;
  queueState.down = true;
  await runRefresh(deps, 'cron');
  hooks.before = () => {
    kvState.down = false;
  };
  // KV is still away when it is tried again, D1 is not.
  await deps.settle();
  const stored = JSON.parse((await kv.get(`status/${account.userId}`)) ?? 'null');
  expect(stored?.integrations).toMatchObject([{ lastRefreshedAt: expect.any(Number) }]);
});

describe('a rescue record', () => {
  async function rescued(change = {}) {
    const w = fragile(change);
    const account = await w.due();
    w.hooks.before = (text) => {
      if (isCommit(text)) away();
    };
    await runRefresh(w.deps, 'cron');
    w.hooks.before = () => {};
    return { ...w, account, newest: `refresh-${account.providerAccountId}-1` };
  }

  it('is found by the next attempt, which asks nobody', async () => {
    const { deps, account, tokens, row, server, newest, kv } = await rescued();
    deps.clock.set((await row(account.id)).leaseUntil ?? 0);
    deps.clock.advance(1);
    await runRefresh(deps, 'cron');
    expect((await tokens(account.id)).refresh).toBe(newest);
    expect(await row(account.id)).toMatchObject({
      leaseId: null,
      lostLeaseId: null,
      unknownSince: null,
      state: 'active',
    });
    expect(server.requests).toHaveLength(1);
    const { keys } = await kv.list({ prefix: 'rescue/' });
    expect(keys.filter(({ name }) => name.endsWith(`.${account.id}`))).toEqual([]);
    // What was rescued is what is presented next.
    deps.clock.advance(3_600_000);
    await runRefresh(deps, 'cron');
    expect(server.requests.at(-1)?.token).toBe(newest);
    expect(server.ended()).toEqual([]);
  });

  it('that KV does not show yet is waited for: nothing is sent for 120 s', async () => {
    const { deps, account, row, server, tokens, kv, sent, newest } = await rescued();
    // KV is late: what was put is not there yet.
    const { keys } = await kv.list({ prefix: 'rescue/' });
    const name = keys.find((key) => key.name.endsWith(`.${account.id}`))?.name ?? '';
    const record = (await kv.get(name)) ?? '';
    await kv.delete(name);
    const until = (await row(account.id)).leaseUntil ?? 0;
    await deps.db
      .update(oauthAccounts)
      .set({ expiresAt: until })
      .where(eq(oauthAccounts.id, account.id));
    deps.clock.set(until + 1);
    await runRefresh(deps, 'cron');
    expect(await row(account.id)).toMatchObject({ refreshDueAt: until + 120_001, leaseId: null });
    expect(server.requests).toHaveLength(1);
    // It has come.
    await kv.put(name, record);
    deps.clock.set(until + 120_001);
    await runRefresh(deps, 'cron');
    expect((await tokens(account.id)).refresh).toBe(newest);
    expect(server.requests).toHaveLength(1);
    expect(sent).toHaveLength(1);
  });

  it('that cannot be looked for keeps the token from being sent', async () => {
    const { deps, account, row, server, kvState, tokens, newest } = await rescued();
    const until = (await row(account.id)).leaseUntil ?? 0;
    kvState.down = true;
    deps.clock.set(until + 200_000);
    await runRefresh(deps, 'cron');
    expect(server.requests).toHaveLength(1);
    kvState.down = false;
    deps.clock.advance(120_000);
    await runRefresh(deps, 'cron');
    expect((await tokens(account.id)).refresh).toBe(newest);
  });

  it('survives a second attempt that is lost too', async () => {
    const { deps, account, row, tokens, newest } = await rescued();
    // A successor that died before it looked.
    const { leaseId, leaseUntil } = await row(account.id);
    await deps.db
      .update(oauthAccounts)
      .set({ lostLeaseId: `${leaseId}@${leaseUntil}`, leaseId: 'dead.1' })
      .where(eq(oauthAccounts.id, account.id));
    deps.clock.set(((await row(account.id)).leaseUntil ?? 0) + 1);
    await runRefresh(deps, 'cron');
    expect((await tokens(account.id)).refresh).toBe(newest);
  });

  it('comes back by the queue, with growing delays while D1 is away', async () => {
    const { deps, hooks, account, tokens, row, sent, newest } = await rescued();
    hooks.before = away;
    for (const [attempts, seconds] of [
      [1, 30],
      [3, 120],
      [40, 3600],
    ] as const) {
      const { batch, done } = delivered(sent, attempts);
      await consume(batch, deps);
      expect(done).toEqual([`retry 0 after ${seconds}`]);
    }
    hooks.before = () => {};
    // Twice, as queues do.
    for (let i = 0; i < 2; i += 1) {
      const { batch, done } = delivered(sent);
      await consume(batch, deps);
      expect(done).toEqual(['ack 0']);
    }
    expect((await tokens(account.id)).refresh).toBe(newest);
    expect(await row(account.id)).toMatchObject({ leaseId: null, leaseUntil: null });
  });

  it('that only the queue had is in KV too, once its consumer met a D1 that is away', async () => {
    const w = fragile();
    const account = await w.due();
    w.hooks.before = (text) => {
      if (isCommit(text)) away();
    };
    w.kvState.down = true;
    await runRefresh(w.deps, 'cron');
    w.kvState.down = false;
    await consume(delivered(w.sent, 40).batch, w.deps);
    // The next delivery is an hour away, D1 is back, and the access token has run out.
    w.hooks.before = () => {};
    w.deps.clock.advance(30 * 60_000);
    await runRefresh(w.deps, 'cron');
    expect(w.server.requests).toHaveLength(1);
    expect((await w.tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
  });

  it('that nothing but the message has comes back soon, for twenty minutes (found by the model)', async () => {
    const { deps, hooks, sent, kvState } = await rescued();
    hooks.before = away;
    kvState.down = true;
    for (const [attempts, seconds] of [
      [1, 30],
      [40, 30],
      [41, 30],
      [43, 120],
      [80, 3600],
    ] as const) {
      const { batch, done } = delivered(sent, attempts);
      await consume(batch, deps);
      expect(done).toEqual([`retry 0 after ${seconds}`]);
    }
  });

  it('of an integration that is gone is found within the hour, without a queue (found by the model)', async () => {
    const w = await rescued();
    const { account, provider, kv } = w;
    const deps = { ...w.deps, queue: null };
    await deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, account.id));
    const owed = () => deps.db.select().from(outbox).where(eq(outbox.provider, provider));
    const records = async () => {
      const { keys } = await kv.list({ prefix: 'rescue/' });
      return keys.filter(({ name }) => name.endsWith(`.${account.id}`));
    };
    expect(await owed()).toEqual([]);
    await recoverRescued(deps);
    expect(await owed()).toHaveLength(1);
    expect(await records()).toEqual([]);
  });

  it('of an integration that nobody asks for is in its row within the hour', async () => {
    const { deps, account, tokens, newest, kv } = await rescued();
    await recoverRescued(deps);
    expect((await tokens(account.id)).refresh).toBe(newest);
    const { keys } = await kv.list({ prefix: 'rescue/' });
    expect(keys.filter(({ name }) => name.endsWith(`.${account.id}`))).toEqual([]);
  });

  it('that cannot be read, or put into any row, keeps none of the others from theirs', async () => {
    const { deps, account, tokens, newest, kv, provider } = await rescued();
    await kv.put('rescue/a-cut-short', '{"v":1,"leaseId":"a');
    const own = (await kv.list({ prefix: 'rescue/' })).keys.find(({ name }) =>
      name.endsWith(`.${account.id}`),
    );
    const grant = JSON.parse((await kv.get(own?.name ?? '')) ?? '{}');
    // A row that came since, and a token that no key opens.
    await kv.put(
      'rescue/a-not-opened',
      JSON.stringify({ ...grant, sentVersion: 0, sent: 'not sealed', accessToken: 'not sealed' }),
    );
    await recoverRescued(deps);
    expect((await tokens(account.id)).refresh).toBe(newest);
    const names = async (prefix: string) =>
      (await kv.list({ prefix })).keys
        .map(({ name }) => name)
        .filter((name) => name.includes('rescue/a-'));
    // A key may be brought back.
    expect(await names('rescue/')).toEqual(['rescue/a-not-opened']);
    expect(await names('set-aside/')).toEqual(['set-aside/rescue/a-cut-short']);
    const events = await deps.db
      .select()
      .from(eventLog)
      .where(eq(eventLog.type, 'rescue.set_aside'));
    expect(events.map(({ detail }) => detail)).toEqual([{ key: 'set-aside/rescue/a-cut-short' }]);
    expect(deps.logLines.join()).toContain('rescue.not_recovered');
    expect(provider).toBe(grant.provider);
    await kv.delete('rescue/a-not-opened');
  });

  it('whose grant is in its row already takes back nothing that came since (found by the model)', async () => {
    const { deps, hooks, due, row, tokens, sent } = fragile();
    const { id, providerAccountId } = await due();
    // It commits, and the answers get lost.
    hooks.after = (text) => {
      if (isCommit(text)) away();
    };
    await runRefresh(deps, 'cron');
    hooks.after = () => {};
    expect((await tokens(id)).refresh).toBe(`refresh-${providerAccountId}-1`);
    // Since then it was sent: nobody knows what became of it, and it waits.
    const now = deps.now();
    const since = {
      unknownSince: now,
      lostLeaseId: `later.${id}@${now}`,
      leaseId: `successor.${id}`,
      leaseUntil: now + 60_000,
      refreshDueAt: now + 3_000_000,
      refreshFailures: 2,
      lastError: 'deadline',
    };
    await deps.db.update(oauthAccounts).set(since).where(eq(oauthAccounts.id, id));
    await consume(delivered(sent).batch, deps);
    expect(await row(id)).toMatchObject(since);
  });

  it('with an access token only does not go over a newer one (found by the model)', async () => {
    const { deps, account, tokens, sent } = await rescued({ refreshModel: 'static' });
    // Another attempt meanwhile: the refresh token is still the one that was sent.
    deps.clock.advance(120_000);
    await runRefresh(deps, 'cron');
    const { access } = await tokens(account.id);
    await consume(delivered(sent).batch, deps);
    expect((await tokens(account.id)).access).toBe(access);
  });

  it('of an integration that is gone becomes a revocation that is owed, once', async () => {
    const { deps, account, sent, provider } = await rescued();
    await deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, account.id));
    for (let i = 0; i < 2; i += 1) await consume(delivered(sent).batch, deps);
    const owed = await deps.db.select().from(outbox).where(eq(outbox.provider, provider));
    expect(owed).toHaveLength(1);
    expect(await deps.db.$count(oauthAccounts, eq(oauthAccounts.provider, provider))).toBe(0);
  });

  it('does not overwrite a reconnect', async () => {
    const { deps, account, sent, row } = await rescued();
    const sealed = await deps.vault.seal('reconnected', [
      'oauth_accounts',
      account.provider,
      account.providerAccountId,
      'refresh_token',
    ]);
    const reconnected = { refreshToken: sealed, tokenVersion: deps.now() + 9 };
    await deps.db.update(oauthAccounts).set(reconnected).where(eq(oauthAccounts.id, account.id));
    await consume(delivered(sent).batch, deps);
    expect(await row(account.id)).toMatchObject(reconnected);
  });

  it.each(['the queue', 'the hourly recovery'])(
    'of a former grant is revoked with that grant, by %s too, and of no other',
    async (by) => {
      const w = await rescued({ revocationReach: 'token' });
      const { deps, account, sent, row, provider } = w;
      const { leaseId, subject, parameters } = await row(account.id);
      const context = ['oauth_accounts', account.provider, account.providerAccountId] as const;
      const refreshToken = await deps.vault.seal('reconnected', [...context, 'refresh_token']);
      await deps.db
        .update(oauthAccounts)
        .set({ refreshToken, tokenVersion: deps.now() + 9, leaseId: null, leaseUntil: null })
        .where(eq(oauthAccounts.id, account.id));
      const records = async () => (await w.kv.list({ prefix: `rescue/${leaseId}` })).keys;
      const [record] = await records();
      const text = (await w.kv.get(record?.name ?? '')) ?? '';
      const recover = async () => {
        await w.kv.put(record?.name ?? '', text);
        if (by === 'the queue') await consume(delivered(sent).batch, deps);
        else await recoverRescued(deps);
        expect(await records()).toEqual([]);
        const entries = await deps.db.select().from(outbox).where(eq(outbox.provider, provider));
        return entries.map((entry) => entry.accessToken);
      };
      const { grant } = sent.find((body) => (body as { kind: string }).kind === 'rescue') as {
        grant: SealedGrant;
      };
      // Overtaken by another refresh, it is of the grant that the row has.
      expect(await recover()).toEqual([]);
      await deps.db.insert(outbox).values({
        ...{ kind: 'revocation', provider, subject, parameters },
        accountId: account.providerAccountId,
        refreshToken: grant.sent,
        lostLeaseId: `before@1 ${leaseId}@${deps.now()}`,
        dueAt: deps.now(),
        createdAt: deps.now(),
      });
      for (let i = 0; i < 2; i += 1) expect(await recover()).toEqual([null, grant.accessToken]);
    },
  );

  it('of a former grant is left alone by the attempt that finds it', async () => {
    const { deps, account, row, tokens, server } = await rescued();
    const sealed = await deps.vault.seal('refresh-reconnected', [
      'oauth_accounts',
      account.provider,
      account.providerAccountId,
      'refresh_token',
    ]);
    // A reconnect that left the lease behind.
    await deps.db
      .update(oauthAccounts)
      .set({ refreshToken: sealed, tokenVersion: deps.now() + 9, expiresAt: deps.now() })
      .where(eq(oauthAccounts.id, account.id));
    // The first run finds the lost lease, and gives its holder time to save what it may have.
    const found = ((await row(account.id)).leaseUntil ?? 0) + 1;
    deps.clock.set(found);
    await runRefresh(deps, 'cron');
    deps.clock.set(found + 120_000);
    await runRefresh(deps, 'cron');
    expect(server.requests.at(-1)?.token).toBe('refresh-reconnected');
    expect((await tokens(account.id)).refresh).toBe('refresh-reconnected-1');
  });

  it('that cannot be looked for after a refusal marks nobody: it is asked again in a minute (found by the model)', async () => {
    const { deps, account, row, server, kvState } = await rescued();
    const until = (await row(account.id)).leaseUntil ?? 0;
    // Of the lease that was lost there is no record.
    const lost = { expiresAt: until, leaseId: `dead.${account.id}` };
    await deps.db.update(oauthAccounts).set(lost).where(eq(oauthAccounts.id, account.id));
    deps.clock.set(until + 1);
    await runRefresh(deps, 'cron');
    deps.clock.advance(120_000);
    server.answer('/token', () => {
      kvState.down = true;
      return errorReply(400, 'invalid_grant');
    });
    await runRefresh(deps, 'cron');
    expect(server.requests).toHaveLength(2);
    expect(await row(account.id)).toMatchObject({
      state: 'active',
      leaseId: null,
      refreshDueAt: deps.now() + 60_000,
    });
  });

  it('beats a refusal: what was refused was the old token', async () => {
    const { deps, account, row, tokens, server, kv, newest } = await rescued();
    const until = (await row(account.id)).leaseUntil ?? 0;
    await deps.db
      .update(oauthAccounts)
      .set({ expiresAt: until })
      .where(eq(oauthAccounts.id, account.id));
    const { keys } = await kv.list({ prefix: 'rescue/' });
    const name = keys.find((key) => key.name.endsWith(`.${account.id}`))?.name ?? '';
    const record = (await kv.get(name)) ?? '';
    await kv.delete(name);
    deps.clock.set(until + 1);
    await runRefresh(deps, 'cron');
    deps.clock.set(until + 130_000);
    // It shows up while the provider is being asked.
    server.answer('/token', async () => {
      await kv.put(name, record);
      return errorReply(400, 'invalid_grant');
    });
    await runRefresh(deps, 'cron');
    expect((await tokens(account.id)).refresh).toBe(newest);
    expect((await row(account.id)).state).toBe('active');
  });
});

describe('the queue', () => {
  it('starts one run for any number of wake-ups, and drops what it cannot read', async () => {
    const { deps, due } = world();
    await due();
    const { batch, done } = delivered([
      { kind: 'wake' },
      { kind: 'wake' },
      { kind: 'rescue', grant: { v: 9 } },
      null,
    ]);
    await consume(batch, deps);
    expect(done.sort()).toEqual(['ack 0', 'ack 1', 'ack 2', 'ack 3']);
    const runs = deps.logLines.filter((line) => line.includes('"refresh.run_ended"'));
    expect(runs).toHaveLength(1);
    expect(runs[0]).toContain('"trigger":"queue"');
  });
});
