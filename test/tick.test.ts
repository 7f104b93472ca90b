import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Bindings } from '../src/config';
import type { Database } from '../src/db/client';
import { refreshRuns } from '../src/db/schema';
import worker from '../src/index';
import { tick } from '../src/tick';
import { testClock, testDeps } from './support/deps';

describe('a cron tick', () => {
  it('runs from the entry point as the platform calls it', async () => {
    const controller = createScheduledController({ cron: '* * * * *' });
    await expect(
      worker.scheduled(controller, env as Bindings, createExecutionContext()),
    ).resolves.toBeUndefined();
  });

  it('goes on after a step that failed, and then fails itself, so that the platform shows it', async () => {
    // Minute 17 of an hour: the one in which the sweep runs.
    const deps = testDeps({ clock: testClock(Date.UTC(2026, 10, 22, 12, 17)) });
    const longAgo = deps.now() - 100 * 86_400_000;
    const counts = { claimed: 1, refreshed: 1, refused: 0, failed: 0, left: false };
    await deps.db
      .insert(refreshRuns)
      .values({ trigger: 'cron', startedAt: longAgo, endedAt: longAgo, ...counts });
    const db = new Proxy(deps.db, {
      get(target, name) {
        if (name === 'update') throw new Error('no update today');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }) as Database;

    await expect(tick({ ...deps, db })).rejects.toThrow('no update today');

    expect(await deps.db.select().from(refreshRuns)).toEqual([]);
    expect(deps.logLines.join()).toContain('"step":"revocations"');
    expect(deps.logLines.join()).not.toContain('no update today');
  });
});
