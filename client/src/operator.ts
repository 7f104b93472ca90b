import { type Api, dataOf } from './api.ts';
import type { paths } from './openapi.ts';
import type {
  Delivery,
  EventWithDeliveries,
  IntegrationOfUser,
  MooringEvent,
  RequestOptions,
  WebhookEndpoint,
} from './types.ts';

type Query<Path extends '/v1/events' | '/v1/integrations'> = NonNullable<
  paths[Path]['get']['parameters']['query']
>;

/** Which events, and from where on. */
export interface EventsOptions extends RequestOptions {
  /**
   * The id of an event: what came after it. `latest`: only what comes from now on, which is nothing
   * yet.
   */
  after?: string | undefined;
  type?: Query<'/v1/events'>['type'] | undefined;
  userId?: string | undefined;
  /** How many each request asks for. Default 100. */
  pageSize?: number | undefined;
}

/** Which integrations. */
export interface AllIntegrationsOptions extends RequestOptions {
  provider?: string | undefined;
  status?: Query<'/v1/integrations'>['status'] | undefined;
  /** How many each request asks for. Default 100. */
  pageSize?: number | undefined;
}

/** JSON and queries leave out what is undefined; types may not. */
const given = <T extends object>(query: T) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };

/** Oldest first, up to what has happened by now. */
export async function* eventsOf(
  api: Api,
  { after, type, userId, pageSize, signal }: EventsOptions,
): AsyncGenerator<MooringEvent, void, undefined> {
  for (let cursor = after; ; ) {
    const { events, next } = await dataOf(
      api.GET('/v1/events', {
        params: { query: given({ after: cursor, type, userId, limit: pageSize }) },
        signal: signal ?? null,
      }),
    );
    yield* events;
    // A page may hold few that fit, or none, and yet lead on.
    if (next === null || next === cursor) return;
    cursor = next;
  }
}

/** What whoever runs the deployment asks. Takes a key with the right `operate`. */
export class Operator {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Everything that happened, oldest first, up to now. Keep the id of the last one, and go on from
   * it.
   *
   * @example
   * for await (const event of mooring.operator.events({ after: lastId })) {
   *   await apply(event);
   *   lastId = event.id;
   * }
   */
  events(options: EventsOptions = {}): AsyncGenerator<MooringEvent, void, undefined> {
    return eventsOf(this.#api, options);
  }

  /**
   * One event, and its delivery to each endpoint.
   * @throws MooringError event_not_found
   */
  event(eventId: string, { signal }: RequestOptions = {}): Promise<EventWithDeliveries> {
    return dataOf(
      this.#api.GET('/v1/events/{eventId}', {
        params: { path: { eventId } },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Sends an event again, to one endpoint or to all that want its type.
   * @throws MooringError event_not_found
   */
  async redeliver(
    eventId: string,
    { endpoint, signal }: RequestOptions & { endpoint?: string | undefined } = {},
  ): Promise<Delivery[]> {
    const { deliveries } = await dataOf(
      this.#api.POST('/v1/events/{eventId}/deliveries', {
        params: { path: { eventId } },
        body: given({ endpoint }),
        signal: signal ?? null,
      }),
    );
    return deliveries;
  }

  /** How the endpoints of webhooks stand. */
  async webhooks({ signal }: RequestOptions = {}): Promise<WebhookEndpoint[]> {
    const { endpoints } = await dataOf(this.#api.GET('/v1/webhooks', { signal: signal ?? null }));
    return endpoints;
  }

  /** Sends `webhook.test` to an endpoint. What became of it is told by `event(id)`. */
  testWebhook(endpoint: string, { signal }: RequestOptions = {}): Promise<{ id: string }> {
    return dataOf(
      this.#api.POST('/v1/webhooks/{endpoint}/test', {
        params: { path: { endpoint } },
        signal: signal ?? null,
      }),
    );
  }

  /** Enables an endpoint that answered 410. What it missed is in `events`. */
  enableWebhook(endpoint: string, { signal }: RequestOptions = {}): Promise<WebhookEndpoint> {
    return dataOf(
      this.#api.POST('/v1/webhooks/{endpoint}/enable', {
        params: { path: { endpoint } },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * The integrations of all users, for whoever keeps a copy of them.
   *
   * @example
   * for await (const { userId, provider } of mooring.operator.integrations({ status: 'error' })) {
   *   console.log(userId, provider);
   * }
   */
  async *integrations({
    provider,
    status,
    pageSize,
    signal,
  }: AllIntegrationsOptions = {}): AsyncGenerator<IntegrationOfUser, void, undefined> {
    let after: string | undefined;
    do {
      const { integrations, next }: { integrations: IntegrationOfUser[]; next: string | null } =
        await dataOf(
          this.#api.GET('/v1/integrations', {
            params: { query: given({ after, provider, status, limit: pageSize }) },
            signal: signal ?? null,
          }),
        );
      yield* integrations;
      after = next ?? undefined;
    } while (after !== undefined);
  }
}
