/** The two addresses of a connect that the user's browser visits. */
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import * as z from 'zod';
import { receiveCallback } from '../../connect/callback';
import type { WayBack } from '../../connect/return-to';
import { startAuthorization } from '../../connect/start';
import { failUnfinished } from '../../connect/transactions';
import { isSecret, randomSecret } from '../../crypto';
import { type AppEnv, declare, document, endpoint } from '../../http/endpoint';
import { providerIdSchema } from '../../http/validate';
import { finishOnPage } from './finish';
import { visitOf } from './page-visit';
import { leaveNotice, PAGE_PATH } from './session';

const start = declare({
  method: 'get',
  path: '/connect/start/:ticket',
  id: 'startConnection',
  callers: 'anyone',
  param: z.lazy(() => z.object({ ticket: z.string().check(z.maxLength(128)) })),
});

/* @__PURE__ */ document(start, () => ({
  tag: 'Connect',
  summary: 'Where the browser begins: on to the provider',
  replies: { 303: { description: 'To the provider; or back to the app, when it is too late.' } },
  errors: ['connection_not_found', 'unavailable'],
}));

const callback = declare({
  method: 'get',
  path: '/connect/callback/:provider',
  id: 'receiveCallback',
  callers: 'anyone',
  param: z.lazy(() => z.object({ provider: providerIdSchema })),
  // What a provider signs may be anything that it sends (Shopify).
  query: z.lazy(() =>
    z
      .object({
        state: z.optional(z.string().check(z.maxLength(512))),
        code: z.optional(z.string().check(z.maxLength(8192))),
        error: z.optional(z.string().check(z.maxLength(512))),
        iss: z.optional(z.string().check(z.maxLength(2048))),
      })
      .catchall(z.string()),
  ),
});

/* @__PURE__ */ document(callback, () => ({
  tag: 'Connect',
  summary: 'Where the provider sends the browser back to',
  replies: {
    303: {
      description:
        'To `returnTo`, with `connection=<id>` and `completion=<secret>`; with `error=<code>` instead of the secret when it failed. The same callback again is the same redirect.',
    },
  },
  errors: ['forbidden', 'unavailable'],
}));

/** One for all transactions of a browser, so that two tabs do not disturb each other. */
const COOKIE = 'mooring-browser';

const browserOf = (c: Context): string | null => {
  const secret = getCookie(c, COOKIE, 'host');
  return secret !== undefined && isSecret(secret) ? secret : null;
};

/** 303, so that nothing is sent twice, and nothing of this address goes on with the browser. */
function seeOther(c: Context, location: string): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(location, 303);
}

/** Back on Mooring's own page, where the visit's user completes the connection at once. */
async function toPage(c: Context<AppEnv>, way: Extract<WayBack, { kind: 'page' }>) {
  const deps = c.get('deps');
  const visit = await visitOf(c).catch(async (error) => {
    // Only the browser that consented ends it; anybody could open the link again.
    if (way.completion !== null) await failUnfinished(deps.db, way.connection, 'session_ended');
    throw error;
  });
  const { notice, version } = await finishOnPage(deps, visit.session, way);
  await leaveNotice(deps, visit.session, notice, version);
  return seeOther(c, PAGE_PATH);
}

export const connectRoutes = new Hono<AppEnv>()
  .get(start.path, endpoint(start), async (c) => {
    const browser = browserOf(c) ?? randomSecret();
    const way = await startAuthorization(c.get('deps'), c.req.valid('param').ticket, browser);
    setCookie(c, COOKIE, browser, {
      prefix: 'host',
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
    });
    return way.kind === 'page' ? toPage(c, way) : seeOther(c, way.location);
  })
  .get(callback.path, endpoint(callback), async (c) => {
    const { provider } = c.req.valid('param');
    const way = await receiveCallback(c.get('deps'), provider, c.req.valid('query'), browserOf(c));
    return way.kind === 'page' ? toPage(c, way) : seeOther(c, way.location);
  });
