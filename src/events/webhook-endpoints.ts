/**
 * The endpoints of WEBHOOKS: how they stand, what waits for them, and what an operator can do about
 * it. Never a secret or a URL.
 */
import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import * as z from 'zod';
import { runBatch } from '../db/client';
import { distinctValues, howMany, jsonRows, rowidOf, sqlOne } from '../db/expressions';
import { eventLog, webhookDeliveries, webhookEndpoints } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { timeSchema, timestamp } from '../time';
import { deliveriesTo } from './deliveries';
import { eventStatements, recordAct } from './event-log';
import { eventIdOf } from './types';
import type { WebhookEndpoint } from './webhooks-setting';

/** More is not counted. */
export const COUNTED_DELIVERIES = 1_000;
/** Dead letters that are sent again at once. */
const SENT_AGAIN = 500;

const count = (description: string) =>
  z
    .int()
    .gte(0)
    .lte(COUNTED_DELIVERIES)
    .meta({ description: `${description}; ${COUNTED_DELIVERIES}: or more.` });

export const endpointSchema = z
  .object({
    name: z.string().meta({ description: 'As in WEBHOOKS.', examples: ['app'] }),
    state: z.enum(['enabled', 'disabled', 'not_configured']).meta({
      description:
        '`disabled`: it answered 410, and gets nothing but `user.erased` until it is enabled. `not_configured`: what waits for it is a dead letter after four days.',
    }),
    host: z
      .string()
      .nullable()
      .meta({
        description: 'Null: a Worker of the same account, or not configured.',
        examples: ['app.example.com'],
      }),
    events: z.array(z.string()).meta({ examples: [['integration.*']] }),
    disabledAt: timeSchema.nullable(),
    waiting: count('Deliveries that are tried on'),
    deadLetters: count('Deliveries that are tried no more, and may be sent again'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type EndpointState = z.output<typeof endpointSchema>;

/** @throws AppError not_found */
export function endpointOf({ config }: Deps, name: string): WebhookEndpoint {
  const endpoint = config.webhooks.find((one) => one.name === name);
  if (!endpoint) throw new AppError('not_found', 'WEBHOOKS has no such endpoint');
  return endpoint;
}

/**
 * Those of WEBHOOKS in their order, then those for which something is left. @throws what D1 throws
 */
export async function listEndpoints({ db, config }: Deps): Promise<EndpointState[]> {
  const { webhooks } = config;
  const { endpoint, dueAt, deadAt } = webhookDeliveries;
  const waiting = distinctValues(db, 'waiting', endpoint, { where: isNotNull(dueAt) });
  const dead = distinctValues(db, 'dead', endpoint, { where: isNotNull(deadAt) });
  const { table, field } = jsonRows(
    'configured',
    webhooks.map(({ name }) => ({ name })),
  );
  const named = db
    .select({ name: waiting.value })
    .from(waiting)
    .union(db.select({ name: dead.value }).from(dead))
    .union(db.select({ name: field('name') }).from(table))
    .as('named');
  const some = (time: typeof dueAt | typeof deadAt) =>
    howMany(
      db
        .select({ one: sqlOne })
        .from(webhookDeliveries)
        .where(and(eq(endpoint, named.name), isNotNull(time)))
        .limit(COUNTED_DELIVERIES),
    );
  const found = await db
    .with(waiting, dead)
    .select({
      name: named.name,
      target: webhookEndpoints.target,
      disabledAt: webhookEndpoints.disabledAt,
      waiting: some(dueAt),
      deadLetters: some(deadAt),
    })
    .from(named)
    .leftJoin(webhookEndpoints, eq(webhookEndpoints.name, named.name))
    .where(isNotNull(named.name))
    .orderBy(named.name);
  const configured = webhooks.flatMap((endpoint): EndpointState[] => {
    const { name, events, url, binding, target } = endpoint;
    const row = found.find((one) => one.name === name);
    const disabledAt = row?.target === target ? row.disabledAt : null;
    return [
      {
        name,
        state: disabledAt === null ? 'enabled' : 'disabled',
        host: binding === null ? new URL(url).host : null,
        events: [...events],
        disabledAt: disabledAt === null ? null : timestamp(disabledAt),
        waiting: row?.waiting ?? 0,
        deadLetters: row?.deadLetters ?? 0,
      },
    ];
  });
  const others = found
    .filter(({ name }) => !webhooks.some((endpoint) => endpoint.name === name))
    .map(
      ({ name, waiting, deadLetters }): EndpointState => ({
        name,
        state: 'not_configured',
        host: null,
        events: [],
        disabledAt: null,
        waiting,
        deadLetters,
      }),
    );
  return [...configured, ...others];
}

/**
 * What waits for it is tried as it is due.
 *
 * @param by name of the service key
 * @throws what D1 throws
 */
export async function enableEndpoint(deps: Deps, name: string, by: string): Promise<void> {
  await deps.db.delete(webhookEndpoints).where(eq(webhookEndpoints.name, name));
  recordAct(deps, { type: 'operator.webhook_enabled', data: { endpoint: name, by } });
  deps.log.info('webhook.enabled', { endpoint: name });
}

/**
 * Sends `webhook.test` to this endpoint only, also while it is disabled.
 *
 * @param by name of the service key
 * @returns the event's id
 * @throws what D1 throws
 */
export async function testEndpoint(
  deps: Deps,
  endpoint: WebhookEndpoint,
  by: string,
): Promise<string> {
  const { db } = deps;
  const dedupeKey = `webhook.test ${deps.uuid()}`;
  const isEvent = eq(eventLog.dedupeKey, dedupeKey);
  await runBatch(db, [
    ...eventStatements(deps, {
      at: deps.now(),
      type: 'webhook.test',
      data: { endpoint: endpoint.name, by },
      dedupeKey,
    }),
    deliveriesTo(deps, [endpoint], isEvent),
  ]);
  const [event] = await db.select({ id: eventLog.id }).from(eventLog).where(isEvent);
  return eventIdOf(event?.id ?? 0);
}

/**
 * Makes dead letters due, those first that died first; the next tick begins with them.
 *
 * @param by name of the service key
 * @returns how many
 * @throws what D1 throws
 */
export async function sendDeadLetters(
  deps: Deps,
  { name }: WebhookEndpoint,
  by: string,
): Promise<{ sent: number; left: boolean }> {
  const { db } = deps;
  const { endpoint, deadAt } = webhookDeliveries;
  const rowid = rowidOf(webhookDeliveries);
  const dead = db
    .select({ rowid })
    .from(webhookDeliveries)
    .where(and(eq(endpoint, name), isNotNull(deadAt)))
    .orderBy(asc(deadAt))
    .limit(SENT_AGAIN);
  const due = await db
    .update(webhookDeliveries)
    .set({ attempts: 0, dueAt: deps.now(), leaseId: null, deadAt: null })
    .where(inArray(rowid, dead))
    .returning({ eventId: webhookDeliveries.eventId });
  const sent = due.length;
  recordAct(deps, { type: 'operator.dead_letters_sent', data: { endpoint: name, by, sent } });
  return { sent, left: sent === SENT_AGAIN };
}
