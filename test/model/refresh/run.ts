/** One run: a plan, step by step; then faults end, and time passes. */

import { MINUTE_MS as MINUTE } from '../../../src/time';
import { START } from '../kernel/clock';
import { PROVIDER } from '../kernel/config';
import { type Model, runWorld } from '../kernel/explore';
import type { Trouble } from '../kernel/invocation';
import { takeSteps } from '../kernel/plan';
import { chance, type Random, randomFrom } from '../kernel/random';
import { parseToken } from '../kernel/tokens';
import {
  AppError,
  checkIntegration,
  completeConnection,
  completionOf,
  consume,
  deliverRevocations,
  deliverWebhooks,
  disconnect,
  recoverRescued,
  refreshOne,
  repeatChecks,
  runRefresh,
  tokenFor,
} from '../product';
import { checkEnd, isSettled, isWaitingForDaily, wantedAt } from './end';
import { type Plan, type PlanKind, plans, type Step } from './plan';
import { profiles } from './profiles';
import { insertAccount, userOf } from './rows';
import { type Mutation, World } from './world';

/** From the last step to the end of all faults. */
const AFTERGLOW_MS = 90_000;
/** After that, everything is in order again within this time, hour-long backoffs included. */
const RECOVERY_MS = 8 * 60 * MINUTE;
/** The same of an account that has failed so often that it is tried once a day. */
const DAILY_RECOVERY_MS = 26 * 60 * MINUTE;

class Run {
  #endsAt = Number.POSITIVE_INFINITY;
  #codes = 0;
  #troubles = 0;

  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  start(): void {
    const { world } = this;
    for (const [i, account] of world.plan.accounts.entries()) insertAccount(world, i, account);
    world.watch.start();
    world.deliver = (message) => {
      const random = randomFrom(world.plan.seed * 13 + Math.floor(world.scheduler.now));
      void world
        .invoke('queue', random() * 2 ** 31, this.#trouble(random), (deps, invocation) => {
          invocation.whenDead = message.lost;
          const batch = { queue: 'refresh', messages: [message], ackAll() {}, retryAll() {} };
          return consume(batch as unknown as MessageBatch<unknown>, deps);
        })
        .catch((error) => world.note(() => `the consumer failed: ${error}`));
    };
    const { scheduler, watch } = world;
    takeSteps(
      scheduler,
      world.plan.steps,
      (after) => {
        const dues = [...watch.rows.values()].map(({ due }) => due ?? 0);
        const next = Math.min(...dues.filter((due) => due > after));
        return Number.isFinite(next) ? next : null;
      },
      (step) => void this.#act(step),
      () => {
        this.#endsAt = scheduler.now + AFTERGLOW_MS;
      },
    );
    this.#tick(1);
  }

  async #act(step: Step): Promise<void> {
    const { world } = this;
    // One that there is, or, for a connect, perhaps a new one.
    const known = world.plan.accounts.length + (step.action === 'connect' ? 1 : 0);
    const number = step.account % known;
    const account = `a${number}`;
    const user = userOf(number);
    const trouble = profiles[world.plan.profile].troubles > 0 ? step.trouble : null;
    const key = { userId: user, provider: PROVIDER, accountId: account };
    const invoke = (...args: Parameters<World['invoke']>) => this.#answered(world.invoke(...args));
    switch (step.action) {
      case 'token':
        return invoke('token', step.seed, trouble, async (deps) => {
          const minTtlSeconds = step.seed % 3 === 0 ? 100_000 : null;
          const answer = await tokenFor(deps, { ...key, minTtlSeconds });
          if (answer.kind === 'token') this.#usable(answer.accessToken);
        });
      case 'forced refresh':
        return invoke('forced', step.seed, trouble, (deps) => refreshOne(deps, key));
      case 'check':
        return invoke('check', step.seed, trouble, (deps) => checkIntegration(deps, key));
      case 'disconnect':
        // Whoever disconnects may hear any error of D1.
        return world
          .invoke('disconnect', step.seed, trouble, (deps) =>
            disconnect(deps, user, PROVIDER, account),
          )
          .catch((error) => world.note(() => `not disconnected: ${error}`));
      case 'connect':
        return this.#connect(step, user, account, trouble);
      case 'revoked':
        return this.#revoked(account);
      case 'tick':
        return this.#cron(step.seed, trouble);
      case 'D1 away':
        return world.outages.begin(['d1'], step.lasts);
      case 'KV away':
        return world.outages.begin(['kv'], step.lasts);
      case 'queue away':
        return world.outages.begin(['queue'], step.lasts);
      case 'all stores away':
        return world.outages.begin(['d1', 'kv', 'queue'], step.lasts);
      case 'provider away':
        return world.outages.begin(['provider'], step.lasts);
      case 'refusals':
        return world.outages.refuseAll(step.lasts);
      case 'blocked':
        return world.block(account, step.lasts);
      default:
        step.action satisfies never;
    }
  }

  async #answered(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'internal') {
        this.world.violate('an answer that is none', String(error));
      } else {
        this.world.note(() => `answered: ${error.code}, ${error.detail}`);
        this.world.cover(`answered: ${error.code}`);
      }
    }
  }

  /** A caller who is given a token can use it, unless the answer itself was suspended for long. */
  #usable(token: string): void {
    const { server, scheduler, plan } = this.world;
    if (profiles[plan.profile].suspended > 0) return;
    const end = server.family(token)?.accessEnds.get(parseToken(token)?.serial ?? -1) ?? 0;
    this.world.cover('a token was given');
    if (end <= scheduler.now - 3_000)
      this.world.violate('a token that had run out was given', token);
  }

  #revoked(account: string): void {
    const { watch, server } = this.world;
    const row = watch.row(account);
    const family = server.family(row?.refresh ?? row?.access ?? null);
    if (family?.alive) server.end(family);
  }

  /** The user comes back from the provider, and the app completes the connection. */
  async #connect(
    { seed }: Step,
    user: string,
    account: string,
    trouble: Trouble | null,
  ): Promise<void> {
    const { world } = this;
    const { scheduler } = world;
    this.#codes += 1;
    const id = `c${this.#codes}`;
    world.insertTransaction(id, user, `${account}.${id}`);
    const complete = (seeded: number) =>
      world
        .invoke('connect', seeded, trouble, async (deps) =>
          completeConnection(deps, user, id, await completionOf(deps.vault, id, id)),
        )
        .catch((error) => {
          world.note(() => `not connected: ${error}`);
          // As the answer says: the same call again, until the connection is over.
          if (!(error instanceof AppError) || error.retryAfter === undefined) return;
          world.cover('completed again');
          scheduler.after(error.retryAfter * 1_000, () => void complete(seeded + 7));
        });
    // An app may be impatient.
    if (seed % 4 === 0) scheduler.after(seed % 2_000, () => void complete(seed + 1));
    await complete(seed);
  }

  async #cron(seed: number, trouble: Trouble | null): Promise<void> {
    const { world } = this;
    await world
      .invoke('cron', seed, trouble, async (deps) => {
        // The parts of src/jobs/cron.ts that this is about.
        await runRefresh(deps, 'cron');
        await deliverWebhooks(deps, { until: deps.now() + MINUTE });
        if (world.watch.checksDue) await repeatChecks(deps);
        if (world.watch.outbox.length === 0) return;
        await deliverRevocations(deps, { entries: 5, until: deps.now() + MINUTE });
      })
      .catch((error) => world.note(() => `the tick failed: ${error}`));
  }

  /** The hourly trigger, an invocation of its own. */
  async #hourlyCron(seed: number, trouble: Trouble | null): Promise<void> {
    const { world } = this;
    await world
      .invoke('cron', seed, trouble, recoverRescued)
      .catch((error) => world.note(() => `the hourly tick failed: ${error}`));
  }

  #trouble(random: Random): Trouble | null {
    const { plan } = this.world;
    if (!chance(random, profiles[plan.profile].troubles)) return null;
    this.#troubles += 1;
    return plan.troubles[this.#troubles % plan.troubles.length] ?? null;
  }

  /**
   * Cron, each minute; sometimes twice, sometimes not. A tick that would find nothing is left out.
   */
  #tick(minute: number): void {
    const { world } = this;
    const { scheduler, plan } = world;
    const random = randomFrom(plan.seed * 31 + minute);
    scheduler.at(START + minute * MINUTE + random() * 2_000, () => {
      const { now } = scheduler;
      if (!world.calm && now >= this.#endsAt) world.becomeCalm();
      if (world.violations.length > 0) return;
      const settled = world.calm && isSettled(world);
      const lateBy = now - this.#endsAt;
      const isLate = lateBy > RECOVERY_MS && !isWaitingForDaily(world);
      if (settled || isLate || lateBy > DAILY_RECOVERY_MS) {
        checkEnd(world, settled);
        return;
      }
      const missed = !world.calm && chance(random, plan.missedTicks);
      const wanted = wantedAt(world) <= now + 5_000 || chance(random, world.calm ? 0 : 0.1);
      if (wanted && missed) world.cover('a missed tick');
      if (wanted && !missed) {
        void this.#cron(random() * 2 ** 31, this.#trouble(random));
        if (!world.calm && chance(random, plan.doubledTicks)) {
          world.cover('a doubled tick');
          void this.#cron(random() * 2 ** 31, this.#trouble(random));
        }
        if (minute % 60 === 0 && world.rescues.size > 0) {
          void this.#hourlyCron(random() * 2 ** 31, this.#trouble(random));
        }
      }
      const wait = world.calm ? Math.floor((wantedAt(world) - now) / MINUTE) : 1;
      this.#tick(minute + Math.min(Math.max(wait, 1), 120));
    });
  }
}

/** The file of a kind's tests is named after it. */
export const modelOf = (kind: PlanKind): Model<Plan, Mutation> => ({
  file: `refresh/${kind}`,
  plans: plans[kind],
  run: (plan, mutation = {}, tracing = false) =>
    runWorld(
      (scheduler) => new World(scheduler, plan, mutation, tracing),
      (world) => new Run(world).start(),
    ),
});
