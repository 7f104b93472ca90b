import { and, eq, isNotNull, min } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts, providerHealth } from '../../src/db/schema';
import { retryFormerClients } from '../../src/refresh/client-grants';
import { refreshOne } from '../../src/refresh/on-demand';
import type { Outcome } from '../../src/refresh/outcome';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import {
  type ClearRefusal,
  noRefusal,
  type RefusalFacts,
  type Weighed,
  weigh,
} from '../../src/refresh/verdict';
import { takeBackVerdicts, unmarkStorm } from '../../src/refresh/verdict-reversal';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import type { Interception } from '../simulator/simulator';
import type { AccountRow } from '../support/fixtures';
import { errorReply, json } from '../support/provider';
import { world } from './support/world';

describe('what refusals in a row mean', () => {
  const start = Date.UTC(2026, 10, 22);
  const unknownCode = {
    kind: 'odd',
    code: 'http_403',
    category: 'unexpected',
    refusal: { said: '403 gone', leadsTo: 'comparison_or_time', mayBeOtherClients: false },
  } satisfies Outcome;
  const unauthorized = {
    kind: 'operator',
    code: 'unauthorized_client',
    category: 'operator_fault',
    refusal: { said: '401 unauthorized_client', leadsTo: 'comparison', mayBeOtherClients: true },
  } satisfies Outcome;
  const wrongClient = {
    kind: 'operator',
    code: 'invalid_client',
    category: 'operator_fault',
    refusal: { said: '401 invalid_client', leadsTo: 'nothing', mayBeOtherClients: true },
  } satisfies Outcome;
  const dead = {
    kind: 'refused',
    code: 'invalid_grant',
    category: 'refused',
    refusal: { said: '400 invalid_grant', leadsTo: 'nothing', mayBeOtherClients: true },
  } satisfies Outcome;

  type Row = Parameters<typeof weigh>[1];
  const fresh: Row = {
    id: 1,
    ...noRefusal,
    tokenVersion: start - HOUR,
    clientId: 'ours',
    state: 'active',
    stateReason: null,
  };

  /** Refusals at these hours; others of the client are granted at those. */
  function weighed(
    outcome: ClearRefusal,
    refusedAt: readonly number[],
    grantedAt: readonly number[] = [],
    change: Partial<RefusalFacts> = {},
    row: Row = fresh,
  ): Weighed {
    let now = row;
    let last: Weighed | null = null;
    for (const hour of refusedAt) {
      const granted = grantedAt.filter((one) => one <= hour).at(-1);
      last = weigh(outcome, now, {
        now: start + hour * HOUR,
        hash: outcome.refusal.said,
        clientId: 'ours',
        lastGrant:
          granted === undefined ? null : { grantedAt: start + granted * HOUR, grantedRow: 2 },
        alone: false,
        mayInfer: true,
        ...change,
      });
      now = { ...now, ...last.run };
    }
    if (!last) throw new Error('no refusal');
    return last;
  }
  const hourly = Array.from({ length: 1_000 }, (_, hour) => hour);
  const marked = { kind: 'refused', by: 'repetition', reason: 'refused_repeatedly' };

  it.each([
    ['a day, then six hours twice', [0, 24, 30, 36]],
    ['as often as somebody asks', hourly.slice(0, 37)],
    ['daily', [0, 25, 49, 73]],
  ])('comparison: %s', (_, hours) => {
    expect(weighed(unknownCode, hours, hourly).failed).toMatchObject(marked);
    expect(weighed(unauthorized, hours, hourly).failed).toMatchObject(marked);
    expect(weighed(unknownCode, hours.slice(0, -1), hourly).failed).toBe(unknownCode);
  });

  it.each([
    ['nobody was granted anything', [0, 24, 30, 36, 60], []],
    ['the only grant came while a deploy was under way', [0, 24, 30, 36, 60], [0.5]],
    ['the last grant was before', [0, 24, 30, 36, 60], [-1]],
    ['the first day is not over', hourly.slice(0, 24), hourly],
  ])('no comparison: %s', (_, refused, granted) => {
    expect(weighed(unknownCode, refused, granted).failed).toBe(unknownCode);
  });

  it('no comparison with itself, with another client, nor beyond the bound of a day', () => {
    const hours = [0, 24, 30, 36];
    const itself = { lastGrant: { grantedAt: start + 20 * HOUR, grantedRow: 1 } };
    expect(weighed(unknownCode, hours, [], itself).failed).toBe(unknownCode);
    const others = { ...fresh, clientId: 'theirs' };
    expect(weighed(unknownCode, hours, hourly, {}, others).failed).toBe(unknownCode);
    expect(weighed(unknownCode, hours, hourly, { mayInfer: false }).failed).toBe(unknownCode);
    // Null is unknown, and never another one.
    const unknown = { ...fresh, clientId: null };
    expect(weighed(unknownCode, hours, hourly, {}, unknown).failed).toMatchObject(marked);
  });

  it('an answer of another kind begins anew', () => {
    const { run } = weighed(unknownCode, [0, 24, 30], hourly);
    expect(run.refusals).toBe(3);
    const other = { ...unknownCode, refusal: { ...unknownCode.refusal, said: '400 gone' } };
    expect(weighed(other, [36], hourly, {}, { ...fresh, ...run }).run).toMatchObject({
      refusals: 1,
      refusedSince: start + 36 * HOUR,
    });
  });

  it('a token that was written since, by a release without these columns, begins anew', () => {
    const { run } = weighed(unknownCode, [0, 24, 30], hourly);
    const row = { ...fresh, ...run, tokenVersion: start + 31 * HOUR };
    expect(weighed(unknownCode, [36], hourly, {}, row)).toMatchObject({
      run: { refusals: 1 },
      failed: unknownCode,
    });
  });

  it('time: 14 days, where there is nobody to compare with', () => {
    const alone = { alone: true };
    const daily = Array.from({ length: 15 }, (_, day) => day * 24);
    expect(weighed(unknownCode, daily, [], alone).failed).toMatchObject(marked);
    expect(weighed(unknownCode, daily.slice(0, -1), [], alone).failed).toBe(unknownCode);
    expect(weighed(unknownCode, daily).failed).toBe(unknownCode);
    // These may be about the client: only a comparison tells.
    expect(weighed(unauthorized, daily, [], alone).failed).toBe(unauthorized);
    expect(weighed(wrongClient, daily, hourly, alone).failed).toBe(wrongClient);
  });

  it('what is marked by inference stays so with whatever is refused', () => {
    const row: Row = { ...fresh, state: 'needs_reconnect', stateReason: 'refused_repeatedly' };
    expect(weighed(unauthorized, [0], [], {}, row).failed).toMatchObject(marked);
  });

  it.each([
    ['unauthorized_client', unauthorized],
    ['invalid_client', wrongClient],
    ['invalid_grant', dead],
  ])(
    '%s of another client: changed once that one works, until then the operator’s fault',
    (_, outcome) => {
      const row = { ...fresh, clientId: 'former' };
      const { code } = outcome;
      expect(weighed(outcome, [0, 24, 30, 36], [], {}, row).failed).toMatchObject({
        kind: 'operator',
        code,
        category: 'operator_fault',
      });
      // Granted before the row was: it says nothing of what was configured since.
      expect(weighed(outcome, [0], [-2], {}, row).failed.kind).toBe('operator');
      expect(weighed(outcome, [1], [0], {}, row).failed).toMatchObject({
        kind: 'refused',
        by: 'client',
        reason: 'client_changed',
      });
    },
  );

  it('a code for a dead grant is none of these', () => {
    expect(weighed(dead, [0], hourly).failed).toMatchObject({
      kind: 'refused',
      by: 'code',
      reason: 'invalid_grant',
    });
  });
});

type World = ReturnType<typeof world>;

const BUDGET = { RUN_SUBREQUESTS: '9000' };

/** Runs whenever something is due, for so long. */
async function pass({ deps, provider }: World, ms: number, each: () => unknown = () => {}) {
  const end = deps.now() + ms;
  for (;;) {
    const [row] = await deps.db
      .select({ at: min(oauthAccounts.refreshDueAt) })
      .from(oauthAccounts)
      .where(and(eq(oauthAccounts.provider, provider), isNotNull(oauthAccounts.refreshDueAt)));
    const at = row?.at ?? Number.POSITIVE_INFINITY;
    if (at > end) break;
    // A circuit that is open keeps it.
    deps.clock.set(Math.max(at, deps.now() + MINUTE / 2));
    await runRefresh(deps, 'cron');
    await each();
  }
  deps.clock.set(end);
}

const refusing =
  (dead: ReadonlySet<string>, answer: () => Response): Interception =>
  ({ token }) =>
    dead.has(token) ? answer() : null;

const tokenNameOf = (row: { providerAccountId: string }) => `refresh-${row.providerAccountId}`;

const eventsOf = async ({ deps, provider }: World) => {
  const events = await deps.db.select().from(eventLog).where(eq(eventLog.provider, provider));
  return events.map(({ type, detail }) => `${type} ${detail?.reason ?? detail?.code}`);
};

const keyOf = ({ userId, provider, providerAccountId }: Awaited<ReturnType<World['due']>>) => ({
  userId,
  provider,
  accountId: providerAccountId,
});

describe('an account that is refused again and again', () => {
  it('one of two, by a code for a wrong client: marked after days, and taken back by a success', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const dead = await w.due();
    await w.due();
    const refused = new Set([tokenNameOf(dead)]);
    w.server.answer(
      '/token',
      refusing(refused, () => errorReply(403, 'unauthorized_client')),
    );
    await pass(w, DAY);
    expect(await w.row(dead.id)).toMatchObject({
      state: 'active',
      lastErrorCategory: 'operator_fault',
    });
    await pass(w, 3 * DAY);
    const marked = await w.row(dead.id);
    expect(marked).toMatchObject({
      state: 'needs_reconnect',
      stateReason: 'refused_repeatedly',
      stateConfirmedAt: expect.any(Number),
      refreshDueAt: expect.any(Number),
    });
    // The client works for the other account, so nobody needs to be told.
    expect(await eventsOf(w)).toEqual(['integration.needs_reconnect refused_repeatedly']);
    const asked = w.server.requests.filter(({ token }) => refused.has(token)).length;
    expect(asked).toBeLessThan(15);
    refused.clear();
    await pass(w, DAY + HOUR);
    expect(await w.row(dead.id)).toMatchObject({
      state: 'active',
      refusals: 0,
      stateConfirmedAt: null,
    });
  });

  it('alone, by a code that nobody knows: marked after 14 days, with a request a day', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const { id } = await w.due();
    w.server.answer('/token', () => json({ error: { code: 'refresh_token_invalidated' } }, 401));
    await pass(w, 10 * DAY);
    expect(await w.row(id)).toMatchObject({ state: 'active' });
    expect(w.server.requests.length).toBeLessThan(20);
    await pass(w, 5 * DAY);
    expect(await w.row(id)).toMatchObject({ stateReason: 'refused_repeatedly' });
  });

  it('with a success that brings nothing: never marked, and soon asked once a day', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    await w.due();
    await w.due();
    w.server.answer('/token', () => json({ ok: true }));
    await pass(w, 20 * DAY);
    const rows = await w.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.provider, w.provider));
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['active']));
    expect(w.server.requests.length / 2).toBeLessThan(40);
  });

  it('twenty a day at most of one circuit, and the operator is told of the rest', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const refused = new Set<string>();
    const now = w.deps.now();
    for (let i = 0; i < 22; i += 1) refused.add(tokenNameOf(await w.due({ refreshFailures: 9 })));
    w.server.answer(
      '/token',
      refusing(refused, () => errorReply(403, 'gone')),
    );
    await runRefresh(w.deps, 'cron');
    // As if they had been refused for two days.
    await w.deps.db
      .update(oauthAccounts)
      .set({
        refusals: 3,
        refusedAt: now - 7 * HOUR,
        refusedSince: now - 40 * MINUTE,
        refreshDueAt: now,
      })
      .where(eq(oauthAccounts.provider, w.provider));
    await runRefresh(w.deps, 'cron');
    const marked = await w.deps.db.$count(
      oauthAccounts,
      and(eq(oauthAccounts.provider, w.provider), eq(oauthAccounts.state, 'needs_reconnect')),
    );
    expect(marked).toBe(20);
    const events = await eventsOf(w);
    expect(events.filter((event) => event.startsWith('provider.'))).toEqual([
      'provider.refusal_storm refused_repeatedly',
    ]);
  });
});

describe('what is taken back while an attempt is under way stays so', () => {
  const marked = (now: number) =>
    ({
      state: 'needs_reconnect',
      stateReason: 'refused_repeatedly',
      stateConfirmedAt: now - DAY,
      refusal: 'h',
      refusals: 9,
      refusedSince: now - 20 * DAY,
      refusedAt: now - DAY,
      refreshFailures: 30,
    }) as const;
  const takeBack = (w: ReturnType<typeof world>) =>
    takeBackVerdicts(w.deps, w.provider, w.deps.now() + MINUTE);

  it('a refusal of a marked account that the operator takes back', async () => {
    const w = world({ refreshModel: 'static' });
    const { id } = await w.due(marked(w.deps.now()));
    w.server.answer('/token', async () => {
      expect(await takeBack(w)).toEqual({ taken: 1, left: false });
      return errorReply(403, 'gone');
    });
    await runRefresh(w.deps, 'cron');
    expect(w.server.requests).toHaveLength(1);
    const after = await w.row(id);
    expect(after).toMatchObject({
      ...{ state: 'active', refusals: 0, refusedSince: null, stateConfirmedAt: null },
      ...{ leaseId: null, lostLeaseId: null, unknownSince: null },
    });
    expect(after.refreshDueAt).toBeGreaterThan(w.deps.now());
    expect(after.refreshDueAt).toBeLessThanOrEqual(w.deps.now() + HOUR);
    expect(await eventsOf(w)).toEqual(['integration.recovered undefined']);
  });

  it('an unknown outcome is noted all the same', async () => {
    const w = world();
    const { id } = await w.due(marked(w.deps.now()));
    w.server.answer('/token', async () => {
      await takeBack(w);
      throw new TypeError('connection reset');
    });
    await runRefresh(w.deps, 'cron');
    expect(await w.row(id)).toMatchObject({
      ...{ state: 'active', refusals: 0, leaseId: null, unknownSince: w.deps.now() },
    });
  });

  it('a second refusal of what was marked before a storm was known', async () => {
    const w = world({ refreshModel: 'static' });
    const now = w.deps.now();
    const { id } = await w.due({
      ...marked(now),
      stateReason: 'invalid_grant',
      stateConfirmedAt: null,
      refusedSince: now - 3 * MINUTE,
    });
    let asked = 0;
    w.server.answer('/token', async () => {
      asked += 1;
      if (asked > 1) return null;
      const snapshots = await unmarkStorm(w.deps, w.provider, w.deps.now() + MINUTE);
      expect(snapshots).toHaveLength(1);
      return errorReply(400, 'invalid_grant');
    });
    // It is due as before, and is heard again.
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refused: 0, refreshed: 1 });
    expect(await w.row(id)).toMatchObject({ state: 'active', leaseId: null });
    expect(await eventsOf(w)).toEqual([]);
  });
});

describe('on demand', () => {
  it('what is refused is asked for once an hour, however often somebody wants the token', async () => {
    const w = world({ refreshModel: 'static' });
    const row = await w.due({ expiresAt: w.deps.now() - 1 });
    w.server.answer('/token', () => errorReply(403, 'gone'));
    const wanted = () =>
      tokenFor(w.deps, { ...keyOf(row), minTtlSeconds: null }).catch(({ code }) => code);
    expect(await wanted()).toBe('provider_error');
    for (let i = 0; i < 50; i += 1) {
      w.deps.clock.advance(MINUTE);
      expect(await wanted()).toBe('provider_error');
    }
    expect(w.server.requests).toHaveLength(1);
    w.server.answer('/token', null);
    w.deps.clock.advance(10 * MINUTE);
    expect(await wanted()).toMatchObject({ kind: 'token' });
  });

  it('what was marked by inference is tried once an hour; the user must reconnect until then', async () => {
    const w = world({ refreshModel: 'static' });
    const now = w.deps.now();
    const row = await w.due({
      state: 'needs_reconnect',
      stateReason: 'refused_repeatedly',
      stateConfirmedAt: now,
      refusal: 'h',
      refusals: 4,
      refusedSince: now,
      refusedAt: now,
      refreshFailures: 9,
      lastError: 'http_403',
      lastErrorCategory: 'refused',
      lastFailedAt: now,
      expiresAt: now - 1,
      refreshDueAt: now + DAY,
    });
    const wanted = () =>
      tokenFor(w.deps, { ...keyOf(row), minTtlSeconds: null }).catch(({ code }) => code);
    expect(await wanted()).toBe('needs_reconnect');
    expect(w.server.requests).toEqual([]);
    w.deps.clock.advance(HOUR + 1);
    expect(await wanted()).toMatchObject({ kind: 'token' });
    expect(await w.row(row.id)).toMatchObject({ state: 'active', stateReason: null });
  });
});

describe('a client that was replaced', () => {
  it('marks nobody while the new one does not work, then whom it refuses, and gives them back with the former', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const rows: AccountRow[] = [];
    for (let i = 0; i < 12; i += 1) rows.push(await w.due({ clientId: 'former' }));
    const refused = new Set(rows.map(tokenNameOf));
    w.server.answer(
      '/token',
      refusing(refused, () => errorReply(400, 'invalid_grant')),
    );
    await pass(w, 2 * DAY);
    const states = async () => {
      const found = await Promise.all(rows.map(({ id }) => w.row(id)));
      return new Set(found.map(({ state, stateReason }) => `${state} ${stateReason}`));
    };
    expect(await states()).toEqual(new Set(['active null']));
    // Somebody connects with the new client.
    await w.due({ clientId: 'client' });
    await pass(w, DAY);
    expect(await states()).toEqual(new Set(['needs_reconnect client_changed']));
    // No storm: each of them has a cause of its own.
    expect((await eventsOf(w)).filter((event) => event.startsWith('provider.refusal'))).toEqual([]);
    // The operator takes it back: the same deployment with the client of before.
    refused.clear();
    await w.deps.db
      .update(oauthAccounts)
      .set({ clientId: 'client' })
      .where(and(eq(oauthAccounts.provider, w.provider), eq(oauthAccounts.clientId, 'former')));
    const [first] = rows;
    if (!first) throw new Error('no row');
    const wanted = await tokenFor(w.deps, { ...keyOf(first), minTtlSeconds: null });
    expect(wanted).toMatchObject({ kind: 'token' });
    await retryFormerClients(w.deps);
    await pass(w, HOUR);
    expect(await states()).toEqual(new Set(['active null']));
  });
});

describe('the first grant after refusals', () => {
  it('makes all that were refused since the grant before due within the hour', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const rows = [];
    for (let i = 0; i < 6; i += 1) rows.push(await w.due({ tokenVersion: w.deps.now() - 2 * DAY }));
    w.server.answer('/token', () => errorReply(401, 'invalid_client'));
    await pass(w, 3 * DAY);
    w.server.answer('/token', null);
    const [first] = rows;
    if (!first) throw new Error('no row');
    await refreshOne(w.deps, keyOf(first));
    const within = w.deps.now() + HOUR;
    for (const { id } of rows.slice(1)) {
      expect((await w.row(id)).refreshDueAt).toBeLessThanOrEqual(within);
    }
    await pass(w, HOUR + MINUTE);
    for (const { id } of rows)
      expect(await w.row(id)).toMatchObject({ refreshFailures: 0, refusal: null });
  });

  it('hastens nothing that was refused while others were granted', async () => {
    const w = world({ refreshModel: 'static' }, {}, BUDGET);
    const dead = await w.due();
    await w.due();
    w.server.answer(
      '/token',
      refusing(new Set([tokenNameOf(dead)]), () => errorReply(403, 'gone')),
    );
    await pass(w, DAY);
    expect(
      w.server.requests.filter(({ token }) => token === tokenNameOf(dead)).length,
    ).toBeLessThan(12);
  });
});

describe('one user cannot close a provider to others', () => {
  const health = async (w: World) => {
    const [row] = await w.deps.db
      .select()
      .from(providerHealth)
      .where(eq(providerHealth.provider, w.provider));
    return row;
  };
  const others = async (w: World) => {
    const row = await w.due({ expiresAt: w.deps.now() - 1 });
    return tokenFor(w.deps, { ...keyOf(row), minTtlSeconds: null });
  };

  it('by forcing the refresh of an account that is refused as a wrong client, every 2 s', async () => {
    const w = world({ refreshModel: 'static' });
    const own = await w.due();
    w.server.answer(
      '/token',
      refusing(new Set([tokenNameOf(own)]), () => errorReply(403, 'unauthorized_client')),
    );
    for (let i = 0; i < 30; i += 1) {
      await refreshOne(w.deps, keyOf(own)).catch(() => {});
      w.deps.clock.advance(2_000);
      if (i % 5 === 0) expect(await others(w)).toMatchObject({ kind: 'token' });
    }
    expect(await health(w)).toMatchObject({ openUntil: null });
  });

  it('by ten accounts of their own that they ended, nor by five that answer 429', async () => {
    for (const answer of [
      () => errorReply(400, 'invalid_grant'),
      () => errorReply(429, 'slow_down'),
    ]) {
      const w = world({ refreshModel: 'static' });
      const mine = [];
      for (let i = 0; i < 10; i += 1) mine.push(await w.due({ userId: 'attacker' }));
      w.server.answer('/token', refusing(new Set(mine.map(tokenNameOf)), answer));
      for (const row of [...mine, ...mine, ...mine]) {
        await refreshOne(w.deps, keyOf(row)).catch(() => {});
        w.deps.clock.advance(2_000);
      }
      expect(await others(w)).toMatchObject({ kind: 'token' });
      expect(await health(w)).toMatchObject({ openUntil: null });
    }
  });

  it('by forcing a failing account whenever the circuit is half open: it is no probe', async () => {
    const w = world({ refreshModel: 'static' });
    const rows = [];
    for (let i = 0; i < 5; i += 1) rows.push(await w.due({ expiresAt: w.deps.now() - 1 }));
    w.server.answer('/token', () => errorReply(503, 'server_error'));
    await runRefresh(w.deps, 'cron');
    w.deps.clock.advance(30_000);
    const before = w.server.requests.length;
    const [own] = rows;
    if (!own) throw new Error('no row');
    await expect(refreshOne(w.deps, keyOf(own))).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    expect(w.server.requests).toHaveLength(before);
    w.server.answer('/token', null);
    expect(await others(w)).toMatchObject({ kind: 'token' });
  });

  it('a probe of a failing account that meets trouble leaves it to the next', async () => {
    const w = world({ refreshModel: 'static' });
    const failing = [];
    for (let i = 0; i < 5; i += 1) failing.push(await w.due({ expiresAt: w.deps.now() - 1 }));
    w.server.answer('/token', () => errorReply(503, 'server_error'));
    await runRefresh(w.deps, 'cron');
    // Another of this circuit was granted something lately.
    await w.deps.db
      .update(providerHealth)
      .set({ grantedAt: w.deps.now() })
      .where(eq(providerHealth.provider, w.provider));
    w.deps.clock.advance(30_000);
    const dead = new Set(failing.map(tokenNameOf));
    w.server.answer(
      '/token',
      refusing(dead, () => errorReply(503, 'server_error')),
    );
    const [probe] = failing;
    if (!probe) throw new Error('no row');
    await tokenFor(w.deps, { ...keyOf(probe), minTtlSeconds: null }).catch(() => {});
    expect(await health(w)).toMatchObject({ openUntil: w.deps.now(), openFor: 30_000 });
    expect(await others(w)).toMatchObject({ kind: 'token' });
    expect(await health(w)).toMatchObject({ openUntil: null });
  });
});
