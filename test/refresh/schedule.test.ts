import { describe, expect, it } from 'vitest';
import { type Provider, providerSchema } from '../../src/providers/types';
import {
  type RefreshEndInput,
  refreshEnd,
  type ScheduleInput,
  schedule,
} from '../../src/refresh/schedule';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';

const now = Date.UTC(2026, 10, 22, 12, 0, 30);

const provider = (change: Record<string, unknown> = {}): Provider =>
  providerSchema.parse({
    id: 'p',
    name: 'P',
    kind: 'oauth2',
    authorizationUrl: 'https://p.example/a',
    tokenUrl: 'https://p.example/t',
    accountId: 'sub',
    refreshModel: 'static',
    ...change,
  });

const input = (change: Partial<ScheduleInput> = {}): ScheduleInput => ({
  provider: provider(),
  now,
  expiresAt: now + HOUR,
  refreshExpiresAt: null,
  hasRefreshToken: true,
  lastUsedAt: now,
  createdAt: now,
  lastRefreshedAt: null,
  idleAfterMs: 72 * HOUR,
  random: 0,
  ...change,
});

const dueAfter = (change: Partial<ScheduleInput> = {}): number | null => {
  const { refreshDueAt } = schedule(input(change));
  return refreshDueAt === null ? null : refreshDueAt - now;
};

describe('when a token is due', () => {
  // From 12:00:30; the due time is the next whole minute.
  it.each([
    ['an hour: 15 minutes before the end', HOUR, 0, 45.5 * MINUTE],
    ['an hour, most jitter: 3 minutes earlier', HOUR, 0.999_999, 42.5 * MINUTE],
    ['ten minutes: at half of it, not at once (trypost#126)', 10 * MINUTE, 0, 5.5 * MINUTE],
    ['a day: 15 minutes before the end', DAY, 0, DAY - 15 * MINUTE + 30_000],
    ['two minutes: at a whole minute within', 2 * MINUTE, 0, 90_000],
    ['forty seconds: at half of it, for there is no whole minute', 40_000, 0, 30_000],
    ['twenty seconds: exactly at half of it', 20_000, 0, 10_000],
    ['already over: at once', 0, 0, 0],
  ])('%s', (_, lifetime, random, due) => {
    expect(dueAfter({ expiresAt: now + lifetime, random })).toBe(due);
  });

  it('accounts of a user that were refreshed seconds apart fall due together', () => {
    const times = [0, 7_000, 20_000].map((later) =>
      schedule(input({ now: now + later, expiresAt: now + later + HOUR })),
    );
    expect(new Set(times.map(({ refreshDueAt }) => refreshDueAt)).size).toBe(1);
  });

  it.each([
    ['without a refresh token', { hasRefreshToken: false }],
    ['with an unknown end and no assumed lifetime', { expiresAt: null }],
    ['where nothing renews a token', { provider: provider({ refreshModel: 'none' }) }],
    [
      'for credentials',
      {
        provider: providerSchema.parse({
          id: 'c',
          name: 'C',
          kind: 'credentials',
          fields: { key: { label: 'Key' } },
        }),
      },
    ],
  ])('never %s', (_, change) => {
    expect(dueAfter(change)).toBeNull();
  });

  it('assumes the lifetime that the record names where the reply names none', () => {
    const assumed = provider({ assumedLifetimeSeconds: 7200 });
    expect(schedule(input({ provider: assumed, expiresAt: null }))).toMatchObject({
      expiresAt: now + 2 * HOUR,
      refreshDueAt: now + 105.5 * MINUTE,
    });
  });

  it('tokens that are extended while alive: at 5/6 of their life (nango#1531)', () => {
    const meta = provider({ refreshModel: 'extend', minTokenAgeSeconds: 86_400 });
    const change = { provider: meta, hasRefreshToken: false };
    expect(dueAfter({ ...change, expiresAt: now + 60 * DAY })).toBe(50 * DAY + 30_000);
    // An hour to live, and the provider refuses before a day: never before that day.
    expect(dueAfter({ ...change, expiresAt: now + HOUR })).toBe(DAY);
  });

  it('uses a refresh token before its own end', () => {
    expect(dueAfter({ refreshExpiresAt: now + 40 * MINUTE })).toBe(25 * MINUTE);
  });

  it('does not chase an absolute end that no refresh can move', () => {
    const spotify = provider({ refreshDeadline: 'absolute' });
    expect(dueAfter({ provider: spotify, refreshExpiresAt: now + 30 * MINUTE })).toBeNull();
  });
});

describe('an idle integration', () => {
  const idle = { lastUsedAt: now - 73 * HOUR, lastRefreshedAt: now };

  it.each([
    ['used 71 hours ago: not idle', { ...idle, lastUsedAt: now - 71 * HOUR }, 45.5 * MINUTE],
    ['used 72 hours ago: once a day', { ...idle, lastUsedAt: now - 72 * HOUR }, DAY],
    [
      'never used, connected long ago: once a day',
      { ...idle, lastUsedAt: null, createdAt: now - 99 * HOUR },
      DAY,
    ],
    ['never used, just connected: not idle', { ...idle, lastUsedAt: null }, 45.5 * MINUTE],
    ['all are to be kept warm: not idle', { ...idle, idleAfterMs: 0 }, 45.5 * MINUTE],
    [
      'a token that lives for a week: at its normal time',
      { ...idle, expiresAt: now + 7 * DAY },
      7 * DAY - 15 * MINUTE + 30_000,
    ],
    [
      'a refresh token that ends in 10 hours: before that',
      { ...idle, refreshExpiresAt: now + 10 * HOUR },
      10 * HOUR - 15 * MINUTE,
    ],
    [
      'extended while alive: at its normal time',
      { ...idle, provider: provider({ refreshModel: 'extend' }), expiresAt: now + 6 * HOUR },
      5 * HOUR + 30_000,
    ],
  ] satisfies [string, Partial<ScheduleInput>, number][])('%s', (_, change, due) => {
    expect(dueAfter(change)).toBe(due);
  });
});

describe('the warning of an end', () => {
  const notice = (change: Partial<ScheduleInput>) => schedule(input(change)).noticeDueAt;
  const absolute = provider({ refreshDeadline: 'absolute' });

  it.each([
    ['a year away: two weeks before (LinkedIn)', absolute, 365 * DAY, 351 * DAY],
    ['ten days away: one week before', absolute, 10 * DAY, 3 * DAY],
    ['three days away: the day before', absolute, 3 * DAY, 2 * DAY],
    ['hours away: too late to warn', absolute, 5 * HOUR, null],
    ['that every refresh moves: none', provider(), 365 * DAY, null],
  ])('%s', (_, record, end, due) => {
    const at = notice({ provider: record, refreshExpiresAt: now + end });
    expect(at === null ? null : at - now).toBe(due);
  });

  it("without anything that renews it, the access token's end is the end", () => {
    expect(notice({ hasRefreshToken: false, expiresAt: now + 60 * DAY })).toBe(now + 46 * DAY);
  });

  it('of a token that is extended while alive: the first one after that was due', () => {
    const meta = provider({ refreshModel: 'extend' });
    // Due after 50 days: two weeks before the end nothing is wrong yet.
    expect(notice({ provider: meta, expiresAt: now + 60 * DAY })).toBe(now + 53 * DAY);
    expect(notice({ provider: meta, expiresAt: now + 60 * DAY, hasRefreshToken: false })).toBe(
      now + 53 * DAY,
    );
  });
});

describe('the end of the refresh token', () => {
  const rolling = provider({ refreshLifetimeSeconds: 86_400 });
  const absolute = provider({ refreshLifetimeSeconds: 86_400, refreshDeadline: 'absolute' });
  const stored = now + 5 * HOUR;

  it.each<[string, Provider, Partial<RefreshEndInput>, number | null]>([
    ['what the reply says', rolling, { replied: now + HOUR }, now + HOUR],
    ['rolling: anew with each new token', rolling, { isNew: true }, now + DAY],
    ['rolling: a token that stays is good for so long after its last use', rolling, {}, now + DAY],
    [
      'as long as the last reply stated, and not the record',
      rolling,
      { isNew: true, lastStated: 7 * DAY },
      now + 7 * DAY,
    ],
    ['of a token that stays: what was stated for it', rolling, { lastStated: 7 * DAY }, stored],
    ['absolute: a refresh does not move it', absolute, { isNew: true, lastStated: DAY }, stored],
    ['absolute: a new consent does', absolute, { consented: true }, now + DAY],
    ['unknown: what is stored stays', provider(), { isNew: true }, stored],
    ['unknown at a new consent: unknown', provider(), { consented: true }, null],
    [
      "extended while alive: the token's own end",
      provider({ refreshModel: 'extend' }),
      {},
      now + 60 * DAY,
    ],
  ])('%s', (_, record, input, end) => {
    const unsaid = { replied: null, consented: false, lastStated: null, isNew: false };
    const expiresAt = now + 60 * DAY;
    expect(refreshEnd({ provider: record, now, stored, expiresAt, ...unsaid, ...input })).toBe(end);
  });
});
