/**
 * Which circuits are read, and by whom they are kept. What opens one: attempt.test.ts,
 * verdict.test.ts.
 */
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { providerHealth } from '../../src/db/schema';
import { admit, healthOf } from '../../src/refresh/circuit';
import { refreshOne } from '../../src/refresh/on-demand';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { hookedDb } from './support/faults';
import { type World, world } from './support/world';

const tenants = {
  refreshModel: 'static',
  tokenUrl: 'https://{tenant}.acme.example/token',
  parameters: { tenant: { label: 'Tenant', pattern: '[a-z0-9]+' } },
} as const;

const keyOf = (row: Awaited<ReturnType<World['due']>>) => ({
  userId: row.userId,
  provider: row.provider,
  accountId: row.providerAccountId,
});

/** Circuits of so many other token hosts of the same provider. */
async function others({ deps, provider }: World & { provider: string }, n: number): Promise<void> {
  const hosts = Array.from({ length: n }, (_, i) => ({
    provider,
    host: `h${i}.example`,
    failedIds: [],
    failures: 1,
    updatedAt: deps.now(),
  }));
  for (let i = 0; i < n; i += 4) await deps.db.insert(providerHealth).values(hosts.slice(i, i + 4));
}

describe('only the circuit that an integration goes by is read', () => {
  it.each([
    ['of a fixed host', {}],
    ['of a host that only the row names', tenants],
  ])('%s', async (_, change) => {
    const { db, meter } = hookedDb();
    const w = world({ refreshModel: 'static', ...change }, { db, queue: null });
    await others(w, 400);
    const parameters = { tenant: 'one' };
    const scheduled = await w.due({ parameters });
    const wanted = await w.due({ parameters, expiresAt: w.deps.now() - 1 });
    meter.rowsRead = 0;
    await tokenFor(w.deps, { ...keyOf(wanted), minTtlSeconds: null });
    await refreshOne(w.deps, keyOf(scheduled));
    await runRefresh(w.deps, 'cron');
    await w.deps.settle();
    expect(meter.rowsRead).toBeLessThan(100);
  });
});

it('one tenant’s trouble holds back no other', async () => {
  const w = world(tenants, { queue: null }, { RUN_SUBREQUESTS: '900' });
  for (let i = 0; i < 6; i += 1) await w.due({ parameters: { tenant: 'down' } });
  w.server.answer('/token', ({ url }) =>
    url.includes('down.') ? new Response('', { status: 503 }) : null,
  );
  await runRefresh(w.deps, 'cron');
  const open = and(
    eq(providerHealth.provider, w.provider),
    eq(providerHealth.host, 'down.acme.example'),
  );
  const [health] = await w.deps.db.select().from(providerHealth).where(open);
  expect(health).toMatchObject({ failures: 5, openUntil: w.deps.now() + MINUTE / 2 });
  const row = await w.due({ parameters: { tenant: 'up' }, expiresAt: w.deps.now() - 1 });
  const token = await tokenFor(w.deps, { ...keyOf(row), minTtlSeconds: null });
  expect(token).toMatchObject({ kind: 'token' });
  // Nor does its success close what is open elsewhere.
  const [still] = await w.deps.db.select().from(providerHealth).where(open);
  expect(still?.openUntil).toBe(health?.openUntil);
});

it('a probe whose answer got lost is still its own', async () => {
  let isFirst = true;
  const { db } = hookedDb({
    after: async (text) => {
      if (!text.startsWith('update "provider_health" set "open_until"') || !isFirst) return;
      isFirst = false;
      throw new Error('D1_ERROR: the answer got lost');
    },
  });
  const w = world({ refreshModel: 'static' }, { db, queue: null });
  const key = { provider: w.provider, host: `${w.provider}.example` };
  const opened = { ...key, failures: 5, failedIds: [], openFor: 30_000, updatedAt: 0 };
  await w.deps.db.insert(providerHealth).values({ ...opened, openUntil: w.deps.now() });
  const [health] = await healthOf(w.deps.db, [key]);
  const admissions = [await admit(w.deps, key, health), await admit(w.deps, key, health)];
  expect(admissions.map(({ kind }) => kind)).toEqual(['probe', 'open']);
});
