import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { oauthAccounts, registeredClients } from '../../src/db/schema';
import { countSealedUnder, reseal, resealClients } from '../../src/jobs/reseal';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { createKeyring } from '../../src/vault/keyring';
import {
  accountContext,
  createVault,
  prefixOf,
  registeredClientContext,
} from '../../src/vault/vault';
import { hookedDb } from '../refresh/support/faults';
import { configWith } from '../support/config';
import { testDeps } from '../support/deps';
import { type AccountRow, accountRow, insertAccount } from '../support/fixtures';

const rootOf = (fill: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
const keyringOf = (...kids: string[]) =>
  createKeyring(kids.map((kid) => `${kid}:${rootOf(kid.charCodeAt(kid.length - 1))}`).join(','));

/** Deps under these keys; rows can be inserted under others. */
function under(...kids: string[]) {
  const keyring = keyringOf(...kids);
  const { db, meter } = hookedDb();
  const config = { ...configWith({}), keyring };
  const deps = testDeps({ db, config, vault: createVault(keyring) });
  const row = async (id: number): Promise<AccountRow> => {
    const found = await accountRow(deps, id);
    if (!found) throw new Error('the row is gone');
    return found;
  };
  /** Every slice of ids once, and a little more. */
  const round = async (ids: number) => {
    const [newest] = await db.all<{ id: number }>(sql`SELECT max(id) AS id FROM oauth_accounts`);
    let done = 0;
    for (let i = 0; i <= (newest?.id ?? 0) / ids; i += 1) {
      done += await reseal(deps, ids);
      deps.clock.advance(MINUTE);
    }
    return done;
  };
  return { deps, keyring, meter, row, round };
}

const insertUnder = (kid: string, overrides = {}) =>
  insertAccount(testDeps({ vault: createVault(keyringOf(kid)) }), overrides);

async function countUnder(kid: string): Promise<number> {
  const counts = await testDeps().db.all<{ place: string; sealed: number }>(
    sql.raw(countSealedUnder(kid)),
  );
  expect(counts.map(({ place }) => place)).toEqual([
    'oauth_accounts',
    'outbox',
    'connect_transactions',
    'registered_clients',
  ]);
  return counts[0]?.sealed ?? 0;
}

describe('the sweep after a key was replaced', () => {
  it('seals under the first key what is under another, and leaves everything else as it is', async () => {
    const { deps, row, round } = under('new', 'old');
    const old = await insertUnder('old');
    const keyOnly = await insertUnder('old', { refreshToken: null, expiresAt: null });
    const fresh = await insertUnder('new');
    expect(await round(2)).toBe(2);
    expect(await round(2)).toBe(0);

    const after = await row(old.id);
    const tokens = { accessToken: after.accessToken, refreshToken: after.refreshToken };
    expect(after).toEqual({ ...old, ...tokens });
    // What is under the new key alone opens without the old one.
    const vault = createVault(keyringOf('new'));
    const account = old.providerAccountId;
    const place = (field: 'access_token' | 'refresh_token') =>
      accountContext('acme', account, field);
    expect(await vault.open(after.accessToken ?? '', place('access_token'))).toBe(
      `access-${account}`,
    );
    expect(await vault.open(after.refreshToken ?? '', place('refresh_token'))).toBe(
      `refresh-${account}`,
    );
    expect((await row(keyOnly.id)).refreshToken).toBeNull();
    expect(await row(fresh.id)).toEqual(fresh);
    expect(deps.logLines.join()).toContain('reseal.done');
  });

  it('reads nothing while there is one key', async () => {
    const { deps, meter } = under('new');
    expect(await reseal(deps, 100)).toBe(0);
    expect(meter.calls).toEqual([]);
  });

  it('reads its slice of ids and no more', async () => {
    const { deps, meter } = under('new', 'old');
    for (let i = 0; i < 30; i += 1) await insertUnder('new');
    meter.rowsRead = 0;
    await reseal(deps, 10);
    expect(meter.rowsRead).toBeLessThanOrEqual(12);
    expect(meter.rowsWritten).toBe(0);
  });

  it('writes nothing over tokens that are newer than those it read', async () => {
    const { deps, keyring, row } = under('new', 'old');
    const old = await insertUnder('old');
    const vault = createVault(keyring);
    const overtaken = {
      ...deps,
      vault: {
        ...vault,
        open: async (...given: Parameters<typeof vault.open>) => {
          await deps.db
            .update(oauthAccounts)
            .set({ accessToken: 'newer', tokenVersion: old.tokenVersion + 1 })
            .where(sql`id = ${old.id}`);
          return vault.open(...given);
        },
      },
    };
    await reseal(overtaken, 100_000);
    expect(await row(old.id)).toMatchObject({
      accessToken: 'newer',
      refreshToken: old.refreshToken,
      tokenVersion: old.tokenVersion + 1,
    });
    await deps.db.delete(oauthAccounts).where(sql`id = ${old.id}`);
  });

  it('goes on past a value that no key opens, and says which row it is', async () => {
    const { deps } = under('new', 'old');
    const lost = await insertUnder('lost');
    const old = await insertUnder('old');
    expect(await reseal(deps, 100_000)).toBe(1);
    expect(deps.logLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'reseal.token_not_opened', rowId: lost.id }),
    );
    expect(await countUnder('old')).toBe(0);
    await deps.db.delete(oauthAccounts).where(sql`id IN (${lost.id}, ${old.id})`);
  });
});

describe('how much is under a key', () => {
  it('is what the operator’s query counts, down to zero when the key may go', async () => {
    const before = { old: await countUnder('old'), new: await countUnder('new') };
    await insertUnder('old');
    await insertUnder('old', { refreshToken: null });
    expect(await countUnder('old')).toBe(before.old + 3);
    await under('new', 'old').round(1000);
    expect(await countUnder('old')).toBe(0);
    expect(await countUnder('new')).toBe(before.new + before.old + 3);
  });

  it.each([
    ['k1', 'k10'],
    ['k10', 'k1'],
    ['a', 'b'],
    ['2026.11_prod-eu', '2026.11_prod-us'],
  ])('tells %s from %s by how a value begins, whatever its place', async (kid, other) => {
    const vault = createVault(keyringOf(kid));
    for (const account of ['1', '"', 'é', 'x'.repeat(255)]) {
      const sealed = await vault.seal('token', accountContext('acme', account, 'access_token'));
      expect(sealed.startsWith(prefixOf(kid))).toBe(true);
      expect(sealed.startsWith(prefixOf(other))).toBe(false);
    }
  });
});

describe('secrets of clients that were registered', () => {
  it('are sealed under the first key too, and one that does not open is left', async () => {
    const context = registeredClientContext(
      'tools',
      'https://as.example',
      'client-1',
      'client_secret',
    );
    const values = {
      provider: 'tools',
      server: 'https://as.example',
      redirectUri: 'https://mooring.example/cb',
      clientAuth: 'client_secret_basic' as const,
      registeredAt: 0,
    };
    const { deps, keyring } = under('new', 'old');
    await deps.db.delete(registeredClients);
    const old = createVault(keyringOf('old'));
    const lost = await createVault(keyringOf('lost')).seal('x', context);
    await deps.db.insert(registeredClients).values([
      { ...values, clientId: 'client-1', clientSecret: await old.seal('secret-1', context) },
      { ...values, clientId: 'client-2', clientSecret: lost, replacedAt: 1 },
      { ...values, clientId: 'client-3', redirectUri: 'https://other.example/cb' },
    ]);
    await resealClients({ ...deps, config: { ...deps.config, keyring } });
    const rows = await deps.db.select().from(registeredClients);
    expect(rows[0]?.clientSecret?.startsWith(prefixOf('new'))).toBe(true);
    const opened = await createVault(keyringOf('new')).open(rows[0]?.clientSecret ?? '', context);
    expect(opened).toBe('secret-1');
    expect(rows[1]?.clientSecret).toBe(lost);
    expect(rows[2]?.clientSecret).toBeNull();
  });
});
