/**
 * How a session of the hosted page begins: a token for the app's backend, a form for the browser.
 */
import type { MiddlewareHandler } from 'hono';
import * as z from 'zod';
import { refuseOtherProvider } from '../../http/caller';
import { consistencyHeader } from '../../http/consistency';
import { type AppEnv, route, seeOther } from '../../http/route';
import { providerIdSchema, userParam } from '../../http/validate';
import { timeSchema, timestamp } from '../../time';
import { isLanguageTag } from '../locale';
import { refuseOtherOrigins } from '../session';
import { beginPageSession, createPageSession, PAGE_PATH, sessionCookie } from './session';

export const BEGIN_PATH = '/connect/session';

const create = route(
  {
    id: 'createPageSession',
    method: 'post',
    path: '/v1/users/:userId/page-sessions',
    tag: 'Connect',
    summary: 'Get a token to open the hosted page with',
    callers: ['service'],
    right: 'connect',
    provider: 'handler',
    param: userParam,
    header: consistencyHeader,
    json: z
      .strictObject({
        label: z
          .string()
          .trim()
          .min(1)
          .max(120)
          .regex(/^\P{Cc}*$/u, 'must not hold control characters')
          .describe(
            'What your app calls this user: a name or an e-mail address. The page shows it.',
          ),
        providers: z
          .array(providerIdSchema)
          .min(1)
          .max(100)
          .optional()
          .describe(
            'Which providers the page shows, in this order. All that are set up, unless said.',
          ),
        returnTo: z
          .string()
          .max(2048)
          .describe('Where the page leads back to; its origin must be one of APP_ORIGINS.'),
        locale: z
          .string()
          .max(64)
          .refine(isLanguageTag, 'must be a language tag (BCP 47), such as de or pt-BR')
          .optional()
          .describe(
            "The user's language, a tag of BCP 47: `de`, `pt-BR`. Without it, and where the page does not speak it, the browser's Accept-Language counts, then English.",
          ),
      })
      .meta({
        id: 'PageSessionRequest',
      }),
    replies: {
      201: {
        description: 'The page can be opened.',
        schema: z.object({ token: z.string(), action: z.url(), expiresAt: timeSchema }).meta({
          id: 'PageSession',
        }),
      },
    },
  },
  async ({ param, header, json, caller, deps, reply }) => {
    for (const provider of json.providers ?? []) refuseOtherProvider(caller, provider);
    const key = deps.config.serviceKeys.find(({ name }) => name === caller.name);
    if (!key) throw new Error('a service caller has a key');
    const { token, expiresAt } = await createPageSession(deps, param.userId, {
      ...json,
      key,
      version: header.consistencyToken,
    });
    const action = deps.config.publicUrl + BEGIN_PATH;
    return reply(201, { token, action, expiresAt: timestamp(expiresAt) });
  },
);

const begin = route(
  {
    id: 'beginPageSession',
    method: 'post',
    path: BEGIN_PATH,
    tag: 'Browser',
    summary: "Where the app's form goes: begins a session of the hosted page",
    callers: 'anyone',
    form: z.object({ token: z.string().max(128) }),
    replies: {
      303: {
        description: `To \`${PAGE_PATH}\`, with the session's cookie.`,
        headers: seeOther.extend({ 'Set-Cookie': z.string().describe('The session.') }),
      },
    },
    errors: ['forbidden'],
  },
  async ({ form, deps, reply }) => {
    const secret = await beginPageSession(deps, form.token);
    return reply(303, null, { Location: PAGE_PATH, 'Set-Cookie': sessionCookie(secret) });
  },
);

/** For the app's backend. */
export const pageSessionRoutes = [create];

/** For the browser. */
export const beginSessionRoutes = [begin];

/** Before the form is read: another origin is told nothing of what is wrong in it. */
export const beginSessionOrigin: MiddlewareHandler<AppEnv> = (c, next) => {
  refuseOtherOrigins(c, (origin) => c.get('deps').config.appOrigins.has(origin));
  return next();
};
