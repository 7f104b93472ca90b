/**
 * One invocation of the Worker: what it is handed, and its death. It can die at any of its awaits:
 * right before what it was about to send, or right after, so that it takes effect and nobody hears
 * of it. A dead one's timers may still run, but nothing that it does reaches anybody. Services can
 * go away at any of its awaits too.
 */
import type { Scheduler } from './clock';
import { between, chance, type Random } from './random';

/** What happens at one of its awaits, before or after it has sent what it was about to. */
export interface Trouble {
  /** Counted from its beginning, or from the first answer of the provider. */
  since: 'begin' | 'answer';
  at: number;
  sent: boolean;
  what: 'death' | readonly ServiceName[];
  /** How long these services are away from then on, ms. */
  lasts: number;
}

export type ServiceName = 'd1' | 'kv' | 'queue' | 'provider';

export type Kind =
  | 'cron'
  | 'queue'
  | 'token'
  | 'forced'
  | 'check'
  | 'connect'
  | 'disconnect'
  | 'erase'
  | 'read'
  | 'cache';

export const isScheduled = (kind: Kind): boolean => kind === 'cron' || kind === 'queue';

/** As a rule a claim is over by then, and a commit is not. */
const STALLS_FROM_MS = [500, 3_000] as const;

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export interface Circumstances {
  /** How far its clock is off, ms. */
  drift: number;
  /** From a moment in its first seconds on, all its calls to D1 take up to D1's limit. */
  stalls: boolean;
  trouble: Trouble | null;
  onDeath(invocation: Invocation): void;
  beAway(what: readonly ServiceName[], ms: number): void;
}

export class Invocation {
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
  readonly #stalledFrom: number;

  readonly kind: Kind;
  private readonly scheduler: Scheduler;
  readonly random: Random;
  private readonly circumstances: Circumstances;

  constructor(
    kind: Kind,
    number: number,
    scheduler: Scheduler,
    random: Random,
    circumstances: Circumstances,
  ) {
    this.kind = kind;
    this.scheduler = scheduler;
    this.random = random;
    this.circumstances = circumstances;
    this.name = `${kind}${number}`;
    this.#beganAt = scheduler.now;
    this.#stalledFrom = circumstances.stalls
      ? between(random, ...STALLS_FROM_MS)
      : Number.POSITIVE_INFINITY;
  }

  /** A dead one hears nothing any more. */
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
    this.circumstances.onDeath(this);
    this.whenDead();
  }

  isStalled(): boolean {
    return this.age >= this.#stalledFrom;
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
    const { trouble } = this.circumstances;
    const since = trouble?.since === 'answer' ? this.#answeredAt : 0;
    if (!trouble || this.#awaits - since !== trouble.at) return send();
    const sent = trouble.sent ? send() : null;
    if (trouble.what !== 'death') {
      this.circumstances.beAway(trouble.what, trouble.lasts);
      return sent ?? send();
    }
    sent?.catch(() => {});
    this.kill();
    return never();
  }

  now = (): number => Math.floor(this.scheduler.now + this.circumstances.drift);

  uuid = (): string => {
    this.#uuids += 1;
    return `${this.name}~${this.#uuids}`;
  };

  sleep = (ms: number): Promise<void> => this.await(() => this.scheduler.pause(ms));

  async unreachable<T>(failure: string): Promise<T> {
    // At once, or after a while.
    await this.scheduler.pause(chance(this.random, 0.7) ? 5 : 1_500);
    if (!this.#alive) return never();
    throw new Error(failure);
  }
}
