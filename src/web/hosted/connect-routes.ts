/** The two addresses of a connect that the user's browser visits. */
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import * as z from 'zod';
import { receiveCallback } from '../../connect/callback';
import { completeConnection } from '../../connect/complete';
import { isChoiceNeeded } from '../../connect/failure';
import { type WayBack, wayBackOf } from '../../connect/return-to';
import { transactionIdIn } from '../../connect/secrets';
import { startAuthorization } from '../../connect/start';
import {
  failUnfinished,
  findTransaction,
  isUnfinished,
  latestOf,
  TRANSACTION_MS,
} from '../../connect/transactions';
import { hashSecret, isSecret, randomSecret } from '../../crypto';
import { isOutage } from '../../db/outage';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { BrowserError } from '../../http/browser-error';
import { checkLinkLimit } from '../../http/rate-limit';
import { type AppEnv, route, seeOther } from '../../http/route';
import { providerIdSchema } from '../../http/validate';
import { namesIn } from '../../providers/parameters';
import type { OAuth2Provider } from '../../providers/types';
import { callbackUrl } from '../../providers/urls';
import { SECOND_MS } from '../../time';
import { cookieAttributes } from '../session';
import { flashMessage } from './actions';
import {
  type HostedFlash,
  PAGE_PATH,
  type PageSession,
  pageSessionOf,
  setFlashMessage,
} from './session';

const start = route(
  {
    id: 'startConnection',
    method: 'get',
    path: '/connect/start/:ticket',
    tag: 'Browser',
    summary: 'Where the browser begins: on to the provider',
    callers: 'anyone',
    param: z.object({ ticket: z.string().max(128) }),
    replies: {
      303: {
        description: 'To the provider; or back to the app, when it is too late.',
        headers: seeOther.extend({
          'Set-Cookie': z
            .string()
            .optional()
            .describe(
              'The browser, for the callback to know it again; where it had no cookie, also one of this connection alone. None for a HEAD.',
            ),
        }),
      },
    },
    errors: ['connection_not_found', 'forbidden', 'unavailable', 'rate_limited'],
  },
  async ({ param, deps, env, c, reply }) => {
    await checkLinkLimit(env, await hashSecret(param.ticket));
    if (c.req.method === 'HEAD') {
      const way = await orWayBack(c, startAuthorization(deps, param.ticket, null));
      return reply(303, null, { Location: way.kind === 'page' ? PAGE_PATH : way.location });
    }
    const fresh = randomSecret();
    const start = startAuthorization(deps, param.ticket, (id) => browserOf(c, id) ?? fresh);
    const way = await orWayBack(c, start);
    const response = reply(303, null, {
      Location: await locationOf(c, way),
      'Set-Cookie': generateCookie(COOKIE, browserOf(c) ?? fresh, browserAttributes),
    });
    if (way.kind === 'provider' && browserOf(c, way.connection) === null) {
      const own = { ...browserAttributes, maxAge: TRANSACTION_MS / SECOND_MS };
      response.headers.append('Set-Cookie', generateCookie(cookieOf(way.connection), fresh, own));
    }
    return response;
  },
);

/** What a provider signs may be anything that it sends (Shopify). */
const callbackSchema = z
  .object({
    state: z.string().max(512).optional(),
    error: z.string().max(512).optional(),
    iss: z.string().max(2048).optional(),
  })
  .catchall(z.string().max(8192));

/** Some providers add a slash to the redirect URI that they were given. */
const address = { path: '/connect/callback/:provider', mayEndWithSlash: true } as const;

const callback = route(
  {
    ...address,
    id: 'receiveCallback',
    method: 'get',
    tag: 'Browser',
    summary: 'Where the provider sends the browser back to',
    callers: 'anyone',
    param: z.object({ provider: providerIdSchema }),
    query: callbackSchema,
    replies: {
      303: {
        description:
          'To `returnTo`, with `connection=<id>` and `completion=<secret>`; with `error=<code>` instead of the secret when it failed. The same callback again is the same redirect.',
        headers: seeOther,
      },
    },
    errors: ['forbidden', 'unavailable'],
  },
  async ({ param, query, deps, c, reply }) => {
    if (c.req.method === 'HEAD') {
      throw new AppError('method_not_allowed', 'this route takes GET', {
        headers: { Allow: 'GET' },
      });
    }
    const browser = browserOf(c, transactionIdIn(query.state ?? ''));
    const way = await orWayBack(c, receiveCallback(deps, param.provider, query, browser));
    return reply(303, null, { Location: await locationOf(c, way) });
  },
);

/**
 * Of a provider that posts what others put into the address (OAuth 2.0 Form Post Response Mode).
 * The browser's cookies do not come along with another site's POST (`SameSite=Lax`), so the same is
 * asked for by GET, to which they do. Nothing is decided here: any site can post here.
 */
const postedCallback = route(
  {
    ...address,
    id: 'postCallback',
    method: 'post',
    tag: 'Browser',
    summary: 'The same, where the provider posts it',
    callers: 'anyone',
    param: z.object({ provider: providerIdSchema }),
    form: callbackSchema,
    replies: {
      303: { description: 'To the same address, by GET.', headers: seeOther },
    },
    errors: ['method_not_allowed', 'unsupported_media_type', 'too_large'],
  },
  ({ param, form, deps, reply }) => {
    const provider = deps.config.providers.get(param.provider);
    if (provider?.kind !== 'oauth2' || !isFormPost(provider)) {
      throw new AppError('method_not_allowed', 'this route takes GET', {
        headers: { Allow: 'GET' },
      });
    }
    const { codeParam, callbackSignature } = provider;
    const read = ['state', 'error', 'iss', codeParam, ...namesIn(provider, 'callback')];
    // A signature is over all of it; else an ID token, or a name, has no place in an address.
    const url = new URL(callbackUrl(deps.config.publicUrl, provider.id));
    for (const [name, value] of Object.entries(form)) {
      const isRead = callbackSignature !== undefined || read.includes(name);
      if (isRead && value !== undefined) url.searchParams.set(name, value);
    }
    return reply(303, null, { Location: url.href });
  },
);

const isFormPost = ({ authorizationParams }: OAuth2Provider): boolean =>
  authorizationParams.response_mode === 'form_post';

/**
 * Where the user chooses what of a grant is connected, or tries again. The id is no secret.
 * @param isAway the provider did not answer
 */
export const choicePath = (connection: string, isAway = false): string =>
  `${PAGE_PATH}/choice?connection=${encodeURIComponent(connection)}${isAway ? '&away=1' : ''}`;

/** Whether it may go well another time, with the same consent. */
export const isAway = (thrown: unknown): boolean =>
  isOutage(thrown) ||
  (thrown instanceof AppError && ['provider_unavailable', 'unavailable'].includes(thrown.code));

export const browserConnectRoutes = [start, callback, postedCallback];

/** One for all transactions of a browser, so that two tabs do not disturb each other. */
const COOKIE = 'mooring-browser';
const browserAttributes = { ...cookieAttributes, sameSite: 'Lax' } as const;

/**
 * Besides it, of the one connection that a browser without the cookie opens: of two at once, each
 * would replace the other's.
 */
const cookieOf = (connection: string): string => `${COOKIE}-${connection.slice(0, 8)}`;

/** @param connection whose own cookie comes first; none: the one for all */
export function browserOf(c: Context, connection?: string): string | null {
  const secrets = [
    connection === undefined ? undefined : getCookie(c, cookieOf(connection), 'host'),
    getCookie(c, COOKIE, 'host'),
  ];
  return secrets.find((secret) => secret !== undefined && isSecret(secret)) ?? null;
}

/**
 * An error page has a link back to what this browser began last. It is never a redirect, and has no
 * secret.
 */
async function orWayBack<T>(c: Context<AppEnv>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const browser = browserOf(c);
    if (!(error instanceof BrowserError) || browser === null) throw error;
    const latest = await latestOf(c.get('deps').db, browser);
    if (latest === undefined) throw error;
    const way = wayBackOf(latest, {});
    throw new BrowserError(
      error.code,
      error.detail,
      error.situation,
      way.kind === 'page' ? PAGE_PATH : way.location,
    );
  }
}

/**
 * Back on the hosted page, its session says who the user is, as otherwise the app's own session
 * does (step 4): the connection is completed at once, and only for the user who started it.
 */
async function locationOf(
  c: Context<AppEnv>,
  way: WayBack | Awaited<ReturnType<typeof startAuthorization>>,
): Promise<string> {
  if (way.kind !== 'page') return way.location;
  const deps = c.get('deps');
  const session = await pageSessionOf(c).catch(async (error) => {
    // Only the browser that consented ends it, and not because the database was away for a moment.
    if (way.completion !== null && error instanceof BrowserError) {
      await failUnfinished(deps, way.connection, 'session_ended');
    }
    throw error;
  });
  const ended = await completeOnPage(deps, session, way);
  if (ended === 'needs_choice') return choicePath(way.connection);
  if (ended === 'away') return choicePath(way.connection, true);
  await setFlashMessage(deps, session, ended.flash, ended.version);
  return PAGE_PATH;
}

/** Never throws: whatever happens is something to show. `version` is what the page must show. */
async function completeOnPage(
  deps: Deps,
  session: PageSession,
  { connection, provider, error, completion }: Extract<WayBack, { kind: 'page' }>,
): Promise<{ flash: HostedFlash; version: number } | 'needs_choice' | 'away'> {
  // Without the secret: the link was opened again. It may have been completed long since.
  if (error !== null || completion === null) {
    const code = error ?? 'wrong_completion';
    return { flash: flashMessage('not_connected', { provider, code }), version: 0 };
  }
  try {
    const { facts, version } = await completeConnection(
      deps,
      session.userId,
      connection,
      completion,
    );
    const { accountId } = facts;
    return { flash: flashMessage('connected', { provider, accountId }), version };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) deps.log.error('connect.page_failed', { provider }, thrown);
    if (isChoiceNeeded(thrown)) return 'needs_choice';
    if (isAway(thrown) && (await isOpen(deps, connection))) return 'away';
    const code = thrown instanceof AppError ? thrown.code : 'internal';
    const kind = code === 'completion_in_progress' ? 'finishing' : 'not_connected';
    return { flash: flashMessage(kind, { provider, code }), version: 0 };
  }
}

/** Never throws. */
const isOpen = ({ db, now }: Deps, id: string): Promise<boolean> =>
  findTransaction(db, id).then(
    (found) => found !== undefined && isUnfinished(found, now()),
    () => false,
  );
