/**
 * The catalog of the hosted page: providers and the user's accounts, in their order, after search
 * and filter. Pure.
 */
import { AppError } from '../../errors';
import { isUserBound } from '../../ids';
import { type StatusAt, statusAt } from '../../integrations/status';
import { isSignedFor } from '../../providers/by-fields';
import { readsFrom } from '../../providers/paths';
import type { Registry } from '../../providers/registry';
import type { Provider } from '../../providers/types';
import type { Facts } from '../../status-cache/snapshot';
import type { Locale } from '../locale';

export interface ShownAccount {
  facts: Facts;
  status: StatusAt;
  name: string;
  /** A second line that tells accounts apart; null where there is nothing to add. */
  detail: string | null;
}

export interface Card {
  id: string;
  name: string;
  /** Undefined: accounts of a provider that is known here no more. */
  provider: Provider | undefined;
  /** Can be connected here. */
  isConfigured: boolean;
  accounts: ShownAccount[];
}

export const filters = ['all', 'connected', 'attention', 'available'] as const;
type Filter = (typeof filters)[number];

export interface CatalogQuery {
  search: string;
  filter: Filter;
}

export interface PageCatalog {
  connected: Card[];
  available: Card[];
  /** Of the whole, whatever is searched for. */
  counts: Record<Filter, number>;
}

/** @param only which providers, in this order; null: all that are set up, and all with accounts */
export function pageCatalogOf(
  registry: Registry,
  only: readonly string[] | null,
  integrations: readonly Facts[],
  query: CatalogQuery,
  now: number,
  locale: Locale,
): PageCatalog {
  const byProvider = Map.groupBy(integrations, ({ provider }) => provider);
  const known = only ?? [...new Set([...offered(registry), ...byProvider.keys()])];
  // What the operator signs for comes from the app's backend only.
  const ids = known.filter((id) => byProvider.has(id) || !isSignedFor(registry.get(id)));
  const cards = ids.map((id) => {
    const provider = registry.get(id);
    const facts = byProvider.get(id) ?? [];
    return cardOf(
      registry,
      id,
      facts.map((one) => shownAccount(one, provider, now, locale)),
    );
  });
  const { compare } = new Intl.Collator(locale.formats);
  const order = only ? cards : cards.toSorted((a, b) => compare(a.name, b.name));
  const connected = order
    .filter(({ accounts }) => accounts.length > 0)
    .toSorted((a, b) => Number(needsAttention(b)) - Number(needsAttention(a)));
  const available = order.filter(({ accounts }) => accounts.length === 0);
  const found = (cards: Card[]) => cards.filter((card) => matches(card, query.search));
  const { filter } = query;
  return {
    connected:
      filter === 'available'
        ? []
        : found(filter === 'attention' ? connected.filter(needsAttention) : connected),
    available: filter === 'all' || filter === 'available' ? found(available) : [],
    counts: {
      all: order.length,
      connected: connected.length,
      attention: connected.filter(needsAttention).length,
      available: available.length,
    },
  };
}

/**
 * One provider, without accounts.
 * @param only which providers the session is about; null: all
 * @throws AppError provider_not_found
 */
export function cardFor(registry: Registry, only: readonly string[] | null, id: string): Card {
  if (only && !only.includes(id)) {
    throw new AppError('provider_not_found', 'this page is not about that provider');
  }
  return cardOf(registry, id, []);
}

/** What can be connected. A record that borrows another's client comes along with that one. */
const offered = (registry: Registry): string[] =>
  registry
    .all()
    .filter(({ id }) => registry.isConfigured(id))
    .filter((provider) => provider.kind !== 'oauth2' || provider.clientOf === undefined)
    .map(({ id }) => id);

function cardOf(registry: Registry, id: string, accounts: ShownAccount[]): Card {
  const provider = registry.get(id);
  return {
    id,
    name: provider?.name ?? id,
    provider,
    isConfigured: registry.isConfigured(id),
    accounts,
  };
}

export function shownAccount(
  facts: Facts,
  provider: Provider | undefined,
  now: number,
  { t }: Locale,
): ShownAccount {
  const absoluteEnd = provider?.kind === 'oauth2' && provider.refreshDeadline === 'absolute';
  const { metadata } = facts;
  // An id that Mooring made up means nothing to anybody.
  const isMadeUp =
    provider?.kind === 'credentials' ||
    (provider !== undefined && readsFrom(provider, 'user') && isUserBound(facts.accountId));
  const publicId =
    provider?.kind === 'credentials' && provider.accountIdField !== undefined
      ? metadata[provider.accountIdField]
      : null;
  const readable = [metadata.name, metadata.userName, metadata.email, publicId].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const name =
    facts.displayName ??
    readable[0] ??
    (isMadeUp ? t('account.of', { provider: provider?.name ?? facts.provider }) : facts.accountId);
  const detail =
    [...readable.toReversed(), ...(isMadeUp ? [] : [facts.accountId])].find(
      (text) => text !== name,
    ) ?? null;
  return { facts, status: statusAt(facts, now, absoluteEnd), name, detail };
}

const needsAttention = ({ accounts }: Card): boolean =>
  accounts.some(({ status }) => status.status !== 'connected');

function matches({ name, id, accounts }: Card, search: string): boolean {
  const texts = [name, id, ...accounts.flatMap((account) => [account.name, account.detail ?? ''])];
  const wanted = plain(search);
  return texts.some((text) => plain(text).includes(wanted));
}

/** Without case and accents. */
const plain = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
