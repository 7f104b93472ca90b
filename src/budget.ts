/**
 * What one invocation may ask of others, counted as it is asked: requests to other hosts, and calls
 * to D1 (a batch is one). The free plan ends an invocation at 50 of each:
 * developers.cloudflare.com/workers/platform/limits and /d1/platform/limits. Who begins something
 * that must be ended, a refresh above all, looks first whether enough is left for all of it.
 */
import { createDatabase, type Database } from './db/client';

/** Made side by side: of the six connections that an invocation has, one stays free. */
export const PARALLEL_CALLS = 5;

export interface Calls {
  /** Requests to other hosts. */
  outside: number;
  d1: number;
}

export class CallBudget {
  readonly limit: number;
  /** Kept for the jobs that come later in this invocation. */
  reserved: Calls = { outside: 0, d1: 0 };
  #outside = 0;
  #d1 = 0;

  /** @param limit of outside requests, and of calls to D1 */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** How many calls may still be made; below zero where a job took more than it had. */
  get leftOutside(): number {
    return this.limit - this.reserved.outside - this.#outside;
  }

  get leftD1(): number {
    return this.limit - this.reserved.d1 - this.#d1;
  }

  /** Of either kind. */
  get left(): number {
    return Math.min(this.leftOutside, this.leftD1);
  }

  countOutside(): void {
    this.#outside += 1;
  }

  countD1(): void {
    this.#d1 += 1;
  }
}

/** Of an invocation that asks for little: nothing is counted. */
export const unlimited = new CallBudget(Number.POSITIVE_INFINITY);

interface Asking {
  budget: CallBudget;
  db: Database;
  session(constraint: 'first-primary' | 'first-unconstrained'): Database;
  fetch: typeof fetch;
  ownDeliveries: { budget: CallBudget | null };
}

/**
 * For an invocation that asks for much: the same, with its calls counted, and those of its webhook
 * deliveries; as it is where they are counted already.
 */
export function withBudget<T extends Asking>(deps: T, limit: number): T {
  if (deps.budget !== unlimited) return deps;
  deps.ownDeliveries.budget = new CallBudget(limit);
  return countedBy(deps, deps.ownDeliveries.budget);
}

/** The same, counted by this one; as it is where its calls are counted already. */
export function countedBy<T extends Asking>(deps: T, budget: CallBudget): T {
  if (deps.budget !== unlimited) return deps;
  // A statement of the one may stand in a batch of the other.
  const real: RealStatements = new WeakMap();
  const counted = (db: Database) =>
    createDatabase(countedD1(db.$client, real, () => budget.countD1()));
  return {
    ...deps,
    budget,
    db: counted(deps.db),
    session: (constraint: Parameters<T['session']>[0]) => counted(deps.session(constraint)),
    fetch: (input: RequestInfo | URL, init?: RequestInit) => {
      budget.countOutside();
      return deps.fetch(input, init);
    },
  };
}

/** By what stands for it here. */
type RealStatements = WeakMap<object, D1PreparedStatement>;

/** As much of D1 as drizzle calls. */
function countedD1(d1: D1Database, real: RealStatements, count: () => void): D1Database {
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const call = <T>(run: () => Promise<T>): Promise<T> => {
      count();
      return run();
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => call(() => statement.run()),
      all: () => call(() => statement.all()),
      raw: () => call(() => statement.raw()),
      first: () => call(() => statement.first()),
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (query: string) => wrap(d1.prepare(query)),
    batch: (statements: D1PreparedStatement[]) => {
      count();
      return d1.batch(statements.map((statement) => real.get(statement) ?? statement));
    },
  } as unknown as D1Database;
}
