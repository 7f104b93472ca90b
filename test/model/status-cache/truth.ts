/** What was true on the primary, and when: every state of every user, and what KV held of it. */

import { START } from '../kernel/clock';
import type { Invocation } from '../kernel/invocation';
import type { Platform } from '../kernel/platform';
import { type Facts, MAX_FRESH_MS, type Snapshot } from '../product';

export interface State {
  /** In the order of time, over all users. */
  index: number;
  from: number;
  version: number;
  /** All that a user sees of the accounts, but for due times. */
  content: string;
}

interface Held {
  version: number;
  until: number;
}

interface Row {
  id: number;
  user: string;
  account: string;
  state: string;
  failures: number;
  refreshedAt: number | null;
  due: number | null;
  shown: string;
}

const rowsQuery = `SELECT id, user_id AS user, provider_account_id AS account, state,
  refresh_failures AS failures, last_refreshed_at AS refreshedAt, refresh_due_at AS due,
  json_array(state, state_reason, expires_at, refresh_expires_at, refresh_failures, last_error,
    json(scope), created_at, updated_at, last_refreshed_at) AS shown
  FROM oauth_accounts`;

const shownOf = (facts: Facts): string =>
  JSON.stringify([
    facts.state,
    facts.stateReason,
    facts.expiresAt,
    facts.refreshExpiresAt,
    facts.refreshFailures,
    facts.lastError,
    facts.scopes,
    facts.connectedAt,
    facts.updatedAt,
    facts.lastRefreshedAt,
  ]);

const contentOf = (accounts: readonly (readonly [id: string, shown: string])[]) =>
  accounts
    .map(([id, shown]) => `${id}=${shown}`)
    .sort()
    .join(' ');

export const contentOfSnapshot = ({ integrations }: Snapshot): string =>
  contentOf(integrations.map((facts) => [facts.accountId, shownOf(facts)] as const));

export class Truth {
  readonly #states = new Map<string, State[]>();
  readonly #held = new Map<string, Held[]>();
  #rows: ReadonlyMap<number, Row> = new Map();
  readonly #userOf = new Map<number, string>();
  #count = 0;
  /** Changed, perhaps, by somebody who then could not tell: nobody published it. */
  readonly unpublished = new Set<string>();
  /** The newest version of each user that somebody published. */
  readonly #published = new Map<string, number>();
  /** Their versions began anew. */
  readonly erased = new Set<string>();
  /** Erased and back within what clocks differ: an old version, or one below it, was used again. */
  readonly reused = new Set<string>();

  private readonly platform: Pick<Platform, 'scheduler' | 'd1' | 'cover' | 'note'>;
  private readonly users: readonly string[];

  constructor(
    platform: Pick<Platform, 'scheduler' | 'd1' | 'cover' | 'note'>,
    users: readonly string[],
  ) {
    this.platform = platform;
    this.users = users;
    for (const user of users) {
      this.#states.set(user, [{ index: 0, from: 0, version: 0, content: '' }]);
      this.#held.set(user, []);
    }
  }

  /** After a write took effect. Returns whether a version grew. */
  observe(by: Invocation): boolean {
    const { d1, note } = this.platform;
    const before = this.#rows;
    this.#rows = new Map(
      d1.look(rowsQuery).map((row) => [Number(row.id), row as unknown as Row] as const),
    );
    const versions = new Map(
      d1
        .look('SELECT user_id AS user, version FROM user_versions')
        .map(({ user, version }) => [String(user), Number(version)] as const),
    );
    const all = [...this.#rows.values()];
    const grown = new Set<string>();
    for (const user of this.users) {
      const version = versions.get(user) ?? 0;
      const mine = all.filter((row) => row.user === user);
      const content = contentOf(mine.map(({ account, shown }) => [account, shown] as const));
      const last = this.now(user);
      if (version > last.version) grown.add(user);
      if (last.version === version && last.content === content) continue;
      this.#count += 1;
      const states = this.#of(user);
      const began = states.findLastIndex((state) => state.version === 0);
      if (states.slice(0, began).some((state) => state.version >= version && version > 0)) {
        this.reused.add(user);
      }
      const { now } = this.platform.scheduler;
      states.push({ index: this.#count, from: now, version, content });
      note.call(this.platform, () => `D1 by ${by.name}: ${user} ${short(version)} [${content}]`);
    }
    for (const row of all) {
      this.#userOf.set(row.id, row.user);
      const outcome = outcomeOf(before.get(row.id), row);
      const seen = grown.has(row.user) ? 'visible' : 'quiet';
      if (outcome) this.platform.cover(`${by.kind}, ${seen}: ${outcome}`);
    }
    return grown.size > 0;
  }

  /** Of a row that is there or was. */
  userOf(rowId: number): string | undefined {
    return this.#userOf.get(rowId);
  }

  publish({ userId, version }: Snapshot): void {
    this.#published.set(userId, Math.max(version, this.#published.get(userId) ?? 0));
  }

  /** After a write to the central store. */
  stored(user: string, snapshot: Snapshot | null): void {
    const held = this.#held.get(user) ?? [];
    const { now } = this.platform.scheduler;
    const last = held.at(-1);
    if (last) last.until = Math.min(last.until, now);
    if (snapshot) {
      const until = Math.min(snapshot.freshUntil, now + MAX_FRESH_MS);
      held.push({ version: snapshot.version, until });
    }
  }

  now(user: string): State {
    const last = this.#of(user).at(-1);
    if (!last) throw new Error(`no state of ${user}`);
    return last;
  }

  /**
   * The state that a snapshot shows, the latest of equal ones; undefined: it never was. A reply to
   * a token from before an erasure keeps the token's version: `raised`.
   */
  shown(snapshot: Snapshot, raised: boolean): State | undefined {
    const content = contentOfSnapshot(snapshot);
    const raisable = raised && this.erased.has(snapshot.userId);
    return this.#of(snapshot.userId).findLast(
      (state) =>
        state.content === content &&
        (state.version === snapshot.version || (raisable && state.version < snapshot.version)),
    );
  }

  /** Whether KV may hold this version when all is quiet: nothing newer was ever published. */
  mayBeHeld(user: string, version: number): boolean {
    const unknown = this.unpublished.has(user);
    return unknown && (this.erased.has(user) || version >= (this.#published.get(user) ?? 0));
  }

  next(user: string, state: State): State | undefined {
    const states = this.#of(user);
    return states[states.indexOf(state) + 1];
  }

  /** When what a user sees was other than in this state, and could be known by the version. */
  outdatedAt(user: string, { index, version, content }: State): number | undefined {
    return this.#of(user).find(
      (next) => next.index > index && next.version !== version && next.content !== content,
    )?.from;
  }

  /** When the central store last held this version or an older one, and it could be believed. */
  lastHeld(user: string, version: number): number {
    let last = 0;
    for (const held of this.#held.get(user) ?? []) {
      // Of an erased user it may hold version 0, which is newer.
      const isNewer = held.version > version || (held.version === 0 && version > 0);
      if (!isNewer) last = Math.max(last, Math.min(held.until, this.platform.scheduler.now));
    }
    return last;
  }

  #of(user: string): State[] {
    return this.#states.get(user) ?? [];
  }
}

/** Null: a refresh has no part in it. */
function outcomeOf(was: Row | undefined, row: Row): string | null {
  if (!was) return null;
  if (was.refreshedAt !== row.refreshedAt) return 'granted';
  if (was.failures < row.failures) {
    const isMarked = row.state !== was.state || (row.due === null && was.due !== null);
    return isMarked ? 'refused' : 'failed';
  }
  return was.due !== row.due ? 'waiting' : null;
}

export const seconds = (time: number): string => `${((time - START) / 1_000).toFixed(3)} s`;

/** Versions are times: told from the start, or 0 where there is none. */
const short = (version: number): string => `v${version === 0 ? 'none' : version - START}`;

export const describe = (snapshot: Snapshot): string =>
  `${snapshot.userId} ${short(snapshot.version)} until ${seconds(snapshot.freshUntil)} [${contentOfSnapshot(snapshot)}]`;
