/**
 * The operator's page, behind a service key that is exchanged for a cookie. As the hosted page it
 * needs no script: each button is a form, and each POST ends in a 303 back to the page.
 */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { AppError } from '../../errors';
import { readForm } from '../../http/form';
import { toAppError } from '../../http/problem';
import { checkSignInLimit } from '../../http/rate-limit';
import type { AppEnv } from '../../http/route';
import { matchServiceKey } from '../../http/service-key';
import { parseInput, providerIdSchema, userIdSchema } from '../../http/validate';
import type { Message } from '../hosted/words';
import type { Frame } from '../ui/layout';
import { loadProviderIcons } from '../ui/provider-icon';
import { operatorThemeOf } from '../ui/theme';
import { timeZoneOf } from '../ui/times';
import { closeNow, forgetNow, type Notice, note, runNow } from './actions';
import { readOverview } from './overview';
import { operatorPage } from './page';
import { saidPage, signInPage } from './sign-in';
import {
  dropOperator,
  keepOperator,
  leaveOperatorNotice,
  operatorOf,
  postedByOperator,
  refuseForeignForm,
  takeOperatorNotice,
} from './visit';
import { errorWords, noticeWords } from './words';

const PATH = '/operator';

type OperatorContext = Context<AppEnv>;

const circuitForm = z.lazy(() =>
  z.object({
    provider: providerIdSchema,
    host: z.string().check(z.maxLength(255)),
  }),
);
const userForm = z.lazy(() => z.object({ userId: userIdSchema }));

export const operatorRoutes = new Hono<AppEnv>()
  .onError((thrown, c) => failed(c, toAppError(thrown, c.get('log'))))
  .get(PATH, async (c) => {
    const deps = c.get('deps');
    const visit = await operatorOf(c);
    if (!visit) return door(c, 200, null);
    const notice = takeOperatorNotice(c);
    const { providers } = deps.config;
    const nameOf = (id: string) => providers.get(id)?.name ?? id;
    const overview = await readOverview(deps, notice !== null);
    return page(
      c,
      200,
      operatorPage({
        ...(await frameOf(c)),
        ...visit,
        overview,
        nameOf,
        notice: notice && noticeWords(notice, nameOf),
        clock: { now: deps.now(), timeZone: timeZoneOf(c.req.raw.cf?.timezone) },
      }),
    );
  })
  .post(`${PATH}/session`, async (c) => {
    const deps = c.get('deps');
    refuseForeignForm(c);
    // The header is Cloudflare's own; what a client sends in it is replaced.
    await checkSignInLimit(c.env, c.req.header('cf-connecting-ip') ?? 'unknown');
    const { key = '' } = await readForm(c.req.raw);
    const name = await matchServiceKey(key.trim(), deps.config.serviceKeys);
    if (name === null) {
      deps.log.warn('operator_refused');
      return door(c, 403, {
        tone: 'bad',
        title: 'That key is not known here',
        text: 'It takes the key itself, not the hash that is configured.',
      });
    }
    deps.log.info('operator_signed_in', { key: name });
    note(deps, { type: 'operator.signed_in', by: name });
    await keepOperator(c, name);
    return back(c);
  })
  .post(`${PATH}/sign-out`, async (c) => {
    await postedByOperator(c);
    dropOperator(c);
    return back(c);
  })
  .post(`${PATH}/refresh`, async (c) => {
    const { session } = await postedByOperator(c);
    return back(c, await runNow(c.get('deps'), session.name, c.req.raw.signal));
  })
  .post(`${PATH}/circuit`, async (c) => {
    const { session, form } = await postedByOperator(c);
    const key = parseInput(circuitForm, form, 'body');
    return back(c, await closeNow(c.get('deps'), session.name, key));
  })
  .post(`${PATH}/invalidate`, async (c) => {
    const { session, form } = await postedByOperator(c);
    const { userId } = parseInput(userForm, form, 'body');
    return back(c, await forgetNow(c.get('deps'), session.name, userId));
  })
  .all(PATH, (c) => refuseMethod(c.req.method, 'GET, HEAD'))
  .on(
    'ALL',
    ['session', 'sign-out', 'refresh', 'circuit', 'invalidate'].map(
      (action) => `${PATH}/${action}`,
    ),
    (c) => refuseMethod(c.req.method, 'POST'),
  )
  .all(`${PATH}/*`, () => {
    throw new AppError('not_found', 'there is no such page');
  });

function refuseMethod(method: string, allowed: string): never {
  throw new AppError('method_not_allowed', `this page does not take ${method}`, {
    headers: { Allow: allowed },
  });
}

async function page(c: OperatorContext, status: 200 | 403, html: string): Promise<Response> {
  const { contentSecurityPolicy } = await operatorThemeOf(c.get('deps'));
  return c.html(html, status, headersWith(contentSecurityPolicy));
}

const headersWith = (contentSecurityPolicy: string) => ({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': contentSecurityPolicy,
  // As on the hosted page: forms of this page have to come with their origin.
  'Referrer-Policy': 'same-origin',
});

async function frameOf(c: OperatorContext): Promise<Frame> {
  const deps = c.get('deps');
  const [theme] = await Promise.all([operatorThemeOf(deps), loadProviderIcons(deps)]);
  return { brand: deps.config.brand, theme };
}

const door = async (c: OperatorContext, status: 200 | 403, notice: Message | null) =>
  page(c, status, signInPage({ ...(await frameOf(c)), notice }));

function back(c: OperatorContext, notice?: Notice): Response {
  if (notice) leaveOperatorNotice(c, notice);
  c.header('Cache-Control', 'no-store');
  return c.redirect(PATH, 303);
}

/** An error as a page; as the door, where that is what is in the way. */
async function failed(c: OperatorContext, error: AppError): Promise<Response> {
  const words = errorWords(error);
  const frame = await frameOf(c);
  const html =
    error.situation === 'no_session' || error.code === 'rate_limited'
      ? signInPage({ ...frame, notice: { tone: 'bad', ...words } })
      : saidPage({ ...frame, ...words, requestId: error.status < 500 ? null : c.get('requestId') });
  return new Response(html, {
    status: error.status,
    headers: {
      ...error.headers,
      ...headersWith(frame.theme.contentSecurityPolicy),
      'Content-Type': 'text/html; charset=utf-8',
    },
  });
}
