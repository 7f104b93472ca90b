/** What needs no load: the size of the bundle, and what workerd takes until it listens with it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { testSettings } from '../support/settings.ts';
import { cpuTimeOf } from './cpu.ts';
import type { Results } from './figures.ts';
import { ofSpread } from './figures.ts';
import { median, spread } from './statistics.ts';

const STARTS = 21;

export async function measureQuick(product: string, bare: string): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    const configs = {
      product: await writeConfig(folder, 'product', product),
      bare: await writeConfig(folder, 'bare', bare),
    };
    const times = { product: [] as number[], bare: [] as number[] };
    for (let i = 0; i <= STARTS; i += 1) {
      for (const name of ['bare', 'product'] as const) {
        const ms = await timeToListen(configs[name]);
        // The first one read everything from the disk.
        if (i > 0) times[name].push(ms);
      }
    }
    const kib = gzipSync(product).length / 1024;
    return {
      figures: [
        ofSpread(
          'startup',
          spread(times.product),
          `${median(times.bare).toFixed(1)} ms of a bare one`,
        ),
        { id: 'bundle', value: kib, note: `${(product.length / 1024).toFixed(0)} KiB minified` },
      ],
      observations: [],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** workerd's own configuration: nothing of wrangler or miniflare is started with it. */
async function writeConfig(folder: string, name: string, script: string): Promise<string> {
  const bindings = Object.entries(testSettings)
    .map(([key, value]) => `(name = ${JSON.stringify(key)}, text = ${JSON.stringify(value)})`)
    .join(', ');
  const file = join(folder, `${name}.capnp`);
  await writeFile(join(folder, `${name}.js`), script);
  await writeFile(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "index.js", esModule = embed "${name}.js")],
    compatibilityDate = "2026-10-01",
    bindings = [${bindings}],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  return file;
}

/**
 * From the start of the process until it listens: by then the Worker's global scope has run. In CPU
 * time, which is also what the platform limits a start by; where that cannot be had, by the clock.
 */
async function timeToListen(config: string): Promise<number> {
  const require = createRequire(import.meta.url);
  const { default: workerd } = require('workerd') as { default: string };
  const startedAt = performance.now();
  const child = spawn(workerd, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error('workerd ended before it listened')));
      child.stdio[3]?.on('data', (line: Buffer) => {
        if (line.includes('"listen"')) resolve();
      });
    });
    return (await cpuTimeOf(child.pid)) ?? performance.now() - startedAt;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
