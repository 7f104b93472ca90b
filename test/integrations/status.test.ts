import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusAt, statusHoldsUntil } from '../../src/integrations/status';
import type { Facts } from '../../src/status-cache/snapshot';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';

const now = Date.UTC(2026, 10, 22, 12, 0, 30);
const nextMinute = Date.UTC(2026, 10, 22, 12, 1, 0);

/** An hour-long token with a refresh token, due in 45 minutes. */
const facts = (overrides: Partial<Facts> = {}): Facts => ({
  provider: 'acme',
  accountId: '1',
  displayName: null,
  state: 'active',
  stateReason: null,
  scopes: [],
  requestedScopes: [],
  metadata: {},
  expiresAt: now + HOUR,
  refreshExpiresAt: null,
  renewable: true,
  refreshDueAt: now + 45 * MINUTE,
  refreshFailures: 0,
  lastError: null,
  lastErrorCategory: null,
  verified: false,
  connectedAt: now - HOUR,
  updatedAt: now - HOUR,
  lastRefreshedAt: null,
  ...overrides,
});

const notRenewable = { renewable: false, refreshDueAt: null };
const failing = { refreshFailures: 2, lastError: 'transient' };

describe('status', () => {
  it.each<[string, Partial<Facts>, string]>([
    ['a token with time left', {}, 'connected'],
    ['a token that never ends', { expiresAt: null, ...notRenewable }, 'connected'],
    ['time left, though refreshes fail', failing, 'connected'],
    ['time left, though nothing can renew it', notRenewable, 'connected'],
    ['its last millisecond', { expiresAt: now + 1, ...notRenewable }, 'connected'],

    ['run out this moment, nothing renews it', { expiresAt: now, ...notRenewable }, 'expired'],
    [
      'run out, and so has the refresh token',
      { expiresAt: now - 1, refreshExpiresAt: now },
      'expired',
    ],
    [
      'an extended token that ran out',
      { expiresAt: now - 1, refreshExpiresAt: now - 1 },
      'expired',
    ],
    [
      'expired, not error, when failures let the end pass',
      { ...failing, expiresAt: now - HOUR, refreshExpiresAt: now - 1 },
      'expired',
    ],

    // An idle integration: not refreshed for nobody, renewed the moment its token is wanted.
    ['run out, due later', { expiresAt: now - HOUR, refreshDueAt: now + HOUR }, 'connected'],
    ['run out, due just now', { expiresAt: now, refreshDueAt: now }, 'connected'],
    ['due 150 s ago', { expiresAt: now, refreshDueAt: now - 150_000 }, 'connected'],
    ['due over 150 s ago', { expiresAt: now, refreshDueAt: now - 150_001 }, 'error'],
    ['run out, and refreshes fail', { ...failing, expiresAt: now }, 'error'],
    ['due long ago, but time left', { refreshDueAt: now - HOUR }, 'connected'],

    [
      'refused for good, whatever time is left',
      { state: 'needs_reconnect', stateReason: 'refused' },
      'needs_reconnect',
    ],
    [
      'refused for good and run out',
      { state: 'needs_reconnect', expiresAt: now - 1, ...notRenewable },
      'needs_reconnect',
    ],
  ])('%s', (_, overrides, status) => {
    const at = statusAt(facts(overrides), now);
    expect(at.status).toBe(status);
    expect(at.isConnected).toBe(status === 'connected');
  });
});

describe('reason and retryAt', () => {
  it('needs_reconnect says why', () => {
    const at = statusAt(facts({ state: 'needs_reconnect', stateReason: 'refused' }), now);
    expect(at.reason).toBe('refused');
    expect(at).not.toHaveProperty('retryAt');
  });

  it('error says what failed last, and when it is tried again', () => {
    const at = statusAt(facts({ ...failing, expiresAt: now - 1, refreshDueAt: now + MINUTE }), now);
    expect(at).toMatchObject({ reason: 'transient', retryAt: now + MINUTE });
  });

  it('a retry that is due already comes with the next tick of cron', () => {
    const at = statusAt(facts({ ...failing, expiresAt: now, refreshDueAt: now - 1 }), now);
    expect(at.retryAt).toBe(nextMinute);
  });

  it('connected has neither, even after failures', () => {
    const at = statusAt(facts(failing), now);
    expect(at).not.toHaveProperty('reason');
    expect(at).not.toHaveProperty('retryAt');
  });
});

describe('reconnectBy: absolute ends are said early', () => {
  const end = now + 60 * 24 * HOUR;
  it.each<[string, Partial<Facts>, boolean, number | null]>([
    ['nothing renews it: its own end', { ...notRenewable, expiresAt: end }, false, end],
    ['it never ends', { ...notRenewable, expiresAt: null }, false, null],
    ['an extended token (Meta)', { expiresAt: end, refreshExpiresAt: end }, false, end],
    ['an absolute end (LinkedIn, Spotify)', { refreshExpiresAt: end }, true, end],
    ['an absolute end that is not known', {}, true, null],
    ['an end that moves with each refresh', { refreshExpiresAt: end }, false, null],
  ])('%s', (_, overrides, absoluteEnd, expected) => {
    expect(statusAt(facts(overrides), now, absoluteEnd).reconnectBy).toBe(expected);
  });
});

it('until statusHoldsUntil, statusAt says the same', () => {
  const moment = fc.integer({ min: -400, max: 400 }).map((seconds) => now + seconds * 1000);
  const maybe = fc.option(moment);
  const some = fc.record({
    state: fc.constantFrom('active', 'needs_reconnect'),
    expiresAt: maybe,
    refreshExpiresAt: maybe,
    renewable: fc.boolean(),
    refreshDueAt: maybe,
    refreshFailures: fc.nat(2),
  });
  fc.assert(
    fc.property(
      some,
      fc.boolean(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (of, ends, part) => {
        const until = statusHoldsUntil(facts(of), now);
        expect(until).toBeGreaterThan(now);
        const before = Math.min(Math.floor(now + part * (until - now)), until - 1);
        expect(statusAt(facts(of), before, ends)).toEqual(statusAt(facts(of), now, ends));
      },
    ),
    {
      numRuns: 3_000,
      examples: [
        [
          {
            state: 'active',
            expiresAt: now - 1,
            refreshExpiresAt: null,
            renewable: true,
            refreshDueAt: now - 150_000,
            refreshFailures: 0,
          },
          false,
          1,
        ],
      ],
    },
  );
});
