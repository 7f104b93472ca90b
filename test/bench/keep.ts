/**
 * The refresh: runs over rows that are due, against a provider of a known latency, next to the same
 * requests with nothing around them. What is counted is counted at the bindings.
 */
import { cpuTimeOf, workerdPid } from './cpu.ts';
import { ofSpread, type Results } from './figures.ts';
import { measureClaim } from './keep/claim.ts';
import { openHeapProbe } from './keep/memory.ts';
import { startProvider } from './keep/provider.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { median, ratios } from './statistics.ts';
import type { Ran } from './workers/keep.ts';

const LATENCY_MS = 100;
const SEEDED = 5_000;
const ROUNDS = 5;
const GROUP_SIZE = 5;
/** Groups of a round: of a run, and of the ideal next to it. */
const GROUPS = 50;
const CONSUMER_GROUPS = 10;
const CONSUMERS = 8;
const SEEDED_AT_ONCE = 500;

interface Bench {
  call<T>(path: string, query?: Record<string, string | number>): Promise<T>;
  /** Makes so many groups due, and nothing else: a run ends when they are refreshed. */
  due(groups: number): Promise<unknown>;
  /** Rows that were refreshed since the last look. */
  refreshed(): Promise<number>;
  tokenUrl: string;
}

export async function measureKeep(script: string): Promise<Results> {
  const results = [
    await withBench(script, LATENCY_MS, async (bench) => [
      await runs(bench),
      await consumers(bench),
    ]),
    await withBench(script, 0, async (bench, inspectorPort) => [
      await memoryOfARun(bench, inspectorPort),
    ]),
    [await measureClaim()],
  ].flat();
  return {
    figures: results.flatMap(({ figures }) => figures),
    observations: results.flatMap(({ observations }) => observations),
  };
}

const INSPECTOR_PORT = 9_339;
const HEAP_EVERY_MS = 20;

async function withBench(
  script: string,
  latencyMs: number,
  measure: (bench: Bench, inspectorPort: number) => Promise<Results[]>,
): Promise<Results[]> {
  const provider = await startProvider(latencyMs);
  let runtime: Runtime | undefined;
  try {
    runtime = await startRuntime(
      { keep: script },
      { settings: provider.settings, inspectorPort: INSPECTOR_PORT },
    );
    const origin = `http://127.0.0.1:${await runtime.port('keep')}`;
    const db = await runtime.miniflare.getD1Database('DB', 'keep');
    let known = 0;
    const call = async <T>(
      path: string,
      query: Record<string, string | number> = {},
    ): Promise<T> => {
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name, String(value)]),
      );
      const reply = await fetch(`${origin}${path}?${search}`);
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      return (await reply.json()) as T;
    };
    const bench: Bench = {
      tokenUrl: provider.tokenUrl,
      call,
      due: (groups) => call('/due', { count: groups * GROUP_SIZE }),
      async refreshed() {
        const row = await db
          .prepare('SELECT count(*) AS n FROM oauth_accounts WHERE last_refreshed_at IS NOT NULL')
          .first<{ n: number }>();
        const now = row?.n ?? 0;
        const since = now - known;
        known = now;
        return since;
      },
    };
    for (let from = 0; from < SEEDED; from += SEEDED_AT_ONCE) {
      await bench.call('/seed', { from, count: SEEDED_AT_ONCE });
    }
    return await measure(bench, INSPECTOR_PORT);
  } finally {
    await runtime?.stop();
    await provider.stop();
  }
}

async function runs(bench: Bench): Promise<Results> {
  const times = { run: [] as number[], ideal: [] as number[] };
  const total = { refreshed: 0, d1Calls: 0, rowsWritten: 0, kvOperations: 0 };
  const pid = await workerdPid();
  const cpuMs: number[] = [];
  // One short run and one short ideal first: connections, code.
  await bench.due(3);
  await bench.call('/cron');
  await bench.call('/ideal', { groups: 3, url: bench.tokenUrl });
  await bench.refreshed();
  for (let round = 0; round < ROUNDS; round += 1) {
    await bench.due(GROUPS);
    const before = await cpuTimeOf(pid);
    const run = await bench.call<Ran>('/cron');
    const after = await cpuTimeOf(pid);
    const refreshed = await bench.refreshed();
    if (before !== null && after !== null) cpuMs.push((after - before) / refreshed);
    if (refreshed !== GROUPS * GROUP_SIZE) throw new Error(`a run refreshed ${refreshed} accounts`);
    const ideal = await bench.call<Ran>('/ideal', { groups: GROUPS, url: bench.tokenUrl });
    times.run.push(run.ms);
    times.ideal.push(ideal.ms);
    total.refreshed += refreshed;
    total.d1Calls += run.d1Calls;
    total.rowsWritten += run.rowsWritten;
    total.kvOperations += run.kvOperations;
  }
  const perRefresh = (count: number): number => count / total.refreshed;
  return {
    figures: [
      ofSpread(
        'refresh-vs-ideal',
        ratios(times.run, times.ideal),
        `${median(times.run)} ms over ${median(times.ideal)} ms for ${GROUPS} groups`,
      ),
      { id: 'd1-calls-per-refresh', value: perRefresh(total.d1Calls) },
      { id: 'rows-written-per-refresh', value: perRefresh(total.rowsWritten) },
      { id: 'kv-ops-per-refresh', value: perRefresh(total.kvOperations) },
    ],
    observations: [
      {
        what: 'CPU of workerd for each refresh, that of D1 included, least of the rounds',
        value: `${Math.min(...cpuMs).toFixed(2)} ms`,
      },
    ],
  };
}

async function consumers(bench: Bench): Promise<Results> {
  const rates = { one: [] as number[], eight: [] as number[] };
  const together = async (count: number): Promise<number> => {
    await bench.due(count * CONSUMER_GROUPS);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: count }, () => bench.call('/queue')));
    const seconds = (performance.now() - startedAt) / 1000;
    return (await bench.refreshed()) / seconds;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.one.push(await together(1));
    rates.eight.push(await together(CONSUMERS));
  }
  return {
    figures: [
      ofSpread(
        'consumers-8-vs-1',
        ratios(rates.eight, rates.one),
        `${median(rates.eight).toFixed(0)} refreshes/s over ${median(rates.one).toFixed(0)}/s`,
      ),
    ],
    observations: [],
  };
}

/** All that is seeded, in one run. */
async function memoryOfARun(bench: Bench, inspectorPort: number): Promise<Results> {
  const probe = await openHeapProbe(inspectorPort, 'keep');
  await bench.due(3);
  await bench.call('/cron');
  await bench.refreshed();
  await bench.due(SEEDED / GROUP_SIZE);
  const used: number[] = [];
  let running = true;
  const run = bench.call<Ran>('/cron').finally(() => {
    running = false;
  });
  while (running) {
    used.push((await probe.used()) / 2 ** 20);
    await new Promise((resolve) => setTimeout(resolve, HEAP_EVERY_MS));
  }
  await run;
  probe.close();
  const refreshed = await bench.refreshed();
  // Between two garbage collections it grows: what counts is what they leave.
  const quarter = Math.ceil(used.length / 4);
  const least = [0, 1, 2, 3].map((i) =>
    Math.min(...used.slice(i * quarter, (i + 1) * quarter)).toFixed(1),
  );
  return {
    figures: [],
    observations: [
      {
        what: `Least heap of the Worker in each quarter of a run of ${refreshed.toLocaleString('en')} accounts; most`,
        value: `${least.join(', ')}; ${Math.max(...used).toFixed(1)} MB`,
      },
    ],
  };
}
