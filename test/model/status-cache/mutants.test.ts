/**
 * With any one part of the protocol taken out, the model fails. Each mutant is a change of what the
 * product is handed (memory, KV, D1), of a rule of freshness.ts, or of what a failed refresh gives
 * to be published; everything else runs as it is.
 */
import { afterEach, it, vi } from 'vitest';
import { expectToBeFound } from '../kernel/gate';
import {
  createDatabase,
  type Deps,
  type Found,
  isFresh,
  MemoryTier,
  type Snapshot,
} from '../product';
import { model } from './run';
import type { Mutation } from './world';

type Rules = typeof import('../../../src/status-cache/freshness');

type Failures = typeof import('../../../src/refresh/failure');

const rules = vi.hoisted(() => ({ changed: {} as Partial<Rules>, trustsLostAnswers: false }));

vi.mock('../../../src/refresh/failure', async (importOriginal) => {
  const original = await importOriginal<Failures>();
  return {
    ...original,
    writeFailure: async (...args) => {
      const written = await original.writeFailure(...args);
      return rules.trustsLostAnswers && !written.hit ? { ...written, snapshot: null } : written;
    },
  } satisfies Failures;
});

vi.mock('../../../src/status-cache/freshness', async (importOriginal) => {
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
  rules.trustsLostAnswers = false;
});

interface Mutant {
  /** Where a story of several rare parts is needed; 5,000 for all others. */
  runs?: number;
  seed?: number;
  rules?: Partial<Rules>;
  /** A failure is published by the try that hit, even where its answer got lost. */
  trustsLostAnswers?: boolean;
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
    seed: 8,
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
    seed: 6,
    trustsLostAnswers: true,
  },
};

it.each(Object.entries(mutants))(
  '%s: found',
  async (name, mutant) => {
    rules.changed = mutant.rules ?? {};
    rules.trustsLostAnswers = mutant.trustsLostAnswers ?? false;
    await expectToBeFound(model, name, mutant.mutation ?? {}, mutant);
  },
  1_800_000,
);

/** The look at the primary after a put finds the versions that were put, whatever is there. */
function unverified(deps: Deps): Deps {
  const put = new Map<string, number>();
  const kv = replaced(deps.kv, {
    put: (key: string, text: string, options: KVNamespacePutOptions) => {
      const { userId, version } = JSON.parse(text) as Snapshot;
      put.set(userId, version);
      return deps.kv.put(key, text, options);
    },
  });
  const d1 = deps.db.$client;
  const prepare = (text: string): D1PreparedStatement => {
    const statement = d1.prepare(text);
    // Only the verification asks for the versions of a list of users.
    if (!/^select .* from "user_versions" where .*json_each/.test(text)) return statement;
    const bind = (...given: unknown[]): D1PreparedStatement => {
      const bound = statement.bind(...given);
      // As the table has its columns: user_id, version, forced, forced_since.
      const versions = () => Array.from(put, ([userId, version]) => [userId, version, 0, null]);
      const raw = async () => (put.size === 0 ? bound.raw() : versions());
      return { ...bound, raw } as D1PreparedStatement;
    };
    return { ...statement, bind } as D1PreparedStatement;
  };
  return { ...deps, kv, db: createDatabase({ ...d1, prepare } as D1Database) };
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
