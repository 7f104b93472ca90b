/**
 * A route is one declaration: who may call it, what goes in, every reply that it gives, and the
 * handler. The declaration checks the request, types the handler, and is the route's part of the
 * OpenAPI document (scripts/openapi.ts). The tests parse each reply by it.
 */
import type { Context, Handler, Hono } from 'hono';
import * as z from 'zod';
import type { Bindings } from '../config';
import type { Deps } from '../deps';
import { AppError, type ErrorCode } from '../errors';
import type { Log } from '../log';
import type { Right } from '../rights';
import { readForm, readJson } from './body';
import {
  type Access,
  authenticate,
  type Caller,
  refuseEnded,
  refuseOtherProvider,
  refuseWithout,
  refuseWithoutRight,
} from './caller';
import { lastEnding } from './delegation';
import { checkRateLimit, type RateLimited } from './rate-limit';
import { standardHeaders } from './reply-headers';
import { noteKeyUse } from './service-key';
import { headerName, parseInput } from './validate';

export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    deps: Deps;
    caller: Caller;
    requestId: string;
    log: Log;
    /** Whose API was called. */
    provider?: string;
    /** Set by a route whose successes are counted, not logged. */
    unlogged?: boolean;
  };
}

export interface ReplySpec {
  description: string;
  /** Of a JSON body. Replies without a schema and a type have no body. */
  schema?: z.ZodType;
  /** The media type of a body that is text, but not JSON. */
  type?: string;
  /** By their names in HTTP; besides those that every reply has. */
  headers?: z.ZodObject;
}

/** `Browser`: a browser goes there by itself. No client calls it, so it is not in the document. */
export type Tag =
  | 'Integrations'
  | 'Connect'
  | 'Tokens'
  | 'Delegations'
  | 'Events'
  | 'Calls'
  | 'Refresh'
  | 'Webhooks'
  | 'Cache'
  | 'Providers'
  | 'Service'
  | 'Browser';

export type RouteSpec = RouteParts & (Access | { /** No proof is asked for. */ callers: 'anyone' });

interface RouteParts {
  /** OpenAPI operationId. */
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /**
   * Hono's form: `/v1/users/:userId/integrations`; `:path{[^]+}` is all that follows, and at least
   * something (where it may be nothing, Hono leaves its fast router).
   */
  path: string;
  /** The path is also taken with a "/" at its end. */
  mayEndWithSlash?: true;
  tag: Tag;
  /** What else there is to say stands in scripts/openapi-descriptions.ts. */
  summary: string;
  limit?: RateLimited;
  /**
   * Only its failures get a line in the access log: a line costs as much as the whole of a hit in
   * memory, and the platform logs each invocation anyway.
   */
  logFailuresOnly?: true;
  param?: z.ZodObject;
  query?: z.ZodObject;
  /** In camel case: `consistencyToken` is read from `Consistency-Token`. */
  header?: z.ZodObject;
  json?: z.ZodType;
  /** What an HTML form posts. */
  form?: z.ZodType;
  /** By status. */
  replies: Record<number, ReplySpec>;
  /**
   * Answers with what another server answered, whatever that is, besides its `replies`. Such a
   * reply says `Mooring-Answered-By: provider`.
   */
  passesOn?: string;
  /** Besides those that any route can give (invalid_request, unauthenticated, internal, ...). */
  errors?: readonly ErrorCode[];
}

export type Route = RouteSpec & { handler: Handler<AppEnv> };

declare const json: unique symbol;
/** JSON of a T that is text already. */
export type JsonText<T> = string & { readonly [json]: T };

export const jsonText = <T>(value: T): JsonText<T> => JSON.stringify(value) as JsonText<T>;

declare const replied: unique symbol;
/** Made by `reply` or `pass` only, so that no handler can answer past its declaration. */
type Replied = Response & { readonly [replied]: true };

type BodyOf<R> = R extends { schema: infer S extends z.ZodType }
  ? z.output<S> | JsonText<z.output<S>>
  : R extends { type: string }
    ? string
    : null;

type DeclaredHeaders<R> = R extends { headers: infer H extends z.ZodType } ? z.input<H> : object;
type HeadersOf<R> = DeclaredHeaders<R> & { 'Cache-Control'?: string };

type Reply<Replies> = <Status extends keyof Replies>(
  status: Status,
  body: BodyOf<Replies[Status]>,
  ...headers: object extends DeclaredHeaders<Replies[Status]>
    ? [HeadersOf<Replies[Status]>?]
    : [HeadersOf<Replies[Status]>]
) => Replied;

type Part<S, Name extends string> = S extends { readonly [K in Name]: infer T extends z.ZodType }
  ? z.output<T>
  : undefined;

type CallerOf<Callers> = Callers extends readonly (infer Kind)[]
  ? Extract<Caller, { kind: Kind }>
  : undefined;

interface RouteContext<S extends RouteSpec> {
  /** `userId` of a user, or of a delegation, is its own, also where the path says `me`. */
  param: Part<S, 'param'>;
  query: Part<S, 'query'>;
  header: Part<S, 'header'>;
  json: Part<S, 'json'>;
  form: Part<S, 'form'>;
  caller: CallerOf<S['callers']>;
  deps: Deps;
  env: Bindings;
  request: Request;
  c: Context<AppEnv>;
  reply: Reply<S['replies']>;
  /** Of routes with `passesOn`: another server's reply, to which only the request's id is added. */
  pass: S extends { passesOn: string } ? (response: Response) => Replied : undefined;
}

export function route<const S extends RouteSpec>(
  spec: S,
  handler: (context: RouteContext<S>) => Promise<Replied> | Replied,
): Route {
  const readHeader = spec.header && headerReader(spec.header);
  const access: Access | null = spec.callers === 'anyone' ? null : spec;
  return {
    ...spec,
    handler: async (c) => {
      const deps = c.get('deps');
      const request = c.req.raw;
      if (spec.logFailuresOnly) c.set('unlogged', true);
      const caller = access ? await callerOf(c, access) : undefined;
      if (caller && spec.limit) await checkRateLimit(c.env, spec.limit, caller);
      // What is wrong is told in this order: of the path first, of the body last.
      const param = spec.param && paramOf(spec.param, c.req.param(), caller);
      if (caller && access?.provider === 'path') {
        refuseOtherProvider(caller, String(param?.provider));
      }
      const query = spec.query && parseInput(spec.query, queryOf(c.req.queries()), 'query');
      if (caller && access?.rightForOneUser) {
        narrowToUser(caller, access.right, query);
      }
      const header = readHeader?.(request);
      const json = spec.json && parseInput(spec.json, await bodyOf(c, spec.json), 'body');
      if (caller && access?.provider === 'body') {
        refuseOtherProvider(caller, String((json as { provider?: unknown }).provider));
      }
      const form = spec.form && parseInput(spec.form, await readForm(c), 'body');

      const reply = (status: number, body: unknown, headers?: Record<string, string>): Response =>
        new Response(typeof body === 'string' || body === null ? body : JSON.stringify(body), {
          status,
          headers: {
            ...standardHeaders(request.url),
            ...headers,
            ...(body === null
              ? {}
              : { 'Content-Type': spec.replies[status]?.type ?? 'application/json' }),
            'X-Request-Id': c.get('requestId'),
          },
        });
      const pass = (response: Response): Response => {
        response.headers.set('X-Request-Id', c.get('requestId'));
        return response;
      };
      const context = {
        param,
        query,
        header,
        json,
        form,
        caller,
        deps,
        env: c.env,
        request,
        c,
        reply,
        pass: spec.passesOn === undefined ? undefined : pass,
      };
      // The declaration's types are those of what its schemas have parsed.
      try {
        return await handler(context as unknown as RouteContext<S>);
      } finally {
        if (caller?.kind === 'service') noteKeyUse(deps, caller.name);
      }
    },
  };
}

export function mount(app: Hono<AppEnv>, routes: readonly Route[]): Hono<AppEnv> {
  for (const { method, path, mayEndWithSlash, handler } of routes) {
    app.on(method.toUpperCase(), mayEndWithSlash ? [path, `${path}/`] : [path], handler);
  }
  return app;
}

/**
 * Headers of a 303: nothing is sent twice, and nothing of this address goes on with the browser.
 */
export const seeOther = z.object({ Location: z.string() });

async function callerOf(c: Context<AppEnv>, access: Access): Promise<Caller> {
  const deps = c.get('deps');
  const caller = await authenticate(c.req.raw.headers, deps);
  c.set('caller', caller);
  refuseWithout(caller, access);
  // A call reads it from the primary, with the row (src/calls/proxy.ts).
  if (caller.kind === 'delegation' && access.right !== 'call') {
    refuseEnded(caller, await lastEnding(deps, caller.userId));
  }
  return caller;
}

/** `userId` of a user, or of a delegation, must be its own or `me`, which becomes its own. */
function paramOf(schema: z.ZodObject, given: Record<string, string>, caller: Caller | undefined) {
  const param = parseInput(schema, given, 'path');
  if ('userId' in param && caller !== undefined && caller.kind !== 'service') {
    param.userId = ownId(caller, param.userId);
  }
  return param;
}

/** @throws AppError forbidden for another user's */
function ownId(caller: Exclude<Caller, { kind: 'service' }>, userId: unknown): string {
  if (userId !== 'me' && userId !== caller.userId) {
    throw new AppError('forbidden', 'a user can reach only its own integrations');
  }
  return caller.userId;
}

/** Of a route with `rightForOneUser`: all users' are for the services with its `right`. */
function narrowToUser(caller: Caller, right: Right, query: { userId?: unknown } = {}): void {
  if (caller.kind !== 'service') query.userId = ownId(caller, query.userId ?? 'me');
  else if (query.userId === undefined) refuseWithoutRight(caller, right);
}

/**
 * A body may be left out where its schema takes that. Over the network an empty one is a stream.
 */
async function bodyOf(c: Context, schema: z.ZodType): Promise<unknown> {
  const isEmpty = c.req.raw.body === null || c.req.header('content-length') === '0';
  return isEmpty && schema.safeParse(undefined).success ? undefined : readJson(c);
}

/** A parameter given twice is ambiguous: refused rather than guessed. */
function queryOf(queries: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => {
      if (values.length > 1) {
        throw new AppError('invalid_request', `the query parameter "${name}" is there twice`, {
          errors: [{ path: `query.${name}`, message: 'is there twice' }],
        });
      }
      return [name, values[0] ?? ''];
    }),
  );
}

/**
 * Most requests have none of the headers that are declared: what that gives is known beforehand.
 */
function headerReader(schema: z.ZodObject): (request: Request) => unknown {
  const names = Object.keys(schema.shape).map((field) => [field, headerName(field)] as const);
  const none = schema.safeParse({});
  return ({ headers }) => {
    const values: Record<string, string> = {};
    let isEmpty = true;
    for (const [field, name] of names) {
      const value = headers.get(name);
      if (value === null) continue;
      values[field] = value;
      isEmpty = false;
    }
    return isEmpty && none.success ? none.data : parseInput(schema, values, 'header');
  };
}
