/** How a run ends: faults are over, time has passed, and nothing must have been lost. */
import { DAILY_AFTER } from '../../../src/refresh/schedule';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../../src/time';
import { START } from '../kernel/clock';
import { textOf } from '../kernel/vault';
import type { World } from './world';

/** A delivery that failed so often comes in hours, and is not waited for. */
const SOON_ATTEMPTS = 4;

/** When the next tick has anything to do; never: infinity. */
export function wantedAt({ d1, rescues, scheduler }: World): number {
  const [found] = d1.look(
    `SELECT min(at) AS at FROM (
      SELECT max(refresh_due_at, coalesce(lease_until, 0),
        coalesce((SELECT max(open_until) FROM provider_health), 0)) AS at
      FROM oauth_accounts WHERE refresh_due_at IS NOT NULL
      UNION ALL SELECT max(check_due_at, coalesce(lease_until, 0)) FROM oauth_accounts
        WHERE check_due_at IS NOT NULL
      UNION ALL SELECT due_at FROM outbox
      UNION ALL SELECT due_at FROM webhook_deliveries
        WHERE due_at IS NOT NULL AND attempts < ${SOON_ATTEMPTS})`,
  );
  const at = found?.at === null ? Number.POSITIVE_INFINITY : Number(found?.at);
  if (rescues.size === 0) return at;
  // The next hourly tick.
  const hour = Math.ceil(Math.floor((scheduler.now - START) / MINUTE) / 60);
  return Math.min(at, START + hour * HOUR);
}

/** What the provider goes on refusing is tried on for ever. As JSON. */
const blockedIn = (world: World): string =>
  JSON.stringify(
    [...world.watch.rows.values()]
      .map(({ account }) => account)
      .filter((account) => world.isBlocked(account)),
  );

/**
 * Whether some account, having failed often, may let a day pass before it is tried again, and no
 * other one that is to be refreshed has anything left of a failure.
 */
export function isWaitingForDaily(world: World): boolean {
  const [found] = world.d1.look(
    `SELECT count(*) FILTER (WHERE refresh_failures >= ? AND refresh_due_at IS NOT NULL) AS daily,
        count(*) FILTER (WHERE refresh_failures < ? AND refresh_due_at IS NOT NULL
          AND provider_account_id NOT IN (SELECT value FROM json_each(?))
          AND (refresh_failures > 0 OR unknown_since IS NOT NULL OR lost_lease_id IS NOT NULL
            OR state <> 'active')) AS others
      FROM oauth_accounts`,
    DAILY_AFTER.refusals,
    DAILY_AFTER.refusals,
    blockedIn(world),
  );
  return found?.daily !== 0 && found?.others === 0;
}

/** No integration has anything left of a failure, and nothing is owed to anybody. */
export function isSettled(world: World): boolean {
  const { d1, queue, rescues, busy, scheduler } = world;
  if (queue.waiting > 0 || rescues.size > 0 || busy) return false;
  const [found] = d1.look(
    `SELECT (SELECT count(*) FROM oauth_accounts
        WHERE lease_id IS NOT NULL AND NOT (lease_id GLOB 'check-*' AND lease_until < ${scheduler.now})
        OR check_due_at IS NOT NULL
        OR provider_account_id NOT IN (SELECT value FROM json_each(?))
        AND refresh_due_at IS NOT NULL AND (refresh_failures > 0 OR unknown_since IS NOT NULL
          OR lost_lease_id IS NOT NULL OR state <> 'active'))
      + (SELECT count(*) FROM outbox)
      + (SELECT count(*) FROM webhook_deliveries
        WHERE due_at IS NOT NULL AND attempts < ${SOON_ATTEMPTS}) AS left`,
    blockedIn(world),
  );
  return found?.left === 0;
}

export function checkEnd(world: World, settled: boolean): void {
  const { server, watch, d1, provider } = world;
  provider.checkRate();
  world.receiver?.checkEnd();
  if (!settled) {
    const rows = d1.look('SELECT * FROM oauth_accounts WHERE refresh_due_at IS NOT NULL');
    world.violate('not settled in the end', JSON.stringify(rows));
  }
  for (const { account, state, shown, refresh, access, due } of watch.rows.values()) {
    const token = textOf(refresh ?? access ?? '');
    const family = server.family(token);
    if (!family) continue;
    if (world.isBlocked(account)) {
      // One that lives and is not blocked was granted something every few hours, for days.
      const isCompared = [...watch.rows.values()].some(
        (other) =>
          !world.isBlocked(other.account) && server.family(other.refresh ?? other.access)?.alive,
      );
      if (isCompared && state === 'active')
        world.violate('I6: a dead grant was never told', account);
      const [, reason] = JSON.parse(shown);
      const isInferred = reason === 'refused_repeatedly';
      if (isInferred && due === null)
        world.violate('what was only inferred is not tried on', account);
      continue;
    }
    if (!family.alive) {
      if (!family.excused) world.violate('I5: a grant has died', account);
    } else if (state !== 'active') {
      world.violate('I6: marked for good, and the grant lives', account);
    } else if (!server.isUsable(token)) {
      world.violate('I5: the row has an old token', `${account} ${token}`);
    } else if (due === null) {
      world.violate('a grant that lives is never refreshed', account);
    }
  }
  const inRows = world.familiesInRows();
  for (const family of server.families) {
    const { disconnected, received } = family;
    if (!(disconnected || received)) continue;
    if (inRows.has(family.id) || !server.heldBySomebody(family)) continue;
    // A connect of the same subject takes back what was owed, where that could end its grant; and
    // it takes the place of what was connected before.
    const others = server.families.some((one) => one !== family && one.subject === family.subject);
    if (others && (world.plan.reach === 'grant' || !disconnected)) continue;
    const what = disconnected ? 'disconnected' : 'received';
    world.violate(`I7: a ${what} grant was not revoked`, `family ${family.id}`);
  }
}
