import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Bindings, readConfig } from '../src/config';
import type { Database } from '../src/db/client';
import { auditEvents, refreshRuns } from '../src/db/schema';
import worker from '../src/index';
import { tick } from '../src/tick';
import { createVault, prefixOf } from '../src/vault/vault';
import { testClock, testDeps } from './support/deps';
import { accountRow, insertAccount } from './support/fixtures';

describe('a cron tick', () => {
  it('runs from the entry point as the platform calls it', async () => {
    const controller = createScheduledController({ cron: '* * * * *' });
    await expect(
      worker.scheduled(controller, env as Bindings, createExecutionContext()),
    ).resolves.toBeUndefined();
  });

  it('warns of an end, and seals anew what is under an old key', async () => {
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

    await tick(deps);

    expect(await deps.db.select().from(auditEvents)).toMatchObject([
      { type: 'expiring', accountId: row.providerAccountId, detail: { days: 3 } },
    ]);
    const sealed = (await accountRow(deps, row.id))?.accessToken;
    expect(sealed?.startsWith(prefixOf('newer'))).toBe(true);
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
