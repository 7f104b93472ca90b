/** The page itself: what is connected, in what state, and what can be connected. */
import { missingScopes } from '../../oauth/scopes';
import { isSignedFor, mayBeEntered, takesFields } from '../../providers/by-fields';
import { useLocale } from '../locale';
import { PostForm } from '../ui/form';
import { type Message, MessageBox } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import { useTheme } from '../ui/theme';
import { type Clock, day, full, relative } from '../ui/times';
import {
  type Card,
  type CatalogQuery,
  filters,
  type PageCatalog,
  type ShownAccount,
} from './catalog';
import { returnLabel, SessionLayout } from './layout';
import { permissionSentences, permissionsOf, permissionWords } from './permissions';
import type { PageSession } from './session';
import { mustAsk } from './step-pages';
import { statusTones, troubleWords } from './words';

interface IntegrationsProps {
  session: PageSession;
  catalog: PageCatalog;
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
  const locale = useLocale();
  const { t, direction } = locale;
  const names = { brand: brand.name };
  const back = direction === 'rtl' ? '→' : '←';
  const { connected, available, counts } = catalog;
  const isWhole = query.search === '' && query.filter === 'all';
  const nothingFound = connected.length + available.length === 0;
  return (
    <SessionLayout session={session} title={t('page.title')}>
      <a class="back" href={session.returnTo}>
        {`${back} ${returnLabel(session.returnTo, locale)}`}
      </a>
      <h1>{t('page.title')}</h1>
      <p class="intro">{t('page.intro', names)}</p>
      {flash ? <MessageBox {...flash} /> : null}
      {isStale ? (
        <MessageBox tone="warn" title={t('page.stale.title')} text={t('page.stale.text')} />
      ) : null}
      {counts.all >= SEARCH_FROM || !isWhole ? <Find query={query} counts={counts} /> : null}
      {connected.length > 0 ? (
        <section aria-labelledby="connected">
          <h2 id="connected">{t('page.connected')}</h2>
          <ul class="stack">
            {connected.map((card) => (
              <ConnectedCard card={card} {...props} />
            ))}
          </ul>
        </section>
      ) : null}
      {isWhole && counts.connected === 0 && counts.all > 0 ? (
        <section aria-labelledby="connected">
          <h2 id="connected">{t('page.connected')}</h2>
          <p class="empty">{t('page.nothing_connected', names)}</p>
        </section>
      ) : null}
      {available.length > 0 ? (
        <section aria-labelledby="available">
          <h2 id="available">{t(counts.connected > 0 ? 'page.more_apps' : 'page.apps')}</h2>
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
          <p class="empty">{t('page.nothing_offered', names)}</p>
        </section>
      ) : null}
    </SessionLayout>
  );
}

const addressOf = ({ search, filter }: CatalogQuery): string => {
  const query = new URLSearchParams({
    ...(search === '' ? {} : { q: search }),
    ...(filter === 'all' ? {} : { show: filter }),
  }).toString();
  return query === '' ? '/integrations' : `/integrations?${query}`;
};

const Find = ({ query, counts }: { query: CatalogQuery; counts: PageCatalog['counts'] }) => {
  const { t } = useLocale();
  return (
    <div class="find">
      <search>
        <form method="get" action="/integrations">
          <label class="vh" for="search">
            {t('search.label')}
          </label>
          <input
            id="search"
            type="search"
            name="q"
            value={query.search}
            placeholder={t('search.label')}
            maxlength={100}
          />
          {query.filter === 'all' ? null : <input type="hidden" name="show" value={query.filter} />}
          <button class="button" type="submit">
            {t('search.submit')}
          </button>
        </form>
      </search>
      <nav class="tabs" aria-label={t('filter.label')}>
        {filters
          .filter(
            (filter) => filter !== 'attention' || counts.attention > 0 || query.filter === filter,
          )
          .map((filter) => (
            <a
              href={addressOf({ ...query, filter })}
              {...(filter === query.filter ? { 'aria-current': 'page' } : {})}
            >
              {t(`filter.${filter}`)} <span>{counts[filter]}</span>
            </a>
          ))}
      </nav>
    </div>
  );
};

const NothingFound = ({ query: { search } }: { query: CatalogQuery }) => {
  const { t } = useLocale();
  return (
    <section>
      <p class="empty">
        {search === '' ? t('search.nothing') : t('search.no_match', { search })}{' '}
        <a href="/integrations">{t('search.show_all')}</a>
      </p>
    </section>
  );
};

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
      {card.isConfigured && !isSignedFor(card.provider) ? (
        <Add card={card} session={session} label="app.add_account" quiet />
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
  const locale = useLocale();
  const { t } = locale;
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
        {canAdd ? <Add card={card} session={session} label="app.add" /> : null}
      </div>
      <p class="may">
        {canAdd
          ? permissionSentences(provider, locale)
          : t('app.not_available', { brand: brand.name })}
      </p>
      {pending === card.id ? <p class="status">{t('app.not_finished')}</p> : null}
    </li>
  );
};

const Experimental = ({ card }: { card: Card }) => {
  const { t } = useLocale();
  return card.provider?.experimental ? <span class="tag">{t('app.experimental')}</span> : null;
};

interface AddProps {
  card: Card;
  session: PageSession;
  label: 'app.add' | 'app.add_account';
  quiet?: boolean;
}

/**
 * A form where the way leads to the provider at once; a link where something has to be asked first.
 */
function Add({ card, session, label, quiet = false }: AddProps) {
  const text = useLocale().t(label);
  const className = quiet ? 'button quiet' : 'button';
  const about = <span class="vh">{` ${card.name}`}</span>;
  if (mayBeEntered(card.provider)) {
    return (
      <a class={className} href={`/integrations/credentials?provider=${card.id}`}>
        {text}
        {about}
      </a>
    );
  }
  if (card.provider && mustAsk(card.provider)) {
    return (
      <a class={className} href={`/integrations/connect?provider=${card.id}`}>
        {text}
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
        {text}
        {about}
      </button>
    </PostForm>
  );
}

interface AccountProps {
  account: ShownAccount;
  card: Card;
  clock: Clock;
  formToken: string;
}

/** One account: who, in what state, since when, and what can be done. */
function AccountRow({ account, card, clock, formToken }: AccountProps) {
  const { brand } = useTheme();
  const { t } = useLocale();
  const { facts, status, name, detail } = account;
  const trouble = troubleWords(
    status,
    { brand: brand.name, provider: card.name, account: name },
    clock,
    card.provider,
  );
  return (
    <li class="account">
      <div class="person">
        <span class="face" aria-hidden="true">
          {initials(name)}
        </span>
        <div>
          <h4>
            <bdi>{name}</bdi>
          </h4>
          {detail === null ? null : (
            <p class="soft small">
              <bdi>{detail}</bdi>
            </p>
          )}
        </div>
        <span class={`status ${statusTones[status.status]}`}>{t(`status.${status.status}`)}</span>
      </div>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      <Missing card={card} facts={facts} />
      <dl class="facts">
        <Fact
          term={t('fact.connected_since')}
          at={facts.connectedAt}
          text={day(facts.connectedAt, clock)}
          clock={clock}
        />
        <End account={account} clock={clock} />
        {facts.lastRefreshedAt === null ? null : (
          <Fact
            term={t('fact.last_refreshed')}
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
function End({ account: { facts, status }, clock }: { account: ShownAccount; clock: Clock }) {
  const { t } = useLocale();
  const { reconnectBy } = status;
  if (status.status === 'needs_reconnect') return null;
  if (reconnectBy !== null) {
    const term = t(reconnectBy > clock.now ? 'fact.reconnect_by' : 'fact.ran_out');
    const text = reconnectBy > clock.now ? day(reconnectBy, clock) : relative(reconnectBy, clock);
    return <Fact term={term} at={reconnectBy} text={text} clock={clock} />;
  }
  if (facts.expiresAt === null) {
    return (
      <div>
        <dt>{t('fact.expires')}</dt>
        <dd>{t('fact.never')}</dd>
      </div>
    );
  }
  return (
    <Fact
      term={t(facts.expiresAt > clock.now ? 'fact.renewed' : 'fact.ran_out')}
      at={facts.expiresAt}
      text={relative(facts.expiresAt, clock)}
      clock={clock}
    />
  );
}

/** Permissions that were asked for and not given. */
function Missing({ card, facts }: { card: Card; facts: ShownAccount['facts'] }) {
  const { brand } = useTheme();
  const locale = useLocale();
  const missing = missingOf(card, facts);
  if (missing.length === 0) return null;
  const permissions = locale.list(permissionWords(permissionsOf(card.id, missing), locale));
  return (
    <p class="trouble">{locale.t('trouble.permissions', { brand: brand.name, permissions })}</p>
  );
}

interface ActionsProps {
  account: ShownAccount;
  card: Card;
  formToken: string;
}

function Actions({ account, card, formToken }: ActionsProps) {
  const { t } = useLocale();
  const { facts, status, name } = account;
  const about = <span class="vh">{` ${name}, ${card.name}`}</span>;
  const mustAct = status.status === 'needs_reconnect' || status.status === 'expired';
  const query = new URLSearchParams({ provider: card.id, account: facts.accountId }).toString();
  const button = (
    action: string,
    className: string,
    label: 'action.reconnect' | 'action.refresh',
  ) => (
    <PostForm
      action={`/integrations/${action}`}
      formToken={formToken}
      hidden={{ provider: card.id, account: facts.accountId }}
    >
      <button class={`button ${className}`} type="submit">
        {t(label)}
        {about}
      </button>
    </PostForm>
  );
  const canRefresh = card.provider?.kind === 'oauth2' && facts.renewable && !mustAct;
  const canReconnect =
    card.isConfigured && card.provider?.kind === 'oauth2' && !takesFields(card.provider);
  const wants = mustAct || missingOf(card, facts).length > 0;
  return (
    <div class="actions">
      {canReconnect && wants ? button('connect', 'main', 'action.reconnect') : null}
      {canRefresh ? button('refresh', '', 'action.refresh') : null}
      {canReconnect && !wants
        ? button('connect', canRefresh ? 'quiet' : '', 'action.reconnect')
        : null}
      {mayBeEntered(card.provider) ? (
        <a class={mustAct ? 'button main' : 'button'} href={`/integrations/credentials?${query}`}>
          {t('action.replace')}
          {about}
        </a>
      ) : null}
      <a class="button quiet danger" href={`/integrations/disconnect?${query}`}>
        {t('action.disconnect')}
        {about}
      </a>
    </div>
  );
}

const missingOf = (
  { provider }: Card,
  { requestedScopes, scopes }: ShownAccount['facts'],
): string[] => missingScopes(provider, requestedScopes, scopes);

/** Two letters at most: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 && !name.includes('@') ? words.at(-1) : undefined];
  const text = letters.map((word) => [...(word ?? '')][0] ?? '').join('');
  return text === '' ? '•' : text.toUpperCase();
}
