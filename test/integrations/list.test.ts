import { describe, expect, it } from 'vitest';
import { listIntegrations, oneIntegration, statusOfMany } from '../../src/integrations/list';
import { integrationListSchema, toIntegration } from '../../src/integrations/serialization';
import { factsOf } from '../../src/status-cache/origin';
import { HOUR_MS as HOUR } from '../../src/time';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';

const date = (ms: number) => new Date(ms).toISOString();

/** No filter: what most callers see. */
const everything = { providers: null };

describe('an integration on the wire', () => {
  it('has dates instead of numbers, and what was asked for but not granted', async () => {
    const deps = testDeps();
    const now = deps.now();
    const row = await insertAccount(deps, {
      scope: ['read'],
      requestedScope: ['read', 'write'],
      metadata: { handle: '@ada', picture: null },
      displayName: 'Ada',
      lastRefreshedAt: now - 5,
    });
    expect(toIntegration(factsOf(row), now, deps.config.providers)).toEqual({
      provider: 'acme',
      accountId: row.providerAccountId,
      displayName: 'Ada',
      status: 'connected',
      isConnected: true,
      scopes: ['read'],
      missingScopes: ['write'],
      expiresAt: date(now + HOUR),
      reconnectBy: null,
      connectedAt: date(now),
      updatedAt: date(now),
      lastRefreshedAt: date(now - 5),
      metadata: { handle: '@ada', picture: null },
    });
  });

  it('reconnectBy is known where the provider’s record says that the end is fixed', async () => {
    const deps = testDeps();
    const end = deps.now() + 180 * 24 * HOUR;
    const row = await insertAccount(deps, { refreshExpiresAt: end });
    const absolute = {
      get: (id: string) => {
        const provider = deps.config.providers.get(id);
        return provider?.kind === 'oauth2'
          ? { ...provider, refreshDeadline: 'absolute' as const }
          : provider;
      },
    };
    expect(toIntegration(factsOf(row), deps.now(), absolute).reconnectBy).toBe(date(end));
    expect(toIntegration(factsOf(row), deps.now(), deps.config.providers).reconnectBy).toBeNull();
  });

  it('a provider that the registry no longer knows is listed all the same', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps, { provider: 'gone' });
    const { body } = await listIntegrations(deps, row.userId, 0, everything);
    expect(JSON.parse(body).integrations).toMatchObject([{ provider: 'gone' }]);
  });
});

describe('the list', () => {
  it('is what its schema says, with when it was read and until when it holds', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const takenAt = deps.now();
    await listIntegrations(deps, userId, 0, everything);
    await deps.settle();
    deps.clock.advance(3_000);
    const { body, headers } = await listIntegrations(deps, userId, 0, everything);
    const list = integrationListSchema.parse(JSON.parse(body));
    expect(list).toMatchObject({
      userId,
      version: takenAt,
      asOf: date(takenAt),
      freshUntil: date(takenAt + 300_000),
    });
    expect(headers).toEqual({
      'Cache-Control': 'private, no-cache',
      'Cache-Status': 'mooring-memory; hit; ttl=2',
      'Consistency-Token': String(takenAt),
      'Server-Timing': 'total;dur=0',
      ETag: expect.stringMatching(/^W\/"[\w-]{16}"$/),
    });
  });

  it('status goes with the time, whatever tier the facts come from', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, {
      refreshToken: null,
      refreshDueAt: null,
      expiresAt: deps.now() + 2_000,
    });
    const statusNow = async () =>
      JSON.parse((await listIntegrations(deps, userId, 0, everything)).body).integrations[0].status;
    expect(await statusNow()).toBe('connected');
    deps.clock.advance(2_000);
    expect(await statusNow()).toBe('expired');
  });
});

describe('ETag', () => {
  it('stays the same while only the times of reading change', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { refreshDueAt: null });
    const first = await listIntegrations(deps, userId, 0, everything);
    await deps.settle();
    deps.clock.advance(6_000);
    const fromKv = await listIntegrations(deps, userId, 0, everything);
    deps.clock.advance(300_000);
    const fromD1 = await listIntegrations(deps, userId, 0, everything);
    expect(fromD1.body).not.toBe(first.body);
    expect([fromKv.headers.ETag, fromD1.headers.ETag]).toEqual([
      first.headers.ETag,
      first.headers.ETag,
    ]);
  });

  it('changes when the time alone changes a status', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, {
      refreshToken: null,
      refreshDueAt: null,
      expiresAt: deps.now() + 1_000,
    });
    const before = await listIntegrations(deps, userId, 0, everything);
    deps.clock.advance(1_000);
    const after = await listIntegrations(deps, userId, 0, everything);
    expect(after.headers['Cache-Status']).toContain('mooring-memory; hit');
    expect(after.headers.ETag).not.toBe(before.headers.ETag);
  });

  it('differs between users with the same integrations, none', async () => {
    const deps = testDeps();
    const a = await listIntegrations(deps, 'etag-a', 0, everything);
    const b = await listIntegrations(deps, 'etag-b', 0, everything);
    expect(a.headers.ETag).not.toBe(b.headers.ETag);
  });
});

describe('one integration', () => {
  it('is the one with this provider and account', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { userId: 'one', providerAccountId: 'one-a' });
    await insertAccount(deps, { userId, providerAccountId: 'one-b' });
    const { body } = await oneIntegration(
      deps,
      { userId, provider: 'acme', accountId: 'one-a' },
      0,
    );
    expect(JSON.parse(body)).toMatchObject({ provider: 'acme', accountId: 'one-a' });
  });

  it('that is not the user’s is not found, with the headers of an answer', async () => {
    const deps = testDeps();
    const other = await insertAccount(deps);
    await expect(
      oneIntegration(
        deps,
        { userId: 'stranger', provider: 'acme', accountId: other.providerAccountId },
        0,
      ),
    ).rejects.toMatchObject({
      code: 'integration_not_found',
      headers: { 'Consistency-Token': '0', 'Cache-Status': expect.stringContaining('mooring-kv') },
    });
  });
});

it('the status of many names every user who was asked for', async () => {
  const deps = testDeps();
  const { userId } = await insertAccount(deps);
  const ids = [userId, 'unheard-of', '__proto__', userId];
  const { users } = JSON.parse(await statusOfMany(deps, ids, 0, everything));
  expect(Object.keys(users).sort()).toEqual([...new Set(ids)].sort());
  expect(users[userId]).toEqual({
    version: deps.now(),
    asOf: date(deps.now()),
    integrations: JSON.parse((await listIntegrations(deps, userId, 0, everything)).body)
      .integrations,
  });
  expect(users['unheard-of']).toEqual({ version: 0, asOf: date(deps.now()), integrations: [] });
});
