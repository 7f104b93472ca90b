/**
 * Tells the database being away from a mistake of ours. D1 gives no codes, only texts:
 * https://developers.cloudflare.com/d1/observability/debug-d1/
 */
import { DeadlineError } from '../retry';

const texts =
  /Network connection lost|object to be reset|reset because its code was updated|limit and was reset|Cannot resolve D1 DB|D1 DB is overloaded|storage operation exceeded timeout|Internal error|Too many requests queued|Replica connection lost/i;

/** Whether an error, or what caused it, says that the database could not be reached in time. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DeadlineError) return true;
  if (!(error instanceof Error)) return false;
  if (/D1/.test(error.message) && texts.test(error.message)) return true;
  return isOutage(error.cause);
}
