import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { failureCategories } from '../../src/db/schema';
import { asSnapshot, type Facts, type Snapshot } from '../../src/status-cache/snapshot';

const time = z.number().gte(-8.64e15).lte(8.64e15);
const texts = z.array(z.string());

/** What the check by hand has to be as strict as. */
const facts = z.looseObject({
  provider: z.string(),
  accountId: z.string(),
  displayName: z.string().nullable(),
  state: z.enum(['active', 'needs_reconnect']),
  stateReason: z.string().nullable(),
  scopes: texts,
  requestedScopes: texts,
  metadata: z.record(z.string(), z.string().nullable()),
  expiresAt: time.nullable(),
  refreshExpiresAt: time.nullable(),
  renewable: z.boolean(),
  refreshDueAt: time.nullable(),
  refreshFailures: z.number(),
  lastError: z.string().nullable(),
  lastErrorCategory: z.enum(failureCategories).nullable().catch(null),
  verified: z.boolean().catch(false),
  connectedAt: time,
  updatedAt: time,
  lastRefreshedAt: time.nullable(),
});
const snapshot = z.looseObject({
  v: z.literal(1),
  userId: z.string(),
  version: z.number(),
  takenAt: time,
  freshUntil: time,
  integrations: z.array(facts),
});

const soundFacts: Facts = {
  provider: 'google',
  accountId: '1',
  displayName: null,
  state: 'needs_reconnect',
  stateReason: 'invalid_grant',
  scopes: ['a', 'b'],
  requestedScopes: [],
  metadata: { team: 'Mooring', plan: null },
  expiresAt: 5_000,
  refreshExpiresAt: null,
  renewable: true,
  refreshDueAt: 4_000,
  refreshFailures: 2,
  lastError: 'http_503',
  lastErrorCategory: 'provider_failure',
  verified: true,
  connectedAt: 0,
  updatedAt: 3_000,
  lastRefreshedAt: 2_000,
};
const soundSnapshot: Snapshot = {
  v: 1,
  userId: 'u1',
  version: 7,
  takenAt: 1_000,
  freshUntil: 6_000,
  integrations: [soundFacts, { ...soundFacts, accountId: '2' }],
};

const plausible = fc.constantFrom(
  ...[null, true, false, '', 'active', 'refused', 0, 1, -1, 0.5, 8.64e15, 8.640000000000001e15],
  ...[
    Number.POSITIVE_INFINITY,
    [],
    {},
    [[]],
    ['x'],
    ['x', 1],
    { a: 'x' },
    { a: null },
    { a: 1 },
    [{}],
    [soundFacts],
  ],
);
const values = fc.oneof(plausible, fc.constant(undefined), fc.jsonValue());

/** A whole with one field of another value; undefined: without it. */
const changed = <Whole extends object>(whole: Whole) =>
  fc
    .tuple(fc.constantFrom(...Object.keys(whole), 'unknownField'), values)
    .map(([field, value]) => ({ ...whole, [field]: value }));

const nearly = fc.oneof(
  changed(soundSnapshot),
  changed(soundFacts).map((one) => ({ ...soundSnapshot, integrations: [soundFacts, one] })),
  values.map((one) => ({ ...soundSnapshot, integrations: [one] })),
  values,
);

describe('what KV holds', () => {
  it('is a snapshot where the schema says so', () => {
    let sound = 0;
    fc.assert(
      fc.property(nearly, (value) => {
        const { data } = snapshot.safeParse(value);
        if (data) sound += 1;
        expect(asSnapshot(value)).toEqual(data ?? null);
      }),
      { numRuns: 5_000, seed: 20261127 },
    );
    // Neither all nor none.
    expect(sound).toBeGreaterThan(500);
    expect(sound).toBeLessThan(4_500);
  });

  it('is one after a round trip', () => {
    expect(asSnapshot(JSON.parse(JSON.stringify(soundSnapshot)))).toEqual(soundSnapshot);
  });

  it('keeps what only the latest Workers write optional', () => {
    const { lastErrorCategory, verified, ...older } = soundFacts;
    expect(asSnapshot({ ...soundSnapshot, integrations: [older] })).toEqual({
      ...soundSnapshot,
      integrations: [{ ...older, lastErrorCategory: null, verified: false }],
    });
  });
});
