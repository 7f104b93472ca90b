/** One run: a plan, step by step, with its checks. */
import { readSnapshot, readSnapshots, type Served } from '../../../src/status-cache/cache';
import { clearCache } from '../../../src/status-cache/clear';
import { forget } from '../../../src/status-cache/publish';
import { chance, random } from '../support/random';
import { Scheduler, withVirtualTimers } from '../support/scheduler';
import { checkKv, checkReply } from './checks';
import { Client } from './client';
import { type Plan, type Step, weathers } from './plan';
import { type Doubles, describe, type Isolate, START, users, World } from './world';
import { Writers } from './writers';

const TICK_MS = 60_000;
/** The last ticks, after the last step. */
const AFTERGLOW_MS = 30_000;

export interface Outcome {
  violations: string[];
  trace: string[];
  met: ReadonlyMap<string, number>;
}

/** Runs a plan in virtual time. `tracing`: what happened, for people. */
export async function run(plan: Plan, doubles: Doubles = {}, tracing = false): Promise<Outcome> {
  const scheduler = new Scheduler(START);
  const world = new World(scheduler, plan, doubles, tracing);
  const { violations, trace, met } = world;
  try {
    await withVirtualTimers(scheduler, async () => {
      new Run(world).start();
      await scheduler.drain();
    });
    if (world.underWay > 0 && !weathers[plan.weather].deaths) {
      world.violate('something never ended', `${world.underWay} requests`);
    }
    checkKv(world);
  } finally {
    world.d1.close();
  }
  return { violations, trace, met };
}

class Run {
  readonly #writers: Writers;
  readonly #clients = [0, 1, 2].map((i) => new Client(i < 2));
  readonly #steps: readonly Step[];
  #ended = Number.POSITIVE_INFINITY;

  constructor(private readonly world: World) {
    this.#writers = new Writers(world);
    this.#steps = world.plan.steps;
  }

  start(): void {
    this.#next(0);
    this.#tick(1);
  }

  #next(i: number): void {
    const { scheduler } = this.world;
    const step = this.#steps[i];
    if (!step) {
      this.#ended = scheduler.now + AFTERGLOW_MS;
      return;
    }
    // Somebody has to begin.
    const action = i === 0 ? 'connect' : step.action;
    scheduler.at(this.#timeOf(step), () => {
      checkKv(this.world);
      void this.world.background(this.#act({ ...step, action }));
      this.#next(i + 1);
    });
  }

  #timeOf({ due, after }: Step): number {
    const { scheduler, d1 } = this.world;
    if (!due) return scheduler.now + after;
    const [next] = d1.look(
      'SELECT refresh_due_at AS due FROM oauth_accounts WHERE refresh_due_at > ? ORDER BY 1',
      scheduler.now - after,
    );
    return next ? Number(next.due) + after : scheduler.now + Math.abs(after);
  }

  /** Cron, each minute, in any isolate; sometimes not. */
  #tick(i: number): void {
    const { scheduler, plan } = this.world;
    const luck = random((plan.steps[0]?.luck ?? 0) * 31 + i);
    scheduler.at(START + i * TICK_MS + luck() * 2_000, () => {
      if (scheduler.now > this.#ended) return;
      checkKv(this.world);
      if (!chance(luck, plan.missedTicks)) {
        const isolate = this.world.isolate(Math.floor(luck() * 4));
        this.world.note(() => `cron in ${isolate.name}`);
        void this.world.background(this.#writers.tick(isolate, luck));
      }
      this.#tick(i + 1);
    });
  }

  async #act(step: Step): Promise<void> {
    const { world } = this;
    const isolate = world.isolate(step.isolate);
    const user = users[step.user] ?? 'ada';
    const client = this.#clients[step.client] ?? new Client(false);
    const luck = random(step.luck);
    world.meet(step.action);
    world.note(() => `${step.action}: ${user}, client ${step.client}, ${isolate.name}`);
    switch (step.action) {
      case 'read':
        return this.#read(isolate, user, client, step);
      case 'read many':
        return this.#readMany(isolate, step);
      case 'connect': {
        const deps = world.deps(isolate, luck);
        client.learn(user, await this.#writers.connect(deps, user, step.account, step.dueIn));
        return;
      }
      case 'disconnect': {
        const deps = world.deps(isolate, luck);
        client.learn(user, await this.#writers.disconnect(deps, user, step.account));
        return;
      }
      case 'forced refresh':
        client.learn(
          user,
          await this.#writers.force(world.deps(isolate, luck), user, step.account),
        );
        return;
      case 'erase':
        await this.#writers.erase(world.deps(isolate, luck), user);
        for (const one of this.#clients) one.forget(user);
        return;
      case 'invalidate':
        await forget(world.deps(isolate, luck), user);
        return;
      case 'clear':
        // KV may not list its keys: then the operator is told so.
        await clearCache(world.deps(isolate, luck)).catch(() => {});
        return;
      case 'tick':
        return this.#writers.tick(isolate, luck);
      case 'death':
        if (weathers[world.plan.weather].deaths) world.kill(isolate);
        return;
      default:
        step.action satisfies never;
    }
  }

  async #read(isolate: Isolate, user: string, client: Client, step: Step): Promise<void> {
    const { world } = this;
    const atLeast = client.tokenFor(user);
    const seen = client.seen(user);
    const askedAt = world.scheduler.now;
    const deps = world.deps(isolate, random(step.luck), atLeast);
    let served: Served;
    try {
      served = await readSnapshot(deps, user, atLeast);
    } catch (error) {
      if (world.plan.weather === 'ordinary')
        world.violate('refused without a cause', String(error));
      return;
    }
    const index = checkReply(world, isolate, served, { askedAt, atLeast, judgedFrom: null });
    if (served.source !== 'stale' && index !== undefined) {
      // An erased user begins anew, and so do its versions.
      if (client.sendsTokens && index < seen && !world.truth.erased.has(user)) {
        world.violate('reads went back', `${describe(served.snapshot)}, from ${served.source}`);
      }
      client.saw(user, index);
    }
    client.learn(user, served.snapshot);
  }

  async #readMany(isolate: Isolate, step: Step): Promise<void> {
    const { world } = this;
    const askedAt = world.scheduler.now;
    try {
      const all = await readSnapshots(world.deps(isolate, random(step.luck)), users);
      for (const user of users) {
        const served = all.get(user);
        // One user's answer may have waited for another's.
        const when = { askedAt, atLeast: 0, judgedFrom: askedAt };
        if (served) world.meet(`bulk answer from ${served.source}`);
        if (served) checkReply(world, isolate, served, when);
        else world.violate('not everybody was answered', user);
      }
    } catch (error) {
      if (world.plan.weather === 'ordinary')
        world.violate('refused without a cause', String(error));
    }
  }
}
