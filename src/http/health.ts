/** Whether D1 and KV answer, each within a time limit. */
import { sqlOne } from '../db/expressions';
import { userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';

const TIME_LIMIT_MS = 2000;

type Part = 'D1' | 'KV';

/** What is wrong with each part that does not work, in words for an operator. */
export async function troubles(deps: Deps): Promise<string[]> {
  const found = await Promise.all([
    // A table of ours: a database without any answers too, but can do nothing.
    troubleOf('D1', () => deps.db.select({ one: sqlOne }).from(userVersions).limit(1), deps),
    // No such key: "not found" is an answer.
    troubleOf('KV', () => deps.kv.get('health'), deps),
  ]);
  return found.filter((trouble) => trouble !== null);
}

async function troubleOf(
  part: Part,
  ask: () => PromiseLike<unknown>,
  { log }: Deps,
): Promise<string | null> {
  try {
    await withDeadline(ask(), TIME_LIMIT_MS, part);
    return null;
  } catch (error) {
    log.error('health.failed', { part }, error);
    return hasNoTables(error)
      ? `${part} has no tables yet: apply the migrations (wrangler d1 migrations apply DB)`
      : `${part} did not answer`;
  }
}

/** drizzle puts D1's own error under its own. */
const hasNoTables = (error: unknown): boolean =>
  error instanceof Error && (/no such table/.test(error.message) || hasNoTables(error.cause));
