import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Bindings, readConfig } from '../../src/config';
import { eventLog, refreshRuns } from '../../src/db/schema';
import worker from '../../src/index';
import { EVERY_HOUR, EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { createVault, prefixOf } from '../../src/vault/vault';
import { type TestDeps, testClock, testDeps } from '../support/deps';
import { accountRow, insertAccount } from '../support/fixtures';

const longAgo = ({ now }: TestDeps) => {
  const at = now() - 100 * 86_400_000;
  const counts = { claimed: 1, refreshed: 1, refused: 0, failed: 0, left: false };
  return { trigger: 'cron' as const, startedAt: at, endedAt: at, ...counts };
};

describe('cron', () => {
  it.each([EVERY_MINUTE, EVERY_HOUR])(
    '%s runs from the entry point as the platform calls it',
    async (cron) => {
      const controller = createScheduledController({ cron });
      await expect(
        worker.scheduled(controller, env as Bindings, createExecutionContext()),
      ).resolves.toBeUndefined();
    },
  );

  it('each minute warns of an end, and seals anew what is under an old key', async () => {
    const root = (fill: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
    const under = (...kids: string[]) =>
      readConfig({
        ...env,
        ENCRYPTION_KEYS: kids.map((kid) => `${kid}:${root(kid.length)}`).join(','),
      });
    const old = under('old');
    const row = await insertAccount(testDeps({ config: old, vault: createVault(old.keyring) }), {
      provider: 'linkedin',
      refreshToken: null,
      expiresAt: Date.now() + 3 * 86_400_000,
      refreshDueAt: null,
      noticeDueAt: Date.now(),
    });
    const config = under('newer', 'old');
    const deps = testDeps({ config, vault: createVault(config.keyring) });
    deps.clock.advance(1);

    await runJobs(deps, EVERY_MINUTE);

    expect(await deps.db.select().from(eventLog)).toMatchObject([
      { type: 'integration.expiring', accountId: row.providerAccountId, detail: { days: 3 } },
    ]);
    const sealed = (await accountRow(deps, row.id))?.accessToken;
    expect(sealed?.startsWith(prefixOf('newer'))).toBe(true);
  });

  it('each hour sweeps, however late the tick comes, and does not otherwise', async () => {
    const deps = testDeps({ clock: testClock(Date.UTC(2026, 10, 22, 12, 48, 59)) });
    await deps.db.insert(refreshRuns).values(longAgo(deps));
    await runJobs(deps, EVERY_MINUTE);
    expect(await deps.db.select().from(refreshRuns)).toHaveLength(1);
    await runJobs(deps, EVERY_HOUR);
    expect(await deps.db.select().from(refreshRuns)).toEqual([]);
  });

  it('goes on after a job that failed, and then fails itself, so that the platform shows it', async () => {
    const deps = testDeps();
    await deps.db.insert(refreshRuns).values(longAgo(deps));
    const kv = new Proxy(deps.kv, {
      get(target, name) {
        if (name === 'list') throw new Error('no list today');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

    await expect(runJobs({ ...deps, kv }, EVERY_HOUR)).rejects.toThrow('no list today');

    expect(await deps.db.select().from(refreshRuns)).toEqual([]);
    expect(deps.logLines.join()).toContain('"job":"rescues"');
    expect(deps.logLines.join()).not.toContain('no list today');
  });
});
