/**
 * Every event that there is, with the schema of its data. From here come what webhooks and `GET
 * /v1/events` tell, the `webhooks` of the OpenAPI document, and the reference in docs/events.md.
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

const integration = { userId: 'user-1', provider: 'reddit', accountId: 't2_1w72' };
const example = { ...integration, version: 1_795_689_000_000 };
const circuit = { provider: 'reddit', host: 'www.reddit.com' };

/** Of a user, who may read them; the user's own callers too. */
const userEvents = {
  'integration.connected': {
    means: 'An account was connected.',
    data: ofIntegration,
    example,
  },
  'integration.reconnected': {
    means: 'An account was connected again by the same user. Its scopes may be others.',
    data: ofIntegration,
    example,
  },
  'integration.disconnected': {
    means: 'An integration was ended.',
    data: ofIntegration,
    example,
  },
  'integration.needs_reconnect': {
    means: 'The provider takes the credential no more: the user has to connect again.',
    data: ofIntegration.extend({ reason: z.string().describe('A code.') }),
    example: { ...example, reason: 'invalid_grant' },
  },
  'integration.recovered': {
    means:
      'What `integration.needs_reconnect` told is over, and nobody had to connect again: the provider took the credential after all.',
    data: ofIntegration,
    example,
  },
  'integration.expiring': {
    means:
      'An integration will end, and no refresh puts that off. Told 14, 7 and 1 days before, each at most once.',
    data: ofIntegration.extend({
      reconnectBy: timeSchema.describe('When it ends.'),
      days: z.int().describe('How many are left, rounded up.'),
    }),
    example: { ...example, reconnectBy: '2026-12-06T12:00:00.000Z', days: 7 },
  },
  'integration.scopes_changed': {
    means: 'A refresh brought other scopes than were granted before.',
    data: ofIntegration,
    example,
  },
  'connection.failed': {
    means: 'A user tried to connect an account, and it came to nothing. No status has changed.',
    data: z.object({
      userId,
      provider,
      connectionId: z.string(),
      error: z.enum(connectionErrors).describe('As in the reply to `GET` of the connection.'),
    }),
    example: {
      userId: 'user-1',
      provider: 'reddit',
      connectionId: 'b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90',
      error: 'access_denied',
    },
  },
  'user.erased': {
    means: 'All that was kept of a user is gone, but for this event, which goes after 30 days.',
    data: z.object({ userId }),
    example: { userId: 'user-1' },
  },
} as const satisfies Record<string, Definition>;

/** For whoever runs the deployment. What to do: docs/operations.md. */
const operatorEvents = {
  'provider.circuit_opened': {
    means: 'Refreshes of five users in a row failed at one token host.',
    data: ofCircuit,
    example: { ...circuit, code: 'http_503' },
  },
  'provider.circuit_closed': {
    means: 'An operator closed a circuit.',
    data: z.object({ provider, host, by }),
    example: { ...circuit, by: 'ops' },
  },
  'provider.operator_fault': {
    means: 'The provider refuses the client: its id, its secret or its scopes.',
    data: ofCircuit,
    example: { ...circuit, code: 'invalid_client' },
  },
  'provider.refusal_storm': {
    means: 'So many were refused at once that nobody is believed to have lost a grant.',
    data: ofCircuit.extend({
      host: host.optional().describe('Absent where checks were refused, not refreshes.'),
    }),
    example: { ...circuit, code: 'refusal_storm' },
  },
  'provider.odd_reply': {
    means: 'A reply that nobody foresaw.',
    data: z.object({ provider, code }),
    example: { provider: 'reddit', code: 'http_418' },
  },
  'provider.wrong_subject': {
    means: "A refresh brought somebody else's tokens, which were not kept.",
    data: z.object({ provider, rowId }),
    example: { provider: 'reddit', rowId: 7 },
  },
  'revocation.gave_up': {
    means: 'A grant that was to be revoked may live on at the provider.',
    data: z.object({
      provider,
      attempts,
      reason: z.enum(['refused', 'account_unknown', 'too_old', 'unreadable']),
    }),
    example: { provider: 'reddit', attempts: 31, reason: 'too_old' },
  },
  'integration.set_aside': {
    means: 'A row that nobody can read left the schedule.',
    data: z.object({ provider, rowId }),
    example: { provider: 'reddit', rowId: 7 },
  },
  'rescue.dead_letter': {
    means: 'The queue gave up on a grant that D1 could not take. It is tried on.',
    data: z.object({ provider, rowId, receivedAt: timeSchema, recovered: z.boolean() }),
    example: {
      provider: 'reddit',
      rowId: 7,
      receivedAt: '2026-11-22T12:00:00.000Z',
      recovered: false,
    },
  },
  'rescue.set_aside': {
    means: 'Nothing can be made of a rescue record.',
    data: z.object({
      provider: provider.optional(),
      rowId: rowId.optional(),
      key: z.string().describe('In KV.'),
    }),
    example: { key: 'set-aside/rescue/b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90.7' },
  },
  'webhook.disabled': {
    means: 'An endpoint answered 410: it gets nothing more until it is enabled again.',
    data: z.object({ endpoint: z.string().describe('Its name in WEBHOOKS.') }),
    example: { endpoint: 'app' },
  },
  'webhook.test': {
    means: 'An operator tries an endpoint. Sent to this one only, whatever it asks for.',
    data: z.object({ endpoint: z.string().describe('Its name in WEBHOOKS.'), by }),
    example: { endpoint: 'app', by: 'ops' },
  },
  'operator.signed_in': {
    means: "Somebody entered the operator's page.",
    data: z.object({ by }),
    example: { by: 'ops' },
  },
  'operator.refresh_run': {
    means: 'An operator started a run of refreshes.',
    data: z.object({ by }),
    example: { by: 'ops' },
  },
  'operator.user_invalidated': {
    means: "An operator made the caches forget a user's statuses.",
    data: z.object({ userId, by }),
    example: { userId: 'user-1', by: 'ops' },
  },
  'operator.verdicts_taken_back': {
    means: 'An operator took back what had been inferred from refusals of a provider.',
    data: z.object({ provider, by, taken: z.int().describe('Integrations.') }),
    example: { provider: 'reddit', by: 'ops', taken: 12 },
  },
  'operator.webhook_enabled': {
    means: 'An operator enabled an endpoint that had answered 410.',
    data: z.object({ endpoint: z.string().describe('Its name in WEBHOOKS.'), by }),
    example: { endpoint: 'app', by: 'ops' },
  },
  'operator.dead_letters_sent': {
    means: 'An operator had the dead letters of an endpoint sent again.',
    data: z.object({
      endpoint: z.string().describe('Its name in WEBHOOKS.'),
      by,
      sent: z.int().describe('Deliveries.'),
    }),
    example: { endpoint: 'app', by: 'ops', sent: 12 },
  },
} as const satisfies Record<string, Definition>;

interface Definition {
  means: string;
  data: z.ZodObject;
  example: Record<string, unknown>;
}

export const eventDefinitions = { ...userEvents, ...operatorEvents };

export type EventType = keyof typeof eventDefinitions;
export const eventTypes = Object.keys(eventDefinitions) as EventType[];

/** Those that a user's own callers may read. */
export const userEventTypes = Object.keys(userEvents) as (keyof typeof userEvents)[];

export type EventData<T extends EventType> = z.output<(typeof eventDefinitions)[T]['data']>;

type TimeFieldIn<Shape> = {
  [K in keyof Shape]: Shape[K] extends typeof timeSchema ? K : never;
}[keyof Shape];
/** A time in the data of an event: stored in ms, as everywhere, and told in RFC 3339. */
export type TimeField = {
  [T in EventType]: TimeFieldIn<(typeof eventDefinitions)[T]['data']['shape']>;
}[EventType];

const timeFields = new Set<string>(
  Object.values(eventDefinitions).flatMap(({ data }) =>
    Object.entries(data.shape).flatMap(([name, schema]) =>
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
const nameOf = (type: EventType): string =>
  `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`;

/** As it is told. */
export const eventExample = <T extends EventType>(type: T): Extract<Event, { type: T }> =>
  ({
    id: 'evt_5k',
    type,
    timestamp: '2026-11-26T12:30:00.000Z',
    data: eventDefinitions[type].example,
  }) as unknown as Extract<Event, { type: T }>;

const schemaOf = (type: EventType) => {
  const { means, data }: Definition = eventDefinitions[type];
  return z
    .object({
      id: eventIdSchema.describe('The same wherever the event is told.'),
      type: z.literal(type),
      timestamp: timeSchema.describe('When it happened.'),
      data,
    })
    .meta({
      id: nameOf(type),
      description: means,
      examples: [eventExample(type)],
    });
};

/** By type. */
export const eventSchemas = Object.fromEntries(
  eventTypes.map((type) => [type, schemaOf(type)]),
) as unknown as { [T in EventType]: z.ZodType<Extract<Event, { type: T }>> };

type Schemas = [ReturnType<typeof schemaOf>, ...ReturnType<typeof schemaOf>[]];

export const eventSchema = z
  .discriminatedUnion('type', Object.values(eventSchemas) as unknown as Schemas)
  .meta({ id: 'Event' }) as unknown as z.ZodType<Event>;
