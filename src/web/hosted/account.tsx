/** One account: who, in what state, since when, and what can be done. */

import { FormToken } from '../ui/layout';
import { type Clock, day, full, relative } from '../ui/times';
import type { Account, Card } from './catalog';
import { listing, permissionsOf } from './scopes';
import { statusWords, troubleWords } from './words';

interface AccountProps {
  account: Account;
  card: Card;
  brand: string;
  clock: Clock;
  formToken: string;
}

export function AccountRow({ account, card, brand, clock, formToken }: AccountProps) {
  const { facts, status, name, detail } = account;
  const { label, tone } = statusWords[status.status];
  const trouble = troubleWords(
    status,
    card.provider,
    { brand, provider: card.name, account: name },
    clock,
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
      <Missing card={card} facts={facts} brand={brand} />
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
function Missing({ card, facts, brand }: { card: Card; facts: Account['facts']; brand: string }) {
  const missing = missingOf(facts);
  if (missing.length === 0) return null;
  const { known, unknown } = permissionsOf(card.id, missing);
  return (
    <p class="trouble">
      {`You did not allow ${brand} to ${listing([...known, ...unknown.map((scope) => `use “${scope}”`)])}. Reconnect to allow it.`}
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
  const here = (action: string, className: string, label: string) => (
    <form method="post" action={`/integrations/${action}`}>
      <FormToken token={formToken} />
      <input type="hidden" name="provider" value={card.id} />
      <input type="hidden" name="account" value={facts.accountId} />
      <button class={`button ${className}`} type="submit">
        {label}
        {about}
      </button>
    </form>
  );
  const canRefresh = card.provider?.kind === 'oauth2' && facts.renewable && !mustAct;
  const canReconnect = card.isConfigured && card.provider?.kind === 'oauth2';
  const wants = mustAct || missingOf(facts).length > 0;
  return (
    <div class="actions">
      {canReconnect && wants ? here('connect', 'main', 'Reconnect') : null}
      {canRefresh ? here('refresh', '', 'Refresh now') : null}
      {canReconnect && !wants ? here('connect', canRefresh ? 'quiet' : '', 'Reconnect') : null}
      {card.provider?.kind === 'credentials' ? (
        <a class="button" href={`/integrations/credentials?${query}`}>
          Replace{about}
        </a>
      ) : null}
      <a class="button quiet danger" href={`/integrations/disconnect?${query}`}>
        Disconnect{about}
      </a>
    </div>
  );
}

const missingOf = ({ requestedScopes, scopes }: Account['facts']): string[] =>
  requestedScopes.filter((scope) => !scopes.includes(scope));

/** Two letters at most: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 && !name.includes('@') ? words.at(-1) : undefined];
  const text = letters.map((word) => [...(word ?? '')][0] ?? '').join('');
  return text === '' ? '•' : text.toUpperCase();
}
