/**
 * I13: of each change that is committed there is one event, in the same commit and with the version
 * that shows it, and none of anything else. Derived from what the rows were and are: of who wrote
 * them, and how, nothing is known here.
 */
import type { D1 } from '../kernel/d1';
import { parseToken } from '../kernel/tokens';
import type { Row, WatchHost } from './watch';

/** Told of an integration, or of a connection. What else is told has no change in these tables. */
const told = "(type GLOB 'integration.*' OR type = 'connection.failed')";
/** Have no version of a change. */
const unversioned = ['connection.failed'];

export class EventLog {
  #newest = 0;
  #failed: ReadonlySet<string> = new Set();

  private readonly d1: D1;
  private readonly host: Pick<WatchHost, 'violate' | 'cover'>;

  constructor(d1: D1, host: Pick<WatchHost, 'violate' | 'cover'>) {
    this.d1 = d1;
    this.host = host;
  }

  /** After each commit that changed anything. */
  observe(
    before: ReadonlyMap<number, Row>,
    rows: ReadonlyMap<number, Row>,
    versions: ReadonlyMap<string, number>,
  ): void {
    const due = [...changesOf(before, rows), ...this.#failures()].toSorted();
    const found = this.d1.look(
      `SELECT id, type, user_id AS user, account_id AS account, version,
        detail->>'connectionId' AS connection FROM audit_events WHERE id > ? AND ${told} ORDER BY id`,
      this.#newest,
    );
    this.#newest = Number(found.at(-1)?.id ?? this.#newest);
    const written = found.map(
      ({ type, account, connection }) => `${type} ${connection ?? account}`,
    );
    if (written.toSorted().join() !== due.join()) {
      const what = `${due.join() || 'nothing'} happened, told: ${written.join() || 'nothing'}`;
      this.host.violate('I13: the events are not those of the changes', what);
    }
    for (const { type, user, version } of found) {
      this.host.cover(`event ${type}`);
      if (unversioned.includes(String(type)) || version === versions.get(String(user))) continue;
      this.host.violate('I13: an event has another version', `${type} of ${user}: ${version}`);
    }
  }

  #failures(): string[] {
    const failed = new Set(
      this.d1
        .look("SELECT id FROM connect_transactions WHERE state = 'failed'")
        .map(({ id }) => String(id)),
    );
    const before = this.#failed;
    this.#failed = failed;
    return [...failed].filter((id) => !before.has(id)).map((id) => `connection.failed ${id}`);
  }
}

function changesOf(before: ReadonlyMap<number, Row>, rows: ReadonlyMap<number, Row>): string[] {
  const changes: string[] = [];
  const say = (type: string, { account }: Row) => changes.push(`integration.${type} ${account}`);
  for (const row of rows.values()) {
    const was = before.get(row.id);
    if (!was) {
      say('connected', row);
      continue;
    }
    if (parseToken(was.access)?.family !== parseToken(row.access)?.family) {
      say('reconnected', row);
      continue;
    }
    if (was.confirmed === null && row.confirmed !== null) say('needs_reconnect', row);
    if (was.confirmed !== null && row.confirmed === null) say('recovered', row);
    if (scopesOf(was) !== scopesOf(row)) say('scopes_changed', row);
  }
  for (const was of before.values()) if (!rows.has(was.id)) say('disconnected', was);
  return changes;
}

const scopesOf = ({ scope }: Row): string => JSON.stringify(JSON.parse(scope).toSorted());
