/**
 * One declaration per route: who may call it, what goes in. The same declaration checks the request
 * here and becomes the route's part of the OpenAPI document (scripts/openapi.ts), so that the two
 * cannot differ. What only that document says (summaries, replies) stands beside it and is left out
 * of the Worker.
 */
import type { MiddlewareHandler } from 'hono';
import type * as z from 'zod';
import type { Bindings } from '../config';
import type { Deps } from '../deps';
import { AppError, type ErrorCode } from '../errors';
import type { Log } from '../log';
import { readJson } from './body';
import { authenticate, type Caller } from './caller';
import { readForm } from './form';
import { checkRateLimit, type RateLimited } from './rate-limit';
import { headerName, parseInput } from './validate';

export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    deps: Deps;
    caller: Caller;
    requestId: string;
    log: Log;
    /** Set by a route whose successes are counted, not logged. */
    unlogged?: boolean;
  };
}

type HeaderSchema = z.ZodType & { shape: object };

export interface Reply {
  description: string;
  schema?: z.ZodType;
  type?: string;
  headers?: z.ZodObject | Record<string, string>;
}

export interface EndpointSpec {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Hono's form: `/v1/users/:userId/integrations`. */
  path: string;
  /** OpenAPI operationId. */
  id: string;
  /** `anyone`: no proof is asked for. */
  callers: 'anyone' | readonly Caller['kind'][];
  limit?: RateLimited;
  /**
   * Only its failures get a line in the access log: a line costs as much as the whole of a hit in
   * memory, and the platform logs each invocation anyway.
   */
  logFailuresOnly?: true;
  param?: z.ZodType;
  query?: z.ZodType;
  header?: HeaderSchema;
  json?: z.ZodType;
  /** What an HTML form posts. */
  form?: z.ZodType;
}

/** What the OpenAPI document says besides. */
export interface EndpointDocs {
  tag: 'Integrations' | 'Connect' | 'Tokens' | 'Refresh' | 'Cache' | 'Providers' | 'Service';
  summary: string;
  description?: string;
  replies: Record<number, Reply>;
  /** Besides those that any route can give (invalid_request, unauthenticated, internal, ...). */
  errors?: readonly ErrorCode[];
}

type Part<T> = T extends z.ZodType ? z.output<T> : undefined;
type PartIn<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What `c.req.valid(...)` gives in the handler; `in` is what the typed client sends. */
interface Input<S extends EndpointSpec> {
  in: {
    [K in 'param' | 'query' | 'header' | 'json' | 'form' as S[K] extends z.ZodType
      ? K
      : never]: PartIn<S[K]>;
  };
  out: {
    [K in 'param' | 'query' | 'header' | 'json' | 'form' as S[K] extends z.ZodType
      ? K
      : never]: Part<S[K]>;
  };
}

/** All declarations, in the order of their modules; scripts/openapi.ts reads it. */
export const endpoints: EndpointSpec[] = [];

export function declare<const S extends EndpointSpec>(spec: S): S {
  endpoints.push(spec);
  return spec;
}

const documented = new Map<EndpointSpec, () => EndpointDocs>();

/**
 * For scripts/openapi.ts only. Each call is marked `@__PURE__`, which to the bundler says that it can
 * go where nobody uses its result: so neither texts nor schemas of replies are in the Worker.
 */
export function document(spec: EndpointSpec, docs: () => EndpointDocs): void {
  documented.set(spec, docs);
}

/** Throws for a route that nobody has documented. */
export function docsOf(spec: EndpointSpec): EndpointDocs {
  const docs = documented.get(spec);
  if (!docs) throw new Error(`${spec.id} has no document()`);
  return docs();
}

/**
 * Checks a request against its declaration. A user caller's `:userId` must be its own id or `me`;
 * the handler always sees the real id.
 */
export function endpoint<S extends EndpointSpec>(
  spec: S,
): MiddlewareHandler<AppEnv, S['path'], Input<S>> {
  return async (c, next) => {
    const deps = c.get('deps');
    if (spec.logFailuresOnly) c.set('unlogged', true);
    if (spec.callers !== 'anyone') {
      const caller = await authenticate(c.req.raw.headers, deps);
      c.set('caller', caller);
      if (!spec.callers.includes(caller.kind)) {
        throw new AppError(
          'forbidden',
          `this route is for ${spec.callers.join(' and ')} callers only`,
        );
      }
      if (spec.limit) await checkRateLimit(c.env, spec.limit, caller);
    }
    const valid = (target: 'param' | 'query' | 'header' | 'json' | 'form', data: unknown) =>
      c.req.addValidatedData(target as never, data as never);

    if (spec.param) {
      const param = parseInput(spec.param, c.req.param(), 'path') as Record<string, unknown>;
      const caller = c.get('caller');
      if ('userId' in param && caller?.kind === 'user') {
        if (param.userId === 'me') param.userId = caller.userId;
        if (param.userId !== caller.userId) {
          throw new AppError('forbidden', 'a user can reach only its own integrations');
        }
      }
      valid('param', param);
    }
    if (spec.query) valid('query', parseInput(spec.query, queryOf(c.req.queries()), 'query'));
    if (spec.header) {
      valid('header', parseInput(spec.header, headersOf(spec.header, c.req.raw.headers), 'header'));
    }
    if (spec.json) {
      const isLeftOut = c.req.raw.body === null && spec.json.safeParse(undefined).success;
      const body = isLeftOut ? undefined : await readJson(c.req.raw);
      valid('json', parseInput(spec.json, body, 'body'));
    }
    if (spec.form) valid('form', parseInput(spec.form, await readForm(c.req.raw), 'body'));
    await next();
  };
}

/** Those that the declaration names: to copy all of them costs more than to check these. */
function headersOf(schema: HeaderSchema, headers: Headers): Record<string, string> {
  const named: Record<string, string> = {};
  for (const field of Object.keys(schema.shape)) {
    const value = headers.get(headerName(field));
    if (value !== null) named[field] = value;
  }
  return named;
}

/** A parameter given twice is ambiguous: refused rather than guessed. */
function queryOf(queries: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => {
      if (values.length > 1) {
        throw new AppError('invalid_request', `the query parameter "${name}" is there twice`);
      }
      return [name, values[0] ?? ''];
    }),
  );
}
