/**
 * A run: claims five due integrations, refreshes them in parallel, and goes on until nothing is
 * due or the budget is spent. Cron starts one every minute; a wake-up from the queue starts
 * another. Overlapping, doubled or missed runs do no harm: the claim decides who does what.
 */
import { and, eq } from 'drizzle-orm';
import { PARALLEL_CALLS, withBudget } from '../budget';
import { D1_MS, d1Read, d1Write, runBatch } from '../db/client';
import { hasRow } from '../db/conditions';
import { type AccountRow, oauthAccounts, type ProviderHealth } from '../db/schema';
import type { Deps } from '../deps';
import { eventStatements } from '../events/event-log';
import type { OAuth2Client } from '../providers/types';
import { retry, withDeadline } from '../retry';
import { publish } from '../status-cache/publish';
import { MINUTE_MS, SECOND_MS } from '../time';
import { type AttemptResult, afterAttempts, attempt, isFailed } from './attempt';
import { type Admission, admit, type CircuitKey, circuitOf, healthOf, tokenHost } from './circuit';
import {
  type Claimable,
  claimDue,
  countDue,
  isHeldUnreadable,
  isReadable,
  setAside,
} from './claim';
import { writeFailure } from './failure';
import { noClient } from './outcome';
import { Publication } from './publication';
import type { RefreshMessage } from './rescue';
import { type RunResult, recordRun, type Trigger } from './run-log';

/** Of a cron tick's 15 minutes; what is left is for the last group and the rest of the tick. */
const RUN_MS = 10 * MINUTE_MS;
const QUEUE_MS = 5 * SECOND_MS;
/** Where the circuit could not be told, its rows are due again after this. */
const RETRY_MS = 30 * SECOND_MS;
/**
 * Calls that must be left before a group is started: for the group (the claim, circuits of hosts
 * that only rows name, counting) and the end of the run, and for each integration, whatever its
 * outcome (a probe, what a refusal is compared with, the row, the circuit, the verification of KV).
 * A quiet refresh makes one; so a run begins few at a time when little is left.
 */
const GROUP_CALLS = 4;
const ATTEMPT_CALLS = 8;
/** For each run that could be woken: more is counted and sent by the runs themselves. */
const MAX_WAKE_UPS = 100;

/** What ends a run early, besides its budget: no group is started any more. */
interface RunLimits {
  /** For how long groups are started. */
  ms?: number;
  /** Whoever waits for it has gone. */
  signal?: AbortSignal;
}

/** Never throws: a run that cannot reach D1 ends, and the next one goes on. */
export async function runRefresh(
  unmetered: Deps,
  trigger: Trigger,
  { ms = RUN_MS, signal }: RunLimits = {},
): Promise<RunResult> {
  const deps = withBudget(unmetered, unmetered.config.runSubrequests);
  const startedAt = deps.now();
  const result: RunResult = { claimed: 0, refreshed: 0, refused: 0, failed: 0, left: false };
  try {
    const claimable = claimableOf(deps);
    if (claimable.length === 0) return result;
    for (;;) {
      const isOver = signal?.aborted || deps.now() >= startedAt + ms;
      const affordable = Math.floor((deps.budget.left - GROUP_CALLS) / ATTEMPT_CALLS);
      if (isOver || affordable < 1) {
        result.left = await wakeOthers(deps, claimable, trigger, result.claimed);
        break;
      }
      const group = await claimGroup(deps, claimable, Math.min(affordable, PARALLEL_CALLS));
      if (group.length === 0) break;
      result.claimed += group.length;
      for (const attempted of await attemptGroup(deps, group)) {
        if (attempted.kind === 'refreshed') result.refreshed += 1;
        else if (isFailed(attempted, 'refused')) result.refused += 1;
        else if (attempted.kind === 'failed' && !isFailed(attempted, 'waiting')) result.failed += 1;
      }
    }
  } catch (error) {
    deps.log.error('refresh.run_failed', { trigger }, error);
  }
  if (result.claimed > 0 || result.left) {
    deps.log.info('refresh.run_ended', { trigger, ...result, ms: deps.now() - startedAt });
  }
  if (result.claimed > 0) await recordRun(deps, trigger, startedAt, result);
  return result;
}

/** OAuth, configured, and with something to renew. */
const claimableOf = ({ config: { providers } }: Deps): Claimable[] =>
  providers
    .all()
    .filter((provider) => provider.kind === 'oauth2')
    .filter(({ id, refreshModel }) => refreshModel !== 'none' && providers.isConfigured(id))
    .map((provider) => ({ id: provider.id, host: tokenHost(provider) }));

interface GroupMember {
  row: AccountRow;
  client: OAuth2Client;
  circuit: CircuitKey;
  /** As it was read with the claim. */
  health: ProviderHealth | undefined;
  admission: Admission;
}

/**
 * One statement claims. The circuits are read with it; those whose host stands in the row only
 * then. Half-open ones let this group through.
 */
async function claimGroup(
  deps: Deps,
  claimable: readonly Claimable[],
  size: number,
): Promise<GroupMember[]> {
  const { db } = deps;
  const now = deps.now();
  const claimId = deps.uuid();
  const fixed = claimable.flatMap(({ id, host }) =>
    host === null ? [] : [{ provider: id, host }],
  );
  const [rows, known] = await retry(deps, { until: now + D1_MS }, () =>
    db.batch([claimDue(db, claimId, claimable, now, size), healthOf(db, fixed)]),
  );
  if (!rows.every(isReadable)) await setUnreadableAside(deps, claimId, claimable, now);
  const readable = rows.filter(isReadable);
  const clientOf = ({ provider, parameters }: AccountRow) =>
    deps.config.providers.client(provider, parameters);
  await Promise.all(
    readable.filter((row) => !clientOf(row)).map((row) => putOffWithoutClient(deps, row)),
  );
  const claimed = readable.flatMap((row) => {
    const client = clientOf(row);
    return client ? [{ row, client, circuit: circuitOf(client.provider, row.parameters) }] : [];
  });
  const elsewhere = claimed.map((one) => one.circuit).filter((one) => !isAmong(fixed, one));
  const found = [...known, ...(await readElsewhere(deps, elsewhere))];
  const admissions = new Map<string, Promise<Admission>>();
  const members = claimed.map(async ({ row, client, circuit }): Promise<GroupMember> => {
    const health = found.find((one) => isSameCircuit(one, circuit));
    const name = JSON.stringify(circuit);
    const admission =
      admissions.get(name) ??
      // The rows are claimed already, and must be released in any case.
      admit(deps, circuit, health).catch(
        (): Admission => ({ kind: 'open', until: now + RETRY_MS }),
      );
    admissions.set(name, admission);
    return { row, client, circuit, health, admission: await admission };
  });
  return Promise.all(members);
}

/**
 * Other hosts of its provider have a client, and its own has none. It would else head the queue
 * again as soon as its lease is over. Never throws.
 */
async function putOffWithoutClient(deps: Deps, row: AccountRow): Promise<void> {
  const provider = deps.config.providers.get(row.provider);
  if (provider?.kind !== 'oauth2') return;
  try {
    const until = deps.now() + D1_MS;
    const { snapshot } = await writeFailure(deps, row, noClient, { provider, until });
    if (snapshot) await publish(deps, snapshot);
  } catch (error) {
    deps.log.error('refresh.attempt_failed', { provider: row.provider, rowId: row.id }, error);
  }
}

/** Rows that would fail every claim leave the schedule, and the operator is told of each. */
async function setUnreadableAside(
  deps: Deps,
  claimId: string,
  claimable: readonly Claimable[],
  now: number,
): Promise<void> {
  const { db, log } = deps;
  const { id, provider } = oauthAccounts;
  const unreadable = isHeldUnreadable(claimId, claimable, now);
  const found = db.select({ id, provider }).from(oauthAccounts).where(unreadable);
  const rows = await d1Read(found);
  const events = rows.flatMap((row) =>
    eventStatements(
      deps,
      {
        at: now,
        type: 'integration.set_aside',
        data: { provider: row.provider, rowId: row.id },
        dedupeKey: `integration.set_aside ${claimId}.${row.id}`,
      },
      hasRow(db, oauthAccounts, and(eq(id, row.id), unreadable)),
    ),
  );
  const batch = runBatch(db, [...events, setAside(db, unreadable, now)]);
  await d1Write(batch);
  for (const row of rows) {
    log.error('refresh.row_set_aside', { provider: row.provider, rowId: row.id });
  }
}

const isSameCircuit = (a: CircuitKey, b: CircuitKey): boolean =>
  a.provider === b.provider && a.host === b.host;

const isAmong = (keys: readonly CircuitKey[], key: CircuitKey): boolean =>
  keys.some((one) => isSameCircuit(one, key));

/** The rows are claimed already: where this fails, they are tried as if all were well. */
async function readElsewhere(deps: Deps, keys: readonly CircuitKey[]): Promise<ProviderHealth[]> {
  if (keys.length === 0) return [];
  try {
    return await d1Read(healthOf(deps.db, keys));
  } catch (error) {
    deps.log.warn('circuit.not_read', {}, error);
    return [];
  }
}

/**
 * Five attempts in parallel; one that fails stops no other. What is published of one user is
 * published once, after that user's last attempt. Never throws.
 */
async function attemptGroup(
  deps: Deps,
  members: readonly GroupMember[],
): Promise<readonly AttemptResult[]> {
  const publication = new Publication(deps);
  const pending = new Map<string, number>();
  for (const { row } of members) pending.set(row.userId, (pending.get(row.userId) ?? 0) + 1);
  const attempted = await Promise.all(
    members.map(async (member) => {
      const { row, ...options } = member;
      const result = await attempt(deps, row, { ...options, visible: false, usedNow: false });
      publication.add(result.snapshot);
      const left = (pending.get(row.userId) ?? 1) - 1;
      pending.set(row.userId, left);
      if (left === 0) await publication.flush(row.userId);
      return { ...member, forced: false, result };
    }),
  );
  await afterAttempts(deps, attempted, publication);
  await publication.flushAll();
  return attempted.map(({ result }) => result);
}

/** Whether more is due than this run could do; then others are woken, where there is a queue. */
async function wakeOthers(
  deps: Deps,
  claimable: readonly Claimable[],
  trigger: Trigger,
  claimed: number,
): Promise<boolean> {
  // The others will get as far as this one did.
  const perRun = Math.max(claimed, PARALLEL_CALLS);
  const limit = MAX_WAKE_UPS * perRun;
  const due = await d1Read(countDue(deps.db, claimable, deps.now(), limit));
  if (due === 0) return false;
  if (!deps.queue) return true;
  // A tick wakes as many as there is work for; a woken run only hands its place on, so that their
  // number cannot multiply.
  const wanted = trigger === 'queue' ? 1 : Math.ceil(due / perRun);
  const wake: RefreshMessage = { kind: 'wake' };
  const messages = Array.from({ length: Math.min(wanted, MAX_WAKE_UPS) }, () => ({ body: wake }));
  await withDeadline(deps.queue.sendBatch(messages), QUEUE_MS, 'queue_send').catch((error) =>
    deps.log.warn('queue.wake_up_not_sent', {}, error),
  );
  return true;
}
