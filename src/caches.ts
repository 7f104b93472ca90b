/**
 * What lives as long as the isolate: one holder, in `Deps`, instead of module-level variables, which
 * would outlive a change of the configuration and be shared by all tests of a file.
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
}

/** Values by text, each until its time; beyond `limit`, those that were set first go. Times in ms. */
export class BoundedCache<T> {
  readonly #entries = new Map<string, Entry<T>>();

  constructor(readonly limit: number) {}

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    return entry && now < entry.until ? entry.value : undefined;
  }

  set(key: string, value: T, until = Number.POSITIVE_INFINITY): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    if (this.#entries.size <= this.limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
