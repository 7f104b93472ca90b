/**
 * A run: claims five due integrations, refreshes them in parallel, and goes on until nothing is
 * due or the budget is spent. Cron starts one every minute; a wake-up from the queue starts
 * another. Overlapping, doubled or missed runs do no harm: the claim decides who does what.
 */

import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { MINUTE_MS } from '../time';
import { type Admission, admit, circuitOf, refreshable, tokenHost } from './circuit';
import { type Asked, claimDue, countDue, GROUP_SIZE, healthOf } from './claim';
import { attemptGroup, type GroupMember } from './group';
import { persistently } from './persistently';
import type { RefreshMessage } from './rescue';
import { type RunResult, recordRun, type Trigger } from './runs';

/** Of a cron tick's 15 minutes; what is left is for the last group and the rest of the tick. */
const RUN_MS = 10 * MINUTE_MS;
const CALL_MS = 5_000;
const RETRY_MS = 30_000;
/** Requests to elsewhere that a group must be able to make before it is started. */
const GROUP_COST = 16;
/** For each run that could be woken: more is counted and sent by the runs themselves. */
const MAX_WAKE_UPS = 100;

/** What ends a run early, besides its budget: no group is started any more. */
export interface RunLimits {
  /** For how long groups are started. */
  ms?: number;
  /** Whoever waits for it has gone. */
  signal?: AbortSignal;
}

/** Never throws: a run that cannot reach D1 ends, and the next one goes on. */
export async function runRefresh(
  deps: Deps,
  trigger: Trigger,
  { ms = RUN_MS, signal }: RunLimits = {},
): Promise<RunResult> {
  const startedAt = deps.now();
  const result: RunResult = { claimed: 0, refreshed: 0, refused: 0, failed: 0, left: false };
  try {
    const asked: Asked[] = refreshable(deps.config.providers).map((provider) => ({
      id: provider.id,
      host: tokenHost(provider),
    }));
    if (asked.length === 0) return result;
    let spent = 0;
    for (;;) {
      const isOver = signal?.aborted || deps.now() >= startedAt + ms;
      if (isOver || spent + GROUP_COST > deps.config.runSubrequests) {
        result.left = await wakeOthers(deps, asked, trigger);
        break;
      }
      const group = await claimGroup(deps, asked);
      spent += 1;
      if (group.length === 0) break;
      const outcome = await attemptGroup(deps, group);
      spent += outcome.cost;
      result.claimed += group.length;
      result.refreshed += outcome.refreshed;
      result.refused += outcome.refused;
      result.failed += outcome.failed;
    }
  } catch (error) {
    deps.log.error('refresh_run_failed', { trigger }, error);
  }
  if (result.claimed > 0 || result.left) {
    deps.log.info('refresh_run', { trigger, ...result, ms: deps.now() - startedAt });
  }
  if (result.claimed > 0) await recordRun(deps, trigger, startedAt, result);
  return result;
}

/** One statement claims; the circuits are read with it. Half-open ones let this group through. */
async function claimGroup(deps: Deps, asked: readonly Asked[]): Promise<GroupMember[]> {
  const { db } = deps;
  const now = deps.now();
  const claimId = deps.uuid();
  const ids = asked.map(({ id }) => id);
  const [circuits, rows] = await persistently(deps, now + CALL_MS, () =>
    db.batch([healthOf(db, ids), claimDue(db, claimId, asked, now)]),
  );
  const admissions = new Map<string, Promise<Admission>>();
  const members = rows.map(async (row): Promise<GroupMember | null> => {
    const client = deps.config.providers.client(row.provider);
    if (!client) return null;
    const key = circuitOf(client.provider, row.parameters);
    const health = circuits.find(
      ({ provider, host }) => provider === key.provider && host === key.host,
    );
    const name = JSON.stringify(key);
    const admission =
      admissions.get(name) ??
      // The rows are claimed already, and must be released in any case.
      admit(deps, key, health).catch((): Admission => ({ kind: 'open', until: now + RETRY_MS }));
    admissions.set(name, admission);
    return { row, client, health, admission: await admission };
  });
  return (await Promise.all(members)).filter((member) => member !== null);
}

/** Whether more is due than this run could do; then others are woken, where there is a queue. */
async function wakeOthers(deps: Deps, asked: readonly Asked[], trigger: Trigger): Promise<boolean> {
  const groups = Math.max(1, Math.floor(deps.config.runSubrequests / GROUP_COST));
  const perRun = groups * GROUP_SIZE;
  const limit = MAX_WAKE_UPS * perRun;
  const due = await withDeadline(countDue(deps.db, asked, deps.now(), limit), CALL_MS, 'd1_read');
  if (due === 0) return false;
  if (!deps.queue) return true;
  // A tick wakes as many as there is work for; a woken run only hands its place on, so that their
  // number cannot multiply.
  const wanted = trigger === 'queue' ? 1 : Math.ceil(due / perRun);
  const wake: RefreshMessage = { kind: 'wake' };
  const messages = Array.from({ length: Math.min(wanted, MAX_WAKE_UPS) }, () => ({ body: wake }));
  await withDeadline(deps.queue.sendBatch(messages), CALL_MS, 'queue_send').catch((error) =>
    deps.log.warn('wake_up_not_sent', {}, error),
  );
  return true;
}
