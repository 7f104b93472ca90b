/**
 * What happened to one user's integrations, or to one of them. Bounded reads, and never a token.
 */
import { and, asc, desc, eq } from 'drizzle-orm';
import { type Database, d1Read } from '../../db/client';
import { inJson } from '../../db/conditions';
import { accountsIn, withItsGrant } from '../../db/grants';
import {
  type DeliveryRow,
  type EventRow,
  eventLog,
  oauthAccounts,
  webhookDeliveries,
} from '../../db/schema';
import type { Deps } from '../../deps';
import { SECOND_MS } from '../../time';

const READ_MS = 8 * SECOND_MS;
const EVENTS = 100;
/** Events of a user that are looked at for those of one account. */
const SCANNED = 2_000;
const ACCOUNTS = 200;

/** A user; one account, whoever's it is; or what was one account of this user. */
export interface Sought {
  userId?: string | undefined;
  provider?: string | undefined;
  accountId?: string | undefined;
}

export const TIMELINE = '/operator/timeline';

export const timelineHref = (sought: Sought): string =>
  `${TIMELINE}?${new URLSearchParams(
    Object.entries(sought).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )}`;

const accountColumns = {
  userId: oauthAccounts.userId,
  provider: oauthAccounts.provider,
  providerAccountId: oauthAccounts.providerAccountId,
  grantId: oauthAccounts.grantId,
  metadata: oauthAccounts.metadata,
  updatedAt: oauthAccounts.updatedAt,
  state: oauthAccounts.state,
  stateReason: oauthAccounts.stateReason,
  createdAt: oauthAccounts.createdAt,
  lastRefreshedAt: oauthAccounts.lastRefreshedAt,
  refreshDueAt: oauthAccounts.refreshDueAt,
  refreshFailures: oauthAccounts.refreshFailures,
  lastFailedAt: oauthAccounts.lastFailedAt,
  lastError: oauthAccounts.lastError,
  expiresAt: oauthAccounts.expiresAt,
  reconnectBy: oauthAccounts.refreshExpiresAt,
};

export type Delivery = Pick<
  DeliveryRow,
  'eventId' | 'endpoint' | 'attempts' | 'dueAt' | 'deadAt' | 'lastStatus'
>;

export type TimelineAccount = Awaited<ReturnType<typeof accountsOf>>[number];

export interface Timeline {
  userId: string;
  /** Those that are sought and connected now; ACCOUNTS at most. */
  accounts: TimelineAccount[];
  /** Newest first, EVENTS at most. */
  events: (EventRow & { deliveries: Delivery[] })[];
}

/** Null: there is no such account, so nobody knows whose it was. @throws what D1 throws */
export async function readTimeline(deps: Deps, sought: Sought): Promise<Timeline | null> {
  const db = deps.session('first-unconstrained');
  const read = async (): Promise<Timeline | null> => {
    const userId = sought.userId ?? (await ownerOf(db, sought));
    if (userId === undefined) return null;
    const [accounts, events] = await Promise.all([
      accountsOf(db, userId, sought),
      eventsOf(db, userId, sought),
    ]);
    const deliveries = await deliveriesOf(db, events);
    return {
      userId,
      accounts,
      events: events.map((event) => ({ ...event, deliveries: deliveries.get(event.id) ?? [] })),
    };
  };
  return d1Read(read(), READ_MS);
}

async function ownerOf(
  db: Database,
  { provider = '', accountId = '' }: Sought,
): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: oauthAccounts.userId })
    .from(oauthAccounts)
    .where(
      and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.providerAccountId, accountId)),
    );
  return row?.userId;
}

async function accountsOf(db: Database, userId: string, { provider, accountId }: Sought) {
  const rows = await db
    .select(accountColumns)
    .from(oauthAccounts)
    .where(
      and(
        eq(oauthAccounts.userId, userId),
        provider === undefined ? undefined : eq(oauthAccounts.provider, provider),
        provider === undefined || accountId === undefined
          ? undefined
          : withItsGrant(db, provider, accountId),
      ),
    )
    .orderBy(asc(oauthAccounts.provider), asc(oauthAccounts.id))
    .limit(ACCOUNTS);
  return accountsIn(rows)
    .map(({ providerAccountId, ...account }) => ({ accountId: providerAccountId, ...account }))
    .filter((account) => accountId === undefined || account.accountId === accountId);
}

function eventsOf(db: Database, userId: string, { provider, accountId }: Sought) {
  const newest = db
    .select()
    .from(eventLog)
    .where(eq(eventLog.userId, userId))
    .orderBy(desc(eventLog.id))
    .limit(SCANNED)
    .as('newest');
  return db
    .select()
    .from(newest)
    .where(
      and(
        provider === undefined ? undefined : eq(newest.provider, provider),
        accountId === undefined ? undefined : eq(newest.accountId, accountId),
      ),
    )
    .orderBy(desc(newest.id))
    .limit(EVENTS);
}

async function deliveriesOf(
  db: Database,
  events: readonly EventRow[],
): Promise<Map<number, Delivery[]>> {
  if (events.length === 0) return new Map();
  const { eventId, endpoint, attempts, dueAt, deadAt, lastStatus } = webhookDeliveries;
  const rows = await db
    .select({ eventId, endpoint, attempts, dueAt, deadAt, lastStatus })
    .from(webhookDeliveries)
    .where(
      inJson(
        eventId,
        events.map(({ id }) => id),
      ),
    )
    .orderBy(asc(eventId), asc(endpoint));
  return Map.groupBy(rows, (row) => row.eventId);
}
