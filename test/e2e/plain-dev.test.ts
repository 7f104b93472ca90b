/** `npx wrangler dev` with nothing but the example's settings, on a machine that has no data yet. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePorts } from './support/mooring.ts';
import { eventually } from './support/time.ts';

const root = join(import.meta.dirname, '../..');

it('the example’s settings are enough for a plain wrangler dev', async () => {
  const [port] = await freePorts(1);
  const home = mkdtempSync(join(tmpdir(), 'mooring-plain-'));
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      ...['dev', '--port', String(port), '--inspector-port', '0'],
      ...['--env-file', '.dev.vars.example', '--persist-to', join(home, '.wrangler/state')],
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
        headers: { Authorization: 'Bearer dev-service-key' },
      });
      expect([reply.status, await reply.json()]).toEqual([
        200,
        expect.objectContaining({ userId: 'somebody', integrations: [] }),
      ]);
    }, 40_000);
    // Static assets come by way of the Worker, or not at all.
    const status = async (path: string) => (await fetch(`http://localhost:${port}${path}`)).status;
    expect(await status('/openapi.json')).toBe(200);
    expect(await status('/page.css')).toBe(404);
    expect(await (await fetch(`http://localhost:${port}/operator`)).text()).toContain('.card{');
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
    rmSync(home, { recursive: true, force: true });
  }
});
