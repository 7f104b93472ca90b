import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config';
import type { Deps } from '../../src/deps';
import { AppError } from '../../src/errors';
import { refreshOne, watchOf } from '../../src/refresh/on-demand';
import { refreshMany } from '../../src/refresh/refresh-many';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import { clientsOf } from '../support/config';
import { type TestDeps, testDeps } from '../support/deps';
import { fastTime } from '../support/fast-time';
import type { AccountRow } from '../support/fixtures';
import { errorReply } from '../support/provider';
import { hookedDb } from './support/faults';
import { configOfProviders, type World, world } from './support/world';

afterEach(() => vi.unstubAllGlobals());

const keyOf = (row: AccountRow) => ({
  userId: row.userId,
  provider: row.provider,
  accountId: row.providerAccountId,
});

const tokenOf = (deps: Deps, row: AccountRow, minTtlSeconds: number | null = null) =>
  tokenFor(deps, { ...keyOf(row), minTtlSeconds });

/** Code and Retry-After of what was thrown. */
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'it did not fail',
    (thrown: unknown) =>
      thrown instanceof AppError ? { code: thrown.code, retryAfter: thrown.retryAfter } : thrown,
  );

/** An integration whose access token has run out. */
const expired = (w: World, overrides = {}) =>
  w.due({ expiresAt: w.deps.now() - 1, refreshDueAt: w.deps.now() - 1, ...overrides });

/** A second process: nothing in common but the database and the providers. */
const another = (deps: TestDeps): TestDeps =>
  testDeps({
    config: deps.config,
    fetch: deps.fetch,
    clock: deps.clock,
    now: deps.now,
    sleep: deps.sleep,
  });

/** Hundreds of callers that wait at once cannot share a clock that each of them moves. */
const realTime = { now: Date.now, sleep: (ms: number) => scheduler.wait(ms) };

describe('a token that lives long enough', () => {
  // An hour's token: [what is left, asked for, whether it is refreshed]
  it.each([
    ['an hour left', HOUR, null, false],
    ['61 s left', 61_000, null, false],
    ['59 s left', 59_000, null, true],
    ['ten minutes left, eleven asked for', 10 * MINUTE, 660, true],
    ['ten minutes left, nine asked for', 10 * MINUTE, 540, false],
    ['half of its life left, a day asked for', HOUR / 2, 86_400, false],
    ['less than half left, a day asked for', HOUR / 2 - 1, 86_400, true],
    ['none asked for is 60 s all the same', 30_000, 0, true],
    ['over', -1, null, true],
  ])('%s', async (_, left, minTtl, refreshes) => {
    const w = world();
    const { deps, server } = w;
    const row = await w.due({
      expiresAt: deps.now() + left,
      tokenVersion: deps.now() + left - HOUR,
      refreshDueAt: deps.now() + MINUTE,
    });
    const answer = await tokenOf(deps, row, minTtl);
    const account = row.providerAccountId;
    expect(answer).toMatchObject({
      kind: 'token',
      accessToken: refreshes ? `access-${account}-1` : `access-${account}`,
    });
    expect(server.requests).toHaveLength(refreshes ? 1 : 0);
  });

  it('a token of seconds is handed out for half of its life', async () => {
    const w = world();
    const short = { tokenVersion: w.deps.now() - 4_000, expiresAt: w.deps.now() + 6_000 };
    await tokenOf(w.deps, await w.due(short));
    expect(w.server.requests).toHaveLength(0);
    w.deps.clock.advance(2_000);
    await tokenOf(w.deps, await w.due({ ...short, tokenVersion: short.expiresAt - 10_000 }));
    expect(w.server.requests).toHaveLength(1);
  });

  it('one without an end is always good', async () => {
    const w = world();
    const row = await w.due({ expiresAt: null, refreshDueAt: null });
    expect(await tokenOf(w.deps, row, 86_400)).toMatchObject({ expiresAt: null });
    expect(w.server.requests).toEqual([]);
  });

  it('one that nothing renews is good until its end, then the user must reconnect', async () => {
    const w = world();
    const row = await w.due({
      refreshToken: null,
      refreshDueAt: null,
      expiresAt: w.deps.now() + 5_000,
    });
    expect(await tokenOf(w.deps, row)).toMatchObject({ kind: 'token' });
    w.deps.clock.advance(5_000);
    expect(await failureOf(tokenOf(w.deps, row))).toMatchObject({ code: 'needs_reconnect' });
  });

  it('notes its use at most every six hours, and never moves the due time', async () => {
    const w = world();
    const { deps } = w;
    const row = await w.due({
      expiresAt: deps.now() + 99 * HOUR,
      refreshDueAt: deps.now() + 98 * HOUR,
    });
    const used = async () => {
      await tokenOf(deps, row);
      await deps.settle();
      const { lastUsedAt, refreshDueAt } = await w.row(row.id);
      expect(refreshDueAt).toBe(row.refreshDueAt);
      return lastUsedAt;
    };
    const start = deps.now();
    expect(await used()).toBe(start);
    deps.clock.advance(6 * HOUR - 1);
    expect(await used()).toBe(start);
    deps.clock.advance(1);
    expect(await used()).toBe(start + 6 * HOUR);
  });

  it('comes from the primary: never the one before a refresh that has just been', async () => {
    const w = world();
    const row = await w.due();
    await tokenOf(w.deps, row);
    await runRefresh(w.deps, 'cron');
    expect(await tokenOf(w.deps, row)).toMatchObject({
      accessToken: `access-${row.providerAccountId}-1`,
    });
  });
});

describe('many at once', () => {
  it('200 requests in two processes for one expired token: one refresh, 200 good answers (n8n#12742)', async () => {
    const w = world({}, realTime);
    const row = await expired(w);
    const other = another(w.deps);
    w.server.answer('/token', () => scheduler.wait(30));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => tokenOf(i % 2 === 0 ? w.deps : other, row)),
    );
    expect(w.server.requests).toHaveLength(1);
    const tokens = new Set(answers.map((answer) => answer.kind === 'token' && answer.accessToken));
    expect([...tokens]).toEqual([`access-${row.providerAccountId}-1`]);
    expect(w.server.ended()).toEqual([]);
  }, 30_000);

  it('200 requests in one process: one read of D1 each, and few more for all of them', async () => {
    const { db, meter } = hookedDb();
    const w = world({}, { ...realTime, db });
    const row = await expired(w);
    w.server.answer('/token', () => scheduler.wait(100));
    const answers = await Promise.all(Array.from({ length: 200 }, () => tokenOf(w.deps, row)));
    expect(new Set(answers.map((answer) => answer.kind === 'token' && answer.accessToken))).toEqual(
      new Set([`access-${row.providerAccountId}-1`]),
    );
    expect(meter.calls.length).toBeLessThanOrEqual(210);
    await w.deps.settle();
  }, 30_000);

  it('behind an open circuit 200 requests cost one read of D1 each, and one for all of them', async () => {
    const { db, meter } = hookedDb();
    const w = world({ refreshModel: 'static' }, { ...realTime, db });
    const others = await Promise.all(Array.from({ length: 5 }, () => expired(w)));
    w.server.answer('/token', () => errorReply(503, 'server_error'));
    for (const other of others) await failureOf(tokenOf(w.deps, other));
    await w.deps.settle();
    const row = await expired(w);
    meter.calls.length = 0;
    const failures = await Promise.all(
      Array.from({ length: 200 }, () => failureOf(tokenOf(w.deps, row))),
    );
    for (const failure of failures) expect(failure).toMatchObject({ code: 'provider_unavailable' });
    expect(w.server.requests).toHaveLength(5);
    expect(meter.calls.length).toBeLessThanOrEqual(205);
  }, 30_000);

  it('who finds the lease elsewhere reads the row as often as one caller does, however many wait', async () => {
    const time = fastTime(10);
    const { db, meter } = hookedDb();
    const w = world({}, time);
    const row = await expired(w);
    w.server.answer('/token', () => time.sleep(5_000));
    const held = tokenOf(w.deps, row);
    await scheduler.wait(50);
    const other = testDeps({ ...another(w.deps), db });
    const answers = await Promise.all(Array.from({ length: 50 }, () => tokenOf(other, row)));
    expect(new Set(answers.map((answer) => answer.kind === 'token' && answer.accessToken))).toEqual(
      new Set([`access-${row.providerAccountId}-1`]),
    );
    expect(meter.calls.length).toBeLessThanOrEqual(50 + 15);
    // The next time it begins with short pauses again.
    expect(watchOf(other, row).leasedReads).toBe(0);
    await held;
  }, 30_000);

  it('a caller that was at it and is gone holds nobody up for long', async () => {
    const w = world();
    const row = await expired(w);
    const watch = watchOf(w.deps, row);
    // As such a caller has left it: it said that it tries, and came no further.
    watch.busyUntil = w.deps.now() + 2_000;
    const start = w.deps.now();
    expect(await tokenOf(w.deps, row)).toMatchObject({ kind: 'token' });
    expect(w.deps.now() - start).toBeLessThanOrEqual(2_500);
    expect(w.server.requests).toHaveLength(1);
  });

  it("200 requests for one that fails: one attempt, and its failure is everybody's answer", async () => {
    const w = world({ refreshModel: 'static' }, realTime);
    const row = await expired(w);
    const other = another(w.deps);
    w.server.answer('/token', async () => {
      await scheduler.wait(30);
      return new Response('', { status: 503 });
    });
    const failures = await Promise.all(
      Array.from({ length: 50 }, (_, i) => failureOf(tokenOf(i % 2 === 0 ? w.deps : other, row))),
    );
    const codes = new Set(failures.map((failure) => (failure as { code: string }).code));
    expect([...codes]).toEqual(['provider_unavailable']);
    expect(w.server.requests).toHaveLength(1);
  }, 30_000);

  it('cron against on-demand: one refresh', async () => {
    const w = world();
    const row = await expired(w);
    w.server.answer('/token', () => scheduler.wait(30));
    const [, answer] = await Promise.all([
      runRefresh(w.deps, 'cron'),
      tokenOf(another(w.deps), row),
    ]);
    expect(answer).toMatchObject({ accessToken: `access-${row.providerAccountId}-1` });
    expect(w.server.requests).toHaveLength(1);
  });

  it('a provider of 11 s: 20 callers in two processes are all answered by one refresh', async () => {
    const time = fastTime(10);
    const w = world({}, time);
    const row = await expired(w);
    const other = another(w.deps);
    w.server.answer('/token', () => time.sleep(11_000));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => tokenOf(i % 2 === 0 ? w.deps : other, row)),
    );
    const tokens = new Set(answers.map((answer) => answer.kind === 'token' && answer.accessToken));
    expect([...tokens]).toEqual([`access-${row.providerAccountId}-1`]);
    expect(w.server.requests).toHaveLength(1);
  }, 30_000);

  it.each([
    [undefined, 13_000, 'provider_unavailable'],
    [18, 16_000, null],
    [2, 3_000, 'provider_unavailable'],
  ])(
    'a record that says %o s, and a provider of %i ms',
    async (timeoutSeconds, ms, code) => {
      const time = fastTime(10);
      const w = world({ refreshModel: 'static', timeoutSeconds }, time);
      const row = await expired(w);
      w.server.answer('/token', () => time.sleep(ms));
      const callers = [w.deps, another(w.deps), another(w.deps)];
      const answers = await Promise.all(
        callers.map((deps) => tokenOf(deps, row).catch((error: { code: string }) => error)),
      );
      for (const answer of answers) {
        expect(answer).toMatchObject(
          code === null ? { accessToken: `access-${row.providerAccountId}-1` } : { code },
        );
      }
      expect(w.server.requests).toHaveLength(1);
    },
    30_000,
  );

  it('hands out the last seconds of a token before they are over, whoever holds the lease', async () => {
    const w = world();
    const lease = { leaseId: 'other.1', leaseUntil: w.deps.now() + MINUTE };
    const row = await w.due({ ...lease, expiresAt: w.deps.now() + 25_000 });
    const start = w.deps.now();
    expect(await tokenOf(w.deps, row)).toMatchObject({
      accessToken: `access-${row.providerAccountId}`,
    });
    expect(w.deps.now() - start).toBeLessThanOrEqual(15_000);
  });

  it('gives up watching when an attempt must be over, and never refreshes without the lease (n8n#37828)', async () => {
    const w = world();
    const lease = { leaseId: 'other.1', leaseUntil: w.deps.now() + MINUTE };
    const row = await expired(w, lease);
    const start = w.deps.now();
    expect(await failureOf(tokenOf(w.deps, row))).toEqual({
      code: 'refresh_in_progress',
      retryAfter: 2,
    });
    expect(w.deps.now() - start).toBeGreaterThan(20_000);
    expect(w.deps.now() - start).toBeLessThanOrEqual(25_000);
    expect(w.server.requests).toEqual([]);
    expect(await w.row(row.id)).toMatchObject(lease);
  });

  it('a caller who hangs up cancels nothing (Floway#411)', async () => {
    const w = world();
    const row = await expired(w);
    const held = w.server.hold('/token');
    // Nobody awaits the answer; only what was given to waitUntil goes on.
    tokenOf(w.deps, row).catch(() => {});
    await held.arrived;
    held.release();
    await w.deps.settle();
    expect((await w.tokens(row.id)).access).toBe(`access-${row.providerAccountId}-1`);
  });
});

describe('a refresh that does not succeed', () => {
  it.each([
    ['refused', () => errorReply(400, 'invalid_grant'), 'needs_reconnect', undefined],
    ['the provider is down', () => new Response('', { status: 503 }), 'provider_unavailable', 10],
    ['too many requests', () => new Response('', { status: 429 }), 'provider_unavailable', 10],
    ['a wrong secret', () => errorReply(401, 'invalid_client'), 'provider_error', 10],
    ['an odd answer', () => new Response('', { status: 418 }), 'provider_error', 10],
  ])('%s', async (_, answer, code, retryAfter) => {
    const w = world({ refreshModel: 'static' });
    const row = await expired(w);
    w.server.answer('/token', () => answer());
    expect(await failureOf(tokenOf(w.deps, row))).toEqual({ code, retryAfter });
    // Asked again at once, it says the same without asking the provider.
    expect(await failureOf(tokenOf(w.deps, row))).toMatchObject({ code });
    expect(w.server.requests).toHaveLength(1);
    if (code === 'needs_reconnect') return;
    // Ten seconds later it may try again, whatever the backoff says.
    w.deps.clock.advance(10_000);
    w.server.answer('/token', null);
    await w.deps.settle();
    if (code !== 'provider_error' || answer().status === 418) {
      expect(await tokenOf(w.deps, row)).toMatchObject({ kind: 'token' });
    }
  });

  it('hands out the last seconds of a token, unless more was asked for', async () => {
    const w = world({ refreshModel: 'static' });
    const row = await w.due({ expiresAt: w.deps.now() + 40_000 });
    w.server.answer('/token', () => new Response('', { status: 503 }));
    expect(await tokenOf(w.deps, row)).toMatchObject({
      accessToken: `access-${row.providerAccountId}`,
    });
    expect(await failureOf(tokenOf(w.deps, row, 300))).toMatchObject({
      code: 'provider_unavailable',
    });
    w.deps.clock.advance(31_000);
    expect(await failureOf(tokenOf(w.deps, row))).toMatchObject({ code: 'provider_unavailable' });
  });

  it('an unknown outcome is waited for, not asked into', async () => {
    const w = world();
    const row = await w.due({ expiresAt: w.deps.now() + 50_000, lostLeaseId: null });
    w.server.answer('/token', () => {
      throw new TypeError('reset');
    });
    expect(await failureOf(tokenOf(w.deps, row, 120))).toMatchObject({
      code: 'provider_unavailable',
      retryAfter: 50,
    });
    w.deps.clock.advance(20_000);
    expect(await failureOf(tokenOf(w.deps, row, 120))).toMatchObject({
      code: 'provider_unavailable',
      retryAfter: 30,
    });
    expect(w.server.requests).toHaveLength(1);
    w.server.answer('/token', null);
    w.deps.clock.advance(30_000);
    expect(await tokenOf(w.deps, row, 120)).toMatchObject({ kind: 'token' });
  });

  it('an open circuit answers at once', async () => {
    const w = world({ refreshModel: 'static' });
    const others = await Promise.all(Array.from({ length: 5 }, () => expired(w)));
    const row = await expired(w);
    w.server.answer('/token', () => errorReply(503, 'server_error'));
    for (const other of others) await failureOf(tokenOf(w.deps, other));
    expect(await failureOf(tokenOf(w.deps, row))).toEqual({
      code: 'provider_unavailable',
      retryAfter: 30,
    });
    expect(w.server.requests).toHaveLength(5);
    // Half open: this one is the probe, and its success closes it.
    w.server.answer('/token', null);
    w.deps.clock.advance(30_000);
    expect(await tokenOf(w.deps, row)).toMatchObject({ kind: 'token' });
    for (const other of others) {
      expect(await tokenOf(w.deps, other)).toMatchObject({ kind: 'token' });
    }
  });

  it('where the provider ends the old token at a refresh, none is handed out during one (GitHub Apps)', async () => {
    const w = world({ refreshEndsAccessToken: true });
    const row = await w.due();
    const held = w.server.hold('/token');
    const run = runRefresh(w.deps, 'cron');
    await held.arrived;
    const answer = tokenOf(another(w.deps), row);
    await scheduler.wait(5);
    held.release();
    expect(await answer).toMatchObject({ accessToken: `access-${row.providerAccountId}-1` });
    await run;
  });

  it.each([
    'Network connection lost.',
    'D1 DB exceeded its CPU time limit and was reset.',
    "D1 DB's isolate exceeded its memory limit and was reset.",
  ])('a database that is away: 503 (%s)', async (text) => {
    const w = world();
    const row = await w.due();
    const lost = new Error(`D1_ERROR: ${text}`);
    const { db } = hookedDb({ before: () => Promise.reject(lost) });
    const deps = { ...w.deps, db };
    expect(await failureOf(tokenOf(deps, row))).toEqual({ code: 'unavailable', retryAfter: 5 });
  });

  it('a statement that is wrong is told as the mistake that it is', async () => {
    const w = world();
    const row = await w.due();
    const wrong = new Error('D1_ERROR: no such column: x: SQLITE_ERROR');
    const { db } = hookedDb({ before: () => Promise.reject(wrong) });
    await expect(tokenOf({ ...w.deps, db }, row)).rejects.toBe(wrong);
  });
});

describe('other cases', () => {
  it.each([
    ['another user', { userId: 'somebody-else' }],
    ['another provider', { provider: 'reddit' }],
    ['a wildcard', { accountId: '%' }],
  ])('%s: there is no such integration', async (_, wrong) => {
    const w = world();
    const row = await w.due();
    const request = { ...keyOf(row), minTtlSeconds: null, ...wrong };
    expect(await failureOf(tokenFor(w.deps, request))).toMatchObject({
      code: 'integration_not_found',
    });
  });

  it('credentials are given as they were, and in the headers that carry them', async () => {
    const config = readConfig({
      ...(await import('cloudflare:workers')).env,
      PROVIDERS: JSON.stringify({
        keyed: {
          name: 'Keyed',
          kind: 'credentials',
          fields: { key: { label: 'Key' }, agent: { label: 'Agent', required: false } },
          requestHeaders: { 'X-Key': 'k={key}', Auth: '{base64:key:key}', 'User-Agent': '{agent}' },
        },
      }),
    });
    const w = world({}, { config });
    const row = await w.due({
      provider: 'keyed',
      accessToken: JSON.stringify({ key: 'k1' }),
      refreshToken: null,
      expiresAt: null,
      refreshDueAt: null,
    });
    expect(await tokenOf(w.deps, row)).toMatchObject({
      kind: 'credentials',
      credentials: { key: 'k1' },
      headers: { 'X-Key': 'k=k1', Auth: btoa('k1:k1') },
    });
    expect(await failureOf(refreshOne(w.deps, keyOf(row)))).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('an idle integration becomes active by being asked for', async () => {
    const w = world();
    const { deps } = w;
    const row = await w.due({
      createdAt: deps.now() - 200 * HOUR,
      lastUsedAt: null,
      expiresAt: deps.now() + HOUR,
    });
    await runRefresh(deps, 'cron');
    expect((await w.row(row.id)).refreshDueAt).toBe(deps.now() + 24 * HOUR);
    // Run out, and nobody minds until the token is wanted.
    deps.clock.advance(2 * HOUR);
    expect(await tokenOf(deps, row)).toMatchObject({
      accessToken: `access-${row.providerAccountId}-2`,
    });
    const after = await w.row(row.id);
    expect(after.lastUsedAt).toBe(deps.now());
    expect(after.refreshDueAt).toBeLessThan(deps.now() + HOUR);
  });

  it('a provider without a client: what lives is handed out, then it says so', async () => {
    const w = world();
    const row = await w.due({ expiresAt: w.deps.now() + HOUR });
    const config = configOfProviders(
      { [w.provider]: {} },
      clientsOf([w.provider], { id: '', secret: '' }),
    );
    const deps = { ...w.deps, config };
    expect(await tokenOf(deps, row)).toMatchObject({ kind: 'token' });
    w.deps.clock.advance(HOUR);
    expect(await failureOf(tokenOf(deps, row))).toMatchObject({ code: 'provider_not_configured' });
  });
});

describe('a forced refresh', () => {
  it('refreshes what is not due, visibly', async () => {
    const w = world();
    const row = await w.due({ refreshDueAt: w.deps.now() + HOUR });
    w.deps.clock.advance(1_000);
    const { facts, version } = await refreshOne(w.deps, keyOf(row));
    expect(facts).toMatchObject({ lastRefreshedAt: w.deps.now(), expiresAt: w.deps.now() + HOUR });
    expect(version).toBeGreaterThanOrEqual(w.deps.now());
    const stored = JSON.parse((await w.deps.kv.get(`status/${row.userId}`)) ?? '{}');
    expect(stored.version).toBe(version);
  });

  it('ignores the backoff, but not an unknown outcome nor an open circuit', async () => {
    const w = world({ refreshModel: 'static' });
    const row = await expired(w, {
      refreshFailures: 4,
      lastError: 'http_503',
      lastFailedAt: w.deps.now() - 1,
      refreshDueAt: w.deps.now() + HOUR,
    });
    await refreshOne(w.deps, keyOf(row));
    expect(w.server.requests).toHaveLength(1);

    const v = world();
    const unknown = await v.due({
      unknownSince: v.deps.now() - 1,
      expiresAt: v.deps.now() + 90_000,
      refreshDueAt: v.deps.now() + 90_000,
    });
    expect(await failureOf(refreshOne(v.deps, keyOf(unknown)))).toEqual({
      code: 'provider_unavailable',
      retryAfter: 90,
    });
    expect(v.server.requests).toEqual([]);
  });

  it('of what needs reconnecting: a first refusal may be forced away, a confirmed one not', async () => {
    const w = world();
    const first = await expired(w);
    const refused = { code: 'needs_reconnect' };
    w.server.answer('/token', () => errorReply(400, 'invalid_grant'));
    expect(await failureOf(refreshOne(w.deps, keyOf(first)))).toMatchObject(refused);
    const { refreshDueAt } = await w.row(first.id);
    expect(refreshDueAt).toBe(w.deps.now() + 2 * MINUTE);
    // It was not yet time to confirm: that needs the two minutes.
    w.deps.clock.advance(MINUTE);
    expect(await failureOf(refreshOne(w.deps, keyOf(first)))).toMatchObject(refused);
    expect(await w.row(first.id)).toMatchObject({ refreshDueAt, stateConfirmedAt: null });
    w.server.answer('/token', null);
    w.deps.clock.advance(1);
    expect((await refreshOne(w.deps, keyOf(first))).facts.state).toBe('active');
    expect(await w.row(first.id)).toMatchObject({ refusal: null, refusedSince: null });
    const marked = { state: 'needs_reconnect', stateReason: 'invalid_grant' } as const;
    const sure = { stateConfirmedAt: w.deps.now(), refreshDueAt: null };
    const confirmed = await expired(w, { ...marked, ...sure });
    expect(await failureOf(refreshOne(w.deps, keyOf(confirmed)))).toMatchObject(refused);
    expect(w.server.requests).toHaveLength(3);
  });

  it('during another refresh waits for that one, and counts it as its own', async () => {
    const w = world();
    const row = await w.due();
    const held = w.server.hold('/token');
    const run = runRefresh(w.deps, 'cron');
    await held.arrived;
    const forced = refreshOne(another(w.deps), keyOf(row));
    await scheduler.wait(5);
    held.release();
    await run;
    expect((await forced).facts.lastRefreshedAt).not.toBeNull();
    expect(w.server.requests).toHaveLength(1);
  });

  it('of a token that the provider would not extend yet changes nothing', async () => {
    const refreshParams = { access_token: '{access_token}' };
    const w = world({ refreshModel: 'extend', minTokenAgeSeconds: 86_400, refreshParams });
    const row = await w.due({
      tokenVersion: w.deps.now() - HOUR,
      expiresAt: w.deps.now() + 99 * HOUR,
    });
    expect((await refreshOne(w.deps, keyOf(row))).facts.lastRefreshedAt).toBeNull();
    expect(w.server.requests).toEqual([]);
  });
});

describe('many forced refreshes', () => {
  const names = (rows: AccountRow[]) =>
    rows.map((row) => ({ provider: row.provider, accountId: row.providerAccountId }));
  const never = new AbortController().signal;

  it('go in groups of five, and go on after single failures', async () => {
    const w = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const rows = [];
    for (let i = 0; i < 11; i += 1) rows.push(await w.due({ userId: `many-${i % 2}` }));
    const bad = rows[2];
    w.server.answer('/token', ({ token }) =>
      token === `refresh-${bad?.providerAccountId}` ? errorReply(400, 'invalid_grant') : null,
    );
    const unknown = { provider: w.provider, accountId: 'nobody' };
    const twice = names(rows.slice(0, 1));
    const result = await refreshMany(w.deps, [...names(rows), unknown, ...twice], never);
    expect(result.refreshed).toHaveLength(10);
    expect(result.failed).toEqual([
      { ...names([bad as AccountRow])[0], code: 'needs_reconnect', message: expect.any(String) },
      { ...unknown, code: 'integration_not_found', message: expect.any(String) },
    ]);
    expect(w.server.requests).toHaveLength(11);
    expect(w.server.mostInFlight).toBeLessThanOrEqual(5);
  });

  it('stop when the caller is gone, and say what was not started', async () => {
    const w = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const rows = [];
    for (let i = 0; i < 12; i += 1) rows.push(await w.due());
    const caller = new AbortController();
    w.server.answer('/token', () => {
      if (w.server.requests.length === 7) caller.abort();
    });
    const { refreshed, failed } = await refreshMany(w.deps, names(rows), caller.signal);
    expect(refreshed).toHaveLength(10);
    expect(failed.map(({ code }) => code)).toEqual(['not_started', 'not_started']);
  });

  it('stop where the budget allows no further one to be ended', async () => {
    const w = world({}, {}, { RUN_SUBREQUESTS: '30' });
    const rows = [];
    for (let i = 0; i < 12; i += 1) rows.push(await w.due());
    const { refreshed, failed } = await refreshMany(w.deps, names(rows), never);
    // One costs four calls where all is well, and ten at most.
    expect([refreshed.length, failed.length]).toEqual([5, 7]);
  });
});
