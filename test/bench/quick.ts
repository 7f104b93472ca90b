/** What needs no load: the size of the bundle, and what workerd takes until it listens with it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { testSettings } from '../support/settings.ts';
import type { Results } from './figures.ts';
import { median } from './statistics.ts';

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
    const deltas = times.product.map((ms, i) => ms - (times.bare[i] ?? 0));
    const kib = gzipSync(product).length / 1024;
    return {
      figures: [
        {
          id: 'startup-delta',
          value: median(deltas),
          spread: { min: Math.min(...deltas), median: median(deltas), max: Math.max(...deltas) },
          note: `${median(times.product).toFixed(1)} ms over ${median(times.bare).toFixed(1)} ms`,
        },
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

/** Of all threads, in ms: Linux counts it. What else goes on on the machine does not stretch it much. */
async function cpuTimeOf(pid: number | undefined): Promise<number | null> {
  if (!existsSync('/proc/self/schedstat')) return null;
  const tasks = `/proc/${pid}/task`;
  const threads = await readdir(tasks);
  const times = await Promise.all(
    threads.map(async (thread) => {
      // One that ends meanwhile has done nothing worth counting.
      const text = await readFile(`${tasks}/${thread}/schedstat`, 'utf8').catch(() => '0');
      return Number.parseInt(text, 10);
    }),
  );
  return times.reduce((sum, ns) => sum + ns, 0) / 1e6;
}
