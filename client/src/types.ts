/** Names for what goes out and what comes back. All follow from the OpenAPI document. */
import type { components } from './openapi.ts';

type Schemas = components['schemas'];

/** With `exactOptionalPropertyTypes` too, an optional member may be given as `undefined`. */
type Loose<T> = { [Name in keyof T]: object extends Pick<T, Name> ? T[Name] | undefined : T[Name] };

/** One connected account of a user. */
export type Integration = Schemas['Integration'];
/** A user's integrations, newest connection first. */
export type IntegrationList = Schemas['IntegrationList'];
/** What can be connected. */
export type Provider = Schemas['Provider'];
/** A connection on its way: its state, and why it failed. */
export type Connection = Schemas['Connection'];
/** A connection that was begun: send the browser to `connectUrl`. */
export type StartedConnection = Schemas['StartedConnection'];
/** An access token (`kind: 'oauth2'`), or stored credentials (`kind: 'credentials'`). */
export type Token = Schemas['Token'];
/** What becomes of the grant at the provider. */
export type Disconnected = Schemas['Disconnected'];
/** A token for one user that only reads and calls. */
export type Delegation = Schemas['Delegation'];
/** What the app's page posts to open the hosted page. */
export type PageSession = Schemas['PageSession'];
/** One user of a batch. */
export type StatusOfUser = Schemas['StatusOfUser'];
/** What became of a batch of refreshes. */
export type Refreshed = Schemas['Refreshed'] & {
  /** The newest of its users' versions, good for each of them. Undefined: none is known. */
  version: number | undefined;
};

/**
 * An event, told apart by its `type`. A newer deployment may have types that this version does not
 * know.
 */
export type MooringEvent = Schemas['Event'];
/** An event, and its delivery to each endpoint. */
export type EventWithDeliveries = Schemas['EventWithDeliveries'];
/** How an event's delivery to one endpoint stands. */
export type Delivery = Schemas['Delivery'];
/** An endpoint of webhooks, and what waits for it. */
export type WebhookEndpoint = Schemas['WebhookEndpoint'];
/** An integration, and whose it is. */
export type IntegrationOfUser = Schemas['IntegrationOfUser'];

/** What a connection is begun with. */
export type ConnectionInput = Loose<Schemas['ConnectionRequest']>;
/** What a connection is completed with. */
export type CompletionInput = Loose<Schemas['CompletionRequest']> & { completion: string };
/** A key, a password or a session cookie. */
export type CredentialsInput = Loose<Schemas['CredentialsRequest']>;
/** What a token has to be good for, and where the browser comes back to from a consent. */
export type TokenInput = Loose<Omit<Schemas['TokenRequest'], 'provider' | 'accountId'>>;
/** What a delegation may do, and for how long. */
export type DelegationInput = Loose<Schemas['DelegationRequest']>;
/** What the hosted page shows. */
export type PageSessionInput = Loose<Schemas['PageSessionRequest']>;

/** Options of every request. */
export interface RequestOptions {
  /** Ends the request, and the wait for another try. */
  signal?: AbortSignal | undefined;
}

/** Options of reads. */
export interface ReadOptions extends RequestOptions {
  /**
   * The answer is of this version or a later one. Beside it holds what the client knows by itself.
   * For versions that came by another way, such as a webhook's.
   */
  atLeast?: number | undefined;
}
