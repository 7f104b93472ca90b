/** The operator's page's contents: bounded, whatever the size of the tables, and never a token. */
import { desc } from 'drizzle-orm';
import { callsSince, type ProviderCalls } from '../../calls/counts';
import { type Database, d1Read } from '../../db/client';
import { isOutage } from '../../db/outage';
import {
  type EventRow,
  eventLog,
  isTroubled,
  type ProviderHealth,
  providerHealth,
  type RefreshRun,
} from '../../db/schema';
import type { Deps } from '../../deps';
import { type EndpointState, listEndpoints } from '../../events/webhook-endpoints';
import { lastUsesOf } from '../../http/service-key';
import { listRuns } from '../../refresh/run-log';
import { type CacheStats, cacheStats } from '../../status-cache/statistics';
import { HOUR_MS, SECOND_MS } from '../../time';
import { type Counts, countsOf } from './counts';

const READ_MS = 8 * SECOND_MS;
const CIRCUITS = 50;
const EVENTS = 25;
export const CALL_HOURS = 24;

export interface Overview {
  cache: CacheStats;
  /** Null: the database is away. */
  stored: DatabaseOverview | null;
}

export interface DatabaseOverview {
  counts: Counts;
  /** Newest first. */
  runs: RefreshRun[];
  /** Open ones first; those without any failure are not among them. */
  circuits: ProviderHealth[];
  /** Newest first. */
  events: EventRow[];
  /** When each service key was last used, ms; by its name. */
  lastUses: ReadonlyMap<string, number>;
  /** Of the last CALL_HOURS hours, the one that runs included; the most called provider first. */
  calls: ProviderCalls[];
  endpoints: EndpointState[];
}

/**
 * @param changed the page is to show what was just done: from the primary, and counted anew
 * Throws what D1 throws, unless it is only away.
 */
export async function readOverview(deps: Deps, changed: boolean): Promise<Overview> {
  const db = deps.session(changed ? 'first-primary' : 'first-unconstrained');
  const stored = readStored(deps, db, changed).catch((error) => {
    if (!isOutage(error)) throw error;
    deps.log.warn('operator.database_unavailable', {}, error);
    return null;
  });
  // Both are awaited at once: a rejection that nobody awaits ends the invocation.
  const [cache, read] = await Promise.all([cacheStats(deps), stored]);
  return { cache, stored: read };
}

async function readStored(deps: Deps, db: Database, changed: boolean): Promise<DatabaseOverview> {
  const work = Promise.all([
    countsOf(deps, db, changed),
    listRuns(db),
    db
      .select()
      .from(providerHealth)
      .where(isTroubled)
      .orderBy(desc(providerHealth.openUntil))
      .limit(CIRCUITS),
    db.select().from(eventLog).orderBy(desc(eventLog.id)).limit(EVENTS),
    lastUsesOf(
      db,
      deps.config.serviceKeys.map(({ name }) => name),
    ),
    callsSince(db, firstHour(deps.now())),
    listEndpoints({ ...deps, db }),
  ]);
  const [counts, runs, circuits, events, lastUses, calls, endpoints] = await d1Read(work, READ_MS);
  return { counts, runs, circuits, events, lastUses, calls, endpoints };
}

const firstHour = (now: number): number => now - (now % HOUR_MS) - (CALL_HOURS - 1) * HOUR_MS;
