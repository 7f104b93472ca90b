/**
 * The operator's page, behind a service key that is exchanged for a cookie. As the hosted page it
 * needs no script: each button is a form, and each POST ends in a 303 back to the page.
 */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { AppError } from '../../errors';
import { recordAct } from '../../events/event-log';
import { readForm } from '../../http/body';
import { BrowserError } from '../../http/browser-error';
import { noSuchRoute } from '../../http/no-such-route';
import { toAppError } from '../../http/problem';
import { checkSignInLimit } from '../../http/rate-limit';
import type { AppEnv } from '../../http/route';
import { matchServiceKey, noteKeyUse } from '../../http/service-key';
import { accountIdSchema, parseInput, providerIdSchema, userIdSchema } from '../../http/validate';
import { countVerdicts } from '../../refresh/verdict-reversal';
import { english } from '../locale';
import { readPostedForm, refuseForeignForm } from '../session';
import { type Message, MessagePage } from '../ui/layout';
import { htmlReply, redirectReply } from '../ui/reply';
import { clockOf } from '../ui/times';
import {
  clearUserCache,
  closeCircuitNow,
  enableEndpointNow,
  type OperatorFlash,
  runRefreshNow,
  sendDeadLettersNow,
  takeBackVerdictsNow,
  testEndpointNow,
} from './actions';
import { readTimeline, type Sought, TIMELINE } from './lookup';
import { readOverview } from './overview';
import { OperatorPage } from './page';
import {
  beginOperatorSession,
  clearFlashMessage,
  endOperatorSession,
  findOperatorSession,
  flashMessageOf,
  operatorSessionOf,
  setFlashMessage,
} from './session';
import { SignInPage } from './sign-in';
import { TimelinePage } from './timeline';
import { VerdictsPage } from './verdicts';
import { errorWords, flashMessageWords } from './words';

const PATH = '/operator';
/** In characters. What is shorter is a slip of a deployment, such as the hash of an empty text. */
const SHORTEST_KEY = 8;

const circuitForm = z.object({ provider: providerIdSchema, host: z.string().max(255) });
const userForm = z.object({ userId: userIdSchema });
const providerForm = z.object({ provider: providerIdSchema });
const endpointForm = z.object({ endpoint: z.string().max(32) });
/** As it was pasted, or typed as a name. */
const pasted = z.string('is missing').trim();
const soughtUser = z.object({ userId: pasted.pipe(userIdSchema) });
const soughtAccount = z.object({
  provider: pasted.toLowerCase().pipe(providerIdSchema),
  accountId: pasted.pipe(accountIdSchema),
  userId: soughtUser.shape.userId.optional(),
});

export const operatorRoutes = new Hono<AppEnv>()
  .onError((thrown, c) => errorReply(c, toAppError(thrown, c.get('log'))))
  .get(PATH, async (c) => {
    const deps = c.get('deps');
    const session = await findOperatorSession(c);
    if (!session) return signInReply(c, 200, null);
    const flash = flashMessageOf(c);
    const { providers } = deps.config;
    const nameOf = (id: string) => providers.get(id)?.name ?? id;
    const overview = await readOverview(deps, flash !== null);
    clearFlashMessage(c);
    return htmlReply(
      c,
      'operator',
      english,
      <OperatorPage
        session={session}
        formToken={session.formToken}
        overview={overview}
        keys={deps.config.serviceKeys}
        registry={providers}
        nameOf={nameOf}
        flash={flash && flashMessageWords(flash, nameOf)}
        clock={clockOf(c)}
      />,
    );
  })
  .post(`${PATH}/session`, async (c) => {
    const deps = c.get('deps');
    refuseForeignForm(c);
    // The header is Cloudflare's own; what a client sends in it is replaced.
    await checkSignInLimit(c.env, c.req.header('cf-connecting-ip') ?? 'unknown');
    const { key = '' } = await readForm(c);
    const presented = key.trim();
    const isKey = presented.length >= SHORTEST_KEY;
    const found = isKey ? await matchServiceKey(presented, deps.config.serviceKeys) : null;
    if (!found?.rights.has('operate')) {
      deps.log.warn('operator.sign_in_refused', { key: found?.name });
      return signInReply(
        c,
        403,
        found
          ? {
              tone: 'bad',
              title: 'That key may not operate',
              text: 'It lacks the right "operate" in SERVICE_KEYS.',
            }
          : {
              tone: 'bad',
              title: 'That key is not known here',
              text: 'It takes the key itself, not the hash that is configured.',
            },
      );
    }
    const { name } = found;
    deps.log.info('operator.signed_in', { key: name });
    recordAct(deps, { type: 'operator.signed_in', data: { by: name } });
    noteKeyUse(deps, name);
    await beginOperatorSession(c, found);
    return redirectReply(c, PATH);
  })
  .post(`${PATH}/sign-out`, async (c) => {
    await readPostedForm(c, operatorSessionOf);
    endOperatorSession(c);
    return redirectReply(c, PATH);
  })
  .post(`${PATH}/refresh`, async (c) => {
    const { session } = await readPostedForm(c, operatorSessionOf);
    return actionReply(c, await runRefreshNow(c.get('deps'), session.name, c.req.raw.signal));
  })
  .post(`${PATH}/circuit`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const key = parseInput(circuitForm, form, 'body');
    return actionReply(c, await closeCircuitNow(c.get('deps'), session.name, key));
  })
  .post(`${PATH}/invalidate`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const { userId } = parseInput(userForm, form, 'body');
    return actionReply(c, await clearUserCache(c.get('deps'), session.name, userId));
  })
  // The dry run: says how many, and changes nothing.
  .get(`${PATH}/verdicts`, async (c) => {
    const session = await findOperatorSession(c);
    if (!session) return signInReply(c, 200, null);
    const deps = c.get('deps');
    const { provider } = parseInput(providerForm, c.req.query(), 'query');
    const nameOf = (id: string) => deps.config.providers.get(id)?.name ?? id;
    const count = await countVerdicts(deps, provider);
    return htmlReply(
      c,
      'operator',
      english,
      <VerdictsPage
        provider={provider}
        count={count}
        view={{ clock: clockOf(c), nameOf, formToken: session.formToken }}
      />,
    );
  })
  .post(`${PATH}/verdicts`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const { provider } = parseInput(providerForm, form, 'body');
    return actionReply(c, await takeBackVerdictsNow(c.get('deps'), session.name, provider));
  })
  .get(TIMELINE, async (c) => {
    const session = await findOperatorSession(c);
    if (!session) return signInReply(c, 200, null);
    const deps = c.get('deps');
    const query = c.req.query();
    const isOfUser = query.userId !== undefined && query.accountId === undefined;
    const wanted: Sought = parseInput(isOfUser ? soughtUser : soughtAccount, query, 'query');
    const nameOf = (id: string) => deps.config.providers.get(id)?.name ?? id;
    return htmlReply(
      c,
      'operator',
      english,
      <TimelinePage
        sought={wanted}
        timeline={await readTimeline(deps, wanted)}
        view={{ clock: clockOf(c), nameOf, formToken: session.formToken }}
      />,
    );
  })
  .post(`${PATH}/test`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const { endpoint } = parseInput(endpointForm, form, 'body');
    return actionReply(c, await testEndpointNow(c.get('deps'), session.name, endpoint));
  })
  .post(`${PATH}/enable`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const { endpoint } = parseInput(endpointForm, form, 'body');
    return actionReply(c, await enableEndpointNow(c.get('deps'), session.name, endpoint));
  })
  .post(`${PATH}/dead-letters`, async (c) => {
    const { session, form } = await readPostedForm(c, operatorSessionOf);
    const { endpoint } = parseInput(endpointForm, form, 'body');
    return actionReply(c, await sendDeadLettersNow(c.get('deps'), session.name, endpoint));
  });

operatorRoutes.all(`${PATH}/*`, noSuchRoute(operatorRoutes));

async function signInReply(
  c: Context<AppEnv>,
  status: number,
  message: Message | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return htmlReply(c, 'operator', english, <SignInPage message={message} />, status, headers);
}

/** Back to the page, which then says what was done. */
function actionReply(c: Context<AppEnv>, flash: OperatorFlash): Response {
  setFlashMessage(c, flash);
  return redirectReply(c, PATH);
}

/** An error as a page; as the sign-in, where that is what is missing. */
async function errorReply(c: Context<AppEnv>, error: AppError): Promise<Response> {
  const { status, headers } = error;
  const words = errorWords(error);
  const isSignedOut = error instanceof BrowserError && error.situation === 'no_session';
  if (isSignedOut || error.code === 'rate_limited') {
    return signInReply(c, status, { tone: 'bad', ...words }, headers);
  }
  return htmlReply(
    c,
    'operator',
    english,
    <MessagePage {...words} links={[{ href: PATH, label: 'To the operator’s page' }]}>
      {status < 500 ? null : <p class="small soft">{`In the log: ${c.get('requestId')}`}</p>}
    </MessagePage>,
    status,
    headers,
  );
}
