/**
 * Who changes integrations: users who connect and disconnect, and the refresh. The refresh is a
 * stand-in that goes by the rules of src/status-cache/promise.ts, as src/refresh does: not before
 * the due time, quiet only where it may be, decided anew at each try.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { oauthAccounts, userVersions } from '../../../src/db/schema';
import { withDeadline } from '../../../src/retry';
import type { ReadDeps } from '../../../src/status-cache/cache';
import { changeVisibly, type VisibleChange } from '../../../src/status-cache/changes';
import { dueBeyondPromises, mayWriteQuietly } from '../../../src/status-cache/promise';
import { forget, publish } from '../../../src/status-cache/publish';
import type { Snapshot } from '../../../src/status-cache/snapshot';
import { between, pick, type Random } from '../kernel/random';
import { describe, type Isolate, type World } from './world';

const PROVIDER = 'acme';
const TRY_MS = 3_000;
/** From the claim to the last try of the commit; that one may take effect much later. */
const ATTEMPT_MS = 20_000;
const LEASE_MS = 60_000;

const accountOf = (user: string, account: number): string => `${user}-${account}`;

export class Writers {
  #writes = 0;
  /** Of rows, until when: the lease of src/refresh, in short. */
  readonly #leases = new Map<number, number>();

  constructor(private readonly world: World) {}

  /** Resolves with what the client learns; null: nothing, it failed or did not hit. */
  async connect(
    deps: ReadDeps,
    user: string,
    account: number,
    dueIn: number | null,
  ): Promise<Snapshot | null> {
    const write = this.#next();
    const accountId = accountOf(user, account);
    const now = deps.now();
    const columns = {
      metadata: { write },
      state: 'active' as const,
      expiresAt: now + 3_600_000,
      refreshDueAt: dueIn === null ? null : now + dueIn,
      tokenVersion: sql`max(${now}, coalesce(token_version, 0) + 1)`,
      updatedAt: now,
    };
    const upsert = deps.db
      .insert(oauthAccounts)
      .values({
        userId: user,
        provider: PROVIDER,
        providerAccountId: accountId,
        subject: accountId,
        scope: [],
        requestedScope: [],
        parameters: {},
        createdAt: now,
        ...columns,
        tokenVersion: now,
      })
      .onConflictDoUpdate({
        target: [oauthAccounts.provider, oauthAccounts.providerAccountId],
        set: columns,
      });
    return this.#change(
      deps,
      user,
      upsert,
      sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE ${is(accountId)} AND metadata ->> 'write' = ${write})`,
    );
  }

  async disconnect(deps: ReadDeps, user: string, account: number): Promise<Snapshot | null> {
    const deletion = deps.db.delete(oauthAccounts).where(is(accountOf(user, account)));
    return this.#change(deps, user, deletion, sql`changes() > 0`);
  }

  /** As src/integrations/disconnect/erase.ts does it: the version goes too. */
  async erase(deps: ReadDeps, user: string): Promise<void> {
    this.world.truth.erased.add(user);
    try {
      await deps.db.batch([
        deps.db.delete(oauthAccounts).where(eq(oauthAccounts.userId, user)),
        deps.db.delete(userVersions).where(eq(userVersions.userId, user)),
      ]);
      await forget(deps, user);
    } catch {
      this.world.truth.unpublished.add(user);
    }
  }

  /** Refreshes now, whenever it would be due. */
  async force(deps: ReadDeps, user: string, account: number): Promise<Snapshot | null> {
    const [row] = await withDeadline(
      deps.db
        .select()
        .from(oauthAccounts)
        .where(is(accountOf(user, account))),
      TRY_MS,
      'look',
    ).catch(() => []);
    return row ? this.#refresh(deps, row, true) : null;
  }

  /** What cron does each minute. */
  async tick(isolate: Isolate, random: Random): Promise<void> {
    const deps = this.world.deps(isolate, random);
    const due = await withDeadline(
      deps.db.select().from(oauthAccounts).where(sql`refresh_due_at <= ${deps.now()}`),
      TRY_MS,
      'claim',
    ).catch(() => []);
    await Promise.all(due.map((row) => this.#refresh(deps, row, false)));
  }

  async #refresh(
    deps: ReadDeps,
    row: typeof oauthAccounts.$inferSelect,
    forced: boolean,
  ): Promise<Snapshot | null> {
    const now = deps.now();
    if ((this.#leases.get(row.id) ?? 0) > now) return null;
    this.#leases.set(row.id, now + LEASE_MS);
    try {
      const snapshot = await this.#attempt(deps, row, forced);
      this.#leases.delete(row.id);
      return snapshot;
    } catch {
      // It may still take effect: the lease runs out by itself.
      this.world.truth.unpublished.add(row.userId);
      return null;
    }
  }

  /** Throws when it cannot tell whether it was done. */
  async #attempt(
    deps: ReadDeps,
    row: typeof oauthAccounts.$inferSelect,
    forced: boolean,
  ): Promise<Snapshot | null> {
    const until = deps.now() + ATTEMPT_MS;
    await deps.sleep(between(deps.random, 50, 12_000));
    const outcome = pick(deps.random, [
      'granted',
      'granted',
      'granted',
      'failed',
      'refused',
      'waiting',
    ] as const);
    const write = outcome === 'waiting' ? null : this.#next();
    const fence = and(
      eq(oauthAccounts.id, row.id),
      eq(oauthAccounts.tokenVersion, row.tokenVersion),
      sql`refresh_due_at IS ${row.refreshDueAt}`,
    );
    const dueIn = pick(deps.random, [30_000, 60_000, 200_000, 306_000, 341_000]);
    const update = (now = deps.now()) =>
      deps.db
        .update(oauthAccounts)
        .set({
          refreshDueAt: now + dueIn,
          tokenVersion: sql`token_version + 1`,
          ...(write === null ? {} : { metadata: { write } }),
          ...(outcome === 'refused' ? { state: 'needs_reconnect' as const } : {}),
        })
        .where(fence)
        .returning({ id: oauthAccounts.id });
    // A grant knows its own tokens again, also when an earlier try hit, whose answer got lost.
    const happened =
      outcome === 'granted'
        ? sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE id = ${row.id} AND metadata ->> 'write' = ${write})`
        : sql`changes() > 0`;
    const isQuiet = (now: number) =>
      !forced &&
      outcome !== 'refused' &&
      (mayWriteQuietly(row.refreshDueAt, now) ||
        (outcome === 'waiting' && dueBeyondPromises(now + dueIn, now)));
    const tryMs = pick(deps.random, [TRY_MS, 30_000]);
    for (let pause = 200; ; pause *= 3) {
      try {
        if (isQuiet(deps.now())) {
          await withDeadline(update(), tryMs, 'quiet');
          this.world.cover(`quiet write: ${outcome}`);
          return null;
        }
        this.world.cover(`${forced ? 'forced' : 'late'} refresh, visible: ${outcome}`);
        const change = changeVisibly(deps, row.userId, [update()], happened);
        // A failure does not: what became of an earlier try is published whether this one hit or not.
        const always = outcome !== 'granted' && !this.world.mutation.trustsLostAnswers;
        return await this.#published(deps, withDeadline(change, tryMs, 'change'), always);
      } catch (error) {
        if (deps.now() + pause > until) throw error;
        await deps.sleep(pause);
      }
    }
  }

  /** Once, however long it takes. Where it fails nobody can tell, and nobody publishes it. */
  async #change(
    deps: ReadDeps,
    user: string,
    statement: BatchItem<'sqlite'>,
    happened: SQL,
  ): Promise<Snapshot | null> {
    try {
      return await this.#published(deps, changeVisibly(deps, user, [statement], happened));
    } catch {
      this.world.truth.unpublished.add(user);
      return null;
    }
  }

  async #published(
    deps: ReadDeps,
    change: Promise<VisibleChange>,
    always = false,
  ): Promise<Snapshot | null> {
    const { changed, snapshot } = await change;
    if (!changed && !always) return null;
    if (!changed) this.world.cover('published after a lost answer');
    this.world.note(() => `to be published: ${describe(snapshot)}`);
    this.world.truth.publish(snapshot);
    const refusals = this.world.coverage.get('429 of KV');
    await publish(deps, snapshot);
    if (this.world.coverage.get('429 of KV') !== refusals)
      this.world.cover('429 during a write-through');
    return snapshot;
  }

  #next(): string {
    this.#writes += 1;
    return `w${this.#writes}`;
  }
}

const is = (accountId: string): SQL =>
  sql`provider = ${PROVIDER} AND provider_account_id = ${accountId}`;
