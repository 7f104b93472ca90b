/**
 * KV as its documentation describes it: one central store in which the last write wins and takes
 * one write a second for each key, and in each location a cache that repeats what it has read for
 * 30 to 60 s, also that there was nothing.
 */

import type { Scheduler } from './clock';
import type { Invocation } from './invocation';
import { call, type Service } from './network';
import { between, chance } from './random';

interface Value {
  text: string;
  expiresAt: number;
}

interface Copy {
  value: Value | null;
  until: number;
}

/** At least the cacheTtl that src/status-cache asks for, 30 s. */
const CACHED_MS = [30_000, 60_000] as const;
/** Usually a write is seen at once where it was made. */
const SEEN_AT_ONCE = 0.8;
const WRITE_EVERY_MS = 1_000;

export class KvStore {
  readonly #values = new Map<string, Value>();
  readonly #writtenAt = new Map<string, number>();

  private readonly scheduler: Scheduler;
  private readonly service: Service;
  private readonly onWrite: (key: string, text: string | null) => void;
  private readonly onRefusal: (key: string, by: Invocation) => void;

  constructor(
    scheduler: Scheduler,
    service: Service,
    onWrite: (key: string, text: string | null) => void,
    onRefusal: (key: string, by: Invocation) => void,
  ) {
    this.scheduler = scheduler;
    this.service = service;
    this.onWrite = onWrite;
    this.onRefusal = onRefusal;
  }

  /** What the central store holds now. */
  stored(key: string): string | null {
    const value = this.#values.get(key);
    return value && value.expiresAt > this.scheduler.now ? value.text : null;
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }

  read(key: string): Value | null {
    return this.#values.get(key) ?? null;
  }

  write(key: string, value: Value | null, by: Invocation): void {
    const now = this.scheduler.now;
    if (now - (this.#writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) < WRITE_EVERY_MS) {
      this.onRefusal(key, by);
      throw new Error('KV PUT failed: 429 Too Many Requests');
    }
    this.#writtenAt.set(key, now);
    if (value) this.#values.set(key, value);
    else this.#values.delete(key);
    this.onWrite(key, value?.text ?? null);
  }

  /** A location's way to it; `bind` gives an invocation the namespace there. */
  location(): KvLocation {
    return new KvLocation(this, this.scheduler, this.service);
  }
}

export class KvLocation {
  readonly #copies = new Map<string, Copy>();

  private readonly store: KvStore;
  private readonly scheduler: Scheduler;
  private readonly service: Service;

  constructor(store: KvStore, scheduler: Scheduler, service: Service) {
    this.store = store;
    this.scheduler = scheduler;
    this.service = service;
  }

  bind(caller: Invocation): KVNamespace {
    const send = <T>(effect: () => T) => call(this.scheduler, this.service, caller, effect);
    const namespace = {
      get: (keys: string | string[]) =>
        send(() =>
          typeof keys === 'string'
            ? this.#read(keys, caller)
            : new Map(keys.map((key) => [key, this.#read(key, caller)] as const)),
        ),
      put: (key: string, text: string, { expirationTtl }: { expirationTtl: number }) =>
        send(() =>
          this.#write(key, { text, expiresAt: this.scheduler.now + expirationTtl * 1_000 }, caller),
        ),
      delete: (key: string) => send(() => this.#write(key, null, caller)),
      list: ({ prefix }: { prefix: string }) =>
        send(() => ({
          keys: this.store.keys(prefix).map((name) => ({ name })),
          list_complete: true,
        })),
    };
    return namespace as unknown as KVNamespace;
  }

  #read(key: string, caller: Invocation): string | null {
    const now = this.scheduler.now;
    let copy = this.#copies.get(key);
    if (!copy || copy.until <= now) {
      copy = { value: this.store.read(key), until: now + between(caller.random, ...CACHED_MS) };
      this.#copies.set(key, copy);
    }
    return copy.value && copy.value.expiresAt > now ? copy.value.text : null;
  }

  #write(key: string, value: Value | null, caller: Invocation): void {
    this.store.write(key, value, caller);
    if (chance(caller.random, SEEN_AT_ONCE)) this.#copies.delete(key);
  }
}
