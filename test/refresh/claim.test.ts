import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { healthOf } from '../../src/refresh/circuit';
import { claimDue, claimOne, countDue, LEASE_MS } from '../../src/refresh/claim';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import { world } from './support/world';

const asked = (...ids: string[]) => ids.map((id) => ({ id, host: `${id}.example` }));

describe('a claim', () => {
  it('takes the five that have been due longest, and no others', async () => {
    const { deps, due, provider } = world();
    const rows = [];
    for (const minutes of [3, 7, 1, 5, 2, 6, 4]) rows.push(await due({}, minutes * MINUTE));
    const claimed = await claimDue(deps.db, 'c', asked(provider), deps.now());
    const ages = claimed.map((row) => (deps.now() - (row.refreshDueAt ?? 0)) / MINUTE);
    expect(ages.sort()).toEqual([3, 4, 5, 6, 7]);
    for (const row of claimed) {
      expect(row).toMatchObject({ leaseId: `c.${row.id}`, leaseUntil: deps.now() + LEASE_MS });
      expect(row.lostLeaseId).toBeNull();
      expect(row.unknownSince).toBeNull();
    }
    expect(await claimDue(deps.db, 'd', asked(provider), deps.now())).toHaveLength(2);
    expect(await claimDue(deps.db, 'e', asked(provider), deps.now())).toHaveLength(0);
  });

  it('of many at once, each row goes to one', async () => {
    const { deps, due, provider } = world();
    for (let i = 0; i < 23; i += 1) await due();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, i) => claimDue(deps.db, `c${i}`, asked(provider), deps.now())),
    );
    const ids = claims.flat().map((row) => row.id);
    expect(ids).toHaveLength(23);
    expect(new Set(ids).size).toBe(23);
    expect(claims.map((rows) => rows.length).sort()).toEqual([0, 0, 0, 3, 5, 5, 5, 5]);
  });

  it('of several providers takes the oldest of each in turn, the oldest over all first', async () => {
    const [behind, other, third] = [world(), world(), world()];
    const { deps } = behind;
    const backlog: number[] = [];
    for (let i = 0; i < 8; i += 1) backlog.push((await behind.due({}, HOUR - i * MINUTE)).id);
    const young = [(await other.due({}, 2 * MINUTE)).id, (await other.due({}, MINUTE)).id];
    const youngest = (await third.due({}, 1_000)).id;
    const claim = async (claimId: string, size?: number) => {
      const claimable = asked(behind.provider, other.provider, third.provider);
      const rows = await claimDue(deps.db, claimId, claimable, deps.now(), size);
      return rows.map(({ id }) => id).sort((a, b) => a - b);
    };
    expect(await claim('c', 2)).toEqual([backlog[0], young[0]]);
    expect(await claim('d')).toEqual([...backlog.slice(1, 4), young[1], youngest]);
    expect(await claim('e')).toEqual(backlog.slice(4));
  });

  it('asks no provider that was not named, and none whose circuit is open', async () => {
    const named = world();
    const unnamed = world();
    const open = world();
    for (const { due } of [named, unnamed, open]) await due();
    const { deps } = named;
    await deps.db.run(sql`INSERT INTO provider_health (provider, host, failed_ids, open_until, updated_at)
      VALUES (${open.provider}, ${`${open.provider}.example`}, '[]', ${deps.now() + 1}, 0)`);
    const claim = (now: number) =>
      claimDue(deps.db, 'c', asked(named.provider, open.provider), now);
    expect((await claim(deps.now())).map((row) => row.provider)).toEqual([named.provider]);
    // Half open: the group may be the probe.
    expect((await claim(deps.now() + 1)).map((row) => row.provider)).toContain(open.provider);
  });

  it('respects a lease until its last millisecond, then keeps its id as lost', async () => {
    const { deps, due, provider } = world();
    const until = deps.now() + 1_000;
    const row = await due({ leaseId: 'old.1', leaseUntil: until });
    expect(await claimDue(deps.db, 'c', asked(provider), until)).toEqual([]);
    const [claimed] = await claimDue(deps.db, 'c', asked(provider), until + 1);
    expect(claimed).toMatchObject({
      leaseId: `c.${row.id}`,
      lostLeaseId: `old.1@${until + 1}`,
      unknownSince: until - LEASE_MS,
    });
    // The next one is lost too: neither record is forgotten.
    const second = claimed?.leaseUntil ?? 0;
    const [again] = await claimDue(deps.db, 'd', asked(provider), second + 1);
    expect(again).toMatchObject({
      lostLeaseId: `old.1@${until + 1} c.${row.id}@${second + 1}`,
      unknownSince: until - LEASE_MS,
    });
  });

  it('dates a lost lease by when it was found: its holder may have been cut off all that time (found by the model)', async () => {
    const { deps, due, provider } = world();
    const until = deps.now() - 10 * MINUTE;
    await due({ leaseId: 'old.1', leaseUntil: until });
    const [claimed] = await claimDue(deps.db, 'c', asked(provider), deps.now());
    expect(claimed).toMatchObject({
      lostLeaseId: `old.1@${deps.now()}`,
      unknownSince: until - LEASE_MS,
    });
  });

  it('whose answer got lost can be repeated, and finds its own rows', async () => {
    const { deps, due, provider } = world();
    for (let i = 0; i < 7; i += 1) await due();
    const first = await claimDue(deps.db, 'c', asked(provider), deps.now());
    const second = await claimDue(deps.db, 'c', asked(provider), deps.now());
    expect(second.map((row) => row.id).sort()).toEqual(first.map((row) => row.id).sort());
    for (const row of second) expect(row.lostLeaseId).toBeNull();
  });

  it('of one row does not need it to be due, but needs it to be as seen', async () => {
    const { deps, due } = world();
    const row = await due({ refreshDueAt: deps.now() + MINUTE });
    const { db } = deps;
    const stale = [
      { ...row, tokenVersion: row.tokenVersion - 1 },
      { ...row, refreshDueAt: null },
      { ...row, id: row.id + 1_000_000 },
    ];
    for (const seen of stale) {
      expect(await claimOne(db, 'c', seen, deps.now())).toEqual([]);
    }
    expect(await claimOne(db, 'c', row, deps.now())).toHaveLength(1);
    expect(await claimOne(db, 'd', row, deps.now())).toEqual([]);
  });

  /** Of claims for these providers, in one state of the table. */
  const rowsRead = async (...claims: string[][]) => {
    const { deps } = world();
    const read = [];
    for (const ids of claims) {
      const { sql: text, params } = claimDue(deps.db, 'c', asked(...ids), deps.now()).toSQL();
      const { meta } = await env.DB.prepare(text)
        .bind(...params)
        .run();
      read.push(meta.rows_read);
    }
    return read;
  };

  it('costs the same whatever the backlog', async () => {
    const [long, short] = [world(), world()];
    for (let i = 0; i < 60; i += 1) await long.due({}, i * 1000);
    for (let i = 0; i < 6; i += 1) await short.due({}, i * 1000);
    const [ofLong, ofShort] = await rowsRead([long.provider], [short.provider]);
    expect(ofLong).toBe(ofShort);
  });

  it('costs the same however many providers have no rows', async () => {
    const { due, provider } = world();
    for (let i = 0; i < 12; i += 1) await due({}, i * 1000);
    const others = Array.from({ length: 200 }, (_, i) => `empty-${i}`);
    const [alone, among] = await rowsRead([provider], [provider, ...others]);
    expect(among).toBe(alone);
  });
});

describe('query plans', () => {
  const { deps, provider } = world();
  const now = deps.now();
  const seen = { id: 1, tokenVersion: 1, refreshDueAt: 1 };
  it.each([
    ['the claim', claimDue(deps.db, 'c', asked(provider), now).toSQL()],
    ['the claim of one', claimOne(deps.db, 'c', seen, now).toSQL()],
    ['the circuits', healthOf(deps.db, [{ provider, host: 'id.acme.example' }]).toSQL()],
  ])('%s scans no table', async (_, query) => {
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query.sql}`)
      .bind(...query.params)
      .all<{ detail: string }>();
    const details = plan.results.map(({ detail }) => detail);
    // `named` is the providers that have rows, found along the index; a subquery is the oldest of
    // each.
    const scans = details.filter(
      (detail) =>
        /^SCAN /.test(detail) && !/VIRTUAL TABLE|^SCAN (named|\(subquery-\d+\))$/.test(detail),
    );
    expect(scans).toEqual([]);
    if (query.sql.includes('ORDER BY')) {
      expect(details.join('\n')).toContain('USING INDEX oauth_accounts_due');
    }
  });

  it('counting the backlog stops at the limit', async () => {
    const { due, deps, provider } = world();
    for (let i = 0; i < 8; i += 1) await due();
    expect(await countDue(deps.db, asked(provider), deps.now(), 100)).toBe(8);
    expect(await countDue(deps.db, asked(provider), deps.now(), 3)).toBe(3);
    expect(await deps.db.$count(oauthAccounts)).toBeGreaterThan(8);
  });
});
