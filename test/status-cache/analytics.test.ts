import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app';
import type { Bindings } from '../../src/config';
import { MemoryTier } from '../../src/status-cache/memory';
import { apiOf } from '../support/api';
import { type TestDeps, testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { d1Away } from './faults';

/** The app with a dataset that keeps its points. */
function counted(deps: TestDeps) {
  const points: AnalyticsEngineDataPoint[] = [];
  const STATUS_ANALYTICS = { writeDataPoint: vi.fn((point) => void points.push(point)) };
  const app = createApp(
    () => deps,
    () => deps.log,
  );
  const api = apiOf(app, { ...(env as Bindings), STATUS_ANALYTICS });
  const call = async (...request: Parameters<typeof api>) => {
    const reply = await api(...request);
    await reply.text();
    await deps.settle();
    return reply.status;
  };
  return { points, call, STATUS_ANALYTICS };
}

const operation = (name: string) => ({ indexes: [name], blobs: [name] });

describe('hit statistics go to Analytics Engine', () => {
  it('one point for each read: from which tier, and what was waited for', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const { points, call } = counted(deps);
    await call(`/v1/users/${userId}/integrations`);
    await call(`/v1/users/${userId}/integrations`);
    deps.clock.advance(6_000);
    await call(`/v1/users/${userId}/integrations`);
    expect(points).toEqual([
      { ...operation('listIntegrations'), doubles: [0, 0, 1, 0, 0, 0] },
      { ...operation('listIntegrations'), doubles: [1, 0, 0, 0, -1, -1] },
      { ...operation('listIntegrations'), doubles: [0, 1, 0, 0, 0, -1] },
    ]);
  });

  it('one point for a hundred users', async () => {
    const deps = testDeps();
    const { points, call } = counted(deps);
    const userIds = Array.from({ length: 100 }, (_, i) => `analytics-${i}`);
    await call(`/v1/users/${userIds[0]}/integrations`);
    await call('/v1/status', { method: 'POST', json: { userIds } });
    expect(points).toHaveLength(2);
    expect(points[1]).toEqual({ ...operation('getStatusOfMany'), doubles: [1, 0, 99, 0, 0, 0] });
  });

  it('also for one that is not there, and for an outdated answer', async () => {
    const deps = testDeps();
    const { points, call } = counted(deps);
    expect(await call('/v1/users/analytics/integrations/acme/none')).toBe(404);
    deps.clock.advance(299_000);
    const away = counted(
      testDeps({ clock: deps.clock, memory: new MemoryTier(), db: d1Away(), session: d1Away }),
    );
    expect(await away.call('/v1/users/analytics/integrations')).toBe(200);
    expect([...points, ...away.points].map(({ doubles }) => doubles)).toEqual([
      [0, 0, 1, 0, 0, 0],
      [0, 0, 0, 1, 0, 0],
    ]);
  });

  it('no point names a user or an account (I8)', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps, { userId: 'canary-user' });
    const { points, call } = counted(deps);
    await call(`/v1/users/canary-user/integrations/acme/${row.providerAccountId}`);
    expect(JSON.stringify(points)).not.toContain('canary');
    expect(JSON.stringify(points)).not.toContain(row.providerAccountId);
  });

  it('a dataset that fails costs no answer', async () => {
    const { call, STATUS_ANALYTICS } = counted(testDeps());
    STATUS_ANALYTICS.writeDataPoint.mockImplementation(() => {
      throw new Error('over the limit');
    });
    expect(await call('/v1/users/analytics-failing/integrations')).toBe(200);
  });
});
