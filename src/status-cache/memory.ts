/**
 * The nearest tier: snapshots of the users that this isolate was last asked about. A snapshot is
 * served from here for five seconds at most, then KV is asked again.
 *
 * Besides, it remembers what the isolate has already seen of a user, so that a slower read or a KV
 * that lags behind cannot put something older in its place. That memory is bounded like the rest:
 * it makes answers better, nothing relies on it.
 */

import { SECOND_MS } from '../time';
import { isFresh, MAX_FRESH_MS, trustedUntil } from './freshness';
import type { Snapshot } from './snapshot';

/** How long a snapshot is served from memory after it was put there. */
const MEMORY_MS = 5 * SECOND_MS;
/**
 * Whatever is older than what we know was promised until then at the latest. It is as well how long
 * KV keeps a value, and so for how long one may be served when the database is away.
 */
const REMEMBER_MS = MAX_FRESH_MS + 5 * SECOND_MS;

/** KV takes one write a second for each key. */
const KV_WRITE_EVERY_MS = SECOND_MS;

const MAX_USERS = 1_000;
/** Of an isolate's 128 MB. The list of a user is kept as text too, so it counts twice (weigh). */
const MAX_BYTES = 24_000_000;

interface Entry {
  /** Null: nothing to serve, only something to remember. */
  snapshot: Snapshot | null;
  version: number;
  /** Snapshots that were taken before this are not taken in. */
  forgottenAt: number;
  storedAt: number;
  /** Since when this version is here without a break. */
  cameAt: number;
  bytes: number;
}

/** Why a tier did not answer, in the words of RFC 9211 section 2.2. */
export type Forward = 'miss' | 'stale' | 'request';

export type Found =
  | { hit: true; snapshot: Snapshot; ttlMs: number }
  /** `kept`: outdated, for when nothing better can be had. */
  | { hit: false; forward: Forward; kept: Snapshot | null };

export class MemoryTier {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #limits: { users: number; bytes: number };
  #bytes = 0;
  #clearedAt = 0;
  #hits = 0;
  #misses = 0;

  /** What this isolate has seen of the KV tier (kv.ts). */
  readonly kv = { hits: 0, misses: 0, putsPausedUntil: 0 };

  /**
   * Of fills of KV (publish.ts): the snapshots that are to be put there, by user, until when a
   * request is busy with that, and when the database was read last.
   */
  readonly fills = { waiting: new Map<string, Snapshot>(), busyUntil: 0, readAt: 0 };

  constructor(limits: { users?: number; bytes?: number } = {}) {
    this.#limits = { users: MAX_USERS, bytes: MAX_BYTES, ...limits };
  }

  find(userId: string, atLeast: number, now: number): Found {
    const entry = this.#entries.get(userId);
    if (!entry?.snapshot || isUseless(entry, now)) return this.#miss('miss');
    const { snapshot } = entry;
    this.#entries.delete(userId);
    this.#entries.set(userId, entry);
    if (snapshot.version < atLeast) return this.#miss('request');
    const ttlMs = ttlOf(entry, snapshot, now);
    if (ttlMs <= 0) return this.#miss('stale', snapshot);
    this.#hits += 1;
    return { hit: true, snapshot, ttlMs };
  }

  #miss(forward: Forward, kept: Snapshot | null = null): Found {
    this.#misses += 1;
    return { hit: false, forward, kept };
  }

  /** What it holds of a user, without counting as a use. `ttlMs`: zero or less once expired. */
  peek(userId: string, now: number): { snapshot: Snapshot; ttlMs: number } | null {
    const entry = this.#entries.get(userId);
    if (!entry?.snapshot || isUseless(entry, now)) return null;
    return { snapshot: entry.snapshot, ttlMs: ttlOf(entry, entry.snapshot, now) };
  }

  /** False when this isolate has seen a newer version, or was told to forget what was before. */
  accepts(snapshot: Snapshot, now: number): boolean {
    if (this.hasForgotten(snapshot)) return false;
    const entry = this.#entries.get(snapshot.userId);
    return !entry || isUseless(entry, now) || snapshot.version >= entry.version;
  }

  /**
   * Whether this version came in a moment ago: then KV has it, or a put of it is under way, and a
   * second one within the second would be refused.
   */
  hasJustTaken({ userId, version }: Snapshot, now: number): boolean {
    const entry = this.#entries.get(userId);
    return entry?.snapshot?.version === version && now - entry.cameAt < KV_WRITE_EVERY_MS;
  }

  /** Whether a snapshot is from before a `forget` or `clear`. */
  hasForgotten(snapshot: Snapshot): boolean {
    const entry = this.#entries.get(snapshot.userId);
    return snapshot.takenAt < Math.max(this.#clearedAt, entry?.forgottenAt ?? 0);
  }

  /**
   * Takes a snapshot in, unless a newer one is known. One that promises nothing is remembered, so
   * that older ones stay out, but never served.
   */
  put(snapshot: Snapshot, now: number): void {
    if (!this.accepts(snapshot, now)) return;
    const known = this.#entries.get(snapshot.userId);
    const served =
      known?.snapshot && known.version === snapshot.version && ttlOf(known, known.snapshot, now) > 0
        ? known.snapshot
        : null;
    if (served && served.takenAt > snapshot.takenAt) return;
    this.#set(snapshot.userId, {
      snapshot: isFresh(snapshot.freshUntil, now) ? snapshot : null,
      version: snapshot.version,
      forgottenAt: known?.forgottenAt ?? 0,
      storedAt: now,
      cameAt: served ? (known?.cameAt ?? now) : now,
    });
  }

  /** After this, nothing that was taken before `now` is served or taken in, from KV neither. */
  forget(userId: string, now: number): void {
    this.#set(userId, { snapshot: null, version: 0, forgottenAt: now, storedAt: now, cameAt: now });
  }

  /** As `forget`, for everybody. Returns how many snapshots were dropped. */
  clear(now: number): number {
    const dropped = this.stats(now).size;
    this.#entries.clear();
    this.#bytes = 0;
    this.#clearedAt = now;
    return dropped;
  }

  /**
   * `expired` ones are still there, for when the database is away: for five minutes, then dropped.
   */
  stats(now: number) {
    this.#cleanUp(now);
    let size = 0;
    let active = 0;
    for (const entry of this.#entries.values()) {
      if (!entry.snapshot) continue;
      size += 1;
      if (ttlOf(entry, entry.snapshot, now) > 0) active += 1;
    }
    return { size, active, expired: size - active, hits: this.#hits, misses: this.#misses };
  }

  #cleanUp(now: number): void {
    for (const [userId, entry] of this.#entries) {
      if (isUseless(entry, now)) this.#remove(userId);
    }
  }

  #set(userId: string, remembered: Omit<Entry, 'bytes'>): void {
    this.#remove(userId);
    const entry = { ...remembered, bytes: weigh(userId, remembered.snapshot) };
    this.#entries.set(userId, entry);
    this.#bytes += entry.bytes;
    while (this.#entries.size > this.#limits.users || this.#bytes > this.#limits.bytes) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) break;
      this.#remove(oldest.value);
    }
  }

  #remove(userId: string): void {
    const entry = this.#entries.get(userId);
    if (!entry) return;
    this.#entries.delete(userId);
    this.#bytes -= entry.bytes;
  }
}

/** What the objects and keys of an entry take, and those of an integration, besides their texts. */
const ENTRY_BYTES = 500;
const INTEGRATION_BYTES = 700;

/** About how much memory an entry takes, with the list that is made of it. */
function weigh(userId: string, snapshot: Snapshot | null): number {
  let bytes = ENTRY_BYTES + userId.length;
  for (const one of snapshot?.integrations ?? []) {
    let text = one.accountId.length + (one.displayName?.length ?? 0);
    for (const scope of one.scopes) text += scope.length;
    for (const scope of one.requestedScopes) text += scope.length;
    for (const name in one.metadata) text += name.length + (one.metadata[name]?.length ?? 0);
    // Two bytes a character, once in the snapshot and once in the list.
    bytes += INTEGRATION_BYTES + 4 * text;
  }
  return bytes;
}

/** Nothing of it is believed any more, whoever asks. */
const isUseless = (entry: Entry, now: number): boolean => now - entry.storedAt > REMEMBER_MS;

/** For how much longer the entry may be served, ms; none left: zero or less. */
const ttlOf = (entry: Entry, snapshot: Snapshot, now: number): number =>
  Math.min(entry.storedAt + MEMORY_MS, trustedUntil(snapshot.freshUntil)) - now;
