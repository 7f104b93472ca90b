/**
 * The event log: what happened, told once, in the order of commits. An event of a user is a
 * statement of the batch that makes its change, so one is there exactly when the change is. What an
 * operator did is written after it, and some of what a provider does is no change (writeEvent).
 */
import { and, eq, type SQL, type SQLWrapper } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { D1_MS, runBatch } from '../db/client';
import { joined } from '../db/expressions';
import { isAccountRow } from '../db/grants';
import {
  type AccountRow,
  type EventRow,
  eventLog,
  oauthAccounts,
  userVersions,
} from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { retry } from '../retry';
import { timestamp } from '../time';
import { deliveriesOf } from './deliveries';
import {
  type Event,
  type EventData,
  type EventType,
  eventData,
  eventIdOf,
  eventSchemas,
  eventTypes,
  isTimeField,
  type TimeField,
} from './types';

/** As a writer gives it: the version is added by the statement. */
type Written<D> = {
  [K in keyof D as K extends 'version' ? never : K]: K extends TimeField ? number : D[K];
};

export type NewEvent = {
  [T in EventType]: {
    at: number;
    type: T;
    data: Written<EventData<T>>;
    /**
     * Names what happened, among all events, and is made before the first try: a batch that is
     * tried again after a lost answer writes nothing twice.
     */
    dedupeKey: string;
  };
}[EventType];

/**
 * The statements that write an event, for the batch of its change. They stand behind the growth of
 * the user's version, which the event tells.
 *
 * @param happened whether the change did hit; evaluated where the statements stand
 */
export const eventStatements = (
  deps: Deps,
  { at, type, data, dedupeKey }: NewEvent,
  happened?: SQL,
): BatchItem<'sqlite'>[] => {
  const { userId, provider, accountId, ...detail }: Record<string, unknown> = data;
  const values = { at, type, userId, provider, accountId, dedupeKey } as NewRow;
  const isEmpty = Object.keys(detail).length === 0;
  return insertions(deps, [dedupeKey], {
    values: { ...values, detail: isEmpty ? null : (detail as EventRow['detail']) },
    happened,
  });
};

/**
 * The same for an event of a grant: one for each account that shares it.
 * @param row that holds it: of one account, or of several
 * @param event of that row
 */
export function accountEventStatements(
  deps: Deps,
  row: Pick<AccountRow, 'userId' | 'provider' | 'grantId'>,
  event: NewEvent,
  happened?: SQL,
): BatchItem<'sqlite'>[] {
  if (row.grantId === null) return eventStatements(deps, event, happened);
  const { userId, provider, accountId: _, ...detail }: Record<string, unknown> = event.data;
  const { grantId, providerAccountId } = oauthAccounts;
  const accounts = and(
    eq(oauthAccounts.userId, row.userId),
    eq(oauthAccounts.provider, row.provider),
    eq(grantId, row.grantId),
    isAccountRow(),
  );
  return eventsOfAccounts(
    deps,
    {
      at: event.at,
      type: event.type,
      detail: Object.keys(detail).length === 0 ? null : (detail as EventRow['detail']),
      dedupeKey: joined(event.dedupeKey, ' ', providerAccountId),
    },
    accounts,
    happened,
  );
}

/** An event of each account that `accounts` names; `dedupeKey` is of the row at hand. */
export const eventsOfAccounts = (
  deps: Deps,
  values: Pick<NewRow, 'at' | 'type' | 'detail'> & { dedupeKey: SQL },
  accounts: SQL | undefined,
  happened?: SQL,
): BatchItem<'sqlite'>[] => {
  const { userId, provider, providerAccountId: accountId } = oauthAccounts;
  return insertions(
    deps,
    deps.db.select({ key: values.dedupeKey }).from(oauthAccounts).where(accounts),
    {
      values: { ...values, userId, provider, accountId },
      from: oauthAccounts,
      happened: and(accounts, happened),
    },
  );
};

/**
 * Writes an event that no other change goes with. For those that do, see `eventStatements`.
 *
 * @param options.until no try is begun after this, ms since the epoch
 * @param options.happened as of `eventStatements`
 * @throws what D1 throws
 */
export async function writeEvent(
  deps: Deps,
  event: NewEvent,
  { until = deps.now() + D1_MS, happened }: { until?: number; happened?: SQL | undefined } = {},
): Promise<void> {
  const statements = eventStatements(deps, event, happened);
  await retry(deps, { until }, () => runBatch(deps.db, statements));
}

type OperatorEvent = Extract<NewEvent, { type: `operator.${string}` }>;

/**
 * Records what an operator did, on the page or by the API: after the reply, and as far as the
 * database takes it. The act does not depend on its record.
 *
 * @param happened as of `eventStatements`
 */
export function recordAct(
  deps: Deps,
  act: {
    [T in OperatorEvent['type']]: Pick<Extract<OperatorEvent, { type: T }>, 'type' | 'data'>;
  }[OperatorEvent['type']],
  happened?: SQL,
): void {
  const { type } = act;
  const event = { ...act, at: deps.now(), dedupeKey: `${type} ${deps.uuid()}` };
  deps.waitUntil(
    writeEvent(deps, event, { happened }).catch((error) =>
      deps.log.warn('events.not_written', { type }, error),
    ),
  );
}

type NewRow = {
  [K in Exclude<keyof EventRow, 'at' | 'type'>]?: EventRow[K] | SQL | SQLiteColumn;
} & {
  at: number;
  type: EventType;
};

interface Insertion {
  values: NewRow;
  /** Several events of one type: a row of it each. */
  from?: SQLWrapper;
  /** None: always. */
  happened: SQL | undefined;
}

/**
 * All events are written here, and behind them, found by their `dedupeKeys`, their deliveries.
 */
export function insertions(
  deps: Deps,
  dedupeKeys: readonly string[] | SQLWrapper,
  { values, from, happened }: Insertion,
): BatchItem<'sqlite'>[] {
  const { db } = deps;
  const version =
    'version' in eventData[values.type].shape
      ? db
          .select({ version: userVersions.version })
          .from(userVersions)
          .where(eq(userVersions.userId, values.userId ?? ''))
      : null;
  return [
    db
      .insert(eventLog)
      .select(valuesWhere(eventLog, { ...values, version }, happened, from))
      .onConflictDoNothing(),
    ...deliveriesOf(deps, values.type, dedupeKeys),
  ];
}

/** What the releases before these names wrote, and still write while they run beside this one. */
const formerNames = {
  connected: 'integration.connected',
  reconnected: 'integration.reconnected',
  disconnected: 'integration.disconnected',
  needs_reconnect: 'integration.needs_reconnect',
  expiring: 'integration.expiring',
  user_erased: 'user.erased',
  'provider.open': 'provider.circuit_opened',
  'operator.circuit_closed': 'provider.circuit_closed',
  revocation_gave_up: 'revocation.gave_up',
} as const satisfies Record<string, EventType>;

/** The type of a stored event; null: a later release wrote it, which was rolled back. */
export const eventTypeOf = (stored: string): EventType | null =>
  eventTypes.find((type) => type === stored) ??
  Object.entries(formerNames).find(([former]) => former === stored)?.[1] ??
  null;

/** How an event of these types may be stored. */
export const storedNames = (types: readonly EventType[]): string[] => [
  ...types,
  ...Object.entries(formerNames).flatMap(([former, type]) =>
    types.includes(type) ? [former] : [],
  ),
];

/**
 * As it is told; null where another release wrote it and it does not say what its schema asks for.
 */
export function eventOf(row: EventRow): Event | null {
  const type = eventTypeOf(row.type);
  if (type === null) return null;
  const { userId, provider, accountId, at } = row;
  const told = {
    id: eventIdOf(row.id),
    type,
    timestamp: timestamp(at),
    data: {
      ...Object.fromEntries(
        Object.entries(row.detail ?? {})
          .filter(([, value]) => value !== null)
          .map(([name, value]) => [
            name,
            isTimeField(name) && typeof value === 'number' ? timestamp(value) : value,
          ]),
      ),
      ...(userId === null ? {} : { userId }),
      ...(provider === null ? {} : { provider }),
      ...(accountId === null ? {} : { accountId }),
      // A version is a time, or later: that of the change which a former release told was no less.
      version: row.version ?? at,
    },
  };
  // What the schema does not have, as the version of an operator's event, is left out.
  return eventSchemas[type].safeParse(told).data ?? null;
}
