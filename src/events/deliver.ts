/**
 * Deliveries of events to the endpoints of WEBHOOKS, by Standard Webhooks
 * (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
 *
 * First what this invocation has written (deliveries.ts), then, in a tick, what is due, some of
 * each endpoint: a dead one keeps no other waiting.
 *
 * At least once, in no order: who dies between the answer and its note leaves it to be sent again,
 * with the same id.
 */
import { and, eq, isNull, ne, not } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { CallBudget, countedBy, PARALLEL_CALLS } from '../budget';
import { base64, hmacSha256 } from '../crypto';
import { type Database, d1Read, runBatch } from '../db/client';
import { hasRow, inJson } from '../db/conditions';
import { caseWhen, jsonRows, plus } from '../db/expressions';
import {
  type DeliveryRow,
  type EventRow,
  eventLog,
  webhookDeliveries,
  webhookEndpoints,
} from '../db/schema';
import type { Deps } from '../deps';
import { readRetryAfter } from '../oauth/retry-after';
import { discard, isPassingStatus } from '../oauth/send';
import { abortAfter, DeadlineError, retry } from '../retry';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { claimDeliveries, DELIVERY_LEASE_MS } from './deliveries';
import { eventOf, eventStatements } from './event-log';
import type { WebhookEndpoint } from './webhooks-setting';

/** To the headers of the answer; its body is never read. */
const DELIVERY_MS = 15 * SECOND_MS;
const NOTE_MS = 10 * SECOND_MS;
/** To D1, of a group: before it is sent, and after. */
const CALLS = 2;
/**
 * Right after a change, groups are begun for so long (`waitUntil` ends 30 s after the reply), and
 * so many calls are made.
 */
const AT_ONCE = { ms: 5 * SECOND_MS, calls: 10 };
/** After the first try the next tick; then these. After the last one it is a dead letter. */
const PAUSES_MS = [
  0,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_MS),
];
/** By this part a pause may be longer, so that a crowd does not come back at once. */
const JITTER = 0.1;

/** What this invocation has written so far; no error of a delivery is thrown. */
export async function deliverOwn(unmetered: Deps): Promise<void> {
  const { ownDeliveries } = unmetered;
  if (ownDeliveries.leaseEnds.size === 0) return;
  ownDeliveries.ownBudget ??= new CallBudget(AT_ONCE.calls);
  const deps = countedBy(unmetered, ownDeliveries.budget ?? ownDeliveries.ownBudget);
  await deliver(deps, deps.now() + AT_ONCE.ms, false).catch((error) =>
    deps.log.error('webhook.deliveries_failed', {}, error),
  );
}

/**
 * The same after work in the background. Not where calls are counted: what goes on beside it may
 * need what is left, so such an invocation delivers at its end.
 */
export async function deliverAfterBackgroundWork(deps: Deps): Promise<void> {
  if (deps.ownDeliveries.budget === null) await deliverOwn(deps);
}

/**
 * What this invocation has written, then what is due. Any number of these may run side by side.
 *
 * @param until no group is begun after this, ms since the epoch
 * @returns how many were tried
 * @throws what D1 throws
 */
export const deliverWebhooks = (deps: Deps, { until }: { until: number }): Promise<number> =>
  deps.config.webhooks.length === 0 ? Promise.resolve(0) : deliver(deps, until, true);

/** What a delivery needs, under a lease of ours. */
interface Held {
  delivery: DeliveryRow;
  /** Null: it was erased, and nothing is sent. */
  event: EventRow | null;
}

/** What became of one. */
interface Tried {
  held: Held;
  endpoint: WebhookEndpoint | undefined;
  /** Null: no answer. */
  status: number | null;
  retryAfterMs: number | null;
}

/** Five at a time; what came of them is noted in the batch that claims the next five. */
async function deliver(deps: Deps, until: number, claims: boolean): Promise<number> {
  const { config, budget, ownDeliveries } = deps;
  /** Those that this run knows to be in trouble: no second group waits for them. */
  const troubled = new Set<string>();
  let own: Held[] = [];
  let tried: Tried[] = [];
  let count = 0;
  for (;;) {
    const isOver = deps.now() >= until || budget.leftD1 < CALLS || budget.leftOutside < 1;
    const size = isOver ? 0 : Math.min(PARALLEL_CALLS, budget.leftOutside);
    if (own.length === 0 && !isOver) own = await readOwn(deps);
    let group = own.slice(0, size);
    own = own.slice(group.length);
    const claimable = config.webhooks.filter(({ name }) => !troubled.has(name));
    const wanted = claims && group.length === 0 && claimable.length > 0 ? size : 0;
    if (tried.length > 0 || wanted > 0) {
      const claimed = await noteAndClaim(deps, tried, claimable, wanted);
      if (wanted > 0) group = claimed;
      tried = [];
    }
    if (group.length === 0) {
      // What came of them may be an event itself: an endpoint was disabled.
      if (isOver || ownDeliveries.leaseEnds.size === 0) return count;
      continue;
    }
    count += group.length;
    tried = await Promise.all(group.map((held) => tryOnce(deps, held)));
    for (const { endpoint, status } of tried) {
      if (endpoint && isTrouble(status)) troubled.add(endpoint.name);
    }
  }
}

const isTrouble = (status: number | null): boolean =>
  status === null || status === 410 || isPassingStatus(status);

/** Not what another invocation has taken over meanwhile. */
async function readOwn(deps: Deps): Promise<Held[]> {
  const { leaseEnds } = deps.ownDeliveries;
  if (leaseEnds.size === 0) return [];
  const ends = [...leaseEnds];
  leaseEnds.clear();
  const leaseId = deps.ownDeliveries.leaseId(deps);
  const held = await d1Read(
    heldUnder(
      deps,
      leaseId,
      ends.filter((end) => end > deps.now() + DELIVERY_MS),
    ),
    NOTE_MS,
  );
  // The try that this is was not counted when it was written.
  return held.map(({ delivery, event }) => ({
    delivery: { ...delivery, attempts: delivery.attempts + 1 },
    event,
  }));
}

/** By the index of due times: a leased one's is the end of its lease. */
const heldUnder = ({ db, config }: Deps, leaseId: string, ends: readonly number[]) =>
  db
    .select({ delivery: webhookDeliveries, event: eventLog })
    .from(webhookDeliveries)
    .leftJoin(eventLog, eq(eventLog.id, webhookDeliveries.eventId))
    .where(
      and(
        inJson(
          webhookDeliveries.endpoint,
          config.webhooks.map(({ name }) => name),
        ),
        inJson(webhookDeliveries.dueAt, ends),
        eq(webhookDeliveries.leaseId, leaseId),
      ),
    );

async function tryOnce(deps: Deps, held: Held): Promise<Tried> {
  const { delivery, event } = held;
  const endpoint = deps.config.webhooks.find(({ name }) => name === delivery.endpoint);
  const json = event && eventOf(event);
  // Of a user who was erased by a Worker that knows no deliveries, or of a type of a later release.
  if (!json || !endpoint) return { held, endpoint, status: null, retryAfterMs: null };
  const answer = await post(deps, endpoint, json.id, JSON.stringify(json));
  const { status, reason } = answer;
  if (!isDelivered(status)) {
    const about = { endpoint: endpoint.name, type: json.type, attempt: delivery.attempts };
    deps.log.warn('webhook.not_delivered', { ...about, status, reason });
  }
  return { held, endpoint, ...answer };
}

const isDelivered = (status: number | null): boolean =>
  status !== null && status >= 200 && status < 300;

interface WebhookReply {
  status: number | null;
  /** Why there was none. */
  reason?: 'deadline' | 'network';
  retryAfterMs: number | null;
}

/** One request, to the headers of its answer. Follows no redirect. Never throws. */
async function post(
  deps: Deps,
  { url, binding, secrets }: WebhookEndpoint,
  id: string,
  body: string,
): Promise<WebhookReply> {
  const timestamp = String(Math.floor(deps.now() / SECOND_MS));
  try {
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'mooring',
      'Webhook-Id': id,
      'Webhook-Timestamp': timestamp,
      'Webhook-Signature': await signatures(secrets, `${id}.${timestamp}.${body}`),
    };
    const response = await abortAfter(DELIVERY_MS, 'webhook', (signal) => {
      const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual', signal };
      const request = new Request(url, init);
      if (binding) deps.budget.countOutside();
      return binding ? binding.fetch(request) : deps.fetch(request);
    });
    discard(response.body);
    const retryAfterMs = readRetryAfter(response.headers.get('Retry-After'), deps.now());
    return { status: response.status, retryAfterMs };
  } catch (error) {
    const reason = error instanceof DeadlineError ? 'deadline' : 'network';
    return { status: null, reason, retryAfterMs: null };
  }
}

/** One for each secret, as Standard Webhooks wants it of one whose secrets are being changed. */
async function signatures(secrets: WebhookEndpoint['secrets'], signed: string): Promise<string> {
  const all = secrets.map(async (secret) => `v1,${base64(await hmacSha256(secret, signed))}`);
  return (await Promise.all(all)).join(' ');
}

/** The pause after so many tries, ms; null: that was the last one. Pure. */
export function pauseAfter(
  attempts: number,
  random: number,
  retryAfterMs: number | null = null,
): number | null {
  const pause = PAUSES_MS[attempts - 1];
  return pause === undefined
    ? null
    : Math.max(Math.round(pause * (1 + JITTER * random)), retryAfterMs ?? 0);
}

/**
 * @throws what D1 throws; then the leases end by themselves, and what was delivered is sent again
 */
async function noteAndClaim(
  deps: Deps,
  tried: readonly Tried[],
  claimable: readonly WebhookEndpoint[],
  wanted: number,
): Promise<Held[]> {
  const { db, log } = deps;
  const notes = tried.map((one) => noteOf(one, deps.random()));
  const answers = await retry(
    deps,
    { until: deps.now() + NOTE_MS },
    async (): Promise<unknown[]> => {
      const now = deps.now();
      const leaseId = deps.uuid();
      const statements: BatchItem<'sqlite'>[] =
        notes.length === 0
          ? []
          : [notesOf(deps, notes, now), ...disablings(deps, tried, now), ...orphans(db, tried)];
      if (wanted > 0) {
        statements.push(
          claimDeliveries(db, claimable, leaseId, wanted, now),
          heldUnder(deps, leaseId, [now + DELIVERY_LEASE_MS]),
        );
      }
      return runBatch(db, statements);
    },
  );
  for (const { endpoint, attempts, pause } of notes) {
    if (pause === null) log.error('webhook.dead_letter', { endpoint, attempts });
  }
  // A batch answers in its order; its type cannot say so after a list of any length.
  return wanted > 0 ? (answers.at(-1) as Held[]) : [];
}

/** What is noted of one that was tried. */
interface Note {
  eventId: number;
  endpoint: string;
  leaseId: string | null;
  attempts: number;
  status: number | null;
  delivered: 0 | 1;
  /** Before the next try, ms; null: there is none, it is a dead letter. */
  pause: number | null;
}

function noteOf({ held, status, retryAfterMs }: Tried, random: number): Note {
  const { eventId, endpoint, leaseId, attempts } = held.delivery;
  const delivered = isDelivered(status) ? 1 : 0;
  return {
    eventId,
    endpoint,
    leaseId,
    attempts,
    status,
    delivered,
    pause: delivered === 1 ? 0 : pauseAfter(attempts, random, retryAfterMs),
  };
}

/** Only under the lease of the try: who lost it has nothing to say any more. */
function notesOf({ db }: Deps, notes: readonly Note[], now: number) {
  const { table, field } = jsonRows('n', notes);
  return db
    .update(webhookDeliveries)
    .set({
      attempts: field('attempts'),
      lastStatus: field('status'),
      leaseId: null,
      dueAt: caseWhen(field('delivered'), null, plus(now, field('pause'))),
      deadAt: caseWhen(isNull(field('pause')), now, null),
    })
    .from(table)
    .where(
      and(
        eq(webhookDeliveries.eventId, field('eventId')),
        eq(webhookDeliveries.endpoint, field('endpoint')),
        eq(webhookDeliveries.leaseId, field('leaseId')),
      ),
    );
}

/** 410: the receiver wants no more. Told once: who comes second finds it disabled. */
function disablings(deps: Deps, tried: readonly Tried[], now: number): BatchItem<'sqlite'>[] {
  const { db } = deps;
  const gone = tried.flatMap(({ endpoint, status }) =>
    endpoint && status === 410 ? [endpoint] : [],
  );
  return [...new Set(gone)].flatMap(({ name, target }) => [
    db
      .insert(webhookEndpoints)
      .values({ name, target, disabledAt: now })
      .onConflictDoUpdate({
        target: webhookEndpoints.name,
        set: { target, disabledAt: now },
        setWhere: ne(webhookEndpoints.target, target),
      }),
    ...eventStatements(
      deps,
      {
        at: now,
        type: 'webhook.disabled',
        data: { endpoint: name },
        dedupeKey: `webhook.disabled ${name} ${target} ${now}`,
      },
      hasRow(
        db,
        webhookEndpoints,
        and(eq(webhookEndpoints.name, name), eq(webhookEndpoints.disabledAt, now)),
      ),
    ),
  ]);
}

/** Erased by a Worker of the release before deliveries: nobody could be told of what. */
const orphans = (db: Database, tried: readonly Tried[]): BatchItem<'sqlite'>[] => {
  const ids = tried
    .filter(({ held }) => held.event === null)
    .map(({ held }) => held.delivery.eventId);
  if (ids.length === 0) return [];
  const { eventId } = webhookDeliveries;
  return [
    db
      .delete(webhookDeliveries)
      .where(and(inJson(eventId, ids), not(hasRow(db, eventLog, eq(eventLog.id, eventId))))),
  ];
};
