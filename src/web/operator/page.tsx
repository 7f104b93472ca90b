/** The operator's page: what is going on, and the few things to do about it. */

import type { Registry } from '../../providers/registry';
import type { ServiceKey } from '../../rights';
import { Layout, type Message, MessageBox } from '../ui/layout';
import { hour } from '../ui/times';
import { Accounts, Due } from './accounts';
import { Cache, hitRate } from './cache';
import { Calls } from './calls';
import { Events } from './events';
import { Keys } from './keys';
import { Limits } from './limits';
import type { DatabaseOverview, Overview } from './overview';
import { Action, type View } from './panel';
import { Circuits, Runs } from './refreshes';
import type { OperatorSession } from './session';
import { LookUp } from './timeline';
import { Webhooks } from './webhooks';
import { cell, number, percent, sumOfCounted } from './words';

interface OperatorPageProps extends View {
  session: OperatorSession;
  overview: Overview;
  keys: readonly ServiceKey[];
  registry: Pick<Registry, 'get'>;
  flash: Message | null;
}

export function OperatorPage(props: OperatorPageProps) {
  const { session, overview, keys, registry, flash, clock } = props;
  const { cache, stored } = overview;
  return (
    <Layout title="Operations">
      <div class="bar-head">
        <div>
          <h1>Operations</h1>
          <p>
            {`As of ${hour(clock.now, clock)}. `}
            <a href="/operator">Load again</a>
          </p>
        </div>
        <div class="who">
          <span>
            {'Signed in with the key '}
            <b>{session.name}</b>
            {`, until ${hour(session.expiresAt, clock)}`}
          </span>
          <Action view={props} to="sign-out">
            Sign out
          </Action>
        </div>
      </div>
      {flash ? <MessageBox {...flash} /> : null}
      {stored ? (
        <>
          <Tiles stored={stored} overview={overview} />
          <Circuits circuits={stored.circuits} view={props} />
          <Accounts counts={stored.counts} view={props} />
          <Due counts={stored.counts} view={props} />
          <Runs runs={stored.runs} view={props} />
          <Calls calls={stored.calls} view={props} />
          <Webhooks endpoints={stored.endpoints} view={props} />
        </>
      ) : (
        <MessageBox
          tone="bad"
          title="The database is not answering"
          text="Statuses are served from what the cache holds. Refreshes wait; nothing is lost. Load this page again in a minute."
        />
      )}
      <Cache cache={cache} view={props} />
      <Keys keys={keys} lastUses={stored?.lastUses ?? null} view={props} />
      {stored ? <Limits counts={stored.counts} registry={registry} /> : null}
      {stored ? <LookUp /> : null}
      {stored ? <Events events={stored.events} view={props} /> : null}
    </Layout>
  );
}

function Tiles({ stored, overview }: { stored: DatabaseOverview; overview: Overview }) {
  const { accounts, due, overdue } = stored.counts;
  const unwell = accounts.flatMap(({ needsReconnect, expired }) => [needsReconnect, expired]);
  const open = stored.circuits.filter(({ openUntil }) => openUntil !== null).length;
  const rate = hitRate(overview.cache);
  return (
    <dl class="tiles">
      <div class="card">
        <dt>Accounts</dt>
        <dd>{sumOfCounted(accounts.map(({ total }) => total))}</dd>
      </div>
      <div class="card">
        <dt>To reconnect</dt>
        <dd>{sumOfCounted(unwell)}</dd>
      </div>
      <div class="card">
        <dt>Due in an hour</dt>
        <dd>{cell(overdue + (due[0] ?? 0))}</dd>
      </div>
      <div class="card">
        <dt>Open circuits</dt>
        <dd class={open > 0 ? 'bad' : ''}>{number(open)}</dd>
      </div>
      <div class="card">
        <dt>Cache hits, here</dt>
        <dd>{rate === null ? 'None yet' : percent(rate)}</dd>
      </div>
    </dl>
  );
}
