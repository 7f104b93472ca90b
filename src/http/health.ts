/** Whether D1 and KV answer, each within a time limit. */
import { sql } from 'drizzle-orm';
import { withDeadline } from '../db/deadline';
import type { Deps } from '../deps';

const TIME_LIMIT_MS = 2000;

export type Part = 'D1' | 'KV';

/** The parts that do not answer. */
export async function failingParts(deps: Pick<Deps, 'db' | 'kv' | 'log'>): Promise<Part[]> {
  const answers = await Promise.all([
    answersInTime('D1', () => deps.db.run(sql`SELECT 1`), deps),
    // No such key: "not found" is an answer.
    answersInTime('KV', () => deps.kv.get('health'), deps),
  ]);
  return answers.filter((part) => part !== null);
}

async function answersInTime(
  part: Part,
  ask: () => PromiseLike<unknown>,
  { log }: Pick<Deps, 'log'>,
): Promise<Part | null> {
  try {
    await withDeadline(ask(), TIME_LIMIT_MS, part);
    return null;
  } catch (error) {
    log.error('unhealthy', { part }, error);
    return part;
  }
}
