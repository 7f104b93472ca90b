/** `npx wrangler dev` after `npm run setup`, on a machine that has no data yet. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { freePorts } from './support/mooring.ts';
import { eventually } from './support/time.ts';

const root = join(import.meta.dirname, '../..');

it('what setup makes is enough for a plain wrangler dev', async () => {
  const [port] = await freePorts(1);
  const home = mkdtempSync(join(tmpdir(), 'mooring-plain-'));
  const devVars = join(home, '.dev.vars');
  execFileSync(process.execPath, [join(root, 'scripts/setup.ts')], {
    env: { ...process.env, MOORING_HOME: home, WORKER_PORT: String(port) },
  });
  const key = parseEnv(readFileSync(devVars, 'utf8')).DEMO_SERVICE_KEY;
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      ...['dev', '--port', String(port), '--inspector-port', '0'],
      ...['--env-file', devVars, '--persist-to', join(home, '.wrangler/state')],
    ],
    {
      cwd: root,
      env: { ...process.env, MOORING_HOME: home, CI: 'true', WRANGLER_SEND_METRICS: 'false' },
      stdio: 'ignore',
      detached: true,
    },
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    await eventually(async () => {
      const reply = await fetch(`http://localhost:${port}/v1/users/somebody/integrations`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      expect([reply.status, await reply.json()]).toEqual([
        200,
        expect.objectContaining({ userId: 'somebody', integrations: [] }),
      ]);
    }, 120_000);
    // Static assets come by way of the Worker, or not at all.
    const status = async (path: string) => (await fetch(`http://localhost:${port}${path}`)).status;
    expect(await status('/openapi.json')).toBe(200);
    expect(await status('/page.css')).toBe(404);
    // A style that does not come within a second is left out of that page.
    await eventually(async () => {
      const page = await (await fetch(`http://localhost:${port}/operator`)).text();
      expect(page).toContain('.card{');
    });
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  }
});
