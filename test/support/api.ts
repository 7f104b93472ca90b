/** Calls of the Worker from tests: over its real `fetch`, as a caller outside would. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { createApp } from '../../src/app';
import type { Bindings } from '../../src/config';
import type { Deps } from '../../src/deps';
import { asDeclared } from './declared';
import { jwtSecret, serviceKey } from './keys';

export { jwtSecret, serviceKey };

export interface ApiInit extends Omit<RequestInit, 'body'> {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
  /** A bearer token other than the service key; null: none. */
  token?: string | null;
}

/** A request to the Worker, with the service key unless told otherwise. Follows no redirects. */
export function apiRequest(path: string, init: ApiInit = {}): Request {
  const { json, token = serviceKey, headers: given, ...rest } = init;
  const headers = new Headers(given);
  if (token !== null && !headers.has('Authorization')) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  if (json !== undefined) headers.set('Content-Type', 'application/json');
  return new Request(new URL(path, 'http://localhost:8787'), {
    redirect: 'manual',
    ...rest,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

/**
 * Through the deployed entry point: real clock, real outgoing requests. Every reply is held to its
 * route's declaration.
 */
export async function api(path: string, init: ApiInit = {}): Promise<Response> {
  const request = apiRequest(path, init);
  return asDeclared(request, await exports.default.fetch(request));
}

/** A user's JWT as the app would sign it, an hour to live. */
export function userToken(
  sub: string,
  claims: Record<string, unknown> = {},
  secret = jwtSecret,
): Promise<string> {
  return new SignJWT({ sub, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

type Call = (path: string, init?: ApiInit) => Promise<Response>;

/** Calls of an app; every reply is held to its route's declaration. */
export function apiOf(app: ReturnType<typeof createApp>, bindings = env as Bindings): Call {
  return async (path, init = {}) => {
    const request = apiRequest(path, init);
    return asDeclared(request, await app.fetch(request, bindings, createExecutionContext()));
  };
}

/**
 * The same app with given dependencies: a steered clock, a stand-in for the providers. Background
 * work goes to the deps' own `settle()`.
 */
export function apiWith(deps: Deps, bindings?: Bindings): Call {
  const app = createApp(
    (_env, _ctx, log) => ({ ...deps, log }),
    () => deps.log,
  );
  return apiOf(app, bindings);
}
