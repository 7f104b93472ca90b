/**
 * What was thrown, as an answer: a page where a person's browser asks for one, on the addresses
 * that browsers visit; a problem document for programs, and everywhere else.
 */
import type { Context } from 'hono';
import type { AppError } from '../errors';
import { errorPage } from '../web/message';
import { lookOf } from '../web/style';
import { prefersHtml } from './accept';
import type { AppEnv } from './endpoint';
import { problemResponse } from './problem';

const forBrowsers = /^\/(connect|integrations)(\/|$)/;

export async function errorReply(c: Context<AppEnv>, error: AppError): Promise<Response> {
  const requestId = c.get('requestId');
  const deps = c.get('deps');
  const { path } = c.req;
  if (!deps || !forBrowsers.test(path) || !prefersHtml(c.req.header('accept'))) {
    return problemResponse(error, requestId);
  }
  const { config } = deps;
  const look = await lookOf(deps);
  return new Response(errorPage({ brand: config.brand, look }, error, requestId, path), {
    status: error.status,
    headers: {
      ...error.headers,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': look.contentSecurityPolicy,
      'Cache-Control': 'no-store',
      Vary: 'Accept',
    },
  });
}
