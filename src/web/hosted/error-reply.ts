/** The hosted page's errors: a page where a person's browser asks for one, else a problem document. */
import type { Context } from 'hono';
import { prefersHtml } from '../../http/accept';
import { problemResponse, toAppError } from '../../http/problem';
import type { AppEnv } from '../../http/route';
import { themeOf } from '../ui/theme';
import { errorPage } from './message';

export async function errorReply(thrown: unknown, c: Context<AppEnv>): Promise<Response> {
  const error = toAppError(thrown, c.get('log'));
  const requestId = c.get('requestId');
  if (!prefersHtml(c.req.header('accept'))) return problemResponse(error, requestId);
  const deps = c.get('deps');
  const theme = await themeOf(deps);
  return new Response(
    errorPage({ brand: deps.config.brand, theme }, error, requestId, c.req.path),
    {
      status: error.status,
      headers: {
        ...error.headers,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': theme.contentSecurityPolicy,
        'Cache-Control': 'no-store',
        Vary: 'Accept',
      },
    },
  );
}
