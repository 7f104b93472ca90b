import { describe, expect, it } from 'vitest';
import { lostLeases } from '../../src/db/lost-leases';
import { sendableAt } from '../../src/refresh/single-use';

const now = 1_000_000_000;
const rotating = {
  refreshModel: 'rotating',
  reuse: 'revokes_family',
  reuseGraceSeconds: 30,
} as const;
const gracious = { ...rotating, reuse: 'grace' } as const;
const row = (change: Partial<Parameters<typeof sendableAt>[1]> = {}) => ({
  unknownSince: null,
  lostLeaseId: null,
  expiresAt: now + 600_000,
  ...change,
});
const lost = `a.1@${now - 20_000}`;

describe('from when on a token may be sent again', () => {
  it.each([
    ['nothing is unknown: at once', rotating, row(), 0],
    [
      'one that stays: at once',
      { ...rotating, refreshModel: 'static' as const },
      row({ unknownSince: now, lostLeaseId: lost }),
      0,
    ],
    [
      'unknown, the family would die: when the access token has lived out',
      rotating,
      row({ unknownSince: now }),
      600_000,
    ],
    [
      'unknown, and it has lived out: at once',
      rotating,
      row({ unknownSince: now - 1, expiresAt: now - 1 }),
      0,
    ],
    [
      'unknown, and it never ends: at once',
      rotating,
      row({ unknownSince: now - 1, expiresAt: null }),
      0,
    ],
    ['within the grace: at once', gracious, row({ unknownSince: now - 25_000 }), 0],
    [
      'in its last seconds, which clocks that differ could end (found by the model): later',
      gracious,
      row({ unknownSince: now - 25_001 }),
      600_000,
    ],
    [
      'past the grace: when the access token has lived out',
      gracious,
      row({ unknownSince: now - 30_001 }),
      600_000,
    ],
    [
      'a lost lease: not before a rescue record must be visible',
      rotating,
      row({ unknownSince: now - 80_000, lostLeaseId: lost, expiresAt: now - 1 }),
      100_000,
    ],
    [
      'a lost lease and a living access token: the later of both',
      rotating,
      row({ unknownSince: now - 80_000, lostLeaseId: lost }),
      600_000,
    ],
    [
      'a lost lease outlives a short grace',
      gracious,
      row({ unknownSince: now - 80_000, lostLeaseId: lost, expiresAt: now + 150_000 }),
      150_000,
    ],
    [
      'a lost lease within a long grace',
      { ...gracious, reuseGraceSeconds: 3600 },
      row({ unknownSince: now - 80_000, lostLeaseId: lost }),
      100_000,
    ],
    [
      'several lost leases: the last one counts',
      rotating,
      row({
        unknownSince: now - 300_000,
        expiresAt: null,
        lostLeaseId: `x.1@${now - 200_000} ${lost}`,
      }),
      100_000,
    ],
  ])('%s', (_, provider, account, wait) => {
    expect(sendableAt(provider, account, now) - now).toBe(wait);
  });
});

describe('lost leases', () => {
  it.each([
    [null, []],
    ['a.1@5', [{ id: 'a.1', foundAt: 5 }]],
    [
      'a.1@5 b.2@6',
      [
        { id: 'a.1', foundAt: 5 },
        { id: 'b.2', foundAt: 6 },
      ],
    ],
    [
      'half-of-an-id.1@5 b.2@6',
      [
        { id: 'half-of-an-id.1', foundAt: 5 },
        { id: 'b.2', foundAt: 6 },
      ],
    ],
    ['@5 x b.2@6', [{ id: 'b.2', foundAt: 6 }]],
  ])('%s', (value, leases) => {
    expect(lostLeases(value)).toEqual(leases);
  });
});
