/** The newest of the audit trail: codes and ids, never what a user wrote. */
import { type Clock, full } from '../ui/times';
import type { AuditEventRow } from './overview';
import { Panel, type View, When } from './panel';
import { eventWords } from './words';

export function Events({ events, view }: { events: readonly AuditEventRow[]; view: View }) {
  return (
    <Panel id="events" title="Recent events">
      {events.length === 0 ? (
        <p class="soft">Nothing has happened in the last 90 days.</p>
      ) : (
        <ol class="rows events">
          {events.map((event) => (
            <Event event={event} view={view} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Event({ event, view }: { event: AuditEventRow; view: View }) {
  const { at, type, provider, accountId, userId } = event;
  return (
    <li>
      <p class="soft when">
        <When at={at} clock={view.clock} />
      </p>
      <div>
        <b>{eventWords(type)}</b>
        {provider === null && accountId === null ? null : (
          <p>
            {provider === null ? null : view.nameOf(provider)}{' '}
            {accountId === null ? null : <code>{accountId}</code>}
          </p>
        )}
        {userId === null ? null : (
          <p class="soft">
            user <code>{userId}</code>
          </p>
        )}
      </div>
      <code class="more">{detailOf(event, view.clock)}</code>
    </li>
  );
}

const detailOf = ({ detail }: AuditEventRow, clock: Clock): string =>
  Object.entries(detail ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${isTime(name, value) ? full(value, clock) : value}`)
    .join(', ');

/** Stored in ms. */
const isTime = (name: string, value: unknown): value is number =>
  typeof value === 'number' && /(At|By)$/.test(name) && value > 1e12;
