/** Virtual time: what is under way ends at its time, and the code runs between two of those. */
export class VirtualTime {
  /** Ascending; some dozens at once, so an array is the fastest heap. */
  readonly #events: { at: number; run: () => void }[] = [];
  now: number;

  constructor(start: number) {
    this.now = start;
  }

  at(time: number, run: () => void): void {
    let i = this.#events.length;
    while (i > 0 && (this.#events[i - 1]?.at ?? 0) > time) i -= 1;
    this.#events.splice(i, 0, { at: time, run });
  }

  /** Runs `effect` half way through its ms, and resolves at their end. */
  call<T>(ms: number, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.at(this.now + ms / 2, () => {
        try {
          const result = effect();
          this.at(this.now + ms / 2, () => resolve(result));
        } catch (error) {
          this.at(this.now + ms / 2, () => reject(error));
        }
      });
    });
  }

  /** As `call`, where nothing depends on the moment in between. */
  read<T>(ms: number, effect: () => T): Promise<T> {
    return new Promise((resolve) => this.at(this.now + ms, () => resolve(effect())));
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + ms, resolve));
  }

  async runUntil(time: number): Promise<void> {
    for (let next = this.#events[0]; next && next.at <= time; next = this.#events[0]) {
      this.#events.shift();
      this.now = next.at;
      next.run();
      await untilAllWait();
    }
    this.now = time;
  }
}

/** The loop's next turn comes when no promise has anything left to do. */
export const untilAllWait = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
