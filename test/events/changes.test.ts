/** Which change writes which event: with the version that shows it, and once. */
import { asc, eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import {
  connectTransactions,
  eventLog,
  oauthAccounts,
  userVersions,
  webhookDeliveries,
} from '../../src/db/schema';
import { eventOf } from '../../src/events/event-log';
import { checkIntegration } from '../../src/refresh/check';
import { refreshOne } from '../../src/refresh/on-demand';
import { runRefresh } from '../../src/refresh/run';
import { REFUSED_REPEATEDLY } from '../../src/refresh/verdict';
import { takeBackVerdicts } from '../../src/refresh/verdict-reversal';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { journey } from '../connect/journey';
import { hookedDb } from '../refresh/support/faults';
import { world } from '../refresh/support/world';
import { configWith } from '../support/config';
import type { TestDeps } from '../support/deps';
import { errorReply, json } from '../support/provider';

async function eventsOf({ db }: Pick<TestDeps, 'db'>, userId: string) {
  const rows = await db
    .select()
    .from(eventLog)
    .where(eq(eventLog.userId, userId))
    .orderBy(asc(eventLog.id));
  return rows.map((row) => {
    const event = eventOf(row);
    if (event === null) throw new Error(`an event of this release cannot be told: ${row.type}`);
    return event;
  });
}

const typesOf = async (deps: Pick<TestDeps, 'db'>, userId: string) =>
  (await eventsOf(deps, userId)).map(({ type }) => type);

async function versionOf({ db }: Pick<TestDeps, 'db'>, userId: string): Promise<number> {
  const [row] = await db.select().from(userVersions).where(eq(userVersions.userId, userId));
  return row?.version ?? 0;
}

describe('a refresh', () => {
  test('that goes well is no event', async () => {
    const w = world();
    const { userId } = await w.due({ userId: 'quiet-events' });
    const before = await versionOf(w.deps, userId);
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await eventsOf(w.deps, userId)).toEqual([]);
    expect(await versionOf(w.deps, userId)).toBe(before);
  });

  test('is told of as recovery only where trouble was told', async () => {
    const w = world({ refreshModel: 'static' });
    const { userId, provider, providerAccountId: accountId } = await w.due({ userId: 'heals' });
    const key = { userId, provider, accountId };
    let refuses = true;
    w.server.answer('/token', () => (refuses ? errorReply(400, 'invalid_grant') : undefined));
    const run = async () => {
      w.deps.clock.advance(3 * MINUTE);
      await runRefresh(w.deps, 'cron');
    };
    await run();
    // Refused once: shown, but not told yet.
    refuses = false;
    await run();
    expect(await typesOf(w.deps, userId)).toEqual([]);

    refuses = true;
    await refreshOne(w.deps, key).catch(() => {});
    await run();
    expect(await typesOf(w.deps, userId)).toEqual(['integration.needs_reconnect']);
    refuses = false;
    await w.deps.db
      .update(oauthAccounts)
      .set({ refreshDueAt: w.deps.now() })
      .where(eq(oauthAccounts.userId, userId));
    w.deps.clock.advance(MINUTE);
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await eventsOf(w.deps, userId)).toMatchObject([
      { type: 'integration.needs_reconnect', data: { ...key, reason: 'invalid_grant' } },
      {
        type: 'integration.recovered',
        data: { ...key, version: await versionOf(w.deps, userId) },
      },
    ]);
  });

  test('that brings half an answer first is told of once it is whole', async () => {
    const w = world({ refreshModel: 'rotating' });
    const marked = {
      state: 'needs_reconnect',
      stateReason: REFUSED_REPEATEDLY,
      stateConfirmedAt: 1,
    } as const;
    const { userId } = await w.due({ userId: 'half', ...marked });
    let isHalf = true;
    w.server.answer('/token', async (_, usual) => {
      const { access_token, ...rest } = await (await usual()).json<Record<string, unknown>>();
      return json(isHalf ? rest : { access_token, ...rest });
    });
    await runRefresh(w.deps, 'cron');
    expect(await typesOf(w.deps, userId)).toEqual([]);
    isHalf = false;
    w.deps.clock.advance(120 * MINUTE);
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await typesOf(w.deps, userId)).toEqual(['integration.recovered']);
  });

  test.each([
    ['fewer', ['read'], ['integration.scopes_changed']],
    ['others', ['read', 'admin'], ['integration.scopes_changed']],
    ['the same in another order', ['write', 'read'], []],
    ['no word of them', undefined, []],
  ])('that brings %s', async (name, scopes, expected) => {
    const w = world({ refreshModel: 'static' });
    const scope = ['read', 'write'];
    const user = { userId: `scopes ${name}`, scope, requestedScope: scope };
    const { userId, id, updatedAt } = await w.due(user);
    w.deps.clock.advance(1);
    w.server.answer('/token', () =>
      json({ access_token: 'new', expires_in: 3600, ...(scopes && { scope: scopes.join(' ') }) }),
    );
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    const events = await eventsOf(w.deps, userId);
    expect(events.map(({ type }) => type)).toEqual(expected);
    if (expected.length === 0) return;
    // Who reads with this version sees the scopes.
    const version = await versionOf(w.deps, userId);
    expect(version).toBeGreaterThan(0);
    expect(events).toMatchObject([{ data: { version } }]);
    expect((await w.row(id)).updatedAt).toBeGreaterThan(updatedAt);
  });

  test('whose commit is tried again after a lost answer is told of once', async () => {
    const hooked = hookedDb();
    const w = world({ refreshModel: 'static' }, { db: hooked.db });
    const marked = {
      state: 'needs_reconnect',
      stateReason: REFUSED_REPEATEDLY,
      stateConfirmedAt: 1,
    } as const;
    const { userId } = await w.due({ userId: 'lost answer', ...marked });
    let lost = 0;
    hooked.hooks.after = (text) => {
      if (!text.startsWith('update "oauth_accounts" set "access_token"') || lost > 1) return;
      lost += 1;
      throw new Error('D1_ERROR: Network connection lost.');
    };
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(lost).toBe(2);
    expect(await typesOf(w.deps, userId)).toEqual(['integration.recovered']);
  });
});

test('verdicts that an operator takes back are over', async () => {
  const w = world();
  const marked = { state: 'needs_reconnect', stateReason: REFUSED_REPEATEDLY } as const;
  const told = await w.due({ userId: 'taken back', ...marked, stateConfirmedAt: 1 });
  await takeBackVerdicts(w.deps, w.provider, w.deps.now() + MINUTE);
  expect(await eventsOf(w.deps, told.userId)).toMatchObject([
    {
      type: 'integration.recovered',
      data: { version: await versionOf(w.deps, told.userId) },
    },
  ]);
});

test('a check that finds the credential good again is a recovery', async () => {
  const w = world({ refreshModel: 'none', check: { url: 'https://acme.example/me' } } as never);
  const { userId, provider, providerAccountId } = await w.due({
    userId: 'checked',
    state: 'needs_reconnect',
    stateReason: 'token_refused',
    stateConfirmedAt: 1,
    refreshToken: null,
    refreshDueAt: null,
    expiresAt: null,
  });
  w.server.answer('/me', () => json({ sub: 'x' }));
  await checkIntegration(w.deps, { userId, provider, accountId: providerAccountId });
  expect(await typesOf(w.deps, userId)).toEqual(['integration.recovered']);
});

describe('a connection that fails', () => {
  test.each([
    ['is denied', { error: 'access_denied' }, 'access_denied'],
    ['comes back without a code', {}, 'provider_error'],
  ])('%s', async (name, query, error) => {
    const j = journey();
    const user = `failed: ${name}`;
    const { id, state, cookie } = await begun(j, user);
    await j.callback({ state, ...query }, cookie);
    // A reload.
    await j.callback({ state, ...query }, cookie);
    expect(await eventsOf(j.deps, user)).toMatchObject([
      {
        type: 'connection.failed',
        data: { userId: user, provider: 'acme', connectionId: id, error },
      },
    ]);
  });

  test('is completed by another user', async () => {
    const j = journey();
    const id = await j.authorize('failed-4', 'code-dan');
    expect((await j.complete('somebody-else', id)).status).toBe(403);
    expect(await eventsOf(j.deps, 'failed-4')).toMatchObject([
      { type: 'connection.failed', data: { connectionId: id, error: 'wrong_user' } },
    ]);
    expect(await eventsOf(j.deps, 'somebody-else')).toEqual([]);
  });

  test('is not finished in time, which a read of it finds', async () => {
    const j = journey();
    const id = await j.authorize('failed-5', 'code-eve');
    await j.deps.db
      .update(connectTransactions)
      .set({ state: 'completing', attemptUntil: j.deps.now() - 1 })
      .where(eq(connectTransactions.id, id));
    const read = () => j.api(`/v1/users/failed-5/connections/${id}`);
    const replies = await Promise.all([read(), read()]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(await eventsOf(j.deps, 'failed-5')).toMatchObject([
      { type: 'connection.failed', data: { connectionId: id, error: 'not_finished' } },
    ]);
  });

  test('is of a user who is erased: nothing tells of it', async () => {
    const j = journey();
    const { state, cookie } = await begun(j, 'failed-6');
    await j.api('/v1/users/failed-6', { method: 'DELETE' });
    await j.callback({ state, error: 'access_denied' }, cookie);
    expect(await typesOf(j.deps, 'failed-6')).toEqual(['user.erased']);
  });
});

async function begun(j: ReturnType<typeof journey>, user: string) {
  const { id, connectUrl } = await j.begin(user);
  const { location, cookie } = await j.open(connectUrl);
  return { id, state: location.searchParams.get('state') ?? '', cookie };
}

test('what is connected, connected again and disconnected is told with its version', async () => {
  const j = journey();
  const versions: (string | null)[] = [];
  for (let i = 0; i < 2; i += 1) {
    const reply = await j.connect('told-1', 'code-tom');
    versions.push(reply.headers.get('Consistency-Token'));
    j.deps.clock.advance(MINUTE);
  }
  const gone = await j.api('/v1/users/told-1/integrations/acme/tom', { method: 'DELETE' });
  versions.push(gone.headers.get('Consistency-Token'));
  const events = await eventsOf(j.deps, 'told-1');
  expect(events).toMatchObject([
    { type: 'integration.connected', data: { provider: 'acme', accountId: 'tom' } },
    { type: 'integration.reconnected' },
    { type: 'integration.disconnected' },
  ]);
  expect(events.map(({ data }) => ('version' in data ? String(data.version) : null))).toEqual(
    versions,
  );
});

test('who wants to hear of reconnects only is sent nothing of a first connect', async () => {
  const hook = {
    url: 'https://app.example.com/hook',
    secrets: [`whsec_${btoa('x'.repeat(32))}`],
    events: ['integration.reconnected'],
  };
  const j = journey({ config: configWith({}, { WEBHOOKS: JSON.stringify({ hook }) }) });
  const deliveries = () => j.deps.db.select().from(webhookDeliveries);
  await j.deps.db.delete(webhookDeliveries);
  await j.connect('told-2', 'code-uma');
  expect(await deliveries()).toEqual([]);
  j.deps.clock.advance(MINUTE);
  await j.connect('told-2', 'code-uma');
  expect(await deliveries()).toHaveLength(1);
});
