/** What was true on the primary, and when: every state of every user, and what KV held of it. */
import { MAX_FRESH_MS } from '../../../src/status-cache/promise';
import type { Snapshot } from '../../../src/status-cache/snapshot';
import type { Scheduler } from '../kernel/clock';
import type { D1 } from '../kernel/d1';

export interface State {
  /** In the order of time, over all users. */
  index: number;
  from: number;
  version: number;
  /** The user's accounts, each with the last write that a user can see. */
  content: string;
}

interface Held {
  version: number;
  until: number;
}

const contentOf = (
  accounts: readonly (readonly [id: string, write: string | null | undefined])[],
) =>
  accounts
    .map(([id, write]) => `${id}=${write}`)
    .sort()
    .join(' ');

export const contentOfSnapshot = (snapshot: Snapshot): string =>
  contentOf(
    snapshot.integrations.map(({ accountId, metadata }) => [accountId, metadata.write] as const),
  );

export class Truth {
  readonly #states = new Map<string, State[]>();
  readonly #held = new Map<string, Held[]>();
  #count = 0;
  /** Changed, perhaps, by somebody who then could not tell: nobody published it. */
  readonly unpublished = new Set<string>();
  /** The newest version of each user that somebody published. */
  readonly #published = new Map<string, number>();
  /** Their versions began anew. */
  readonly erased = new Set<string>();
  /** Erased and back within what clocks differ: an old version, or one below it, was used again. */
  readonly reused = new Set<string>();

  constructor(
    private readonly scheduler: Scheduler,
    readonly users: readonly string[],
  ) {
    for (const user of users) {
      this.#states.set(user, [{ index: 0, from: 0, version: 0, content: '' }]);
      this.#held.set(user, []);
    }
  }

  /** After a write took effect. */
  observe(d1: D1): void {
    for (const user of this.users) {
      const [known] = d1.look('SELECT version FROM user_versions WHERE user_id = ?', user);
      const rows = d1.look(
        "SELECT provider_account_id AS id, metadata ->> 'write' AS w FROM oauth_accounts WHERE user_id = ?",
        user,
      );
      const version = Number(known?.version ?? 0);
      const content = contentOf(rows.map(({ id, w }) => [String(id), String(w)] as const));
      const last = this.now(user);
      if (last.version === version && last.content === content) continue;
      this.#count += 1;
      const states = this.#of(user);
      const began = states.findLastIndex((state) => state.version === 0);
      if (states.slice(0, began).some((state) => state.version >= version && version > 0)) {
        this.reused.add(user);
      }
      states.push({ index: this.#count, from: this.scheduler.now, version, content });
    }
  }

  publish({ userId, version }: Snapshot): void {
    this.#published.set(userId, Math.max(version, this.#published.get(userId) ?? 0));
  }

  /** After a write to the central store. */
  stored(user: string, snapshot: Snapshot | null): void {
    const held = this.#held.get(user) ?? [];
    const last = held.at(-1);
    if (last) last.until = Math.min(last.until, this.scheduler.now);
    if (snapshot) {
      const until = Math.min(snapshot.freshUntil, this.scheduler.now + MAX_FRESH_MS);
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
      if (!isNewer) last = Math.max(last, Math.min(held.until, this.scheduler.now));
    }
    return last;
  }

  #of(user: string): State[] {
    return this.#states.get(user) ?? [];
  }
}
