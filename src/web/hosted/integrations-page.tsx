/** The page itself: what is connected, in what state, and what can be connected. */
import { missingScopes } from '../../oauth/scopes';
import { PostForm } from '../ui/form';
import { type Message, MessageBox } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import { useTheme } from '../ui/theme';
import { type Clock, day, full, relative } from '../ui/times';
import {
  type Account,
  type Card,
  type Catalog,
  type CatalogQuery,
  type Filter,
  filters,
} from './catalog';
import { returnLabel, SessionLayout } from './layout';
import { listing, permissionSentences, permissionsOf } from './permissions';
import type { PageSession } from './session';
import { mustAsk } from './step-pages';
import { statusWords, troubleWords } from './words';

export interface IntegrationsProps {
  session: PageSession;
  catalog: Catalog;
  query: CatalogQuery;
  flash: Message | null;
  /** A provider whose connection has been begun and not ended. */
  pending: string | null;
  /** The database is away, and this is what was known last. */
  isStale: boolean;
  clock: Clock;
}

/** So few are seen at a glance. */
const SEARCH_FROM = 7;

export function IntegrationsPage(props: IntegrationsProps) {
  const { session, catalog, query, flash, isStale } = props;
  const { brand } = useTheme();
  const { connected, available, counts } = catalog;
  const isWhole = query.search === '' && query.filter === 'all';
  const nothingFound = connected.length + available.length === 0;
  return (
    <SessionLayout session={session} title="Connections">
      <a class="back" href={session.returnTo}>{`← ${returnLabel(session.returnTo)}`}</a>
      <h1>Connections</h1>
      <p class="intro">
        {`The apps and accounts that ${brand.name} works with for you. You decide, and you can end it at any time.`}
      </p>
      {flash ? <MessageBox {...flash} /> : null}
      {isStale ? (
        <MessageBox
          tone="warn"
          title="This may be out of date"
          text="Something here is not answering, so this is what was known last. Changes may not work until it is back."
        />
      ) : null}
      {counts.all >= SEARCH_FROM || !isWhole ? <Find query={query} counts={counts} /> : null}
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
      {nothingFound && !isWhole ? <NothingFound query={query} /> : null}
      {counts.all === 0 ? (
        <section>
          <p class="empty">
            {`There is nothing to connect here yet: ${brand.name} has not set up any apps.`}
          </p>
        </section>
      ) : null}
    </SessionLayout>
  );
}

const filterWords: Record<Filter, string> = {
  all: 'All',
  connected: 'Connected',
  attention: 'Needs attention',
  available: 'Not connected',
};

const addressOf = ({ search, filter }: CatalogQuery): string => {
  const query = new URLSearchParams({
    ...(search === '' ? {} : { q: search }),
    ...(filter === 'all' ? {} : { show: filter }),
  }).toString();
  return query === '' ? '/integrations' : `/integrations?${query}`;
};

const Find = ({ query, counts }: { query: CatalogQuery; counts: Catalog['counts'] }) => (
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
          value={query.search}
          placeholder="Search apps and accounts"
          maxlength={100}
        />
        {query.filter === 'all' ? null : <input type="hidden" name="show" value={query.filter} />}
        <button class="button" type="submit">
          Search
        </button>
      </form>
    </search>
    <nav class="tabs" aria-label="Filter">
      {filters
        .filter(
          (filter) => filter !== 'attention' || counts.attention > 0 || query.filter === filter,
        )
        .map((filter) => (
          <a
            href={addressOf({ ...query, filter })}
            {...(filter === query.filter ? { 'aria-current': 'page' } : {})}
          >
            {filterWords[filter]} <span>{counts[filter]}</span>
          </a>
        ))}
    </nav>
  </div>
);

const NothingFound = ({ query }: { query: CatalogQuery }) => (
  <section>
    <p class="empty">
      {query.search === '' ? 'Nothing is here.' : `Nothing here matches “${query.search}”.`}{' '}
      <a href="/integrations">Show all</a>
    </p>
  </section>
);

interface CardProps extends IntegrationsProps {
  card: Card;
}

const ConnectedCard = ({ card, clock, session }: CardProps) => (
  <li class="card">
    <div class="head">
      <ProviderIcon id={card.id} name={card.name} />
      <h3>
        {card.name}
        <Experimental card={card} />
      </h3>
      {card.isConfigured ? (
        <Add card={card} session={session} label="Add another account" quiet />
      ) : null}
    </div>
    <ul>
      {card.accounts.map((account) => (
        <AccountRow account={account} card={card} clock={clock} formToken={session.formToken} />
      ))}
    </ul>
  </li>
);

const Offer = ({ card, session, pending }: CardProps) => {
  const { brand } = useTheme();
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
        {canAdd ? <Add card={card} session={session} label="Add app" /> : null}
      </div>
      <p class="may">
        {canAdd
          ? permissionSentences(provider)
          : `Not available yet: ${brand.name} has not set it up.`}
      </p>
      {pending === card.id ? <p class="status">Not finished</p> : null}
    </li>
  );
};

const Experimental = ({ card }: { card: Card }) =>
  card.provider?.experimental ? <span class="tag">Experimental</span> : null;

interface AddProps {
  card: Card;
  session: PageSession;
  label: string;
  quiet?: boolean;
}

/** A form where the way leads to the provider at once; a link where something has to be asked first. */
function Add({ card, session, label, quiet = false }: AddProps) {
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
    <PostForm
      action="/integrations/connect"
      formToken={session.formToken}
      hidden={{ provider: card.id }}
    >
      <button class={className} type="submit">
        {label}
        {about}
      </button>
    </PostForm>
  );
}

interface AccountProps {
  account: Account;
  card: Card;
  clock: Clock;
  formToken: string;
}

/** One account: who, in what state, since when, and what can be done. */
function AccountRow({ account, card, clock, formToken }: AccountProps) {
  const { brand } = useTheme();
  const { facts, status, name, detail } = account;
  const { label, tone } = statusWords[status.status];
  const trouble = troubleWords(
    status,
    { brand: brand.name, provider: card.name, account: name },
    clock,
    card.provider?.kind === 'credentials',
  );
  return (
    <li class="account">
      <div class="person">
        <span class="face" aria-hidden="true">
          {initials(name)}
        </span>
        <div>
          <h4>{name}</h4>
          {detail === null ? null : <p class="soft small">{detail}</p>}
        </div>
        <span class={`status ${tone}`}>{label}</span>
      </div>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      <Missing card={card} facts={facts} />
      <dl class="facts">
        <Fact
          term="Connected since"
          at={facts.connectedAt}
          text={day(facts.connectedAt, clock)}
          clock={clock}
        />
        <End account={account} clock={clock} />
        {facts.lastRefreshedAt === null ? null : (
          <Fact
            term="Last refreshed"
            at={facts.lastRefreshedAt}
            text={relative(facts.lastRefreshedAt, clock)}
            clock={clock}
          />
        )}
      </dl>
      <Actions account={account} card={card} formToken={formToken} />
    </li>
  );
}

interface FactProps {
  term: string;
  at: number;
  text: string;
  clock: Clock;
}

const Fact = ({ term, at, text, clock }: FactProps) => (
  <div>
    <dt>{term}</dt>
    <dd>
      <time datetime={new Date(at).toISOString()} title={full(at, clock)}>
        {text}
      </time>
    </dd>
  </div>
);

/** When access ends: for good, or until it is renewed. */
function End({ account: { facts, status }, clock }: { account: Account; clock: Clock }) {
  const { reconnectBy } = status;
  if (status.status === 'needs_reconnect') return null;
  if (reconnectBy !== null) {
    const term = reconnectBy > clock.now ? 'Reconnect by' : 'Ran out';
    const text = reconnectBy > clock.now ? day(reconnectBy, clock) : relative(reconnectBy, clock);
    return <Fact term={term} at={reconnectBy} text={text} clock={clock} />;
  }
  if (facts.expiresAt === null) {
    return (
      <div>
        <dt>Expires</dt>
        <dd>Never</dd>
      </div>
    );
  }
  return facts.expiresAt > clock.now ? (
    <Fact
      term="Renewed by itself"
      at={facts.expiresAt}
      text={relative(facts.expiresAt, clock)}
      clock={clock}
    />
  ) : (
    <Fact
      term="Ran out"
      at={facts.expiresAt}
      text={relative(facts.expiresAt, clock)}
      clock={clock}
    />
  );
}

/** Permissions that were asked for and not given (C12). */
function Missing({ card, facts }: { card: Card; facts: Account['facts'] }) {
  const { brand } = useTheme();
  const missing = missingOf(card, facts);
  if (missing.length === 0) return null;
  const { known, unknown } = permissionsOf(card.id, missing);
  return (
    <p class="trouble">
      {`You did not allow ${brand.name} to ${listing([...known, ...unknown.map((scope) => `use “${scope}”`)])}. Reconnect to allow it.`}
    </p>
  );
}

interface ActionsProps {
  account: Account;
  card: Card;
  formToken: string;
}

function Actions({ account, card, formToken }: ActionsProps) {
  const { facts, status, name } = account;
  const about = <span class="vh">{` ${name}, ${card.name}`}</span>;
  const mustAct = status.status === 'needs_reconnect' || status.status === 'expired';
  const query = new URLSearchParams({ provider: card.id, account: facts.accountId }).toString();
  const button = (action: string, className: string, label: string) => (
    <PostForm
      action={`/integrations/${action}`}
      formToken={formToken}
      hidden={{ provider: card.id, account: facts.accountId }}
    >
      <button class={`button ${className}`} type="submit">
        {label}
        {about}
      </button>
    </PostForm>
  );
  const canRefresh = card.provider?.kind === 'oauth2' && facts.renewable && !mustAct;
  const canReconnect = card.isConfigured && card.provider?.kind === 'oauth2';
  const wants = mustAct || missingOf(card, facts).length > 0;
  return (
    <div class="actions">
      {canReconnect && wants ? button('connect', 'main', 'Reconnect') : null}
      {canRefresh ? button('refresh', '', 'Refresh now') : null}
      {canReconnect && !wants ? button('connect', canRefresh ? 'quiet' : '', 'Reconnect') : null}
      {card.provider?.kind === 'credentials' ? (
        <a class={mustAct ? 'button main' : 'button'} href={`/integrations/credentials?${query}`}>
          Replace{about}
        </a>
      ) : null}
      <a class="button quiet danger" href={`/integrations/disconnect?${query}`}>
        Disconnect{about}
      </a>
    </div>
  );
}

const missingOf = ({ provider }: Card, { requestedScopes, scopes }: Account['facts']): string[] =>
  missingScopes(provider, requestedScopes, scopes);

/** Two letters at most: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 && !name.includes('@') ? words.at(-1) : undefined];
  const text = letters.map((word) => [...(word ?? '')][0] ?? '').join('');
  return text === '' ? '•' : text.toUpperCase();
}
