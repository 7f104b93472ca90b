/**
 * What the page's routes work with: the visit's view of providers and accounts, and what an action
 * leaves to be told.
 */

import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { readSnapshot } from '../../status-cache/cache';
import type { Snapshot } from '../../status-cache/snapshot';
import type { Frame, Visitor } from '../ui/layout';
import { loadProviderIcons } from '../ui/provider-icon';
import { themeOf } from '../ui/theme';
import { type Account, accountOf, type Card, catalogOf } from './catalog';
import type { Notice, PageSession } from './session';

/** A page session, with what its forms carry. */
export interface Visit {
  session: PageSession;
  formToken: string;
}

type FrameDeps = Pick<Deps, 'config' | 'assets' | 'log'>;

export async function frameOf(deps: FrameDeps): Promise<Frame> {
  const [theme] = await Promise.all([themeOf(deps), loadProviderIcons(deps)]);
  return { brand: deps.config.brand, theme };
}

export const visitorOf = ({ session, formToken }: Visit): Visitor => ({
  label: session.label,
  returnTo: session.returnTo,
  formToken,
});

/** What every page about one provider shows. */
export const stepOf = async (deps: FrameDeps, visit: Visit, card: Card) => ({
  ...(await frameOf(deps)),
  visitor: visitorOf(visit),
  card,
});

/** The provider, as far as this visit is about it. @throws AppError provider_not_found */
export function cardOf(
  { config }: Pick<Deps, 'config'>,
  { providers }: PageSession,
  id: string,
): Card {
  const everything = { search: '', filter: 'all' } as const;
  const [card] = catalogOf(config.providers, [id], [], everything, 0).available;
  if (!card || (providers && !providers.includes(id))) {
    throw new AppError('provider_not_found', 'this page is not about that provider');
  }
  return card;
}

/** @throws AppError integration_not_found */
export async function ownAccount(
  deps: Deps,
  { userId, version }: PageSession,
  provider: string,
  accountId: string,
): Promise<Account> {
  const { snapshot } = await readSnapshot(deps, userId, version);
  const facts = factsIn(snapshot, provider, accountId);
  if (!facts) throw new AppError('integration_not_found', 'the user has no such integration');
  return accountOf(facts, deps.config.providers.get(provider), deps.now());
}

const factsIn = ({ integrations }: Snapshot, provider: string, accountId: string | null) =>
  integrations.find((one) => one.provider === provider && one.accountId === accountId);

export const noticeAbout = (provider: string, accountId: string | null): Omit<Notice, 'kind'> => ({
  provider,
  accountId,
  name: null,
  code: null,
  retryAt: null,
});

/** Why an action failed, as the notice keeps it. What nobody expected is logged. */
export function failureOf(
  { log, now }: Pick<Deps, 'log' | 'now'>,
  error: unknown,
): Pick<Notice, 'code' | 'retryAt'> {
  if (!(error instanceof AppError)) {
    log.error('page_action_failed', {}, error);
    return { code: 'unavailable', retryAt: null };
  }
  const { code, retryAfter } = error;
  return { code, retryAt: retryAfter === undefined ? null : now() + retryAfter * 1000 };
}

/** Names for the sentence about it. */
export function namesIn(
  { config }: Pick<Deps, 'config'>,
  { provider, accountId, name }: Notice,
  snapshot: Snapshot,
): { brand: string; provider: string; account: string | null } {
  const record = config.providers.get(provider);
  const facts = factsIn(snapshot, provider, accountId);
  const account = facts && accountOf(facts, record, 0).name;
  return { brand: config.brand.name, provider: record?.name ?? provider, account: account ?? name };
}
