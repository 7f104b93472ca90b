/** Services that are away for a while, for all invocations at once, and a provider at fault. */
import type { Scheduler } from '../kernel/clock';
import type { ServiceName } from '../kernel/invocation';

/**
 * No longer in sum than a Worker lives, and than a rescue that is only in the queue is kept near.
 */
const MOST_AWAY_MS = 14 * 60_000;

export class Outages {
  /** When D1, KV and the queue were last away all at once. */
  nothingTookUntil = Number.NEGATIVE_INFINITY;
  /** How many times over. */
  readonly #away: Record<ServiceName, number> = { d1: 0, kv: 0, queue: 0, provider: 0 };
  #refusing = 0;
  #inSum = 0;
  #over = false;

  private readonly scheduler: Scheduler;
  private readonly hasQueue: boolean;
  private readonly note: (text: () => string) => void;

  constructor(scheduler: Scheduler, hasQueue: boolean, note: (text: () => string) => void) {
    this.scheduler = scheduler;
    this.hasQueue = hasQueue;
    this.note = note;
  }

  isAway(what: ServiceName): boolean {
    return !this.#over && this.#away[what] > 0;
  }

  /** The provider refuses everybody. */
  get refusing(): boolean {
    return !this.#over && this.#refusing > 0;
  }

  begin(what: readonly ServiceName[], ms: number): void {
    if (this.#inSum + ms > MOST_AWAY_MS) return;
    this.#inSum += ms;
    this.note(() => `away for ${ms / 1000} s: ${what.join(', ')}`);
    for (const one of what) this.#away[one] += 1;
    this.scheduler.after(ms, () => {
      this.#noteIfNothingTakes();
      for (const one of what) this.#away[one] -= 1;
    });
  }

  refuseAll(ms: number): void {
    this.note(() => `for ${ms / 1000} s everybody is refused`);
    this.#refusing += 1;
    this.scheduler.after(ms, () => {
      this.#refusing -= 1;
    });
  }

  /** For good. */
  end(): void {
    this.#noteIfNothingTakes();
    this.#over = true;
  }

  #noteIfNothingTakes(): void {
    const nothing =
      this.isAway('d1') && this.isAway('kv') && (this.isAway('queue') || !this.hasQueue);
    if (nothing) this.nothingTookUntil = this.scheduler.now;
  }
}
