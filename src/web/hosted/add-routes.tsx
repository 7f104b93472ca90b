/** Connecting an account on the hosted page: on to the provider, or a form for what it takes. */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { beginConnection, ownIntegration } from '../../connect/begin';
import { completeWithChoice, unfinishedInBrowser } from '../../connect/complete';
import { putCredentials } from '../../connect/credentials';
import { isChoiceNeeded } from '../../connect/failure';
import type { Deps } from '../../deps';
import { AppError, type FieldError } from '../../errors';
import type { AppEnv } from '../../http/route';
import { accountIdSchema, parseInput, providerIdSchema } from '../../http/validate';
import { isUserBound } from '../../ids';
import { isByFields, mayBeEntered } from '../../providers/by-fields';
import { countForced } from '../../refresh/forced-refresh-limit';
import { readPostedForm } from '../session';
import { htmlReply, redirectReply } from '../ui/reply';
import { failureOf, flashMessage, limitAction, ownAccount, redirectToPage } from './actions';
import { cardFor } from './catalog';
import { browserOf, choicePath, isAway } from './connect-routes';
import { PAGE_PATH, type PageSession, pageSessionOf, setFlashMessage } from './session';
import {
  ChoicePage,
  ConnectingPage,
  CredentialsPage,
  emptyFormEntry,
  type FormEntry,
  mustAsk,
  ParametersPage,
} from './step-pages';
import { entryWords } from './words';

const choiceFields = z.object({
  connection: z.string().max(128),
  choice: z.string().max(255).optional(),
  away: z.string().optional(),
});

const addFields = z.object({ provider: providerIdSchema, account: accountIdSchema.optional() });

export const addRoutes = new Hono<AppEnv>()
  .get(`${PAGE_PATH}/connect`, async (c) => {
    const session = await pageSessionOf(c);
    const { provider } = parseInput(addFields, c.req.query(), 'query');
    return parametersReply(c, session, provider, emptyFormEntry);
  })
  .post(`${PAGE_PATH}/connect`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await readPostedForm(c, pageSessionOf);
    const { provider, account: accountId } = parseInput(addFields, form, 'body');
    const card = cardFor(deps.config.providers, session.providers, provider);
    const parameters = recordFieldsOf(form);
    const about = { provider, accountId: accountId ?? null };
    try {
      await limitAction(c, 'connect', session);
      const { connectUrl } = await beginConnection(deps, session.userId, {
        provider,
        allowedProviders: session.allowedProviders,
        returnTo: null,
        accountId,
        parameters,
      });
      // Shown when the browser comes back without an outcome: by the back button, say.
      await setFlashMessage(deps, session, flashMessage('connecting', about));
      return await htmlReply(
        c,
        'hosted',
        session.locale,
        <ConnectingPage session={session} card={card} connectUrl={connectUrl} />,
      );
    } catch (error) {
      const errors = errorsOf(error).filter(({ path }) => path.startsWith('body.parameters'));
      if (errors.length > 0) {
        return parametersReply(c, session, provider, { values: parameters, errors });
      }
      const failure = failureOf(deps, error);
      return redirectToPage(c, session, flashMessage('not_connected', { ...about, ...failure }));
    }
  })
  .get(`${PAGE_PATH}/choice`, async (c) => {
    const session = await pageSessionOf(c);
    const { connection, away } = parseInput(choiceFields, c.req.query(), 'query');
    const { transaction, card } = await unfinishedOf(c, session, connection);
    const { choices } = transaction;
    return htmlReply(
      c,
      'hosted',
      session.locale,
      <ChoicePage
        session={session}
        card={card}
        connection={connection}
        choices={choices ?? []}
        isAway={away !== undefined || choices === null}
      />,
    );
  })
  .post(`${PAGE_PATH}/choice`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await readPostedForm(c, pageSessionOf);
    const { connection, choice } = parseInput(choiceFields, form, 'body');
    const { card, browser } = await unfinishedOf(c, session, connection);
    const { id: provider } = card;
    try {
      await limitAction(c, 'connect', session);
      const done = await completeWithChoice(deps, session.userId, connection, browser, choice);
      const { accountId } = done.facts;
      const flash = flashMessage('connected', { provider, accountId });
      return await redirectToPage(c, session, flash, done.version);
    } catch (error) {
      // Nothing was chosen, the provider has another list by now, or it does not answer.
      const away = isAway(error);
      if (away || isChoiceNeeded(error)) return redirectReply(c, choicePath(connection, away));
      const failure = failureOf(deps, error);
      return redirectToPage(c, session, flashMessage('not_connected', { provider, ...failure }));
    }
  })
  .get(`${PAGE_PATH}/credentials`, async (c) => {
    const session = await pageSessionOf(c);
    const { provider, account } = parseInput(addFields, c.req.query(), 'query');
    return credentialsReply(c, session, provider, account, emptyFormEntry);
  })
  .post(`${PAGE_PATH}/credentials`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await readPostedForm(c, pageSessionOf);
    const { provider, account } = parseInput(addFields, form, 'body');
    const card = enteredCard(deps, session, provider);
    const credentials = recordFieldsOf(form);
    const name = nameOf(form);
    try {
      await limitAction(c, 'connect', session);
      await countForced(deps, session.userId);
      const { facts, version } = await putCredentials(deps, session.userId, {
        provider,
        credentials,
        ...(name === '' ? {} : { displayName: name }),
        ...(await accountFor(deps, session, provider, account)),
      });
      const isUntried = card.provider?.check !== undefined && !facts.verified;
      const code = isUntried ? 'unverified' : null;
      const flash = flashMessage('connected', { provider, accountId: facts.accountId, code });
      return await redirectToPage(c, session, flash, version);
    } catch (error) {
      const errors = errorsOf(error);
      const failure = failureOf(deps, error);
      const names = {
        brand: deps.config.brand.name,
        provider: card.name,
        account: await nameOfAccount(deps, session, provider, account),
      };
      const message = entryWords(failure.code, names, session.locale);
      if (errors.length > 0 || message !== null) {
        const values = { ...credentials, name };
        return credentialsReply(c, session, provider, account, { values, errors, message });
      }
      return redirectToPage(c, session, flashMessage('not_connected', { provider, ...failure }));
    }
  });

/**
 * @throws AppError connection_not_found: also where it was begun in another browser, or elsewhere
 */
async function unfinishedOf(c: Context<AppEnv>, session: PageSession, connection: string) {
  const deps = c.get('deps');
  const browser = browserOf(c, connection) ?? '';
  const transaction = await unfinishedInBrowser(deps, session.userId, connection, browser);
  const card = cardFor(deps.config.providers, session.providers, transaction.provider);
  return { transaction, card, browser };
}

const nameOfAccount = async (
  deps: Deps,
  session: PageSession,
  provider: string,
  accountId: string | undefined,
): Promise<string | null> =>
  accountId === undefined
    ? null
    : ownAccount(deps, session, provider, accountId).then(
        ({ name }) => name,
        () => null,
      );

const errorsOf = (error: unknown): FieldError[] =>
  error instanceof AppError ? (error.errors ?? []) : [];

/** The fields that a provider's record names, apart from the page's own. */
const recordFieldsOf = (form: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form)
      .filter(([name, value]) => name.startsWith('field-') && value !== '')
      .map(([name, value]) => [name.slice('field-'.length), value]),
  );

const MAX_NAME_LENGTH = 100;

const nameOf = (form: Record<string, string>): string =>
  (form.name ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);

async function parametersReply(
  c: Context<AppEnv>,
  session: PageSession,
  id: string,
  entry: FormEntry,
) {
  const deps = c.get('deps');
  const card = cardFor(deps.config.providers, session.providers, id);
  const { provider } = card;
  if (provider?.kind !== 'oauth2' || isByFields(provider) || !mustAsk(provider)) {
    throw new AppError('provider_not_found', 'there is nothing to ask for this provider');
  }
  if (!card.isConfigured) {
    throw new AppError('provider_not_found', 'there is nothing to ask for this provider');
  }
  return htmlReply(
    c,
    'hosted',
    session.locale,
    <ParametersPage session={session} card={card} provider={provider} entry={entry} />,
  );
}

/** @param accountId whose credentials are replaced */
async function credentialsReply(
  c: Context<AppEnv>,
  session: PageSession,
  id: string,
  accountId: string | undefined,
  entry: FormEntry,
) {
  const deps = c.get('deps');
  const card = enteredCard(deps, session, id);
  const account = accountId === undefined ? null : await ownAccount(deps, session, id, accountId);
  return htmlReply(
    c,
    'hosted',
    session.locale,
    <CredentialsPage
      session={session}
      card={card}
      provider={card.provider}
      account={account}
      entry={entry}
    />,
  );
}

/**
 * @throws AppError provider_not_found: also for what the operator signs for, whoever has an account
 * there
 */
function enteredCard({ config }: Deps, session: PageSession, id: string) {
  const card = cardFor(config.providers, session.providers, id);
  const { provider } = card;
  if (!mayBeEntered(provider)) {
    throw new AppError('provider_not_found', 'this provider takes no credentials');
  }
  return { ...card, provider };
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
  await ownIntegration(deps, session.userId, provider, accountId);
  const record = deps.config.providers.get(provider);
  const isNamed = record?.kind === 'credentials' && record.accountIdField !== undefined;
  // An id that was bound to the user comes out of the fields again.
  if (isNamed && isUserBound(accountId)) return { mayNameAccount: false };
  return { accountId, mayNameAccount: true };
}
