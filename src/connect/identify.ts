/**
 * Whose accounts a grant is for: one; one of several that the grant is good for, which is chosen;
 * or all of them, which share it. Nothing is stored here.
 */

import { and, count, eq } from 'drizzle-orm';
import { d1Read } from '../db/client';
import { inJson } from '../db/conditions';
import { grantIdOf, isAccountRow } from '../db/grants';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { sharedGrant } from '../disconnect/reach';
import { AppError } from '../errors';
import { fetchChoices, MAX_CHOICES } from '../oauth/choices';
import { valueAt } from '../oauth/document';
import { endpointsOf } from '../oauth/endpoints';
import { type Grant, withTokenParameters } from '../oauth/grant';
import {
  accountIdIn,
  type FetchedSources,
  fetchProfile,
  fetchSources,
  readProfile,
  tokenMetadata,
} from '../oauth/profile';
import { isAsBound } from '../oauth/reply';
import { companionScopes } from '../providers/also-grants';
import { parametersFrom } from '../providers/parameters';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { SECOND_MS } from '../time';
import { findOwn } from './begin';
import type { Members, ReceivedAccount } from './commit';
import { linkedToAnotherUser, tooManyIntegrations } from './failure';
import { accountOf, filledFrom, type Member } from './store';
import type { Transaction } from './transactions';

const PROFILE_MS = 4 * SECOND_MS;
/** The main grant does not wait longer for its companions. */
const COMPANIONS_MS = 6 * SECOND_MS;
const READ_MS = 2_500;

/** A grant, and whose client it is of. */
export interface Granted {
  client: OAuth2Client;
  grant: Grant;
}

/** A grant whose account is known, ready to be stored. */
export interface Identified extends ReceivedAccount {
  /** Asks the provider. @throws AppError provider_error where the grant has died meanwhile */
  stillAlive(): Promise<unknown>;
}

/**
 * @param asked the connection
 * @param choice of the record's `choices`, by its id
 * @throws AppError provider_error, provider_unavailable; as chosenOf does
 */
export async function identify(
  deps: Deps,
  client: OAuth2Client,
  grant: Grant,
  asked: Transaction,
  until: number,
  choice?: string,
): Promise<Identified> {
  const { provider } = client;
  // Whoever stole such a token could use it (RFC 9449 5).
  if (!isAsBound(provider, grant)) {
    throw new AppError('provider_error', `${provider.name} gave a token that is bound to no key`);
  }
  const missing = (where: string) =>
    new AppError(
      'provider_error',
      `${provider.name} does not say in ${where} what its record reads there`,
    );
  let parameters = withTokenParameters(provider, asked.parameters, grant);
  if (parameters === null) throw missing('its token reply');
  if (provider.choices?.connect === 'all') {
    return identifyAll(deps, client, grant, { ...asked, parameters }, until);
  }
  let chosen: unknown = null;
  if (provider.choices !== undefined) {
    chosen = await chosenOf(deps, client, grant, { ...asked, parameters }, until, choice);
    const found = choiceParameters(provider, chosen);
    if (found === null) throw missing('what was chosen');
    parameters = { ...parameters, ...found };
  }
  const transaction = { ...asked, parameters };
  const endpoints = await endpointsOf(deps, provider, parameters);
  const timeoutMs = timeoutOf(provider, PROFILE_MS);
  const whoIs = (latest: number) =>
    fetchProfile(
      deps,
      client,
      endpoints,
      grant,
      { timeoutMs, until: latest },
      { choice: chosen, userId: transaction.userId },
    );
  const profile = await whoIs(until);
  return {
    account: await accountOf(deps, client, transaction, grant, profile),
    shared: sharedGrant(deps.config.providers, client.provider.id),
    members: null,
    stillAlive: () => whoIs(deps.now() + timeoutMs),
  };
}

/**
 * The one thing, of those that the grant is good for, that is connected: the only one, the one that
 * was chosen, or on a reconnect the one that it was. Asked for anew each time: the list that was
 * shown is the user's, and what is connected is the provider's.
 *
 * @throws AppError choice_required with the list; invalid_request where none has that id;
 *   provider_error, provider_unavailable
 */
async function chosenOf(
  deps: Deps,
  client: OAuth2Client,
  grant: Grant,
  { userId, parameters, expectedAccountId }: Transaction,
  until: number,
  choice: string | undefined,
): Promise<unknown> {
  const { provider } = client;
  const endpoints = await endpointsOf(deps, provider, parameters);
  const timeoutMs = timeoutOf(provider, PROFILE_MS);
  const list = await fetchChoices(deps, client, endpoints, grant, { timeoutMs, until });
  const [only, ...others] = list;
  if (choice === undefined && others.length === 0) return only?.element;
  const choices = list.map(({ id, label }) => ({ id, label }));
  if (choice !== undefined) {
    const found = list.find(({ id }) => id === choice);
    if (found) return found.element;
    const message = 'is none of the choices';
    throw new AppError('invalid_request', `choice ${message}`, {
      errors: [{ path: 'body.choice', message }],
    });
  }
  const before =
    expectedAccountId === null
      ? undefined
      : await findOwn(deps, userId, provider.id, expectedAccountId);
  const [expected, ...further] = list.filter(({ element }) => {
    const found = choiceParameters(provider, element) ?? {};
    const sources = {
      token: grant.document,
      choice: element,
      parameter: { ...parameters, ...found },
    };
    const accountId = accountIdIn(provider, sources);
    if (accountId !== null) return accountId === expectedAccountId;
    // The account's id says more, which is not known yet: what was chosen then stands in its row.
    const names = Object.keys(found);
    return names.length > 0 && names.every((name) => found[name] === before?.parameters[name]);
  });
  if (expected && further.length === 0) return expected.element;
  throw new AppError(
    'choice_required',
    `${provider.name} has several of what can be connected; complete again with the "choice" of one`,
    { members: { choices } },
  );
}

/** Null where one is missing, or not as its pattern wants it. */
const choiceParameters = (provider: OAuth2Provider, element: unknown) =>
  parametersFrom(provider, 'choice', (path) => valueAt(element, path));

/**
 * A grant of which each thing that it is good for is an account. One that cannot be identified is
 * left out.
 *
 * @throws AppError provider_error, provider_unavailable
 */
async function identifyAll(
  deps: Deps,
  client: OAuth2Client,
  grant: Grant,
  asked: Transaction,
  until: number,
): Promise<Identified> {
  const { provider } = client;
  const { userId, expectedAccountId } = asked;
  const endpoints = await endpointsOf(deps, provider, asked.parameters);
  const timeoutMs = timeoutOf(provider, PROFILE_MS);
  const goodFor = (latest: number) =>
    fetchChoices(deps, client, endpoints, grant, { timeoutMs, until: latest });
  const list = await goodFor(until);
  const window = { timeoutMs, until };
  const fetched = await fetchSources(deps, client, endpoints, grant, window, { userId });
  const accounts = new Map<string, Member & { subject: string }>();
  for (const { element } of list) {
    const account = memberIn(provider, asked.parameters, fetched, element);
    if (account !== null && !accounts.has(account.accountId)) {
      accounts.set(account.accountId, account);
    }
  }
  const [first] = accounts.values();
  if (first === undefined) {
    throw new AppError('provider_error', `${provider.name} lists nothing that can be connected`);
  }
  const main = accounts.get(expectedAccountId ?? '') ?? first;
  const { subject } = main;
  const metadata = tokenMetadata(provider, grant.document);
  const profile = { accountId: await grantIdOf(userId, subject), subject, displayName: null };
  const account = await accountOf(deps, client, asked, grant, { ...profile, metadata });
  return {
    // What else is known of an account is that account's.
    account: { ...account, grantId: account.accountId, metadata },
    shared: sharedGrant(deps.config.providers, provider.id),
    members: {
      connected: [main, ...[...accounts.values()].filter((one) => one !== main)],
      granted: list.length < MAX_CHOICES ? [...accounts.keys()] : null,
    },
    stillAlive: () => goodFor(deps.now() + timeoutMs),
  };
}

/** Null where the list does not say of it what the record reads there. */
function memberIn(
  provider: OAuth2Provider,
  given: Transaction['parameters'],
  { sources, missing }: FetchedSources,
  choice: unknown,
): (Member & { subject: string }) | null {
  const found = choiceParameters(provider, choice);
  if (found === null) return null;
  const parameter = Object.assign({}, sources.parameter, found);
  try {
    const profile = readProfile(provider, { ...sources, choice, parameter }, missing);
    return { ...profile, parameters: { ...given, ...found }, ordinal: 1 };
  } catch {
    return null;
  }
}

/**
 * Of the accounts that a grant is good for, those that this user may have: no other user's, and of
 * new ones no more than there is room for.
 * @throws AppError account_linked_to_another_user, too_many_integrations: there is none, or not the
 * one that is expected
 */
export async function storableMembers(
  deps: Deps,
  record: OAuth2Provider,
  { userId, provider, expectedAccountId }: Transaction,
  { connected: accounts, granted }: Members,
): Promise<Members> {
  const { db, config, log } = deps;
  const { providerAccountId } = oauthAccounts;
  const ids = accounts.map(({ accountId }) => accountId);
  const [known, [used]] = await d1Read(
    db.batch([
      db
        .select({
          accountId: providerAccountId,
          userId: oauthAccounts.userId,
          metadata: oauthAccounts.metadata,
        })
        .from(oauthAccounts)
        .where(and(eq(oauthAccounts.provider, provider), inJson(providerAccountId, ids))),
      db
        .select({ n: count() })
        .from(oauthAccounts)
        .where(and(eq(oauthAccounts.userId, userId), isAccountRow())),
    ]),
    READ_MS,
  ).catch((cause) => {
    throw new AppError('unavailable', 'the database did not answer', { cause, retryAfter: 30 });
  });
  const rows = new Map(known.map((row) => [row.accountId, row]));
  const names = Object.keys(record.metadata);
  const room = config.maxIntegrations - (used?.n ?? 0);
  let ordinal = 0;
  const [first, ...others] = accounts.flatMap((account) => {
    const row = rows.get(account.accountId);
    if (row && row.userId !== userId) return [];
    if (!row) ordinal += 1;
    const metadata = filledFrom(row?.metadata, names, account.metadata);
    return row || ordinal <= room ? [{ ...account, metadata, ordinal: Math.max(1, ordinal) }] : [];
  });
  if (first === undefined || ![null, first.accountId].includes(expectedAccountId)) {
    const isAnothers = rows.has(expectedAccountId ?? '') || rows.size === accounts.length;
    throw isAnothers ? linkedToAnotherUser() : tooManyIntegrations(deps);
  }
  const leftOut = accounts.length - 1 - others.length;
  if (leftOut > 0) log.warn('connect.accounts_left_out', { provider, accounts: leftOut });
  return { connected: [first, ...others], granted };
}

/**
 * Of the companion grants of the same reply. One whose account cannot be had soon is left out.
 * Never throws.
 */
export async function identifyCompanions(
  deps: Deps,
  main: OAuth2Client,
  companions: readonly Granted[],
  transaction: Transaction,
): Promise<Identified[]> {
  const until = deps.now() + timeoutOf(main.provider, COMPANIONS_MS);
  const authorizationParams = {
    ...main.provider.authorizationParams,
    ...transaction.authorizationParams,
  };
  const identified = companions.map(async ({ client, grant }) => {
    const { provider } = client;
    const requestedScope = companionScopes({ authorizationParams }, provider);
    const asked = { ...transaction, requestedScope };
    try {
      return [await identify(deps, client, grant, asked, until)];
    } catch (error) {
      const about = { connection: transaction.id, provider: provider.id };
      deps.log.warn('connect.also_left_out', about, error);
      return [];
    }
  });
  return (await Promise.all(identified)).flat();
}
