/**
 * The soak: many accounts with tokens of seconds at a server that kills a family whose refresh
 * token is used twice; cron ticks that overlap in three Worker processes, callers who want tokens
 * in between, and two of the processes killed and started anew at random.
 *
 * A refresh token that was rotated while its Worker was being killed is lost, whatever one does.
 * Every other account must come out alive.
 */

import type { Mooring } from '../e2e/support/mooring.ts';
import { pause } from '../e2e/support/time.ts';
import type { TokenRequest } from '../sandbox/authorization-server/index.ts';
import type { Death, Kill, SoakReport } from './report.ts';
import { heldSince, lostAttempts, turnClock, unsettled } from './rows.ts';

export interface SoakOptions {
  accounts: number;
  /** How long Workers are killed, and longer until there were so many kills. */
  killingMs: number;
  leastKills: number;
  /** The server takes so long to look at a request, and so long again to reply. */
  latencyMs: number;
  /** Between kills, at random. */
  killEveryMs: readonly [least: number, most: number];
  /** A tick is started this often in each process, whether the last one is over or not. */
  tickEveryMs: number;
  /** Calls on demand, a second. */
  callsPerSecond: number;
  /**
   * What an attempt that was killed leaves behind waits for minutes (its lease, KV's delay, the
   * confirmation of a refusal). True: the rows' clocks are turned instead.
   */
  turnClock: boolean;
  /** Told what is being done. */
  say(text: string): void;
}

/** The last process to be killed is not the first: that one owns the storage. */
export const PROCESSES = 3;
/** Goes in front of the Worker's code: each request to the server says which process sent it. */
export const namesProcess = `import { env as bound } from 'cloudflare:workers';
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  request.headers.set('X-Process', bound.PROCESS);
  return send(request);
};
`;
const PROVIDER = 'sandbox';
const CONNECTING_AT_ONCE = 8;
/** From the reply's last byte to the row, with D1 busy: a kill in here may lose a token. */
export const SAVE_MS = 1_000;
/** An attempt that goes on after its reply takes less here, latency and a busy D1 included. */
const ATTEMPT_MS = 3_000;
/**
 * A lease, the wait for its rescue record, a refusal and its confirmation: five minutes; and a
 * half.
 */
const SETTLED_WITHIN_MS = 480_000;
/** Where nobody waits for the clock. */
const TURNED_WITHIN_MS = 60_000;

const accountOf = (i: number): string => `soak-${i}`;
const userOf = (i: number): string => `soaker-${i}`;

export async function soak(mooring: Mooring, options: SoakOptions): Promise<SoakReport> {
  const { say } = options;
  const startedAt = Date.now();
  await connectAll(mooring, options.accounts);
  const connectedAt = Date.now();
  say(`${options.accounts} accounts connected in ${seconds(connectedAt - startedAt)}`);
  const { traffic } = mooring.sandbox;
  traffic.forget();
  const { latencyMs } = options;
  traffic.behaviour = { latencyMs, replyMs: latencyMs, failure: 'none', failures: 0 };

  const load = new Load(mooring, options);
  load.start();
  const killedFrom = Date.now();
  const kills = await killAtRandom(mooring, options);
  const calmAt = Date.now();
  say(`${kills.length} kills in ${seconds(calmAt - killedFrom)}; now what they left behind`);
  // What was alive then has an outcome by now.
  await Promise.all([load.begun(), pause(ATTEMPT_MS)]);
  for (const attempt of await heldSince(mooring, calmAt)) load.cutOff.add(attempt);
  const restless = await settle(mooring, options.turnClock ? calmAt : null);
  const settledAt = Date.now();
  await load.stop();

  const requests = traffic.tokenRequests;
  const alive = mooring.sandbox.liveAccounts(PROVIDER);
  const rows = await mooring.worker.sql<{ account: string; state: string }>(
    'SELECT provider_account_id AS account, state FROM oauth_accounts',
  );
  const states = new Map(rows.map(({ account, state }) => [account, state]));
  const accounts = Array.from({ length: options.accounts }, (_, i) => accountOf(i));
  const deaths = accounts
    .filter((account) => !alive.has(account) || states.get(account) !== 'active')
    .map((account) => explain(account, states.get(account) ?? 'gone', requests, kills));
  return {
    accounts: options.accounts,
    killingMs: calmAt - killedFrom,
    settlingMs: settledAt - calmAt,
    restless,
    kills: kills.length,
    ticks: load.ticks,
    calls: Object.fromEntries([...load.calls].sort()),
    granted: requests.filter(({ status }) => status === 200).length,
    refused: requests.filter(({ error }) => error === 'invalid_grant').length,
    presentedTwice: presentedTwice(requests),
    mostInFlight: Math.max(0, ...requests.map(({ inFlight }) => inFlight)),
    cutOff: load.cutOff.size,
    deaths,
    alive: accounts.length - deaths.length,
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function connectAll(mooring: Mooring, accounts: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < accounts; i = next++) await mooring.connect(userOf(i), accountOf(i));
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, worker));
}

/** Cron ticks and callers, until they are stopped. Calls to a process that is being killed fail. */
class Load {
  readonly ticks = { started: 0, failed: 0 };
  readonly calls = new Map<string, number>();
  /** Attempts that left no outcome. */
  readonly cutOff = new Set<string>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<void>>();

  private readonly mooring: Mooring;
  private readonly options: SoakOptions;

  constructor(mooring: Mooring, options: SoakOptions) {
    this.mooring = mooring;
    this.options = options;
  }

  start(): void {
    const { tickEveryMs, callsPerSecond } = this.options;
    for (let process = 0; process < PROCESSES; process += 1) {
      this.#every(tickEveryMs, () => this.#tick(process));
    }
    this.#every(1000 / callsPerSecond, () => this.#call());
    this.#every(1000, () => this.#look());
  }

  /** Once what runs now is over. */
  async begun(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running);
  }

  #every(ms: number, work: () => Promise<void>): void {
    this.#timers.push(
      setInterval(() => {
        const running = work().finally(() => this.#running.delete(running));
        this.#running.add(running);
      }, ms),
    );
  }

  async #tick(process: number): Promise<void> {
    this.ticks.started += 1;
    await this.mooring.worker.cron(process).catch(() => {
      this.ticks.failed += 1;
    });
  }

  async #call(): Promise<void> {
    const i = Math.floor(Math.random() * this.options.accounts);
    const account = `/v1/users/${userOf(i)}/integrations/${PROVIDER}/${accountOf(i)}`;
    const process = Math.floor(Math.random() * PROCESSES);
    const forced = Math.random() < 0.2;
    const name = forced ? 'refresh' : 'token';
    const outcome = await this.mooring
      .call(forced ? 'POST' : 'GET', `${account}/${name}`, { process })
      .then(({ status }) => String(status))
      .catch(() => 'killed');
    this.calls.set(`${name} ${outcome}`, (this.calls.get(`${name} ${outcome}`) ?? 0) + 1);
  }

  async #look(): Promise<void> {
    for (const attempt of await lostAttempts(this.mooring)) this.cutOff.add(attempt);
  }
}

async function killAtRandom(mooring: Mooring, options: SoakOptions): Promise<Kill[]> {
  const [least, most] = options.killEveryMs;
  const until = Date.now() + options.killingMs;
  const kills: Kill[] = [];
  for (;;) {
    await pause(least + Math.random() * (most - least));
    if (Date.now() >= until && kills.length >= options.leastKills) return kills;
    const process = 1 + Math.floor(Math.random() * (PROCESSES - 1));
    const kill: Kill = { process, from: Date.now(), until: Date.now() };
    await mooring.worker.restart(process, () => {
      kill.until = Date.now();
    });
    kills.push(kill);
  }
}

/**
 * Until nothing is left of the kills, and every account that can be refreshed was, since. Returns
 * what did not come to rest. `calmAt`: turn the clocks of what was cut off before.
 */
async function settle(mooring: Mooring, calmAt: number | null): Promise<unknown[]> {
  const since = Date.now();
  const deadline = since + (calmAt === null ? SETTLED_WITHIN_MS : TURNED_WITHIN_MS);
  for (;;) {
    if (calmAt !== null) await turnClock(mooring, calmAt);
    const left = await unsettled(mooring, since);
    if (left.length === 0 || Date.now() > deadline) return left;
    await pause(500);
  }
}

/** Tokens that were presented more than once: by design only after a kill. */
function presentedTwice(requests: readonly TokenRequest[]): number {
  const seen = new Map<string, number>();
  for (const { presented } of requests) {
    if (presented !== null) seen.set(presented, (seen.get(presented) ?? 0) + 1);
  }
  return [...seen.values()].filter((times) => times > 1).length;
}

function explain(
  accountId: string,
  state: string,
  requests: readonly TokenRequest[],
  kills: readonly Kill[],
): Death {
  const last = requests.findLast(
    (request) => request.accountId === accountId && request.status === 200,
  );
  const rotatedAt = last?.endedAt ?? null;
  const reused = requests.some(
    ({ presented, error }) => presented === last?.presented && error === 'invalid_grant',
  );
  const kill = kills.find(
    ({ process, from, until }) =>
      last?.process === String(process) &&
      rotatedAt !== null &&
      last.startedAt <= until &&
      from <= rotatedAt + SAVE_MS,
  );
  return {
    accountId,
    state,
    explained: kill !== undefined && reused,
    killedAfterMs: kill && rotatedAt !== null ? kill.from - rotatedAt : null,
  };
}
