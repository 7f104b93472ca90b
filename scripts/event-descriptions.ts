/**
 * What each event means, with an example of its data: for the API reference and docs/events.md. It
 * stands beside the generators, because the Worker is not to carry it.
 */
import type { Event, EventType } from '../src/events/types';

const integration = { userId: 'user-1', provider: 'reddit', accountId: 't2_1w72' };
const example = { ...integration, version: 1_795_689_000_000 };
const circuit = { provider: 'reddit', host: 'www.reddit.com' };

interface Description {
  means: string;
  /** Of its data. */
  example: Record<string, unknown>;
}

export const eventDescriptions: Record<EventType, Description> = {
  'integration.connected': {
    means: 'An account was connected.',
    example,
  },
  'integration.reconnected': {
    means: 'An account was connected again by the same user. Its scopes may be others.',
    example,
  },
  'integration.disconnected': {
    means: 'An integration was ended.',
    example,
  },
  'integration.needs_reconnect': {
    means: 'The provider takes the credential no more: the user has to connect again.',
    example: { ...example, reason: 'invalid_grant' },
  },
  'integration.recovered': {
    means:
      'What `integration.needs_reconnect` told is over, and nobody had to connect again: the provider took the credential after all.',
    example,
  },
  'integration.expiring': {
    means:
      'An integration will end, and no refresh puts that off. Told 14, 7 and 1 days before, each at most once.',
    example: { ...example, reconnectBy: '2026-12-06T12:00:00.000Z', days: 7 },
  },
  'integration.scopes_changed': {
    means: 'A refresh brought other scopes than were granted before.',
    example,
  },
  'connection.failed': {
    means: 'A user tried to connect an account, and it came to nothing. No status has changed.',
    example: {
      userId: 'user-1',
      provider: 'reddit',
      connectionId: 'b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90',
      error: 'access_denied',
    },
  },
  'user.erased': {
    means: 'All that was kept of a user is gone, but for this event, which goes after 30 days.',
    example: { userId: 'user-1' },
  },
  'provider.circuit_opened': {
    means: 'Refreshes of five users in a row failed at one token host.',
    example: { ...circuit, code: 'http_503' },
  },
  'provider.circuit_closed': {
    means: 'An operator closed a circuit.',
    example: { ...circuit, by: 'ops' },
  },
  'provider.operator_fault': {
    means: 'The provider refuses the client: its id, its secret or its scopes.',
    example: { ...circuit, code: 'invalid_client' },
  },
  'provider.refusal_storm': {
    means: 'So many were refused at once that nobody is believed to have lost a grant.',
    example: { ...circuit, code: 'refusal_storm' },
  },
  'provider.odd_reply': {
    means: 'A reply that nobody foresaw.',
    example: { provider: 'reddit', code: 'http_418' },
  },
  'provider.wrong_subject': {
    means: "A refresh brought somebody else's tokens, which were not kept.",
    example: { provider: 'reddit', rowId: 7 },
  },
  'revocation.gave_up': {
    means: 'A grant that was to be revoked may live on at the provider.',
    example: { provider: 'reddit', attempts: 31, reason: 'too_old' },
  },
  'integration.set_aside': {
    means: 'A row that nobody can read left the schedule.',
    example: { provider: 'reddit', rowId: 7 },
  },
  'rescue.dead_letter': {
    means: 'The queue gave up on a grant that D1 could not take. It is tried on.',
    example: {
      provider: 'reddit',
      rowId: 7,
      receivedAt: '2026-11-22T12:00:00.000Z',
      recovered: false,
    },
  },
  'rescue.set_aside': {
    means: 'Nothing can be made of a rescue record.',
    example: { key: 'set-aside/rescue/b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90.7' },
  },
  'webhook.disabled': {
    means: 'An endpoint answered 410: it gets nothing more until it is enabled again.',
    example: { endpoint: 'app' },
  },
  'webhook.test': {
    means: 'An operator tries an endpoint. Sent to this one only, whatever it asks for.',
    example: { endpoint: 'app', by: 'ops' },
  },
  'operator.signed_in': {
    means: "Somebody entered the operator's page.",
    example: { by: 'ops' },
  },
  'operator.refresh_run': {
    means: 'An operator started a run of refreshes.',
    example: { by: 'ops' },
  },
  'operator.user_invalidated': {
    means: "An operator made the caches forget a user's statuses.",
    example: { userId: 'user-1', by: 'ops' },
  },
  'operator.verdicts_taken_back': {
    means: 'An operator took back what had been inferred from refusals of a provider.',
    example: { provider: 'reddit', by: 'ops', taken: 12 },
  },
  'operator.webhook_enabled': {
    means: 'An operator enabled an endpoint that had answered 410.',
    example: { endpoint: 'app', by: 'ops' },
  },
  'operator.dead_letters_sent': {
    means: 'An operator had the dead letters of an endpoint sent again.',
    example: { endpoint: 'app', by: 'ops', sent: 12 },
  },
};

/** As it is told. */
export const eventExample = <T extends EventType>(type: T): Extract<Event, { type: T }> =>
  ({
    id: 'evt_5k',
    type,
    timestamp: '2026-11-26T12:30:00.000Z',
    data: eventDescriptions[type].example,
  }) as unknown as Extract<Event, { type: T }>;
