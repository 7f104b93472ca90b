/**
 * Looks at the database after every write that took effect, and compares it with what it was. What
 * must hold of a change holds whoever made it: the watcher knows statements as little as D1 does.
 */

import type { AuthorizationServer } from '../kernel/authorization-server';
import type { Scheduler } from '../kernel/clock';
import type { D1 } from '../kernel/d1';
import type { Kind } from '../kernel/invocation';
import type { ProviderEndpoints } from '../kernel/provider-endpoints';
import { parseToken } from '../kernel/tokens';
import { textOf } from '../kernel/vault';
import { BEYOND_FRESHNESS_MS, HOLD_OFF_MS } from '../product';
import { EventLog } from './events';

export interface Row {
  id: number;
  user: string;
  account: string;
  access: string | null;
  refresh: string | null;
  state: string;
  due: number | null;
  lease: string | null;
  leaseUntil: number | null;
  expiresAt: number | null;
  checkDue: number | null;
  /** When the user was told to connect again; null: it was not, or that is over. */
  confirmed: number | null;
  /** JSON. */
  scope: string;
  /** All that a user sees, but for the due time. */
  shown: string;
}

const rowsQuery = `SELECT id, user_id AS user, provider_account_id AS account, access_token AS access,
  refresh_token AS refresh, state, refresh_due_at AS due, lease_id AS lease,
  lease_until AS leaseUntil, expires_at AS expiresAt, check_due_at AS checkDue,
  state_confirmed_at AS confirmed, scope,
  json_array(state, state_reason, expires_at, refresh_expires_at, refresh_failures, last_error,
    scope, updated_at, last_refreshed_at, verified_at IS NOT NULL) AS shown
  FROM oauth_accounts`;

export interface WatchHost {
  violate(what: string, details: string): void;
  cover(kind: string): void;
  note(text: () => string): void;
  readonly provider: Pick<ProviderEndpoints, 'verdict' | 'mayInfer'>;
}

/** Two clocks may be this far apart. */
const CLOCKS_MS = 2_500;

export class Watch {
  rows: ReadonlyMap<number, Row> = new Map();
  #versions: ReadonlyMap<string, number> = new Map();
  outbox: readonly string[] = [];
  /** Rows, with the families that they had before. */
  readonly #former = new Set<string>();
  readonly #events: EventLog;

  private readonly scheduler: Scheduler;
  private readonly d1: D1;
  private readonly server: AuthorizationServer;
  private readonly host: WatchHost;

  constructor(scheduler: Scheduler, d1: D1, server: AuthorizationServer, host: WatchHost) {
    this.scheduler = scheduler;
    this.d1 = d1;
    this.server = server;
    this.host = host;
    this.#events = new EventLog(d1, host);
  }

  row(account: string): Row | undefined {
    for (const row of this.rows.values()) if (row.account === account) return row;
    return undefined;
  }

  /** Whether cron has a check to repeat. */
  get checksDue(): boolean {
    return [...this.rows.values()].some(({ checkDue }) => checkDue !== null);
  }

  /** The first look: nothing to compare with. */
  start(): void {
    this.#look();
  }

  observe(): void {
    const { rows: before } = this;
    const versions = this.#versions;
    this.#look();
    for (const row of this.rows.values()) {
      const was = before.get(row.id);
      if (was) this.#changed(was, row, this.#grew(versions, row.user));
      if (was?.refresh !== row.refresh || was?.access !== row.access) this.#final(row);
    }
    for (const was of before.values()) if (!this.rows.has(was.id)) this.#deleted(was, versions);
    this.#events.observe(before, this.rows, this.#versions);
  }

  #grew(versions: ReadonlyMap<string, number>, user: string): boolean {
    return (this.#versions.get(user) ?? 0) > (versions.get(user) ?? 0);
  }

  #look(): void {
    const rows = new Map<number, Row>();
    for (const found of this.d1.look(rowsQuery)) {
      const row = found as unknown as Row;
      rows.set(row.id, row);
      this.server.saved(`${row.access} ${row.refresh}`);
    }
    this.rows = rows;
    this.#versions = new Map(
      this.d1
        .look('SELECT user_id AS user, version FROM user_versions')
        .map(({ user, version }) => [String(user), Number(version)]),
    );
    const owed = this.d1.look(
      'SELECT access_token AS a, refresh_token AS r, received_grant AS g FROM outbox',
    );
    this.outbox = owed.map(({ a, r, g }) => `${a} ${r} ${g}`);
    for (const one of this.outbox) this.server.saved(one);
    for (const { g } of owed) {
      if (g === null) continue;
      const family = this.server.family(JSON.parse(textOf(String(g))).accessToken);
      if (family) family.received = true;
      this.host.cover('a grant was received');
    }
  }

  #changed(was: Row, row: Row, grew: boolean): void {
    const { host } = this;
    const changes = difference(was, row);
    if (changes) host.note(() => `D1 ${row.account}: ${changes}${grew ? ', visible' : ''}`);
    if (row.lease !== null && row.lease !== was.lease) this.#leased(was, row);
    this.#tokens(was, row);
    if (was.state === 'active' && row.state !== 'active') this.#marked(was, row);
    if (!grew) this.#quiet(was, row);
  }

  /** I2 and I4: who may take a lease, and when. */
  #leased(was: Row, row: Row): void {
    const { now } = this.scheduler;
    const by = row.lease ?? '';
    if (was.lease !== null && (was.leaseUntil ?? 0) > now + 2 * CLOCKS_MS) {
      this.host.violate('I4: two live leases', `${was.lease} and ${by}`);
    }
    const scheduled = (['cron', 'queue'] satisfies Kind[]).some((kind) => by.startsWith(kind));
    if (scheduled && (was.due === null || was.due > now + CLOCKS_MS)) {
      this.host.violate('I2: a scheduled refresh before its due time', by);
    }
    if (was.lease !== null) this.host.cover('a lost lease');
  }

  /** I5, I7: a row's tokens never go back, neither to older ones nor to a former grant's. */
  #tokens(was: Row, row: Row): void {
    for (const field of ['access', 'refresh'] as const) {
      const [old, next] = [parseToken(was[field]), parseToken(row[field])];
      if (!old || !next) continue;
      // Of two connects at once, either may be the last.
      const goesBack =
        next.family === old.family
          ? next.serial < old.serial
          : this.#former.has(`${row.id} ${next.family}`);
      this.#former.add(`${row.id} ${old.family}`);
      if (next.family !== old.family) this.#leftUnderLease(was);
      if (goesBack) {
        this.host.violate(
          'I5: older tokens were put over newer ones',
          `${was[field]} -> ${row[field]}`,
        );
      }
    }
  }

  /** I7: what was disconnected stays so. */
  #final({ account, refresh, access }: Row): void {
    for (const token of [refresh, access]) {
      if (!this.server.family(token)?.disconnected) continue;
      this.host.violate('I7: a disconnected grant is back', `${account} ${token}`);
    }
  }

  /** I6: only a refusal marks, or what may be inferred from many. */
  #marked(was: Row, row: Row): void {
    const [by = ''] = (was.lease ?? '').split('~');
    const [, reason] = JSON.parse(row.shown);
    if (reason === 'refused_repeatedly') {
      if (!this.host.provider.mayInfer(row.account)) {
        this.host.violate('I6: inferred too early', row.account);
      }
      this.host.cover('marked by comparison');
      return;
    }
    if (by.startsWith('check-')) {
      // The API refuses only what is dead.
      if (this.server.family(row.access)?.alive) {
        this.host.violate('I6: marked by a check, and the grant lives', row.account);
      }
      this.host.cover('token_refused');
      return;
    }
    const verdict = this.host.provider.verdict(by, row.account);
    if (verdict !== 'refused') {
      this.host.violate('I6: marked without a refusal', `${row.account}, ${by} heard ${verdict}`);
    }
    this.host.cover('needs_reconnect');
  }

  /** I2: what a user sees changes quietly only while no snapshot makes a promise about it. */
  #quiet(was: Row, row: Row): void {
    if (was.shown === row.shown && was.due === row.due) return;
    const { now } = this.scheduler;
    const unpromised =
      was.due !== null && was.due <= now + CLOCKS_MS && now <= was.due + HOLD_OFF_MS;
    const later =
      was.shown === row.shown &&
      (row.due === null || row.due >= now + BEYOND_FRESHNESS_MS - 35_000);
    if (!unpromised && !later) {
      this.host.violate(
        'I2: a quiet write within a promise',
        `${row.account}: ${difference(was, row)}`,
      );
    }
  }

  #leftUnderLease({ refresh, lease, leaseUntil }: Row): void {
    const family = this.server.family(refresh);
    if (!family || refresh === null || lease === null) return;
    family.leased = { id: lease, until: leaseUntil ?? 0, token: textOf(refresh) };
  }

  #deleted(was: Row, versions: ReadonlyMap<string, number>): void {
    this.host.cover(was.lease === null ? 'a disconnect' : 'a disconnect during a refresh');
    this.host.note(() => `D1 ${was.account}: deleted`);
    const family = this.server.family(was.refresh ?? was.access);
    if (family) family.disconnected = true;
    this.#leftUnderLease(was);
    if (!this.#grew(versions, was.user)) this.host.violate('I2: a quiet disconnect', was.account);
  }
}

function difference(was: Row, row: Row): string {
  const parts: string[] = [];
  for (const key of Object.keys(row) as (keyof Row)[]) {
    if (was[key] !== row[key]) parts.push(`${key} ${was[key]} -> ${row[key]}`);
  }
  return parts.join(', ');
}
