/** One run: a plan, step by step; then faults end, time passes, and nothing must have been lost. */

import { completeConnection } from '../../../src/connect/complete';
import { AppError } from '../../../src/errors';
import { disconnect } from '../../../src/integrations/disconnect/disconnect';
import { deliverRevocations } from '../../../src/integrations/disconnect/revocation';
import { refreshOne } from '../../../src/refresh/forced';
import { runRefresh } from '../../../src/refresh/groups';
import { consume } from '../../../src/refresh/queue';
import { recoverRescued } from '../../../src/refresh/recover';
import { tokenFor } from '../../../src/refresh/token';
import { accountContext, transactionContext } from '../../../src/vault/vault';
import { chance, type Random, random } from '../support/random';
import { Scheduler } from '../support/scheduler';
import type { Trouble } from './invocation';
import { type Plan, type Step, weathers } from './plan';
import { accessToken, parseToken, refreshToken } from './server';
import { withVirtualTime } from './time';
import { type Doubles, PROVIDER, START, World } from './world';

const MINUTE = 60_000;
/** From the last step to the end of all faults. */
const AFTERGLOW_MS = 90_000;
/** After that, everything is in order again within this time, hour-long backoffs included. */
const RECOVERY_MS = 8 * 60 * MINUTE;

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
    await withVirtualTime(scheduler, async () => {
      new Run(world).start();
      await scheduler.drain();
    });
  } finally {
    world.d1.close();
  }
  return { violations, trace, met };
}

class Run {
  #endsAt = Number.POSITIVE_INFINITY;
  #codes = 0;
  #troubles = 0;

  constructor(private readonly world: World) {}

  start(): void {
    const { world } = this;
    for (const [i, { dueIn, expiresIn }] of world.plan.accounts.entries()) {
      this.#insert(i, dueIn, expiresIn);
    }
    world.watch.start();
    world.deliver = (message) => {
      const luck = random(world.plan.luck * 13 + Math.floor(world.scheduler.now));
      void world
        .invoke('queue', luck() * 2 ** 31, this.#trouble(luck), (deps, invocation) => {
          invocation.whenDead = message.lost;
          const batch = { queue: 'refresh', messages: [message], ackAll() {}, retryAll() {} };
          return consume(batch as unknown as MessageBatch<unknown>, deps);
        })
        .catch((error) => world.note(() => `the consumer failed: ${error}`));
    };
    this.#next(0);
    this.#tick(1);
  }

  #insert(i: number, dueIn: number, expiresIn: number): void {
    const { d1, server, plan } = this.world;
    const account = `a${i}`;
    const family = server.connect(account, this.world.subjectOf(account));
    const lifetime = server.lifetimeMs;
    const end = START + (plan.rotation === 'extend' ? expiresIn + 3 * 3_600_000 : expiresIn);
    family.accessEnds.set(0, end);
    const sealed = (token: string, field: 'access_token' | 'refresh_token') =>
      JSON.stringify([0, accountContext(PROVIDER, account, field).join('/'), token]);
    d1.look(
      `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, access_token,
        refresh_token, expires_at, token_type, scope, requested_scope, parameters, metadata, state,
        token_version, refresh_due_at, refresh_failures, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'bearer', '[]', '[]', '{}', '{}', 'active', ?, ?, 0, ?, ?)`,
      userOf(i),
      PROVIDER,
      account,
      this.world.subjectOf(account),
      sealed(accessToken(family.id, 0), 'access_token'),
      plan.rotation === 'extend' ? null : sealed(refreshToken(family.id, 0), 'refresh_token'),
      end,
      end - lifetime,
      START + dueIn,
      START - lifetime,
      START - lifetime,
    );
  }

  #next(i: number): void {
    const { scheduler, plan } = this.world;
    const step = plan.steps[i];
    if (!step) {
      this.#endsAt = scheduler.now + AFTERGLOW_MS;
      return;
    }
    scheduler.at(this.#timeOf(step), () => {
      void this.#act(step);
      this.#next(i + 1);
    });
  }

  #timeOf({ due, after }: Step): number {
    const { scheduler, watch } = this.world;
    if (!due) return scheduler.now + after;
    const dues = [...watch.rows.values()].map((row) => row.due ?? 0);
    const next = Math.min(...dues.filter((time) => time > scheduler.now - after));
    return Number.isFinite(next) ? next + after : scheduler.now + Math.abs(after);
  }

  async #act(step: Step): Promise<void> {
    const { world } = this;
    // One that there is, or, for a connect, perhaps a new one.
    const known = world.plan.accounts.length + (step.action === 'connect' ? 1 : 0);
    const number = step.account % known;
    const account = `a${number}`;
    const user = userOf(number);
    const trouble = weathers[world.plan.weather].troubles > 0 ? step.trouble : null;
    const key = { userId: user, provider: PROVIDER, accountId: account };
    const invoke = (...args: Parameters<World['invoke']>) => this.#answered(world.invoke(...args));
    switch (step.action) {
      case 'token':
        return invoke('token', step.luck, trouble, async (deps) => {
          const minTtlSeconds = step.luck % 3 === 0 ? 100_000 : null;
          const answer = await tokenFor(deps, { ...key, minTtlSeconds });
          if (answer.kind === 'token') this.#usable(answer.accessToken);
        });
      case 'forced refresh':
        return invoke('forced', step.luck, trouble, (deps) => refreshOne(deps, key));
      case 'disconnect':
        // Whoever disconnects may hear any error of D1.
        return world
          .invoke('disconnect', step.luck, trouble, (deps) =>
            disconnect(deps, user, PROVIDER, account),
          )
          .catch((error) => world.note(() => `not disconnected: ${error}`));
      case 'connect':
        return this.#connect(step, user, account, trouble);
      case 'tick':
        return this.#cron(step.luck, trouble);
      case 'D1 away':
        return world.beAway(['d1'], step.lasts);
      case 'KV away':
        return world.beAway(['kv'], step.lasts);
      case 'queue away':
        return world.beAway(['queue'], step.lasts);
      case 'all stores away':
        return world.beAway(['d1', 'kv', 'queue'], step.lasts);
      case 'provider away':
        return world.beAway(['provider'], step.lasts);
      case 'refusals':
        return world.refuseAll(step.lasts);
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
        this.world.meet(`answered: ${error.code}`);
      }
    }
  }

  /** A caller who is given a token can use it, unless the answer itself was suspended for long. */
  #usable(token: string): void {
    const { server, scheduler, plan } = this.world;
    if (weathers[plan.weather].suspended > 0) return;
    const end = server.family(token)?.accessEnds.get(parseToken(token)?.serial ?? -1) ?? 0;
    this.world.meet('a token was given');
    if (end <= scheduler.now - 3_000)
      this.world.violate('a token that had run out was given', token);
  }

  /** The user comes back from the provider, and the app completes the connection. */
  async #connect(
    { luck }: Step,
    user: string,
    account: string,
    trouble: Trouble | null,
  ): Promise<void> {
    const { world } = this;
    const { scheduler, d1 } = world;
    this.#codes += 1;
    const id = `c${this.#codes}`;
    const sealed = (text: string, field: 'code' | 'verifier') =>
      JSON.stringify([0, transactionContext(id, field).join('/'), text]);
    d1.look(
      `INSERT INTO connect_transactions (id, ticket_hash, user_id, provider, requested_scope,
        parameters, state, verifier, code, created_at, expires_at)
       VALUES (?, ?, ?, ?, '[]', '{}', 'authorized', ?, ?, ?, ?)`,
      id,
      id,
      user,
      PROVIDER,
      sealed('verifier', 'verifier'),
      sealed(account, 'code'),
      scheduler.now,
      scheduler.now + 10 * MINUTE,
    );
    await world
      .invoke('connect', luck, trouble, (deps) => completeConnection(deps, user, id))
      .catch((error) => world.note(() => `not connected: ${error}`));
  }

  async #cron(luck: number, trouble: Trouble | null): Promise<void> {
    const { world } = this;
    await world
      .invoke('cron', luck, trouble, async (deps) => {
        // The parts of src/tick.ts that this is about.
        await runRefresh(deps, 'cron');
        await recoverRescued(deps);
        await deliverRevocations(deps, { entries: 5, until: deps.now() + MINUTE });
      })
      .catch((error) => world.note(() => `the tick failed: ${error}`));
  }

  #trouble(luck: Random): Trouble | null {
    const { plan } = this.world;
    if (!chance(luck, weathers[plan.weather].troubles)) return null;
    this.#troubles += 1;
    return plan.troubles[this.#troubles % plan.troubles.length] ?? null;
  }

  /** Cron, each minute; sometimes twice, sometimes not. A tick that would find nothing is left out. */
  #tick(minute: number): void {
    const { world } = this;
    const { scheduler, plan } = world;
    const luck = random(plan.luck * 31 + minute);
    scheduler.at(START + minute * MINUTE + luck() * 2_000, () => {
      const { now } = scheduler;
      if (!world.calm && now >= this.#endsAt) world.becomeCalm();
      if (world.violations.length > 0) return;
      if (world.calm && (this.#isSettled() || now > this.#endsAt + RECOVERY_MS)) {
        this.#checkEnd();
        return;
      }
      const missed = !world.calm && chance(luck, plan.missedTicks);
      const wanted = this.#wantedAt() <= now + 5_000 || chance(luck, world.calm ? 0 : 0.1);
      if (wanted && !missed) {
        void this.#cron(luck() * 2 ** 31, this.#trouble(luck));
        if (!world.calm && chance(luck, plan.doubledTicks)) {
          void this.#cron(luck() * 2 ** 31, this.#trouble(luck));
        }
      }
      const wait = world.calm ? Math.floor((this.#wantedAt() - now) / MINUTE) : 1;
      this.#tick(minute + Math.min(Math.max(wait, 1), 120));
    });
  }

  /** When the next tick has anything to do. */
  #wantedAt(): number {
    const [found] = this.world.d1.look(
      `SELECT min(at) AS at FROM (
        SELECT max(refresh_due_at, coalesce(lease_until, 0), coalesce((SELECT max(open_until) FROM provider_health), 0)) AS at
        FROM oauth_accounts WHERE refresh_due_at IS NOT NULL
        UNION ALL SELECT due_at FROM outbox)`,
    );
    const at = found?.at === null ? Number.POSITIVE_INFINITY : Number(found?.at);
    return this.world.rescues.size === 0 ? at : Math.min(at, this.#nextRecovery());
  }

  #nextRecovery(): number {
    const minute = (this.world.scheduler.now - START) / MINUTE;
    const past = Math.floor(minute) % 60;
    return START + (Math.floor(minute) + ((47 - past + 60) % 60)) * MINUTE;
  }

  /** Every integration has been refreshed since, and nothing is owed. */
  #isSettled(): boolean {
    const { d1, queue, rescues } = this.world;
    if (queue.waiting > 0 || rescues.size > 0) return false;
    const [found] = d1.look(
      `SELECT (SELECT count(*) FROM oauth_accounts WHERE lease_id IS NOT NULL OR
          (refresh_due_at IS NOT NULL AND coalesce(last_refreshed_at, 0) < ?))
        + (SELECT count(*) FROM outbox) AS left`,
      this.#endsAt,
    );
    return found?.left === 0;
  }

  /** I5, I6, I7 at the end. */
  #checkEnd(): void {
    const { world } = this;
    world.endpoint.checkRate();
    const { server, watch, d1 } = world;
    if (!this.#isSettled()) {
      const rows = d1.look(
        'SELECT * FROM oauth_accounts WHERE lease_id IS NOT NULL OR refresh_due_at IS NOT NULL',
      );
      world.violate('not settled in the end', JSON.stringify(rows));
    }
    for (const row of watch.rows.values()) {
      const token = row.refresh ?? row.access;
      const family = server.family(token);
      if (!family) continue;
      if (!family.alive) {
        if (!family.excused) world.violate('I5: a grant has died', row.account);
        continue;
      }
      if (row.state !== 'active')
        world.violate('I6: marked for good, and the grant lives', row.account);
      else if (!server.isUsable(parseText(token)))
        world.violate('I5: the row has an old token', `${row.account} ${token}`);
    }
    const inRows = world.familiesInRows();
    for (const family of server.families) {
      if (!family.disconnected || inRows.has(family.id) || !server.heldBySomebody(family)) continue;
      // A connect of the same subject takes back what was owed.
      if (server.families.some((one) => one !== family && one.subject === family.subject)) continue;
      world.violate('I7: a disconnected grant was not revoked', `family ${family.id}`);
    }
  }
}

const parseText = (sealed: string | null): string =>
  sealed === null ? '' : (JSON.parse(sealed) as [number, string, string])[2];

/** Two of three accounts are one user's. */
const userOf = (account: number): string => (account < 2 ? 'ada' : 'bob');
