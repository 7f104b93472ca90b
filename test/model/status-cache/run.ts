/** One run: a plan, step by step, with its checks. */
import { readSnapshot, readSnapshots, type Served } from '../../../src/status-cache/cache';
import { clearCache } from '../../../src/status-cache/clear';
import { forget } from '../../../src/status-cache/publish';
import { START } from '../kernel/clock';
import { type Model, runWorld } from '../kernel/explore';
import { takeSteps } from '../kernel/plan';
import { chance, random } from '../kernel/random';
import { checkKv, checkReply } from './checks';
import { Client } from './client';
import { type Plan, plans, type Step, weathers } from './plan';
import { describe, type Isolate, type Mutation, users, World } from './world';
import { Writers } from './writers';

const TICK_MS = 60_000;
/** The last ticks, after the last step. */
const AFTERGLOW_MS = 30_000;

class Run {
  readonly #writers: Writers;
  readonly #clients = [0, 1, 2].map((i) => new Client(i < 2));
  #ended = Number.POSITIVE_INFINITY;

  constructor(private readonly world: World) {
    this.#writers = new Writers(world);
  }

  start(): void {
    const { world } = this;
    const { scheduler, d1 } = world;
    // Somebody has to begin.
    const steps = world.plan.steps.map((step, i) =>
      i === 0 ? { ...step, action: 'connect' as const } : step,
    );
    takeSteps(
      scheduler,
      steps,
      (after) => {
        const [next] = d1.look(
          'SELECT refresh_due_at AS due FROM oauth_accounts WHERE refresh_due_at > ? ORDER BY 1',
          after,
        );
        return next ? Number(next.due) : null;
      },
      (step) => {
        checkKv(world);
        void world.background(this.#act(step));
      },
      () => {
        this.#ended = scheduler.now + AFTERGLOW_MS;
      },
    );
    this.#tick(1);
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
    world.cover(step.action);
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
        if (served) world.cover(`bulk answer from ${served.source}`);
        if (served) checkReply(world, isolate, served, when);
        else world.violate('not everybody was answered', user);
      }
    } catch (error) {
      if (world.plan.weather === 'ordinary')
        world.violate('refused without a cause', String(error));
    }
  }
}

export const model: Model<Plan, Mutation> = {
  file: 'status-cache/model',
  plans,
  run: (plan, mutation = {}, tracing = false) =>
    runWorld(
      (scheduler) => new World(scheduler, plan, mutation, tracing),
      (world) => new Run(world).start(),
      (world) => {
        if (world.underWay > 0 && !weathers[plan.weather].deaths) {
          world.violate('something never ended', `${world.underWay} requests`);
        }
        checkKv(world);
      },
    ),
};
