/**
 * Every event that there is, with the schema of its data. From here come what webhooks and `GET
 * /v1/events` tell, and, with what scripts/event-descriptions.ts says of each, the `webhooks` of
 * the OpenAPI document and the reference in docs/events.md.
 *
 * Never a token, and never text of a provider's: ids, names of ours, and codes.
 */
import * as z from 'zod';
import { connectionErrors } from '../db/schema';
import { timeSchema } from '../time';

const userId = z.string().describe("The app's own id of the user.");
const provider = z.string();
const accountId = z.string().describe("The provider's own id of the account.");
const version = z
  .int()
  .describe(
    "The user's version with this change in it: a read that sends it as Consistency-Token sees at least this.",
  );
const host = z.string().describe('Where its tokens are refreshed.');
const code = z.string().describe('What the refreshes came to.');
const by = z.string().describe('The name of the service key.');
const rowId = z.int().describe('The row of `oauth_accounts`.');
const attempts = z.int();

const ofIntegration = z.object({ userId, provider, accountId, version });
const ofCircuit = z.object({ provider, host, code });

/** Of a user, who may read them; the user's own callers too. */
const userEvents = {
  'integration.connected': ofIntegration,
  'integration.reconnected': ofIntegration,
  'integration.disconnected': ofIntegration,
  'integration.needs_reconnect': ofIntegration.extend({ reason: z.string().describe('A code.') }),
  'integration.recovered': ofIntegration,
  'integration.expiring': ofIntegration.extend({
    reconnectBy: timeSchema.describe('When it ends.'),
    days: z.int().describe('How many are left, rounded up.'),
  }),
  'integration.scopes_changed': ofIntegration,
  'connection.failed': z.object({
    userId,
    provider,
    connectionId: z.string(),
    error: z.enum(connectionErrors).describe('As in the reply to `GET` of the connection.'),
  }),
  'user.erased': z.object({ userId }),
} as const satisfies Record<string, z.ZodObject>;

/** For whoever runs the deployment. What to do: docs/operations.md. */
const operatorEvents = {
  'provider.circuit_opened': ofCircuit,
  'provider.circuit_closed': z.object({ provider, host, by }),
  'provider.operator_fault': ofCircuit,
  'provider.refusal_storm': ofCircuit.extend({
    host: host.optional().describe('Absent where checks were refused, not refreshes.'),
  }),
  'provider.odd_reply': z.object({ provider, code }),
  'provider.wrong_subject': z.object({ provider, rowId }),
  'revocation.gave_up': z.object({
    provider,
    attempts,
    reason: z.enum(['refused', 'account_unknown', 'too_old', 'unreadable']),
  }),
  'integration.set_aside': z.object({ provider, rowId }),
  'rescue.dead_letter': z.object({
    provider,
    rowId,
    receivedAt: timeSchema,
    recovered: z.boolean(),
  }),
  'rescue.set_aside': z.object({
    provider: provider.optional(),
    rowId: rowId.optional(),
    key: z.string().describe('In KV.'),
  }),
  'webhook.disabled': z.object({ endpoint: z.string().describe('Its name in WEBHOOKS.') }),
  'webhook.test': z.object({ endpoint: z.string().describe('Its name in WEBHOOKS.'), by }),
  'operator.signed_in': z.object({ by }),
  'operator.refresh_run': z.object({ by }),
  'operator.user_invalidated': z.object({ userId, by }),
  'operator.verdicts_taken_back': z.object({
    provider,
    by,
    taken: z.int().describe('Integrations.'),
  }),
  'operator.webhook_enabled': z.object({
    endpoint: z.string().describe('Its name in WEBHOOKS.'),
    by,
  }),
  'operator.dead_letters_sent': z.object({
    endpoint: z.string().describe('Its name in WEBHOOKS.'),
    by,
    sent: z.int().describe('Deliveries.'),
  }),
} as const satisfies Record<string, z.ZodObject>;

/** By type. What each means, with an example, stands in scripts/event-descriptions.ts. */
export const eventData = { ...userEvents, ...operatorEvents };

export type EventType = keyof typeof eventData;
export const eventTypes = Object.keys(eventData) as EventType[];

/** Those that a user's own callers may read. */
export const userEventTypes = Object.keys(userEvents) as (keyof typeof userEvents)[];

export type EventData<T extends EventType> = z.output<(typeof eventData)[T]>;

type TimeFieldIn<Shape> = {
  [K in keyof Shape]: Shape[K] extends typeof timeSchema ? K : never;
}[keyof Shape];
/** A time in the data of an event: stored in ms, as everywhere, and told in RFC 3339. */
export type TimeField = {
  [T in EventType]: TimeFieldIn<(typeof eventData)[T]['shape']>;
}[EventType];

const timeFields = new Set<string>(
  Object.values(eventData).flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, schema]) =>
      schema instanceof z.ZodISODateTime ? [name] : [],
    ),
  ),
);
export const isTimeField = (name: string): name is TimeField => timeFields.has(name);

export type Event = {
  [T in EventType]: { id: string; type: T; timestamp: string; data: EventData<T> };
}[EventType];

/**
 * Of rows of `audit_events`: `evt_` and the row's id in base32hex (RFC 4648 section 7), in lower
 * case: 0-9, a-v.
 */
export const eventIdPattern = /^evt_[1-9a-v][0-9a-v]{0,9}$/;

export const eventIdOf = (rowId: number): string => `evt_${rowId.toString(32)}`;

/** Null where no event has such an id. */
export const eventRowIdOf = (id: string): number | null =>
  eventIdPattern.test(id) ? Number.parseInt(id.slice('evt_'.length), 32) : null;

export const eventIdSchema = z
  .string()
  .regex(eventIdPattern, 'is not the id of an event: evt_ and up to ten of 0-9 and a-v')
  .meta({ description: 'Of an event.', examples: ['evt_5k'] });

/** `integration.needs_reconnect` -> `IntegrationNeedsReconnectEvent`. */
export const eventName = (type: EventType): string =>
  `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`;

const schemaOf = (type: EventType) =>
  z
    .object({
      id: eventIdSchema.describe('The same wherever the event is told.'),
      type: z.literal(type),
      timestamp: timeSchema.describe('When it happened.'),
      data: eventData[type],
    })
    .meta({ id: eventName(type) });

/** By type. */
export const eventSchemas = Object.fromEntries(
  eventTypes.map((type) => [type, schemaOf(type)]),
) as unknown as { [T in EventType]: z.ZodType<Extract<Event, { type: T }>> };

type Schemas = [ReturnType<typeof schemaOf>, ...ReturnType<typeof schemaOf>[]];

export const eventSchema = z
  .discriminatedUnion('type', Object.values(eventSchemas) as unknown as Schemas)
  .meta({ id: 'Event' }) as unknown as z.ZodType<Event>;
