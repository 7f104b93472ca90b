/** Accounts by status and provider, and when they fall due. */
import { HOUR_MS, SECOND_MS } from '../../time';
import { ProviderIcon } from '../ui/provider-icon';
import { hour } from '../ui/times';
import { Columns, type Part, type Series, Shares } from './charts';
import {
  CACHED_MS,
  COUNTED_ACCOUNTS,
  type Counts,
  HOURS_AHEAD,
  type ProviderCounts,
} from './counts';
import { Action, NumberHead, Panel, Table, type View } from './panel';
import { atLeast, cell, counted, number, percent } from './words';

const statuses = ['connected', 'error', 'needsReconnect', 'expired'] as const;

const series = {
  connected: 'good',
  error: 'warn',
  needsReconnect: 'bad',
  expired: 'off',
} as const satisfies Record<(typeof statuses)[number], Series>;

const labels = {
  connected: 'Connected',
  error: 'Trying again',
  needsReconnect: 'Needs reconnect',
  expired: 'Expired',
} as const satisfies Record<(typeof statuses)[number], string>;

/** With more than were counted, at least so many are connected. */
const byStatus = (counts: ProviderCounts) => ({
  ...counts,
  connected: Math.max(
    0,
    Math.min(counts.total, COUNTED_ACCOUNTS) -
      counts.error -
      counts.needsReconnect -
      counts.expired,
  ),
});

export function Accounts({ counts, view }: { counts: Counts; view: View }) {
  if (counts.accounts.length === 0) {
    return (
      <Panel id="accounts" title="Accounts">
        <p class="soft">Nobody has connected an account yet.</p>
      </Panel>
    );
  }
  return (
    <Panel id="accounts" title="Accounts by provider and status">
      <Table
        label="Table of accounts"
        columns={[
          'Provider',
          <th scope="col" class="bars">
            <span class="vh">Shares</span>
          </th>,
          ...statuses.map((status) => (
            <NumberHead>
              <span class={`key ${series[status]}`}>{labels[status]}</span>
            </NumberHead>
          )),
        ]}
      >
        {counts.accounts.map((one) => (
          <Row one={one} view={view} />
        ))}
      </Table>
      <Verdicts counts={counts} view={view} />
      <p class="small soft note">
        {`Counted at ${hour(counts.at, view.clock)}, once a minute at most, and up to ${number(COUNTED_ACCOUNTS)} for each provider.`}
      </p>
    </Panel>
  );
}

/** Where something may be taken back; how much it is, the page behind the link counts. */
function Verdicts({ counts, view }: { counts: Counts; view: View }) {
  const providers = counts.accounts.filter(({ needsReconnect }) => needsReconnect > 0);
  if (providers.length === 0) return null;
  return (
    <p class="small note">
      {'Marked because refusals went on for days: '}
      {providers.map(({ provider }, i) => (
        <>
          {i === 0 ? '' : ', '}
          <a href={`/operator/verdicts?provider=${encodeURIComponent(provider)}`}>
            {view.nameOf(provider)}
          </a>
        </>
      ))}
    </p>
  );
}

function Row({ one, view }: { one: ProviderCounts; view: View }) {
  const numbers = byStatus(one);
  const name = view.nameOf(one.provider);
  const parts: Part[] = statuses.map((status) => ({
    series: series[status],
    value: numbers[status],
  }));
  const share = numbers.connected / Math.min(numbers.total, COUNTED_ACCOUNTS);
  return (
    <tr>
      <th scope="row">
        <span class="who-at">
          <ProviderIcon id={one.provider} name={name} />
          {name}
        </span>
      </th>
      <td class="middle bars">
        <Shares parts={parts} summary={`${percent(share)} connected`} />
      </td>
      {statuses.map((status) => (
        <td class="n middle">
          {status === 'connected'
            ? atLeast(numbers.connected, one.total > COUNTED_ACCOUNTS)
            : cell(numbers[status])}
        </td>
      ))}
    </tr>
  );
}

export function Due({ counts, view }: { counts: Counts; view: View }) {
  const { due, overdue, at } = counts;
  const total = due.reduce((sum, n) => sum + Math.min(n, COUNTED_ACCOUNTS), 0);
  const isMore = due.some((n) => n > COUNTED_ACCOUNTS);
  const highest = Math.max(...due);
  const hourAt = (ahead: number) => hour(at + ahead * HOUR_MS, view.clock);
  const span = (ahead: number) => `${hourAt(ahead)} to ${hourAt(ahead + 1)}`;
  const summary = `In the next ${HOURS_AHEAD} hours ${isMore ? 'over ' : ''}${number(total)} ${total === 1 ? 'refresh falls' : 'refreshes fall'} due, ${counted(due[0] ?? 0)} of them within the hour.`;
  return (
    <Panel id="due" title="Refreshes due">
      <div class="bar-head">
        <p>{overdue === 0 ? 'Nothing is waiting past its time.' : overdueWords(overdue)}</p>
        <Action view={view} to="refresh" main>
          Run the refresh now
        </Action>
      </div>
      {total === 0 ? (
        <p class="note">{`Nothing falls due in the next ${HOURS_AHEAD} hours.`}</p>
      ) : (
        <>
          <p class="note">{summary}</p>
          <Columns
            summary={summary}
            columns={due.map((value, ahead) => ({
              parts: [{ series: 'plain', value: Math.min(value, COUNTED_ACCOUNTS) }],
              title: `${span(ahead)}: ${counted(value)}`,
            }))}
          >
            <p class="axis" aria-hidden="true">
              <span>{`Now, ${hour(at, view.clock)}`}</span>
              <span>{`in ${HOURS_AHEAD / 2} h`}</span>
              <span>{`in ${HOURS_AHEAD} h`}</span>
            </p>
          </Columns>
          <p class="small soft note">{`The highest bar: ${counted(highest)} in an hour.`}</p>
          <details>
            <summary>Hour by hour</summary>
            <table class="narrow-table">
              <thead>
                <tr>
                  <th scope="col">From, to</th>
                  <th scope="col" class="n">
                    Due
                  </th>
                </tr>
              </thead>
              <tbody>
                {due.map((value, ahead) =>
                  value === 0 ? null : (
                    <tr>
                      <td>{span(ahead)}</td>
                      <td class="n">{cell(value)}</td>
                    </tr>
                  ),
                )}
              </tbody>
            </table>
          </details>
        </>
      )}
      {counts.at < view.clock.now - 1000 ? (
        <p class="small soft note">{`Counted at ${hour(at, view.clock)}, once in ${CACHED_MS / SECOND_MS} s at most.`}</p>
      ) : null}
    </Panel>
  );
}

const overdueWords = (n: number): string =>
  `${counted(n)} ${n === 1 ? 'account is' : 'accounts are'} past the time and ${n === 1 ? 'waits' : 'wait'} for the next run.`;
