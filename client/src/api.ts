/** Every route of the OpenAPI document, typed, through `send`. */
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi.ts';
import type { Send } from './send.ts';

/**
 * Every route, typed by the OpenAPI document. What is not 2xx is thrown as a `MooringError`.
 *
 * @example
 * const { data } = await mooring.api.GET('/v1/refresh/runs');
 */
export type Api = Client<paths>;

/**
 * Besides all GETs: routes that do nothing more when they are called again. Stored credentials are
 * none: where nothing names the account, each call makes one of its own.
 */
const repeatable: ReadonlySet<string> = new Set([
  'POST /v1/status',
  'POST /v1/users/{userId}/connections/{id}/complete',
  'POST /v1/users/{userId}/integrations/{provider}/{accountId}/check',
  'POST /v1/users/{userId}/token',
  'POST /v1/webhooks/{endpoint}/enable',
  'DELETE /v1/users/{userId}',
  'DELETE /v1/users/{userId}/delegations',
  'DELETE /v1/cache',
  'DELETE /v1/cache/users/{userId}',
] satisfies `${string} ${keyof paths & string}`[]);

export function createApi(baseUrl: string, send: Send): Api {
  const routes = new WeakMap<Request, { path: string; userId: string | undefined }>();
  const api = createClient<paths>({
    baseUrl,
    async fetch(request) {
      const { method, url, headers, signal } = request;
      const { path = '', userId } = routes.get(request) ?? {};
      const body = method === 'GET' ? null : (await request.text()) || null;
      return send({
        url,
        init: { method, headers, body, signal },
        userId,
        repeatable: method === 'GET' || repeatable.has(`${method} ${path}`),
      });
    },
  });
  api.use({
    onRequest({ request, schemaPath, params: { path = {} } }) {
      for (const value of Object.values(path)) segment(String(value));
      routes.set(request, { path: schemaPath, userId: path.userId as string | undefined });
    },
  });
  return api;
}

/**
 * One segment of a path. URLs swallow `.` and `..`, and the request would go to another route.
 * @throws TypeError
 */
export function segment(id: string): string {
  if (['', '.', '..'].includes(id)) throw new TypeError(`"${id}" is no id`);
  return encodeURIComponent(id);
}

/** JSON leaves out what is undefined. */
export type Strict<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** What a request gives; refusals were thrown. */
export async function dataOf<T>(reply: Promise<{ data?: T }>): Promise<T> {
  return (await reply).data as T;
}

export const versionHeader = (atLeast: number | undefined) =>
  atLeast === undefined ? {} : { 'Consistency-Token': String(atLeast) };
