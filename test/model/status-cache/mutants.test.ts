/**
 * The model has teeth: with any one part of the protocol taken out, it fails. Each mutant is a flag
 * in what the product is handed (memory, KV, D1) or in the rules of promise.ts, which this file
 * alone replaces; everything else of src/status-cache runs as it is.
 */
import { afterEach, it, vi } from 'vitest';
import type { ReadDeps } from '../../../src/status-cache/cache';
import { type Found, MemoryTier } from '../../../src/status-cache/memory';
import { isFresh } from '../../../src/status-cache/promise';
import type { Snapshot } from '../../../src/status-cache/snapshot';
import { expectToBeFound } from '../kernel/gate';
import { model } from './run';
import type { Mutation } from './world';

type Rules = typeof import('../../../src/status-cache/promise');

const rules = vi.hoisted(() => ({ changed: {} as Partial<Rules> }));

vi.mock('../../../src/status-cache/promise', async (importOriginal) => {
  const original = await importOriginal<Rules>();
  const { freshUntil, mayStore, isFresh, trustedUntil, mayWriteQuietly } = original;
  return {
    ...original,
    freshUntil: (...args) => (rules.changed.freshUntil ?? freshUntil)(...args),
    mayStore: (...args) => (rules.changed.mayStore ?? mayStore)(...args),
    isFresh: (...args) => (rules.changed.isFresh ?? isFresh)(...args),
    trustedUntil: (...args) => (rules.changed.trustedUntil ?? trustedUntil)(...args),
    mayWriteQuietly: (...args) => (rules.changed.mayWriteQuietly ?? mayWriteQuietly)(...args),
  } satisfies Rules;
});

afterEach(() => {
  rules.changed = {};
});

interface Mutant {
  /** Where a story of several rare parts is needed; 5,000 for all others. */
  runs?: number;
  rules?: Partial<Rules>;
  mutation?: Mutation;
}

const mutants: Record<string, Mutant> = {
  'freshUntil knows no due times': {
    rules: { freshUntil: (takenAt) => takenAt + 300_000 },
  },
  'no hold-off after a due time': {
    rules: {
      mayStore: (takenAt, dueTimes, fromPrimary) =>
        fromPrimary || dueTimes.every((due) => due === null || due > takenAt),
    },
  },
  'no slack for slow statements before the hold-off ends': {
    runs: 40_000,
    rules: {
      mayWriteQuietly: (dueAt, now) => dueAt !== null && dueAt <= now && now <= dueAt + 155_000,
    },
  },
  'no slack for clocks that differ': {
    rules: { isFresh: (until, now) => now < until, trustedUntil: (until) => until },
  },
  'late refreshes are written quietly': {
    rules: { mayWriteQuietly: (dueAt, now) => dueAt !== null && dueAt <= now },
  },
  'puts are not verified': {
    mutation: { deps: unverified },
  },
  'what may not be stored is left in KV, not deleted': {
    mutation: {
      deps: (deps) => ({ ...deps, kv: replaced(deps.kv, { delete: async () => {} }) }),
    },
  },
  'requests with a token are answered by replicas': {
    mutation: {
      deps: (deps) => ({ ...deps, session: () => deps.session('first-unconstrained') }),
    },
  },
  'memory is served for longer than 5 s': {
    mutation: {
      memory: () =>
        new (class extends MemoryTier {
          override find(userId: string, atLeast: number, now: number): Found {
            const { snapshot } = this.peek(userId, now) ?? {};
            if (!snapshot || snapshot.version < atLeast || !isFresh(snapshot.freshUntil, now)) {
              return super.find(userId, atLeast, now);
            }
            return { hit: true, snapshot, ttlMs: snapshot.freshUntil - now };
          }
        })(),
    },
  },
  'memory does not look at the version': {
    mutation: {
      memory: () =>
        new (class extends MemoryTier {
          override find(userId: string, _atLeast: number, now: number): Found {
            return super.find(userId, 0, now);
          }
        })(),
    },
  },
  'KV is believed whatever its version': {
    mutation: { deps: (deps, { atLeast }) => ({ ...deps, kv: claiming(deps.kv, atLeast) }) },
  },
  'a refused write to KV counts as done': {
    mutation: { deps: (deps) => ({ ...deps, kv: careless(deps.kv) }) },
  },
  'a failed refresh is published by the try that hit, or not at all': {
    runs: 40_000,
    mutation: { trustsLostAnswers: true },
  },
};

it.each(Object.entries(mutants))(
  '%s: found',
  async (name, mutant) => {
    rules.changed = mutant.rules ?? {};
    await expectToBeFound(model, name, mutant.mutation ?? {}, mutant.runs);
  },
  600_000,
);

/** The look at the primary after a put finds the versions that were put, whatever is there. */
function unverified(deps: ReadDeps): ReadDeps {
  const put = new Map<string, number>();
  const kv = replaced(deps.kv, {
    put: (key: string, text: string, options: KVNamespacePutOptions) => {
      const { userId, version } = JSON.parse(text) as Snapshot;
      put.set(userId, version);
      return deps.kv.put(key, text, options);
    },
  });
  const select = () => ({
    from: () => ({
      where: async () => Array.from(put, ([userId, version]) => ({ userId, version })),
    }),
  });
  // Only src/status-cache/publish.ts reads by `db.select()` outside of a batch or a session.
  const db = new Proxy(deps.db, {
    get: (target, name) =>
      name === 'select' && put.size > 0 ? select : Reflect.get(target, name, target),
  });
  return { ...deps, kv, db };
}

/** Values of KV as if they were new enough. */
const claiming = (kv: KVNamespace, atLeast: number): KVNamespace =>
  replaced(kv, {
    get: async (key: string) => {
      const text = await kv.get(key);
      if (text === null || typeof key !== 'string') return text;
      const snapshot = JSON.parse(text) as Snapshot;
      return JSON.stringify({ ...snapshot, version: Math.max(snapshot.version, atLeast) });
    },
  });

const careless = (kv: KVNamespace): KVNamespace =>
  replaced(kv, {
    put: (...args: Parameters<KVNamespace['put']>) => kv.put(...args).catch(() => {}),
    delete: (key: string) => kv.delete(key).catch(() => {}),
  });

const replaced = (kv: KVNamespace, calls: object): KVNamespace =>
  ({ ...kv, ...calls }) as KVNamespace;
