/** One run: a plan, step by step, with its checks. */
import { START } from '../kernel/clock';
import { PROVIDER } from '../kernel/config';
import { type Model, runWorld } from '../kernel/explore';
import { takeSteps } from '../kernel/plan';
import { chance, type Random, randomFrom } from '../kernel/random';
import {
  AppError,
  clearCache,
  completeConnection,
  completionOf,
  disconnect,
  eraseUser,
  forget,
  readSnapshot,
  readSnapshots,
  recoverRescued,
  refreshOne,
  runRefresh,
  type Served,
  tokenFor,
} from '../product';
import { checkKv, checkReply } from './checks';
import { Client } from './client';
import { type Plan, plans, profiles, type Step } from './plan';
import { describe } from './truth';
import { type Isolate, type Mutation, users, World } from './world';

const TICK_MS = 60_000;
/** Clocks are this far off at most, and a tick may take as long to begin. */
const CLOCKS_MS = 1_000;
/** The last ticks, after the last step. */
const AFTERGLOW_MS = 30_000;

class Run {
  readonly #clients = [0, 1, 2].map((i) => new Client(i < 2));
  #codes = 0;
  #ended = Number.POSITIVE_INFINITY;

  private readonly world: World;

  constructor(world: World) {
    this.world = world;
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
        this.#act(step).catch((error) => world.violate('an answer that is none', String(error)));
      },
      () => {
        this.#ended = scheduler.now + AFTERGLOW_MS;
      },
    );
    this.#tick(1);
  }

  /** Cron, each minute, in any isolate; sometimes not. */
  #tick(i: number): void {
    const { world } = this;
    const { scheduler, plan } = world;
    const random = randomFrom((plan.steps[0]?.seed ?? 0) * 31 + i);
    scheduler.at(START + i * TICK_MS + random() * 2_000, () => {
      if (scheduler.now > this.#ended) return;
      checkKv(world);
      if (!chance(random, plan.missedTicks)) {
        const isolate = world.isolate(Math.floor(random() * 4));
        const seed = Math.floor(random() * 2 ** 31);
        void this.#cron(isolate, { seed, stalls: false });
      }
      if (i % 60 === 0) this.#hourly(random);
      this.#tick(i + 1);
    });
  }

  #hourly(random: Random): void {
    const isolate = this.world.isolate(Math.floor(random() * 4));
    const step = { seed: Math.floor(random() * 2 ** 31), stalls: false };
    this.world
      .invoke('cron', isolate, step, recoverRescued)
      .catch((error) => this.world.note(() => `the hourly tick failed: ${error}`));
  }

  /** A tick that would find nothing due is left out: it costs as much as a whole read. */
  async #cron(isolate: Isolate, step: Pick<Step, 'seed' | 'stalls'>): Promise<void> {
    const { scheduler, d1 } = this.world;
    const [due] = d1.look(
      'SELECT 1 FROM oauth_accounts WHERE refresh_due_at <= ? LIMIT 1',
      scheduler.now + CLOCKS_MS,
    );
    if (!due && step.seed % 8 !== 0) return;
    await this.world.invoke('cron', isolate, step, (deps) => runRefresh(deps, 'cron'));
  }

  async #act(step: Step): Promise<void> {
    const { world } = this;
    const { truth } = world;
    const isolate = world.isolate(step.isolate);
    const user = users[step.user] ?? 'ada';
    const accountId =
      step.action === 'connect'
        ? `${user}-${step.account}`
        : (this.#connected(user, step.account) ?? `${user}-${step.account}`);
    const key = { userId: user, provider: PROVIDER, accountId };
    const client = this.#clients[step.client] ?? new Client(false);
    world.cover(step.action);
    world.note(() => `${step.action}: ${user}, client ${step.client}, ${isolate.name}`);
    switch (step.action) {
      case 'read':
        return this.#read(isolate, user, client, step);
      case 'read many':
        return this.#readMany(isolate, step);
      case 'connect':
        return this.#changed(user, client, async () => {
          this.#codes += 1;
          const id = `c${this.#codes}`;
          world.insertTransaction(id, user, `${accountId}.${id}.${step.expiresIn}`);
          return world.invoke('connect', isolate, step, async (deps) =>
            completeConnection(deps, user, id, await completionOf(deps.vault, id, id)),
          );
        });
      case 'disconnect':
        return this.#changed(user, client, () =>
          world.invoke('disconnect', isolate, step, (deps) =>
            disconnect(deps, user, PROVIDER, accountId),
          ),
        );
      case 'forced refresh':
        return this.#answered(user, client, () =>
          world.invoke('forced', isolate, step, (deps) => refreshOne(deps, key)),
        );
      case 'token':
        return this.#answered(user, client, () =>
          world.invoke('token', isolate, step, (deps) =>
            tokenFor(deps, { ...key, minTtlSeconds: step.seed % 2 === 0 ? 100_000 : null }),
          ),
        );
      case 'erase':
        truth.erased.add(user);
        await world
          .invoke('erase', isolate, step, (deps) => eraseUser(deps, user))
          .catch(() => truth.unpublished.add(user));
        for (const one of this.#clients) one.forget(user);
        return;
      case 'invalidate':
        await world.invoke('cache', isolate, step, (deps) => forget(deps, user));
        return;
      case 'clear':
        // KV may not list its keys: then the operator is told so.
        await world.invoke('cache', isolate, step, (deps) => clearCache(deps)).catch(() => {});
        return;
      case 'tick':
        return this.#cron(isolate, step);
      case 'death':
        if (profiles[world.plan.profile].deaths) world.kill(isolate);
        return;
      default:
        step.action satisfies never;
    }
  }

  /** One of the user's accounts, if there is any. */
  #connected(user: string, n: number): string | null {
    const rows = this.world.d1.look(
      'SELECT provider_account_id AS id FROM oauth_accounts WHERE user_id = ? ORDER BY id',
      user,
    );
    return rows.length === 0 ? null : String(rows[n % rows.length]?.id);
  }

  /** A connect or a disconnect. Where D1 does not answer, nobody can tell whether it was made. */
  async #changed(
    user: string,
    client: Client,
    change: () => Promise<{ version: number }>,
  ): Promise<void> {
    try {
      client.learn(user, (await change()).version);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'unavailable') {
        this.world.cover(`answered: ${error.code}`);
      } else {
        this.world.truth.unpublished.add(user);
      }
    }
  }

  /** A refresh that somebody waits for: its failure is an answer too. */
  async #answered(
    user: string,
    client: Client,
    request: () => Promise<{ version: number }>,
  ): Promise<void> {
    try {
      client.learn(user, (await request()).version);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'internal') throw error;
      this.world.cover(`answered: ${error.code}`);
      client.learn(user, error.version ?? 0);
    }
  }

  async #read(isolate: Isolate, user: string, client: Client, step: Step): Promise<void> {
    const { world } = this;
    const atLeast = client.tokenFor(user);
    const seen = client.seen(user);
    const askedAt = world.scheduler.now;
    let served: Served;
    try {
      served = await world.invoke(
        'read',
        isolate,
        step,
        (deps) => readSnapshot(deps, user, atLeast),
        atLeast,
      );
    } catch (error) {
      if (world.plan.profile === 'ordinary')
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
    client.learn(user, served.snapshot.version);
  }

  async #readMany(isolate: Isolate, step: Step): Promise<void> {
    const { world } = this;
    const askedAt = world.scheduler.now;
    let all: ReadonlyMap<string, Served>;
    try {
      all = await world.invoke('read', isolate, step, (deps) => readSnapshots(deps, users));
    } catch (error) {
      if (world.plan.profile === 'ordinary')
        world.violate('refused without a cause', String(error));
      return;
    }
    for (const user of users) {
      const served = all.get(user);
      // One user's answer may have waited for another's.
      const when = { askedAt, atLeast: 0, judgedFrom: askedAt };
      if (served) world.cover(`bulk answer from ${served.source}`);
      if (served) checkReply(world, isolate, served, when);
      else world.violate('not everybody was answered', user);
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
        if (world.busy && !profiles[plan.profile].deaths) {
          world.violate('something never ended', 'somebody is at work');
        }
        checkKv(world);
      },
    ),
};
