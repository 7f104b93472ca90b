/** The last refresh runs, and the providers' circuits. */

import { PARALLEL_CALLS } from '../../budget';
import type { ProviderHealth, RefreshRun } from '../../db/schema';
import { HOUR_MS } from '../../time';
import { ProviderIcon } from '../ui/provider-icon';
import { hour } from '../ui/times';
import { type Column, Columns, Legend } from './charts';
import { Action, NumberHead, Panel, Table, type View, When } from './panel';
import { circuitWords, duration, number, plural, reasonWords, triggerWords } from './words';

const SLOTS = 60;
/** Runs in the table. */
const LISTED = 10;

const groupsOf = ({ claimed }: RefreshRun): number => Math.ceil(claimed / PARALLEL_CALLS);

const sum = (
  runs: readonly RefreshRun[],
  part: 'claimed' | 'refreshed' | 'refused' | 'failed',
): number => runs.reduce((total, run) => total + run[part], 0);

export function Runs({ runs, view }: { runs: readonly RefreshRun[]; view: View }) {
  const { clock } = view;
  const oldest = runs.at(-1);
  if (!oldest) {
    return (
      <Panel id="runs" title="Last runs">
        <p class="soft">
          No run had anything to do in the last 30 days. Cron looks once a minute; a run that finds
          nothing due is not noted.
        </p>
      </Panel>
    );
  }
  // An hour at least, so that two runs do not look like a day's work.
  const from = Math.min(oldest.startedAt, clock.now - HOUR_MS);
  const groups = runs.reduce((total, run) => total + groupsOf(run), 0);
  const summary = `${plural(runs.length, 'run')} since ${hourOrDay(from, view)}: ${plural(sum(runs, 'claimed'), 'account')} in ${plural(groups, 'group')} of up to ${PARALLEL_CALLS}; ${number(sum(runs, 'refreshed'))} refreshed, ${number(sum(runs, 'refused'))} refused, ${number(sum(runs, 'failed'))} failed.`;
  return (
    <Panel id="runs" title="Last runs">
      <p>{summary}</p>
      <Columns summary={summary} columns={columnsOf(runs, from, view)}>
        <p class="axis" aria-hidden="true">
          <span>{hourOrDay(from, view)}</span>
          <span>Now</span>
        </p>
      </Columns>
      <Legend
        of={[
          ['good', 'Refreshed'],
          ['warn', 'Refused: needs the user'],
          ['bad', 'Failed: tried again'],
        ]}
      />
      <Table
        label="Table of runs"
        class="runs"
        columns={[
          'Started',
          'By',
          ...['Took', 'Groups', 'Refreshed', 'Refused', 'Failed'].map((head) => (
            <NumberHead>{head}</NumberHead>
          )),
        ]}
      >
        {runs.slice(0, LISTED).map((run) => (
          <tr>
            <td>
              <When at={run.startedAt} clock={clock} />
            </td>
            <td>{`${triggerWords[run.trigger]}${run.left ? ', more was due' : ''}`}</td>
            <td class="n">{duration(run.endedAt - run.startedAt)}</td>
            <td class="n">{number(groupsOf(run))}</td>
            <td class="n">{number(run.refreshed)}</td>
            <td class="n">{number(run.refused)}</td>
            <td class="n">{number(run.failed)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

const hourOrDay = (at: number, { clock }: View): string =>
  clock.now - at < 20 * HOUR_MS ? hour(at, clock) : clock.format(at, 'moment');

function columnsOf(runs: readonly RefreshRun[], from: number, view: View): Column[] {
  const length = Math.max(1, view.clock.now - from) / SLOTS;
  const slots = Map.groupBy(runs, ({ startedAt }) =>
    Math.min(SLOTS - 1, Math.floor((startedAt - from) / length)),
  );
  return Array.from({ length: SLOTS }, (_, at) => {
    const here = slots.get(at) ?? [];
    const [refreshed, refused, failed] = (['refreshed', 'refused', 'failed'] as const).map((part) =>
      sum(here, part),
    ) as [number, number, number];
    return {
      parts: [
        { series: 'good', value: refreshed },
        { series: 'warn', value: refused },
        { series: 'bad', value: failed },
      ],
      title: `From ${hourOrDay(from + at * length, view)}: ${plural(here.length, 'run')}, ${refreshed} refreshed, ${refused} refused, ${failed} failed`,
    };
  });
}

export function Circuits({ circuits, view }: { circuits: readonly ProviderHealth[]; view: View }) {
  return (
    <Panel id="circuits" title="Circuits">
      <p class="soft">
        {circuits.length === 0
          ? 'All are closed: every provider is asked when something falls due.'
          : 'An open circuit keeps a provider’s trouble from being made worse: its accounts wait. It closes by itself with the first refresh that works. All others are closed.'}
      </p>
      {circuits.length === 0 ? null : (
        <ul class="rows">
          {circuits.map((circuit) => (
            <Circuit circuit={circuit} view={view} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Circuit({ circuit, view }: { circuit: ProviderHealth; view: View }) {
  const { provider, host, openUntil, reason } = circuit;
  const name = view.nameOf(provider);
  const isOpen = openUntil !== null;
  return (
    <li>
      <ProviderIcon id={provider} name={name} />
      <div>
        <h3>
          {name} {host === '' ? null : <code>{host}</code>}
        </h3>
        <p class="small soft">{circuitWords(circuit, view.clock)}</p>
        {isOpen ? (
          <p class="small">
            {reasonWords(circuit)} {reason === null ? null : <code>{reason}</code>}
          </p>
        ) : null}
      </div>
      <span class={isOpen ? 'status bad' : 'status'}>{isOpen ? 'Open' : 'Closed'}</span>
      {isOpen ? (
        <Action view={view} to="circuit" fields={{ provider, host }}>
          Close<span class="vh">{` the circuit of ${name} ${host}`}</span>
        </Action>
      ) : null}
    </li>
  );
}
