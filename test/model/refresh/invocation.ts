/**
 * One invocation of the Worker: what it is handed, and its death. It can die at any of its awaits:
 * right before what it was about to send, or right after, so that it takes effect and nobody hears
 * of it. A dead one's timers may still run, but nothing that it does reaches anybody. Services can
 * go away at any of its awaits too.
 */
import { createDatabase, type Database } from '../../../src/db/client';
import type { Scheduler } from '../kernel/clock';
import type { Caller } from '../kernel/network';
import { chance, type Random } from '../kernel/random';

/** What happens at one of its awaits, before or after it has sent what it was about to. */
export interface Trouble {
  /** Counted from its beginning, or from the first answer of the provider. */
  since: 'begin' | 'answer';
  at: number;
  sent: boolean;
  what: 'death' | readonly Service[];
  /** How long these services are away from then on, ms. */
  lasts: number;
}

export type Service = 'd1' | 'kv' | 'queue' | 'provider';

export type Kind = 'cron' | 'queue' | 'token' | 'forced' | 'connect' | 'disconnect';

export const isScheduled = (kind: Kind): boolean => kind === 'cron' || kind === 'queue';

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export class Invocation implements Caller {
  readonly name: string;
  /** Its requests to the token endpoint that are under way. */
  asking = 0;
  /** What its death means to somebody. */
  whenDead: () => void = () => {};
  readonly #beganAt: number;
  #alive = true;
  #working = 0;
  #diedAtWork = false;
  #awaits = 0;
  #answeredAt = Number.NaN;
  #uuids = 0;

  constructor(
    readonly kind: Kind,
    n: number,
    private readonly scheduler: Scheduler,
    readonly random: Random,
    /** How far its clock is off, ms. */
    readonly drift: number,
    private readonly trouble: Trouble | null,
    private readonly host: {
      onDeath(invocation: Invocation): void;
      beAway(what: readonly Service[], ms: number): void;
    },
  ) {
    this.name = `${kind}${n}`;
    this.#beganAt = scheduler.now;
  }

  alive(): boolean {
    return this.#alive;
  }

  get atWork(): boolean {
    return this.#alive && this.#working > 0;
  }

  /** Ends it. One that was done with everything has not died of it. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#diedAtWork = this.#working > 0;
    this.host.onDeath(this);
    this.whenDead();
  }

  /** Since it began, ms. */
  get age(): number {
    return this.scheduler.now - this.#beganAt;
  }

  get diedAtWork(): boolean {
    return this.#diedAtWork;
  }

  /** From here on there is something to lose. */
  hearsAnswer(): void {
    if (Number.isNaN(this.#answeredAt)) this.#answeredAt = this.#awaits;
  }

  /** Counts work as under way until it is settled. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work;
    } finally {
      this.#working -= 1;
    }
  }

  /** Each await of the code goes through here. */
  await<T>(send: () => Promise<T>): Promise<T> {
    if (!this.#alive) return never();
    this.#awaits += 1;
    const { trouble } = this;
    const since = trouble?.since === 'answer' ? this.#answeredAt : 0;
    if (!trouble || this.#awaits - since !== trouble.at) return send();
    const sent = trouble.sent ? send() : null;
    if (trouble.what !== 'death') {
      this.host.beAway(trouble.what, trouble.lasts);
      return sent ?? send();
    }
    sent?.catch(() => {});
    this.kill();
    return never();
  }

  now = (): number => Math.floor(this.scheduler.now + this.drift);

  uuid = (): string => {
    this.#uuids += 1;
    return `${this.name}~${this.#uuids}`;
  };

  sleep = (ms: number): Promise<void> => this.await(() => this.scheduler.pause(ms));

  /** D1, with this invocation's death in every call; `rewrite` is a mutant's. */
  database(
    d1: D1Database,
    isAway: () => boolean,
    rewrite: (text: string) => string = (text) => text,
  ): Database {
    const send = <T>(work: () => Promise<T>) =>
      this.await(() =>
        isAway() ? this.unreachable<T>('D1_ERROR: Network connection lost.') : work(),
      );
    const wrap = (statement: D1PreparedStatement): D1PreparedStatement =>
      ({
        ...statement,
        bind: (...values: unknown[]) => wrap(statement.bind(...values)),
        all: () => send(() => statement.all()),
        run: () => send(() => statement.run()),
        raw: () => send(() => statement.raw()),
      }) as unknown as D1PreparedStatement;
    return createDatabase({
      prepare: (text: string) => wrap(d1.prepare(rewrite(text))),
      batch: (statements: D1PreparedStatement[]) => send(() => d1.batch(statements)),
    } as unknown as D1Database);
  }

  async unreachable<T>(failure: string): Promise<T> {
    // At once, or after a while.
    await this.scheduler.pause(chance(this.random, 0.7) ? 5 : 1_500);
    if (!this.#alive) return never();
    throw new Error(failure);
  }
}
