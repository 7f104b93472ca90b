/** The events of an account that needs a reconnect, and no more does. */
import type { AccountRow } from '../db/schema';
import type { NewEvent } from './event-log';

type IntegrationNames = Pick<AccountRow, 'userId' | 'provider' | 'providerAccountId'>;

/** `row` as it was claimed: of one lease there is one such event. */
export const needsReconnectEvent = (row: AccountRow, reason: string, at: number): NewEvent => ({
  at,
  type: 'integration.needs_reconnect',
  data: { ...integrationOf(row), reason },
  dedupeKey: `integration.needs_reconnect ${row.leaseId}`,
});

/**
 * What `needsReconnectEvent` told is over. Null where it was not told.
 * @param row as the change finds it: who writes this makes sure that it was not confirmed meanwhile
 * @param act by which it is over; never used again
 */
export const recoveredEvent = (
  row: IntegrationNames & Pick<AccountRow, 'stateConfirmedAt'>,
  act: string,
  at: number,
): NewEvent | null =>
  row.stateConfirmedAt === null
    ? null
    : {
        at,
        type: 'integration.recovered',
        data: integrationOf(row),
        dedupeKey: `integration.recovered ${act}`,
      };

export const integrationOf = ({ userId, provider, providerAccountId }: IntegrationNames) => ({
  userId,
  provider,
  accountId: providerAccountId,
});
