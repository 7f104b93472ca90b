/** What the operator's page shows, and what its buttons do. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config';
import { callCounts, eventLog, providerHealth, refreshRuns } from '../../../src/db/schema';
import type { Deps } from '../../../src/deps';
import { readSnapshot } from '../../../src/status-cache/cache';
import { keyOf } from '../../../src/status-cache/kv';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../../src/time';
import { runRefreshNow } from '../../../src/web/operator/actions';
import { hookedDb } from '../../refresh/support/faults';
import { world } from '../../refresh/support/world';
import { d1Away } from '../../status-cache/faults';
import { testClock, testDeps } from '../../support/deps';
import { accountRow, insertAccount } from '../../support/fixtures';
import { textOf } from '../pages';
import { operator, panel } from './client';

beforeEach(async () => {
  const tables = [
    'oauth_accounts',
    'refresh_runs',
    'provider_health',
    'audit_events',
    'call_counts',
  ];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

/** Noon in UTC, so that times on the page can be read here. */
const noon = () => testClock(Date.UTC(2026, 10, 22, 12));

const circuit = (
  deps: Pick<Deps, 'db' | 'now'>,
  values: Partial<typeof providerHealth.$inferInsert>,
) =>
  deps.db.insert(providerHealth).values({
    provider: 'acme',
    host: 'id.acme.example',
    failures: 5,
    failedIds: [1, 2, 3, 4, 5],
    openUntil: deps.now() + 4 * MINUTE,
    openFor: 8 * MINUTE,
    reason: 'http_503',
    reasonCategory: 'provider_failure',
    updatedAt: deps.now(),
    ...values,
  });

const run = (deps: Pick<Deps, 'db' | 'now'>, values: Partial<typeof refreshRuns.$inferInsert>) =>
  deps.db.insert(refreshRuns).values({
    trigger: 'cron',
    startedAt: deps.now() - MINUTE,
    endedAt: deps.now() - MINUTE + 1200,
    claimed: 5,
    refreshed: 5,
    refused: 0,
    failed: 0,
    left: false,
    ...values,
  });

test('before anything has happened, every panel says so in words', async () => {
  const o = operator();
  const cookie = await o.enter();
  await env.DB.prepare('DELETE FROM audit_events').run();
  const page = await o.page(cookie);
  expect(panel(page, 'accounts')).toContain('Nobody has connected an account yet.');
  expect(panel(page, 'due')).toContain('Nothing falls due in the next 24 hours.');
  expect(panel(page, 'runs')).toContain('No run had anything to do in the last 30 days.');
  expect(panel(page, 'calls')).toContain('No provider was called in the last 24 hours.');
  expect(panel(page, 'circuits')).toContain('All are closed');
  expect(panel(page, 'cache')).toContain('Nobody has asked this isolate for a status yet.');
  expect(panel(page, 'cache')).toContain('In memory 0 users');
  expect(panel(page, 'events')).toContain('Nothing has happened in the last 90 days.');
});

describe('accounts', () => {
  test('are counted by provider and status, the largest provider first', async () => {
    const o = operator();
    const now = o.deps.now();
    await insertAccount(o.deps, { provider: 'reddit' });
    for (let i = 0; i < 3; i += 1) await insertAccount(o.deps);
    await insertAccount(o.deps, { state: 'needs_reconnect', stateReason: 'invalid_grant' });
    await insertAccount(o.deps, {
      expiresAt: now - HOUR,
      refreshDueAt: now + MINUTE,
      refreshFailures: 2,
    });
    const text = panel(await o.page(await o.enter()), 'accounts');
    expect(text).toContain('Acme 3 1 1 0 Reddit 1 0 0 0');
    expect(text.indexOf('Acme')).toBeLessThan(text.indexOf('Reddit'));
  });

  test('of a provider that is set up no more are counted under its id', async () => {
    const o = operator();
    await insertAccount(o.deps, { provider: 'bygone' });
    expect(panel(await o.page(await o.enter()), 'accounts')).toContain('bygone 1 0 0 0');
  });

  test('are counted once a minute, anew after a button, and the page says when', async () => {
    const o = operator({ clock: noon() } as Partial<Deps>);
    const cookie = await o.enter();
    await insertAccount(o.deps);
    expect(panel(await o.page(cookie), 'accounts')).toContain('Acme 1 0 0 0');
    await insertAccount(o.deps);
    o.deps.clock.advance(59_000);
    const kept = panel(await o.page(cookie), 'accounts');
    expect(kept).toContain('Acme 1 0 0 0');
    expect(kept).toContain('Counted at 12:00 UTC');
    expect(panel(await o.done(cookie, 'invalidate', { userId: 'x' }), 'accounts')).toContain(
      'Acme 2 0 0 0',
    );
    await insertAccount(o.deps);
    o.deps.clock.advance(MINUTE);
    expect(panel(await o.page(cookie), 'accounts')).toContain('Acme 3 0 0 0');
  });
});

test('a sum that was not cut is said in full', async () => {
  const o = operator();
  await run(o.deps, { claimed: 14_800, refreshed: 14_800 });
  expect(panel(await o.page(await o.enter()), 'runs')).toContain(
    '14,800 accounts in 2,960 groups of up to 5; 14,800 refreshed',
  );
});

test('one of something is said as one', async () => {
  const o = operator({ clock: noon() } as Partial<Deps>);
  await o.deps.db
    .insert(callCounts)
    .values({ hour: o.deps.now(), provider: 'acme', answer: '2xx', calls: 1 });
  const { userId } = await insertAccount(o.deps);
  await readSnapshot(o.deps, userId, 0);
  await o.deps.settle();
  await readSnapshot(o.deps, userId, 0);
  const page = await o.page(await o.enter());
  expect(page).toContain('100% of 1 call answered with 2xx or 3xx');
  expect(panel(page, 'cache')).toContain('1 answer from memory, 0 from KV, 1 from the database.');
});

test('calls are shown by provider and answer, of the last 24 hours', async () => {
  const o = operator({ clock: noon() } as Partial<Deps>);
  const at = (hours: number) => o.deps.now() - hours * HOUR;
  await o.deps.db.insert(callCounts).values([
    { hour: at(0), provider: 'reddit', answer: '2xx', calls: 3 },
    { hour: at(0), provider: 'acme', answer: '2xx', calls: 1_200 },
    { hour: at(23), provider: 'acme', answer: '2xx', calls: 1 },
    { hour: at(24), provider: 'acme', answer: '2xx', calls: 5_000 },
    { hour: at(1), provider: 'acme', answer: '3xx', calls: 2 },
    { hour: at(1), provider: 'acme', answer: '4xx', calls: 4 },
    { hour: at(1), provider: 'acme', answer: '401', calls: 5 },
    { hour: at(1), provider: 'acme', answer: '429', calls: 6 },
    { hour: at(1), provider: 'acme', answer: '5xx', calls: 7 },
    { hour: at(1), provider: 'acme', answer: 'none', calls: 8 },
  ]);
  const text = panel(await o.page(await o.enter()), 'calls');
  expect(text).toContain('2xx 3xx Other 4xx 401 429 5xx No answer');
  expect(text).toContain('Acme 1,201 2 4 5 6 7 8 Reddit 3 0 0 0 0 0 0');
});

describe('refreshes due', () => {
  test('are shown hour by hour, in a picture and in a table', async () => {
    const o = operator({ clock: noon() } as Partial<Deps>);
    const now = o.deps.now();
    for (const [ahead, times] of [
      [0.5, 3],
      [1, 2],
      [5.99, 1],
      [23.9, 1],
      [24, 1],
      [-0.1, 2],
    ] as const) {
      for (let i = 0; i < times; i += 1) {
        await insertAccount(o.deps, { refreshDueAt: now + ahead * HOUR });
      }
    }
    await insertAccount(o.deps, { refreshDueAt: null });
    const page = await o.page(await o.enter());
    const text = panel(page, 'due');
    expect(text).toContain('2 accounts are past the time and wait for the next run.');
    expect(text).toContain('In the next 24 hours 7 refreshes fall due, 3 of them within the hour.');
    const table = text.slice(text.indexOf('From, to'));
    expect(table).toContain('12:00 UTC to 13:00 UTC 3 13:00 UTC to 14:00 UTC 2');
    expect(table).toContain('17:00 UTC to 18:00 UTC 1');
    expect(table).toContain('11:00 UTC to 12:00 UTC 1');
    // The picture: a bar for each hour that has something, with a sentence for who cannot see it.
    const svg = /<section aria-labelledby="due".*?<svg(.*?)<\/svg>/s.exec(page)?.[1] ?? '';
    expect(svg).toContain('role="img" aria-label="In the next 24 hours 7 refreshes fall due');
    expect(svg.match(/<rect/g)).toHaveLength(4);
    expect(svg).toContain('<title>12:00 UTC to 13:00 UTC: 3</title>');
  });

  test('are refreshed by the button, which tells how it went', async () => {
    const { deps, due, server } = world();
    const o = operator(deps);
    for (let i = 0; i < 6; i += 1) await due();
    let asked = 0;
    server.answer('/token', () => {
      asked += 1;
      return asked === 1 ? new Response('', { status: 429 }) : null;
    });
    const page = await o.done(await o.enter(), 'refresh');
    expect(textOf(page)).toContain(
      'The run took 6 accounts 5 refreshed, 1 failed and will be tried again.',
    );
    expect(panel(page, 'runs')).toContain('By hand');
    expect(panel(page, 'events')).toContain('An operator ran the refresh');
    expect(panel(page, 'due')).toContain('Nothing is waiting past its time.');
  });

  test('of which there are none are not refreshed, and the button says that', async () => {
    const { deps } = world();
    const o = operator(deps);
    expect(textOf(await o.done(await o.enter(), 'refresh'))).toContain('Nothing was due');
  });

  test('are not begun for a browser that has gone: what was begun has 30 s to end', async () => {
    const { deps, due, server } = world();
    for (let i = 0; i < 6; i += 1) await due();
    const browser = new AbortController();
    server.answer('/token', () => browser.abort());
    const notice = await runRefreshNow(deps, 'test', browser.signal);
    await deps.settle();
    expect(notice).toMatchObject({ kind: 'ran', claimed: 5, refreshed: 5, left: true });
    expect(server.requests).toHaveLength(5);
  });

  test('are not begun after 20 s, so that the browser gets its answer', async () => {
    const { deps, due, server } = world();
    for (let i = 0; i < 6; i += 1) await due();
    server.answer('/token', () => {
      if (server.requests.length === 1) deps.clock.advance(20_000);
    });
    const notice = await runRefreshNow(deps, 'test', new AbortController().signal);
    expect(notice).toMatchObject({ claimed: 5, left: true });
  });
});

describe('runs', () => {
  test('are summed up, drawn along the time, and told one by one', async () => {
    const o = operator({ clock: noon() } as Partial<Deps>);
    const now = o.deps.now();
    await run(o.deps, { claimed: 12, refreshed: 9, refused: 1, failed: 2, left: true });
    await run(o.deps, { startedAt: now - 50 * MINUTE, endedAt: now - 50 * MINUTE + 90_000 });
    await run(o.deps, {
      trigger: 'queue',
      startedAt: now - 50 * MINUTE,
      endedAt: now - 50 * MINUTE,
    });
    const page = await o.page(await o.enter());
    const text = panel(page, 'runs');
    expect(text).toContain(
      '3 runs since 11:00 UTC: 22 accounts in 5 groups of up to 5; 19 refreshed, 1 refused, 2 failed.',
    );
    expect(text).toContain('1 minute ago Cron, more was due 1 s 3 9 1 2');
    expect(text).toContain('50 minutes ago Cron 1 min 30 s 1 5 0 0');
    expect(text).toContain('50 minutes ago Queue under a second');
    const svg = /<section aria-labelledby="runs".*?<svg(.*?)<\/svg>/s.exec(page)?.[1] ?? '';
    expect(svg.match(/<rect class="(\w+)"/g)).toEqual([
      '<rect class="good"',
      '<rect class="good"',
      '<rect class="warn"',
      '<rect class="bad"',
    ]);
    expect(svg).toContain('2 runs, 10 refreshed, 0 refused, 0 failed');
  });

  test('of one failure among thousands leave a bar that can be seen', async () => {
    const o = operator();
    await run(o.deps, { claimed: 5000, refreshed: 4999, failed: 1 });
    const page = await o.page(await o.enter());
    const height = /<rect class="bad"[^>]* height="([\d.]+)"/.exec(page)?.[1];
    expect(Number(height)).toBeGreaterThanOrEqual(2);
  });
});

describe('circuits', () => {
  test('say whether they are open, why and until when', async () => {
    const o = operator({ clock: noon() } as Partial<Deps>);
    await circuit(o.deps, {});
    await circuit(o.deps, {
      provider: 'reddit',
      host: 'www.reddit.com',
      openUntil: o.deps.now() - 1,
      reason: 'invalid_client',
      reasonCategory: 'operator_fault',
    });
    await circuit(o.deps, {
      provider: 'instagram',
      host: '',
      openUntil: null,
      failures: 2,
      reason: null,
      reasonCategory: null,
    });
    await circuit(o.deps, { provider: 'google', host: 'well', openUntil: null, failures: 0 });
    const page = await o.page(await o.enter());
    const text = panel(page, 'circuits');
    expect(text).toContain(
      'Acme id.acme.example Until 12:04 UTC, in 4 minutes The provider fails http_503 Open Close',
    );
    expect(text).toContain('The next group tries whether it works again');
    expect(text).toContain('does not accept our client id or secret invalid_client');
    expect(text).toContain('2 of 5 failures in a row that would open it Closed');
    expect(text).not.toContain('well');
    expect(page.match(/action="\/operator\/circuit"/g)).toHaveLength(2);
  });

  test('are closed by their button, that one and no other, with an event', async () => {
    const o = operator();
    await circuit(o.deps, {});
    await circuit(o.deps, { host: 'other.example' });
    const page = await o.done(await o.enter(), 'circuit', {
      provider: 'acme',
      host: 'id.acme.example',
    });
    expect(textOf(page)).toContain('The circuit is closed Acme (id.acme.example) is asked again.');
    expect(panel(page, 'circuits')).not.toContain('id.acme.example');
    expect(panel(page, 'circuits')).toContain('other.example');
    expect(panel(page, 'events')).toMatch(/An operator closed a circuit Acme .*by: test/);
  });

  test('that were closed meanwhile are not closed again, and leave no event', async () => {
    const o = operator();
    const fields = { provider: 'acme', host: 'id.acme.example' };
    const page = await o.done(await o.enter(), 'circuit', fields);
    expect(textOf(page)).toContain('It was closed already');
    expect(panel(page, 'events')).not.toContain('closed a circuit');
  });

  test.each([
    ['no provider', { host: 'x' }],
    ['a provider that cannot be one', { provider: "' OR 1=1 --", host: 'x' }],
    ['no host', { provider: 'acme' }],
  ])('are not closed with %s', async (_, fields) => {
    const o = operator();
    await circuit(o.deps, {});
    const reply = await o.press(await o.enter(), 'circuit', fields as Record<string, string>);
    expect(reply.status).toBe(400);
    expect(textOf(await reply.text())).toContain('That did not work');
    expect((await o.deps.db.select().from(providerHealth))[0]?.openUntil).not.toBeNull();
  });
});

describe('the cache', () => {
  test('shows its hits and sizes, of this isolate, and says that it is this one', async () => {
    const o = operator();
    const { userId } = await insertAccount(o.deps);
    await readSnapshot(o.deps, userId, 0);
    await o.deps.settle();
    for (let i = 0; i < 3; i += 1) await readSnapshot(o.deps, userId, 0);
    const text = panel(await o.page(await o.enter()), 'cache');
    expect(text).toContain('Of this isolate only, since it started.');
    expect(text).toContain(
      '75% answered from the cache: 3 answers from memory, 0 from KV, 1 from the database.',
    );
    expect(text).toContain('In memory 1 user, 1 of them fresh');
    expect(text).toMatch(/In KV \d+ users?/);
  });

  test('says when KV is away, and when it takes no writes', async () => {
    const away = { list: () => Promise.reject(new Error('KV GET failed: 503')) };
    const o = operator({ kv: away as unknown as KVNamespace });
    o.deps.memory.kv.putsPausedUntil = o.deps.now() + MINUTE;
    const text = panel(await o.page(await o.enter()), 'cache');
    expect(text).toContain('KV is not answering');
    expect(text).toContain('KV refused a write');
  });

  test('forgets one user by its button: memory and KV, and nobody else', async () => {
    const o = operator();
    const users = [await insertAccount(o.deps), await insertAccount(o.deps)] as const;
    for (const { userId } of users) await readSnapshot(o.deps, userId, 0);
    await o.deps.settle();
    const page = await o.done(await o.enter(), 'invalidate', { userId: users[0].userId });
    expect(textOf(page)).toContain('The cache holds nothing of this user');
    expect(await env.STATUS_CACHE.get(keyOf(users[0].userId))).toBeNull();
    expect(o.deps.memory.peek(users[0].userId, o.deps.now())).toBeNull();
    expect(await env.STATUS_CACHE.get(keyOf(users[1].userId))).not.toBeNull();
    expect(o.deps.memory.peek(users[1].userId, o.deps.now())).not.toBeNull();
    expect(panel(page, 'events')).toContain(`user ${users[0].userId}`);
  });

  test.each(['', '.', 'a\nb', 'x'.repeat(256)])('forgets nobody for %j', async (userId) => {
    const o = operator();
    const reply = await o.press(await o.enter(), 'invalidate', { userId });
    expect(reply.status).toBe(400);
  });

  test('says so when KV does not take the delete', async () => {
    const failing = new Proxy(env.STATUS_CACHE, {
      get: (target, key) =>
        key === 'delete'
          ? () => Promise.reject(new Error('KV DELETE failed: 500'))
          : Reflect.get(target, key).bind(target),
    });
    const o = operator({ kv: failing });
    const page = await o.done(await o.enter(), 'invalidate', { userId: 'somebody' });
    expect(textOf(page)).toContain('KV did not take it');
  });
});

describe('events', () => {
  test('are told newest first, 25 of them', async () => {
    const o = operator();
    const cookie = await o.enter();
    for (let i = 0; i < 30; i += 1) {
      await o.deps.db
        .insert(eventLog)
        .values({ at: o.deps.now() + i, type: 'connected', userId: `user-no-${i}` });
    }
    const text = panel(await o.page(cookie), 'events');
    expect(text.match(/user-no-\d+/g)).toEqual(
      Array.from({ length: 25 }, (_, i) => `user-no-${29 - i}`),
    );
  });

  test('that nobody has words for are told by their code, and times as times', async () => {
    const o = operator();
    await o.deps.db.insert(eventLog).values([
      { at: o.deps.now(), type: 'constructor', detail: { attempts: 3, ok: null } },
      {
        at: o.deps.now(),
        type: 'expiring',
        provider: 'acme',
        accountId: 'a',
        detail: { reconnectBy: Date.UTC(2027, 0, 1), days: 7 },
      },
    ]);
    const text = panel(await o.page(await o.enter()), 'events');
    expect(text).toContain('constructor attempts: 3');
    expect(text).toContain('Will run out Acme a reconnectBy: 1 Jan 2027, 00:00 UTC, days: 7');
  });
});

test('ids that are markup stay text, wherever they stand (XSS)', async () => {
  const nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const o = operator();
  await insertAccount(o.deps, { provider: nasty });
  await circuit(o.deps, { provider: nasty, host: nasty, reason: nasty });
  await o.deps.db.insert(eventLog).values({
    at: o.deps.now(),
    type: nasty,
    userId: nasty,
    provider: nasty,
    accountId: nasty,
    detail: { [nasty]: nasty },
  });
  const page = await o.done(await o.enter(), 'invalidate', { userId: nasty });
  expect(page).not.toContain('<script');
  expect(page).not.toContain('<img');
  expect(textOf(page)).toContain(nasty);
});

test('with the database away the page still tells what the cache holds', async () => {
  const { db } = hookedDb({
    before() {
      throw new Error('D1_ERROR: Network connection lost.');
    },
  });
  const o = operator({ db, session: () => db });
  const page = await o.page(await o.enter());
  expect(textOf(page)).toContain('The database is not answering');
  expect(panel(page, 'cache')).toContain('In memory');
  const refused = await o.press(await o.enter(), 'circuit', { provider: 'acme', host: 'x' });
  expect(refused.status).toBe(503);
  expect(textOf(await refused.text())).toContain('Something is not answering');
});

test('shows no token, sealed or open, and not the key (I8)', async () => {
  const deps = testDeps();
  const row = await insertAccount(deps, {
    accessToken: 'canary-access',
    refreshToken: 'canary-refresh',
  });
  const o = operator();
  const page = await o.page(await o.enter());
  for (const secret of [
    'canary',
    row.accessToken,
    row.refreshToken,
    'Account ',
    'test-service-key',
  ]) {
    expect(page).not.toContain(secret);
  }
});

describe('verdicts by comparison or time', () => {
  const marked = { state: 'needs_reconnect', stateReason: 'refused_repeatedly' } as const;

  test('are counted first, then taken back, all of a provider: users see it, and nobody else is touched', async () => {
    const o = operator();
    const sure = { stateConfirmedAt: 1, refreshFailures: 9, refusal: 'x', refusals: 4 };
    const rows = [];
    for (let i = 0; i < 3; i += 1) {
      rows.push(await insertAccount(o.deps, { ...marked, ...sure, userId: `refused-${i}` }));
    }
    const others = [
      await insertAccount(o.deps, { ...marked, ...sure, provider: 'reddit' }),
      await insertAccount(o.deps, { ...marked, ...sure, stateReason: 'invalid_grant' }),
    ];
    const [first] = rows;
    const userId = first?.userId ?? '';
    const before = await readSnapshot(o.deps, userId, 0);
    const cookie = await o.enter();
    expect(await o.page(cookie)).toContain('href="/operator/verdicts?provider=acme"');
    const dry = await (await o.get(cookie, '/operator/verdicts?provider=acme')).text();
    expect(textOf(dry)).toContain('3 accounts of Acme need a reconnect');
    expect((await accountRow(o.deps, first?.id ?? 0))?.state).toBe('needs_reconnect');

    const page = await o.done(cookie, 'verdicts', { provider: 'acme' });
    expect(textOf(page)).toContain(
      'The verdicts are taken back 3 accounts of Acme are active again',
    );
    for (const { id } of rows) {
      expect(await accountRow(o.deps, id)).toMatchObject({
        state: 'active',
        stateReason: null,
        stateConfirmedAt: null,
        refusal: null,
        refusals: 0,
      });
    }
    for (const { id } of others) {
      expect(await accountRow(o.deps, id)).toMatchObject({ state: 'needs_reconnect' });
    }
    const after = await readSnapshot(o.deps, userId, 0);
    expect(after.snapshot.version).toBeGreaterThan(before.snapshot.version);
    expect(after.snapshot.integrations[0]).toMatchObject({ state: 'active' });
    expect(panel(page, 'events')).toMatch(/An operator took verdicts back Acme .*by: test/);
    const again = await (await o.get(cookie, '/operator/verdicts?provider=acme')).text();
    expect(textOf(again)).toContain('No account of Acme is marked');
    expect(again).not.toContain('Take them back');
  });

  test('stop at the budget, and say so', async () => {
    const config = { ...testDeps().config, runSubrequests: 6 };
    const o = operator({ config } as Partial<Deps>);
    for (let i = 0; i < 3; i += 1) await insertAccount(o.deps, { ...marked, stateConfirmedAt: 1 });
    const page = await o.done(await o.enter(), 'verdicts', { provider: 'acme' });
    expect(textOf(page)).toContain('Not all are taken back yet 2 accounts of Acme');
  });

  test('are shown to nobody who is not signed in', async () => {
    const o = operator();
    const reply = await o.get(null, '/operator/verdicts?provider=acme');
    expect(textOf(await reply.text())).not.toContain('Acme');
  });
});

describe('service keys', () => {
  const key = (env.SERVICE_KEYS as string).split(':')[1];
  const keys = `test:${key},agents:${'cd'.repeat(32)}:read+call@acme+slack-user`;
  const config = () => readConfig({ ...env, SERVICE_KEYS: keys });

  test('are told by name, with rights, providers and last use; never a key or its hash', async () => {
    const o = operator({ config: config(), now: noon().now });
    await env.DB.prepare('DELETE FROM service_keys').run();
    const cookie = await o.enter();
    await o.deps.settle();
    const page = await o.page(cookie);
    expect(panel(page, 'keys')).toContain(
      'test read, connect, token, call, operate All 22 Nov 2026',
    );
    expect(panel(page, 'keys')).toContain('agents read, call Acme, Slack (user) Not yet');
    expect(page).not.toContain(key);
    expect(page).not.toContain('cdcdcdcd');
  });

  test('are told while the database is away, without their last use', async () => {
    const o = operator({ config: config() });
    const cookie = await o.enter();
    const away = operator({ config: config(), db: d1Away(), session: d1Away });
    expect(panel(await away.page(cookie), 'keys')).toContain('agents read, call Acme');
    expect(panel(await away.page(cookie), 'keys')).toContain('Not known now');
  });
});

describe('limits of providers', () => {
  test('are told of those with accounts, with the day on which endpoints end', async () => {
    const o = operator();
    for (const provider of ['figma', 'hubspot', 'slack', 'acme', 'bygone']) {
      await insertAccount(o.deps, { provider });
    }
    const text = panel(await o.page(await o.enter()), 'limits');
    expect(text).toContain('Figma 1 grant per account, code of 30 s Not announced');
    expect(text).toContain('HubSpot None known 2027-09-30');
    expect(text).toContain('Slack 2 access tokens per grant Not announced');
    expect(text).not.toMatch(/Acme|bygone|Google/);
  });

  test('have no place on the page where there are none', async () => {
    const o = operator();
    await insertAccount(o.deps);
    expect(panel(await o.page(await o.enter()), 'limits')).toBe('');
  });
});
