/**
 * What is around every request: its id, its dependencies, its access log line, its last headers;
 * and what was thrown becomes a problem, whatever it was.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Bindings } from '../config';
import type { Deps } from '../deps';
import { AppError, ConfigError } from '../errors';
import type { Log } from '../log';
import { problemResponse, toAppError } from './problem';
import { standardHeaders } from './reply-headers';
import type { AppEnv } from './route';

/** Makes the dependencies of one invocation; throws ConfigError. */
export type Compose = (env: Bindings, ctx: Pick<ExecutionContext, 'waitUntil'>, log: Log) => Deps;

/** What the layers above do about a request. */
interface Hooks {
  /** What a person in a browser is shown where settings are missing or wrong; null for programs. */
  settingsPage(c: Context<AppEnv>, error: ConfigError): Promise<Response | null>;
  /** When the reply stands, whatever it is. */
  answered(deps: Deps): void;
}

export function requestScope(
  compose: Compose,
  rootLog: () => Log,
  { settingsPage, answered }: Hooks,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const requestId = requestIdOf(c.req.raw.headers);
    const log = rootLog().with(() => ({ requestId, ray: c.req.header('cf-ray') }));
    c.set('requestId', requestId);
    c.set('log', log);
    const started = Date.now();
    try {
      refuseMalformedPath(c.req.url);
      c.set('deps', compose(c.env, c.executionCtx, log));
      await next();
      answered(c.get('deps'));
    } catch (thrown) {
      // Before a route was found, or not even an Error: Hono's onError never saw it.
      const problem = problemResponse(toAppError(thrown, log), requestId);
      c.res = (thrown instanceof ConfigError && (await settingsPage(c, thrown))) || problem;
    }
    addStandardHeaders(c);
    if (c.get('unlogged') && c.res.status < 400) return;
    log.info('request.answered', {
      method: c.req.method,
      // The pattern, never the URL: ids and queries stay out of the logs.
      route: routePattern(c),
      status: c.res.status,
      provider: c.get('provider'),
      caller: c.get('caller')?.kind,
      ms: Date.now() - started,
    });
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * In the reply, in problems and in every log line. A caller may bring its own, so that its logs and
 * ours can be joined, but only in the form of a UUID: free text would let callers write what they
 * like into the logs, secrets by mistake included.
 */
function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id');
  return given && UUID.test(given) ? given.toLowerCase() : crypto.randomUUID();
}

/** Hono would pass on what does not decode as it stands: two spellings of one id. */
function refuseMalformedPath(url: string): void {
  if (!url.includes('%')) return;
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw new AppError('invalid_request', 'the path is not well-formed percent-encoded UTF-8');
  }
}

function addStandardHeaders(c: Context<AppEnv>): void {
  const { headers } = c.res;
  // A reply of route.ts has them already.
  if (headers.has('X-Request-Id')) return;
  for (const [name, value] of Object.entries(standardHeaders(c.req.url))) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set('X-Request-Id', c.get('requestId'));
}

function routePattern(c: Context<AppEnv>): string {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith('*'))?.path ?? '(none)';
}
