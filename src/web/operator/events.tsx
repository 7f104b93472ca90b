/** Events as a list: codes and ids, never what a user wrote. */
import type { EventRow } from '../../db/schema';
import { eventIdOf, isTimeField } from '../../events/types';
import { type Clock, full, relative } from '../ui/times';
import { type Delivery, timelineHref } from './lookup';
import { Panel, type View, When } from './panel';
import { eventWords } from './words';

/** With deliveries, of one user whom the page names. */
type Row = EventRow & { deliveries?: readonly Delivery[] };

export function Events({ events, view }: { events: readonly Row[]; view: View }) {
  return (
    <Panel id="events" title="Recent events">
      {events.length === 0 ? (
        <p class="soft">Nothing has happened in the last 90 days.</p>
      ) : (
        <EventList events={events} view={view} />
      )}
    </Panel>
  );
}

export const EventList = ({ events, view }: { events: readonly Row[]; view: View }) => (
  <ol class="rows events">
    {events.map((event) => (
      <Event event={event} view={view} />
    ))}
  </ol>
);

function Event({ event, view }: { event: Row; view: View }) {
  const { id, at, type, provider, accountId, userId, deliveries } = event;
  return (
    <li>
      <p class="soft when">
        <When at={at} clock={view.clock} /> <code>{eventIdOf(id)}</code>
      </p>
      <div>
        <b>{eventWords(type)}</b>
        {provider === null && accountId === null ? null : (
          <p>
            {provider === null ? null : view.nameOf(provider)}{' '}
            {accountId === null ? null : <code>{accountId}</code>}
          </p>
        )}
        {userId === null || deliveries ? null : (
          <p class="soft">
            user{' '}
            <a href={timelineHref({ userId })}>
              <code>{userId}</code>
            </a>
          </p>
        )}
        {deliveries?.map((delivery) => (
          <p class="small soft">{deliveryWords(delivery, view.clock)}</p>
        ))}
      </div>
      <code class="more">{detailOf(event, view.clock)}</code>
    </li>
  );
}

function deliveryWords(
  { endpoint, attempts, dueAt, deadAt, lastStatus }: Delivery,
  clock: Clock,
): string {
  const answer = lastStatus === null ? 'no answer yet' : `last answer ${lastStatus}`;
  const tries = attempts === 1 ? '1 try' : `${attempts} tries`;
  if (dueAt !== null)
    return `To ${endpoint}: next try ${relative(dueAt, clock)}, ${tries}, ${answer}`;
  if (deadAt !== null)
    return `To ${endpoint}: a dead letter since ${full(deadAt, clock)}, ${tries}, ${answer}`;
  return `To ${endpoint}: delivered`;
}

const detailOf = ({ detail }: EventRow, clock: Clock): string =>
  Object.entries(detail ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => {
      const isTime = isTimeField(name) && typeof value === 'number';
      return `${name}: ${isTime ? full(value, clock) : value}`;
    })
    .join(', ');
