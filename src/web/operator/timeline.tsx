/**
 * What happened to one user's integrations, or to one of them: events, their deliveries, how the
 * rows stand.
 */
import { Field } from '../ui/form';
import { Layout } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import { relative } from '../ui/times';
import { EventList } from './events';
import { type Sought, TIMELINE, type Timeline, type TimelineAccount, timelineHref } from './lookup';
import { Panel, type View, When } from './panel';
import { plural } from './words';

/** As it may be pasted: the server trims it and makes it lower-case. */
const PROVIDER = '\\s*[A-Za-z0-9][A-Za-z0-9_\\-]*\\s*';

/** By user, or by account: the two ways in which somebody asks why something does not work. */
export const LookUp = ({ sought = {} }: { sought?: Sought }) => (
  <Panel id="look-up" title="Look up an integration">
    <form class="inline" method="get" action={TIMELINE}>
      <Field
        name="userId"
        id="sought-user"
        label="A user"
        placeholder="The user’s id in your app"
        maxLength={255}
        value={sought.userId}
      />
      <button class="button" type="submit">
        Look up<span class="vh"> the user</span>
      </button>
    </form>
    <form class="inline" method="get" action={TIMELINE}>
      <Field
        name="provider"
        label="Or one account: the provider"
        placeholder="github"
        maxLength={64}
        pattern={PROVIDER}
        value={sought.provider}
      />
      <Field
        name="accountId"
        label="Its id there"
        placeholder="583231"
        maxLength={255}
        value={sought.accountId}
      />
      <button class="button" type="submit">
        Look up<span class="vh"> the account</span>
      </button>
    </form>
  </Panel>
);

interface TimelineProps {
  sought: Sought;
  timeline: Timeline | null;
  view: View;
}

export function TimelinePage({ sought, timeline, view }: TimelineProps) {
  const { provider, accountId } = sought;
  const title =
    provider === undefined || accountId === undefined
      ? `User ${sought.userId}`
      : `${view.nameOf(provider)} ${accountId}`;
  return (
    <Layout title={`${title} · Operations`}>
      <p>
        <a href="/operator">Back to the operator’s page</a>
      </p>
      <h1>{title}</h1>
      {timeline === null ? (
        <p class="soft">
          No such account is connected, so nobody can tell whose it was. Look up its user.
        </p>
      ) : (
        <>
          {accountId === undefined ? null : (
            <p class="soft">
              {'Of the user '}
              <a href={timelineHref({ userId: timeline.userId })}>
                <code>{timeline.userId}</code>
              </a>
            </p>
          )}
          <Accounts timeline={timeline} view={view} />
          <Panel id="timeline" title="What happened, newest first">
            {timeline.events.length === 0 ? (
              <p class="soft">Nothing in the last 90 days.</p>
            ) : (
              <EventList events={timeline.events} view={view} />
            )}
            <p class="small soft note">
              A refresh that works leaves no event. Up to a hundred events are shown.
            </p>
          </Panel>
        </>
      )}
      <LookUp sought={sought} />
    </Layout>
  );
}

function Accounts({ timeline: { userId, accounts }, view }: { timeline: Timeline; view: View }) {
  return (
    <Panel id="accounts" title="Connected now">
      {accounts.length === 0 ? (
        <p class="soft">Nothing.</p>
      ) : (
        <ul class="rows">
          {accounts.map((account) => (
            <AccountItem account={account} userId={userId} view={view} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function AccountItem({
  account,
  userId,
  view,
}: {
  account: TimelineAccount;
  userId: string;
  view: View;
}) {
  const { provider, accountId, state, stateReason, refreshFailures } = account;
  const name = view.nameOf(provider);
  const isFailing = refreshFailures > 0;
  return (
    <li>
      <ProviderIcon id={provider} name={name} />
      <div>
        <h3>
          <a href={timelineHref({ userId, provider, accountId })}>
            {name} <code>{accountId}</code>
          </a>
        </h3>
        <dl class="facts">
          {factsOf(account).map(([label, at]) => (
            <div>
              <dt>{label}</dt>
              <dd>
                <When at={at} clock={view.clock} />
              </dd>
            </div>
          ))}
        </dl>
        {isFailing ? <p class="small">{failingWords(account, view)}</p> : null}
      </div>
      {state === 'needs_reconnect' ? (
        <span class="status bad">{`Needs reconnect${stateReason === null ? '' : `: ${stateReason}`}`}</span>
      ) : (
        <span class={isFailing ? 'status' : 'status good'}>
          {isFailing ? 'Trying again' : 'Active'}
        </span>
      )}
    </li>
  );
}

const factsOf = (account: TimelineAccount): [label: string, at: number][] => {
  const facts: [string, number | null][] = [
    ['Connected', account.createdAt],
    ['Last refreshed', account.lastRefreshedAt],
    ['Next refresh', account.refreshDueAt],
    ['Token runs out', account.expiresAt],
    ['Reconnect by', account.reconnectBy],
  ];
  return facts.filter((fact): fact is [string, number] => fact[1] !== null);
};

const failingWords = (
  { refreshFailures, lastError, lastFailedAt }: TimelineAccount,
  { clock }: View,
): string =>
  `${plural(refreshFailures, 'refresh', 'refreshes')} in a row failed, the last one with ${lastError ?? 'no code'}${lastFailedAt === null ? '' : `, ${relative(lastFailedAt, clock)}`}.`;
