/** Connecting on the hosted page: on to the provider, or a form for what it takes. */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { beginConnection } from '../../connect/begin';
import { putCredentials } from '../../connect/credentials';
import type { Deps } from '../../deps';
import { AppError, type FieldError } from '../../errors';
import type { AppEnv } from '../../http/route';
import { accountIdSchema, parseInput, providerIdSchema } from '../../http/validate';
import {
  connectingPage,
  credentialsPage,
  type Given,
  mustAsk,
  nothingGiven,
  parametersPage,
} from './forms';
import { postedBy, visitOf } from './page-visit';
import { backToPage, limitAction, showPage } from './reply';
import { leaveNotice, PAGE_PATH, type PageSession } from './session';
import { cardOf, failureOf, noticeAbout, ownAccount, stepOf, type Visit } from './visit';

const place = z.lazy(() =>
  z.object({ provider: providerIdSchema, account: z.optional(accountIdSchema) }),
);

const MAX_NAME_LENGTH = 100;

export const addRoutes = new Hono<AppEnv>()
  .get(`${PAGE_PATH}/connect`, async (c) => {
    const visit = await visitOf(c);
    const { provider } = parseInput(place, c.req.query(), 'query');
    return askParameters(c, visit, provider, nothingGiven);
  })
  .post(`${PAGE_PATH}/connect`, async (c) => {
    const deps = c.get('deps');
    const { form, ...visit } = await postedBy(c);
    const { session } = visit;
    const { provider, account } = parseInput(place, form, 'body');
    const card = cardOf(deps, session, provider);
    const about = noticeAbout(provider, account ?? null);
    const parameters = fieldsOf(form);
    try {
      await limitAction(c, 'connect', session);
      const { connectUrl } = await beginConnection(deps, session.userId, {
        provider,
        returnTo: null,
        accountId: account,
        parameters,
      });
      // Told when the browser comes back without an outcome: by the back button, say.
      await leaveNotice(deps, session, { ...about, kind: 'connecting' });
      return await showPage(
        c,
        connectingPage({ ...(await stepOf(deps, visit, card)), goOn: connectUrl }),
      );
    } catch (error) {
      const errors = errorsOf(error).filter(({ path }) => path.startsWith('body.parameters'));
      if (errors.length > 0)
        return askParameters(c, visit, provider, { values: parameters, errors });
      const notice = { ...about, kind: 'not_connected' as const, ...failureOf(deps, error) };
      return backToPage(c, session, { notice });
    }
  })
  .get(`${PAGE_PATH}/credentials`, async (c) => {
    const visit = await visitOf(c);
    const { provider, account } = parseInput(place, c.req.query(), 'query');
    return askCredentials(c, visit, provider, account, nothingGiven);
  })
  .post(`${PAGE_PATH}/credentials`, async (c) => {
    const deps = c.get('deps');
    const { form, ...visit } = await postedBy(c);
    const { session } = visit;
    const { provider, account } = parseInput(place, form, 'body');
    cardOf(deps, session, provider);
    const credentials = fieldsOf(form);
    const name = nameOf(form);
    const about = noticeAbout(provider, null);
    try {
      await limitAction(c, 'connect', session);
      const { facts, version } = await putCredentials(deps, session.userId, {
        provider,
        credentials,
        ...(name === '' ? {} : { displayName: name }),
        ...(await accountFor(deps, session, provider, account)),
      });
      const notice = { ...about, kind: 'connected' as const, accountId: facts.accountId };
      return await backToPage(c, session, { notice, version });
    } catch (error) {
      const errors = errorsOf(error);
      if (errors.length > 0) {
        const values = { ...credentials, name };
        return askCredentials(c, visit, provider, account, { values, errors });
      }
      const notice = { ...about, kind: 'not_connected' as const, ...failureOf(deps, error) };
      return backToPage(c, session, { notice });
    }
  })
  .on('ALL', [`${PAGE_PATH}/connect`, `${PAGE_PATH}/credentials`], (c) => {
    throw new AppError('method_not_allowed', `this page does not take ${c.req.method}`, {
      headers: { Allow: 'GET, HEAD, POST' },
    });
  });

const errorsOf = (error: unknown): FieldError[] =>
  error instanceof AppError ? (error.errors ?? []) : [];

/** Fields that a provider's record names, apart from the page's own. */
const fieldsOf = (form: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form)
      .filter(([name, value]) => name.startsWith('field-') && value !== '')
      .map(([name, value]) => [name.slice('field-'.length), value]),
  );

const nameOf = (form: Record<string, string>): string =>
  (form.name ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);

async function askParameters(c: Context<AppEnv>, visit: Visit, id: string, given: Given) {
  const deps = c.get('deps');
  const card = cardOf(deps, visit.session, id);
  if (card.provider?.kind !== 'oauth2' || !card.isConfigured || !mustAsk(card.provider)) {
    throw new AppError('provider_not_found', 'there is nothing to ask for this provider');
  }
  const { provider } = card;
  return showPage(c, parametersPage({ ...(await stepOf(deps, visit, card)), provider, given }));
}

async function askCredentials(
  c: Context<AppEnv>,
  visit: Visit,
  id: string,
  accountId: string | undefined,
  given: Given,
) {
  const deps = c.get('deps');
  const card = cardOf(deps, visit.session, id);
  if (card.provider?.kind !== 'credentials') {
    throw new AppError('provider_not_found', 'this provider takes no credentials');
  }
  const account =
    accountId === undefined ? null : await ownAccount(deps, visit.session, id, accountId);
  const step = { ...(await stepOf(deps, visit, card)), provider: card.provider };
  return showPage(c, credentialsPage({ ...step, account, given }));
}

/**
 * Which account credentials are for. An account that the user has already keeps its id; for a new
 * one the user's word about an id is no proof (connect/credentials.ts).
 */
async function accountFor(
  deps: Deps,
  session: PageSession,
  provider: string,
  accountId: string | undefined,
): Promise<{ accountId?: string; mayNameAccount: boolean }> {
  if (accountId === undefined) return { mayNameAccount: false };
  await ownAccount(deps, session, provider, accountId);
  const record = deps.config.providers.get(provider);
  const isNamed = record?.kind === 'credentials' && record.accountIdField !== undefined;
  // An id that was bound to the user comes out of the fields again.
  if (isNamed && accountId.startsWith('user-')) return { mayNameAccount: false };
  return { accountId, mayNameAccount: true };
}
