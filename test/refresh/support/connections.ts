/**
 * Counts what the platform counts: calls that wait for an answer, of which six may be open at a
 * time in one invocation (fetch, KV and queues; D1 has none). Locally nothing else does.
 */

export class Connections {
  open = 0;
  most = 0;
  /** Of them, requests to providers. */
  fetches = 0;
  mostFetches = 0;

  /** Each call takes a little while, so that those that may overlap do. */
  private readonly pause: () => Promise<void>;

  constructor(pause: () => Promise<void> = () => scheduler.wait(5)) {
    this.pause = pause;
  }

  fetch(send: typeof fetch): typeof fetch {
    return (...given) =>
      this.#count(async () => {
        this.fetches += 1;
        this.mostFetches = Math.max(this.mostFetches, this.fetches);
        try {
          await this.pause();
          return await send(...given);
        } finally {
          this.fetches -= 1;
        }
      });
  }

  /** KV or a queue: every method is a call. */
  binding<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) =>
          this.#count(async () => {
            await this.pause();
            return Reflect.apply(value, target, given);
          });
      },
    });
  }

  async #count<R>(call: () => Promise<R>): Promise<R> {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    try {
      return await call();
    } finally {
      this.open -= 1;
    }
  }
}
