/**
 * Events, as webhooks and the routes have them.
 * A receiver goes by `type`; a newer deployment may have types that this version does not know.
 */

interface OfUser {
  userId: string;
  /** Read the user with `atLeast: version`: what is answered has seen this event. */
  version: number;
}

interface OfAccount extends OfUser {
  provider: string;
  accountId: string;
}

interface Event<Type extends string, Data> {
  /** The same at every try of a delivery. */
  id: string;
  type: Type;
  /** RFC 3339. */
  timestamp: string;
  data: Data;
}

/** What Mooring delivers. */
export type WebhookEvent =
  | Event<'integration.connected', OfAccount>
  | Event<'integration.reconnected', OfAccount>
  | Event<'integration.disconnected', OfAccount>
  | Event<'integration.recovered', OfAccount>
  | Event<'integration.scopes_changed', OfAccount>
  | Event<'integration.expiring', OfAccount>
  | Event<'integration.needs_reconnect', OfAccount & { reason?: string }>;
