/** Events are written with their change, once, and are told as their schemas say. */
import { env } from 'cloudflare:workers';
import { asc, eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { eventExample } from '../../scripts/event-descriptions';
import { runBatch } from '../../src/db/client';
import { eventLog, userVersions } from '../../src/db/schema';
import { eventOf, eventStatements, eventTypeOf, type NewEvent } from '../../src/events/event-log';
import {
  eventIdOf,
  eventRowIdOf,
  eventSchema,
  eventSchemas,
  eventTypes,
} from '../../src/events/types';
import { testDeps } from '../support/deps';

const deps = testDeps();

const connected = (userId: string, dedupeKey: string): NewEvent => ({
  at: 5,
  type: 'integration.connected',
  data: { userId, provider: 'acme', accountId: 'a' },
  dedupeKey,
});

const rowsOf = (userId: string) =>
  deps.db.select().from(eventLog).where(eq(eventLog.userId, userId)).orderBy(asc(eventLog.id));

const write = (event: NewEvent, happened = sql`true`) =>
  runBatch(deps.db, eventStatements(deps, event, happened));

describe('an event', () => {
  test('is left only where the change that it tells of did hit', async () => {
    await write(connected('left', 'k1'), sql`1 = 2`);
    await write(connected('left', 'k2'), sql`1 = 1`);
    expect(await rowsOf('left')).toMatchObject([{ dedupeKey: 'k2' }]);
  });

  test('is written once, however often its batch is tried', async () => {
    const batch = () =>
      runBatch(deps.db, [
        ...eventStatements(deps, connected('once', 'once a')),
        ...eventStatements(deps, connected('once', 'once b')),
      ]);
    await batch();
    await batch();
    expect(await rowsOf('once')).toHaveLength(2);
  });

  test("tells the user's version, which grows before it in the batch", async () => {
    await deps.db.insert(userVersions).values({ userId: 'grown', version: 6 });
    await runBatch(deps.db, [
      deps.db.update(userVersions).set({ version: 7 }).where(eq(userVersions.userId, 'grown')),
      ...eventStatements(deps, connected('grown', 'grown')),
    ]);
    expect(await rowsOf('grown')).toMatchObject([{ version: 7 }]);
  });

  test('of no user has no version, and what it tells besides stands in its detail', async () => {
    await write({
      at: 6,
      type: 'rescue.dead_letter',
      data: { provider: 'told', rowId: 1, receivedAt: 86_400_000, recovered: true },
      dedupeKey: 'told',
    });
    const [row] = await deps.db.select().from(eventLog).where(eq(eventLog.provider, 'told'));
    expect(row).toMatchObject({
      userId: null,
      version: null,
      detail: { rowId: 1, receivedAt: 86_400_000, recovered: true },
    });
    if (row === undefined) throw new Error('there is no row');
    expect(eventOf(row)).toEqual({
      id: eventIdOf(row.id),
      type: 'rescue.dead_letter',
      timestamp: '1970-01-01T00:00:00.006Z',
      data: { provider: 'told', rowId: 1, receivedAt: '1970-01-02T00:00:00.000Z', recovered: true },
    });
  });

  test('with one key writes four rows: its own, two of indexes, and the sequence of the ids', async () => {
    const [statement] = eventStatements(deps, connected('counted', 'counted'));
    const { meta } = await (statement as unknown as { run(): Promise<D1Result> }).run();
    expect(meta.rows_written).toBe(4);
  });
});

describe('what another release wrote', () => {
  const row = {
    id: 33,
    at: Date.UTC(2026, 10, 1),
    userId: 'u',
    provider: 'acme',
    accountId: 'a',
    dedupeKey: null,
    version: null,
  };

  test.each([
    ['integration.connected', 'integration.connected'],
    ['connected', 'integration.connected'],
    ['provider.open', 'provider.circuit_opened'],
    ['operator.circuit_closed', 'provider.circuit_closed'],
    ['provider.refusal_storm', 'provider.refusal_storm'],
    ['of.a_later_release', null],
    ['toString', null],
  ])('%s, as stored, is %s', (stored, type) => {
    expect(eventTypeOf(stored)).toBe(type);
  });

  test('is told like any other; the time of the change is its version', () => {
    const detail = { reconnectBy: Date.UTC(2026, 10, 8), days: 7 };
    expect(eventOf({ ...row, type: 'expiring', detail })).toEqual({
      id: 'evt_11',
      type: 'integration.expiring',
      timestamp: '2026-11-01T00:00:00.000Z',
      data: {
        userId: 'u',
        provider: 'acme',
        accountId: 'a',
        version: row.at,
        reconnectBy: '2026-11-08T00:00:00.000Z',
        days: 7,
      },
    });
  });

  test.each([
    ['of a type that this one does not know', 'integration.sold', null],
    ['without what its schema asks for', 'needs_reconnect', null],
    ['whose detail is of another kind', 'needs_reconnect', { reason: 7 }],
  ])('is not told %s', (_, type, detail) => {
    expect(eventOf({ ...row, type, detail })).toBeNull();
  });

  test('tells nothing that the schema does not name', () => {
    const detail = { reason: 'invalid_grant', access_token: 'leaked' };
    expect(JSON.stringify(eventOf({ ...row, type: 'needs_reconnect', detail }))).not.toContain(
      'leaked',
    );
  });

  test('is written on the migrated schema, beside new ones', async () => {
    const old = () =>
      env.DB.prepare(
        "INSERT INTO audit_events (id, at, type, user_id, provider, account_id, detail) SELECT NULL, 9, 'integration.connected', 'old', 'acme', 'a', NULL WHERE true",
      ).run();
    // Without a key nothing is a repetition.
    await old();
    await old();
    await write(connected('old', 'old'));
    expect((await rowsOf('old')).map(eventOf)).toMatchObject([
      { data: { version: 9 } },
      { data: { version: 9 } },
      { data: { version: 5 } },
    ]);
  });
});

describe('the release before, on the migrated schema,', () => {
  const old = (text: string, ...values: (string | number)[]) =>
    env.DB.prepare(text)
      .bind(...values)
      .all();

  test('sweeps, erases, shows and looks up as before', async () => {
    await env.DB.prepare('DELETE FROM audit_events').run();
    await write(connected('gone', 'old 1'));
    await write({ ...connected('kept', 'old 2'), at: 7 });
    await write({
      at: 8,
      type: 'provider.refusal_storm',
      data: { provider: 'acme', code: 'token_refused' },
      dedupeKey: 'old 3',
    });
    const shown = await old('SELECT at FROM audit_events ORDER BY at DESC, id DESC LIMIT 25');
    expect(shown.results.map(({ at }) => at)).toEqual([8, 7, 5]);
    const storm = 'SELECT 1 FROM audit_events WHERE at > ? AND type = ? AND provider = ?';
    expect((await old(storm, 7, 'provider.refusal_storm', 'acme')).results).toHaveLength(1);
    await old('DELETE FROM audit_events WHERE user_id = ?', 'gone');
    await old(
      'DELETE FROM audit_events WHERE rowid IN (SELECT rowid FROM audit_events WHERE at < ? ORDER BY at LIMIT 500)',
      8,
    );
    const left = await deps.db.select().from(eventLog);
    expect(left.map(({ at }) => at)).toEqual([8]);
  });
});

describe('each type', () => {
  test.each(eventTypes)('%s has an example that its schema takes as it is', (type) => {
    const event = eventExample(type);
    expect(eventSchemas[type].parse(event)).toEqual(event);
    expect(eventSchema.parse(event)).toEqual(event);
  });
});

describe('the public id', () => {
  test.each([1, 31, 32, 1_000_000, 2 ** 49])('of %i leads back', (id) => {
    expect(eventRowIdOf(eventIdOf(id))).toBe(id);
  });

  test.each([
    '',
    'evt_',
    'evt_0',
    'evt_01',
    'evt_A',
    'evt_w',
    '1',
    'evt_1 ',
    `evt_${'v'.repeat(11)}`,
  ])('%j is none', (id) => {
    expect(eventRowIdOf(id)).toBeNull();
  });
});
