/**
 * What a request for no route gets: 405 with Allow where its path takes other methods, else 404.
 */
import type { Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { AppError } from '../errors';
import type { AppEnv } from './route';

/** Throws AppError method_not_allowed or not_found. `app`: its routes are those that are known. */
export function noSuchRoute(app: Hono<AppEnv>): (c: Context<AppEnv>) => Promise<never> {
  const refuseMethod = methodNotAllowed({
    app,
    onMethodNotAllowed: (_c, methods) => {
      const allowed = methods.join(', ');
      throw new AppError('method_not_allowed', `this route takes ${allowed}`, {
        headers: { Allow: allowed },
      });
    },
  });
  return async (c) => {
    // As a middleware it would be in the way of every request: it acts on a 404 only.
    c.res = new Response(null, { status: 404 });
    await refuseMethod(c, async () => {});
    throw new AppError('not_found', 'there is no such route');
  };
}
