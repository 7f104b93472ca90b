/**
 * Tokens on demand: fresh ones next to a Worker that does the bare minimum, and many callers at
 * once for one that has run out. Calls to D1 are counted at the binding.
 */
import { serviceKey } from '../support/keys.ts';
import { cpuTimeOf, workerdPid } from './cpu.ts';
import { ofSpread, type Results } from './figures.ts';
import { startProvider } from './keep/provider.ts';
import { type Load, type Measured, request, startGenerator } from './load/generator.ts';
import { startRuntime } from './runtime.ts';
import { median, ratios } from './statistics.ts';

const LATENCY_MS = 100;
const ACCOUNTS = 100;
const CALLERS = 200;
const CONNECTIONS = 16;
const ROUNDS = 7;
const ROUND_MS = 600;
/** Fresh tokens that calls to D1 are counted of. */
const COUNTED = 200;
const HERD_ROUNDS = 5;

export interface Scripts {
  mooring: string;
  /** The same, counted, with a way in (workers/token.ts). */
  token: string;
  raw: string;
}

const tokenOf = (i: number): Uint8Array =>
  request('GET', `/v1/users/user-${i}/integrations/bench/account-${i}/token`, serviceKey);

export async function measureTokens(scripts: Scripts): Promise<Results> {
  const provider = await startProvider(LATENCY_MS);
  const runtime = await startRuntime({ ...scripts }, { settings: provider.settings });
  const generator = startGenerator();
  try {
    const ports = {
      mooring: await runtime.port('mooring'),
      token: await runtime.port('token'),
      raw: await runtime.port('raw'),
    };
    const inside = async <T>(path: string): Promise<T> => {
      const reply = await fetch(`http://127.0.0.1:${ports.token}${path}`);
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      return (await reply.json()) as T;
    };
    const d1Calls = async () => (await inside<{ d1Calls: number }>('/counts')).d1Calls;
    await inside(`/seed?from=0&count=${ACCOUNTS}`);
    const all = Array.from({ length: ACCOUNTS }, (_, i) => tokenOf(i));

    const pid = await workerdPid();
    /** CPU time of workerd while it does something, ms. */
    const cpuOf = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      const before = await cpuTimeOf(pid);
      const result = await work();
      const after = await cpuTimeOf(pid);
      return [result, before === null || after === null ? Number.NaN : after - before];
    };
    const cpu = { mooring: [] as number[], raw: [] as number[], herd: [] as number[] };

    // Fresh tokens, in rounds that take turns; the first one only warms up.
    const rates = { mooring: [] as number[], raw: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const names = ['mooring', 'raw'] as const;
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const [{ replies, seconds }, ms] = await cpuOf(() =>
          generator.run({
            port: ports[name],
            requests: all,
            connections: CONNECTIONS,
            ms: ROUND_MS,
          }),
        );
        if (round === 0) continue;
        rates[name].push(replies / seconds);
        cpu[name].push((ms * 1000) / replies);
      }
    }

    const once = (count: number): Omit<Load, 'port' | 'requests'> => ({
      connections: CONNECTIONS,
      ms: 0,
      count,
    });
    await generator.run({ port: ports.token, requests: all, ...once(ACCOUNTS) });
    await d1Calls();
    await generator.run({ port: ports.token, requests: all, ...once(COUNTED) });
    const fresh = (await d1Calls()) / COUNTED;

    // One caller alone, then two hundred at once, each time for a token that has just run out.
    const slowest = { alone: [] as number[], herd: [] as number[] };
    const calls: number[] = [];
    for (let round = 0; round <= HERD_ROUNDS; round += 1) {
      const alone = await expiredFor(inside, generator.run, ports.mooring, 0, 1);
      const [herd, ms] = await cpuOf(() =>
        expiredFor(inside, generator.run, ports.mooring, 1, CALLERS),
      );
      await d1Calls();
      await expiredFor(inside, generator.run, ports.token, 2, CALLERS);
      const counted = await d1Calls();
      if (round === 0) continue;
      slowest.alone.push(alone);
      slowest.herd.push(herd);
      calls.push(counted / CALLERS);
      cpu.herd.push((ms * 1000) / CALLERS);
    }
    return {
      figures: [
        { id: 'token-on-demand-d1-calls', value: fresh },
        ofSpread(
          'token-fresh-vs-raw',
          ratios(rates.mooring, rates.raw),
          `${Math.round(median(rates.mooring))}/s over ${Math.round(median(rates.raw))}/s`,
        ),
        ofSpread(
          'herd-200',
          ratios(slowest.herd, slowest.alone),
          `${Math.round(median(slowest.herd))} ms over ${Math.round(median(slowest.alone))} ms`,
        ),
        { id: 'herd-d1-calls', value: median(calls) },
      ],
      observations: [
        {
          what: 'CPU of workerd for each request, least of the rounds: raw token, fresh token, a caller of the herd',
          value: [cpu.raw, cpu.mooring, cpu.herd]
            .map((rounds) => `${Math.min(...rounds).toFixed(0)} us`)
            .join(', '),
        },
      ],
    };
  } finally {
    await generator.stop();
    await runtime.stop();
    await provider.stop();
  }
}

/** The slowest answer, ms, of so many callers who ask at the same time. */
async function expiredFor(
  inside: (path: string) => Promise<unknown>,
  run: (load: Load) => Promise<Measured>,
  port: number,
  account: number,
  callers: number,
): Promise<number> {
  await inside(`/expire?account=account-${account}`);
  const { latencies } = await run({
    port,
    requests: [tokenOf(account)],
    connections: callers,
    together: true,
    ms: 0,
    count: callers,
  });
  return Math.max(...latencies);
}
