/** How a visit to the hosted page begins: a token for the app's backend, a form for the browser. */
import { Hono } from 'hono';
import * as z from 'zod';
import { consistencyHeader } from '../../http/consistency';
import { type AppEnv, declare, document, endpoint } from '../../http/endpoint';
import { providerIdSchema, userParam } from '../../http/validate';
import { date } from '../../integrations/wire';
import { keepSession, refuseOtherOrigins } from './page-visit';
import { beginPageSession, createPageSession, PAGE_PATH } from './session';

const BEGIN_PATH = '/connect/session';

const create = declare({
  method: 'post',
  path: '/v1/users/:userId/page-sessions',
  id: 'createPageSession',
  callers: ['service'],
  param: userParam,
  header: consistencyHeader,
  json: z.lazy(() =>
    z.object({
      label: z
        .string()
        .check(
          z.trim(),
          z.minLength(1),
          z.maxLength(120),
          z.regex(/^\P{Cc}*$/u, 'must not hold control characters'),
          z.describe(
            'What your app calls this user: a name or an e-mail address. The page shows it.',
          ),
        ),
      providers: z
        .optional(z.array(providerIdSchema).check(z.minLength(1), z.maxLength(100)))
        .check(
          z.describe(
            'Which providers the page shows, in this order. All that are set up, unless said.',
          ),
        ),
      returnTo: z
        .string()
        .check(
          z.maxLength(2048),
          z.describe('Where the page leads back to; its origin must be one of APP_ORIGINS.'),
        ),
    }),
  ),
});

/* @__PURE__ */ document(create, () => ({
  tag: 'Connect',
  summary: 'Get a token to open the hosted page with',
  description:
    "The app's page posts `token` as a form to `action`, in the user's browser, once, within 60 s. The form's page must stand on one of APP_ORIGINS and send its origin: no Referrer-Policy `no-referrer` or `same-origin`. A Consistency-Token makes the page show at least that version.",
  replies: {
    201: {
      description: 'The page can be opened.',
      schema: z.object({ token: z.string(), action: z.url(), expiresAt: z.iso.datetime() }),
    },
  },
}));

const begin = declare({
  method: 'post',
  path: BEGIN_PATH,
  id: 'beginPageSession',
  callers: 'anyone',
  form: z.lazy(() => z.object({ token: z.string().check(z.maxLength(128)) })),
});

/* @__PURE__ */ document(begin, () => ({
  tag: 'Connect',
  summary: "Where the app's form goes: begins a visit to the hosted page",
  replies: { 303: { description: `To \`${PAGE_PATH}\`, with the session's cookie.` } },
  errors: ['forbidden'],
}));

/** For the app's backend. */
export const pageSessionRoutes = new Hono<AppEnv>().post(
  create.path,
  endpoint(create),
  async (c) => {
    const deps = c.get('deps');
    const { token, expiresAt } = await createPageSession(deps, c.req.valid('param').userId, {
      ...c.req.valid('json'),
      version: c.req.valid('header').consistencyToken,
    });
    c.header('Cache-Control', 'no-store');
    return c.json(
      { token, action: deps.config.publicUrl + BEGIN_PATH, expiresAt: date(expiresAt) },
      201,
    );
  },
);

/** For the browser. */
export const beginSessionRoutes = new Hono<AppEnv>().post(
  begin.path,
  endpoint(begin),
  async (c) => {
    const deps = c.get('deps');
    refuseOtherOrigins(c, (origin) => deps.config.appOrigins.has(origin));
    keepSession(c, await beginPageSession(deps, c.req.valid('form').token));
    c.header('Cache-Control', 'no-store');
    return c.redirect(PAGE_PATH, 303);
  },
);
