/**
 * What lives as long as the isolate: one holder, in `Deps`, instead of module-level variables,
 * which would outlive a change of the configuration and be shared by all tests of a file.
 *
 *     const metadata = () => new BoundedCache<ServerMetadata>(200);
 *     deps.caches.of(metadata).get(issuer, deps.now());
 *
 * Nothing in here may be a promise of I/O: one of another request's fetch never settles once that
 * request is gone.
 */

export class Caches {
  readonly #held = new Map<() => object, object>();

  /** This isolate's one value of `create`, which is made when it is first asked for. */
  of<T extends object>(create: () => T): T {
    const held = this.#held.get(create);
    // The map pairs each function with what it returned.
    if (held) return held as T;
    const created = create();
    this.#held.set(create, created);
    return created;
  }
}

interface Entry<T> {
  value: T;
  until: number;
  weight: number;
}

/**
 * Values by text, each until its time; beyond `limit`, those that were used longest ago go: what
 * one user brings in does not drive out what all others use. `limit` is a number of values, or the
 * sum of what `weigh` says of each (bytes, say). Times in ms.
 */
export class BoundedCache<T> {
  readonly limit: number;
  readonly weigh: (key: string, value: T) => number;
  readonly #entries = new Map<string, Entry<T>>();
  #weight = 0;

  constructor(limit: number, weigh: (key: string, value: T) => number = () => 1) {
    this.limit = limit;
    this.weigh = weigh;
  }

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry || now >= entry.until) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, until = Number.POSITIVE_INFINITY): void {
    this.#remove(key);
    const weight = this.weigh(key, value);
    this.#entries.set(key, { value, until, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.limit) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
