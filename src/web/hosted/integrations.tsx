/** The page itself: what is connected, and what can be. */

import {
  FormToken,
  type Frame,
  Notice,
  renderPage,
  type Visitor,
  wayBackLabel,
} from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import type { Clock } from '../ui/times';
import { AccountRow } from './account';
import { type Card, type Catalog, type Filter, filters, type Wanted } from './catalog';
import { mustAsk } from './forms';
import { mayDo } from './scopes';
import type { Message } from './words';

export interface IntegrationsProps extends Frame {
  visitor: Visitor;
  catalog: Catalog;
  wanted: Wanted;
  notice: Message | null;
  /** A provider whose connection has been begun and not ended. */
  pending: string | null;
  /** The database is away, and this is what was known last. */
  isStale: boolean;
  clock: Clock;
}

/** So few are seen at a glance. */
const SEARCH_FROM = 7;

export function integrationsPage(props: IntegrationsProps): string {
  const { brand, theme, visitor, catalog, wanted, notice, isStale } = props;
  const { connected, available, counts } = catalog;
  const isWhole = wanted.search === '' && wanted.filter === 'all';
  const nothingFound = connected.length + available.length === 0;
  return renderPage({
    brand,
    theme,
    visitor,
    title: 'Connections',
    children: (
      <>
        <a class="back" href={visitor.returnTo}>{`← ${wayBackLabel(visitor.returnTo)}`}</a>
        <h1>Connections</h1>
        <p class="intro">
          {`The apps and accounts that ${brand.name} works with for you. You decide, and you can end it at any time.`}
        </p>
        {notice ? <Notice {...notice} /> : null}
        {isStale ? (
          <Notice
            tone="warn"
            title="This may be out of date"
            text="Something here is not answering, so this is what was known last. Changes may not work until it is back."
          />
        ) : null}
        {counts.all >= SEARCH_FROM || !isWhole ? <Find wanted={wanted} counts={counts} /> : null}
        {connected.length > 0 ? (
          <section aria-labelledby="connected">
            <h2 id="connected">Connected</h2>
            <ul class="stack">
              {connected.map((card) => (
                <ConnectedCard card={card} {...props} />
              ))}
            </ul>
          </section>
        ) : null}
        {isWhole && counts.connected === 0 && counts.all > 0 ? (
          <section aria-labelledby="connected">
            <h2 id="connected">Connected</h2>
            <p class="empty">
              {`Nothing is connected yet. Choose an app below; you will sign in there, and it asks you before ${brand.name} gets anything.`}
            </p>
          </section>
        ) : null}
        {available.length > 0 ? (
          <section aria-labelledby="available">
            <h2 id="available">{counts.connected > 0 ? 'More apps' : 'Apps'}</h2>
            <ul class="grid">
              {available.map((card) => (
                <Offer card={card} {...props} />
              ))}
            </ul>
          </section>
        ) : null}
        {nothingFound && !isWhole ? <NothingFound wanted={wanted} /> : null}
        {counts.all === 0 ? (
          <section>
            <p class="empty">
              {`There is nothing to connect here yet: ${brand.name} has not set up any apps.`}
            </p>
          </section>
        ) : null}
      </>
    ),
  });
}

const filterWords: Record<Filter, string> = {
  all: 'All',
  connected: 'Connected',
  attention: 'Needs attention',
  available: 'Not connected',
};

const addressOf = ({ search, filter }: Wanted): string => {
  const query = new URLSearchParams({
    ...(search === '' ? {} : { q: search }),
    ...(filter === 'all' ? {} : { show: filter }),
  }).toString();
  return query === '' ? '/integrations' : `/integrations?${query}`;
};

const Find = ({ wanted, counts }: { wanted: Wanted; counts: Catalog['counts'] }) => (
  <div class="find">
    <search>
      <form method="get" action="/integrations">
        <label class="vh" for="search">
          Search apps and accounts
        </label>
        <input
          id="search"
          type="search"
          name="q"
          value={wanted.search}
          placeholder="Search apps and accounts"
          maxlength={100}
        />
        {wanted.filter === 'all' ? null : <input type="hidden" name="show" value={wanted.filter} />}
        <button class="button" type="submit">
          Search
        </button>
      </form>
    </search>
    <nav class="tabs" aria-label="Filter">
      {filters
        .filter(
          (filter) => filter !== 'attention' || counts.attention > 0 || wanted.filter === filter,
        )
        .map((filter) => (
          <a
            href={addressOf({ ...wanted, filter })}
            {...(filter === wanted.filter ? { 'aria-current': 'page' } : {})}
          >
            {filterWords[filter]} <span>{counts[filter]}</span>
          </a>
        ))}
    </nav>
  </div>
);

const NothingFound = ({ wanted }: { wanted: Wanted }) => (
  <section>
    <p class="empty">
      {wanted.search === '' ? 'Nothing is here.' : `Nothing here matches “${wanted.search}”.`}{' '}
      <a href="/integrations">Show all</a>
    </p>
  </section>
);

interface CardProps extends IntegrationsProps {
  card: Card;
}

const ConnectedCard = ({ card, brand, clock, visitor }: CardProps) => (
  <li class="card">
    <div class="head">
      <ProviderIcon id={card.id} name={card.name} />
      <h3>
        {card.name}
        <Experimental card={card} />
      </h3>
      {card.isConfigured ? (
        <Add card={card} visitor={visitor} label="Add another account" quiet />
      ) : null}
    </div>
    <ul>
      {card.accounts.map((account) => (
        <AccountRow
          account={account}
          card={card}
          brand={brand.name}
          clock={clock}
          formToken={visitor.formToken}
        />
      ))}
    </ul>
  </li>
);

const Offer = ({ card, visitor, brand, pending }: CardProps) => {
  const { provider } = card;
  const canAdd = card.isConfigured && provider !== undefined;
  return (
    <li class="card offer">
      <div class="head">
        <ProviderIcon id={card.id} name={card.name} />
        <h3>
          {card.name}
          <Experimental card={card} />
        </h3>
        {canAdd ? <Add card={card} visitor={visitor} label="Add app" /> : null}
      </div>
      <p class="may">
        {canAdd ? mayDo(provider) : `Not available yet: ${brand.name} has not set it up.`}
      </p>
      {pending === card.id ? <p class="status">Not finished</p> : null}
    </li>
  );
};

const Experimental = ({ card }: { card: Card }) =>
  card.provider?.experimental ? <span class="tag">Experimental</span> : null;

interface AddProps {
  card: Card;
  visitor: Visitor;
  label: string;
  quiet?: boolean;
}

/** A form where the way leads to the provider at once; a link where something has to be asked first. */
function Add({ card, visitor, label, quiet = false }: AddProps) {
  const className = quiet ? 'button quiet' : 'button';
  const about = <span class="vh">{` ${card.name}`}</span>;
  if (card.provider?.kind === 'credentials') {
    return (
      <a class={className} href={`/integrations/credentials?provider=${card.id}`}>
        {label}
        {about}
      </a>
    );
  }
  if (card.provider && mustAsk(card.provider)) {
    return (
      <a class={className} href={`/integrations/connect?provider=${card.id}`}>
        {label}
        {about}
      </a>
    );
  }
  return (
    <form method="post" action="/integrations/connect">
      <FormToken token={visitor.formToken} />
      <input type="hidden" name="provider" value={card.id} />
      <button class={className} type="submit">
        {label}
        {about}
      </button>
    </form>
  );
}
