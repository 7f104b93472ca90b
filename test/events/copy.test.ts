/** The example that keeps a copy of all integrations (examples/integrations-copy.ts). */
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { type Copy, follow, receive, reconcile } from '../../examples/integrations-copy';
import { journey } from '../connect/journey';
import { insertAccount } from '../support/fixtures';

const j = journey();
const api = (path: string, init: RequestInit = {}) => j.api(path, { headers: init.headers ?? {} });

const emptyCopy = (): Copy => ({ users: new Map(), cursor: null });

/** What the database says of everybody. */
async function truth(): Promise<Record<string, string[]>> {
  const { results } = await env.DB.prepare(
    'SELECT user_id AS user, provider_account_id AS account FROM oauth_accounts ORDER BY 1, 2',
  ).all<{ user: string; account: string }>();
  return Object.fromEntries(
    Array.from(
      Map.groupBy(results, ({ user }) => user),
      ([user, rows]) => [user, rows.map(({ account }) => account)],
    ),
  );
}

const copied = ({ users }: Copy): Record<string, string[]> =>
  Object.fromEntries(
    Array.from(users, ([user, { integrations }]): [string, string[]] => [
      user,
      (integrations as { accountId: string }[]).map(({ accountId }) => accountId).toSorted(),
    ]).toSorted(),
  );

const connect = async (user: string, account: string) => {
  j.deps.clock.advance(1_000);
  expect((await j.connect(user, `code-${account}`)).status).toBe(201);
};
const remove = async (path: string) => {
  j.deps.clock.advance(1_000);
  expect((await j.api(path, { method: 'DELETE' })).status).toBeLessThan(300);
};

beforeEach(async () => {
  for (const table of ['oauth_accounts', 'audit_events', 'user_versions']) {
    await env.DB.prepare(`DELETE FROM ${table}`).run();
  }
});

test('is filled, then follows what happens: connects, disconnects, erasures', async () => {
  await insertAccount(j.deps, { userId: 'before', providerAccountId: 'b1' });
  await insertAccount(j.deps, { userId: 'before', providerAccountId: 'b2' });
  const copy = emptyCopy();
  copy.users.set('long gone', { version: 1, integrations: [{ accountId: 'x' }] });
  await reconcile(api, copy);
  expect(copied(copy)).toEqual({ before: ['b1', 'b2'] });

  await connect('ann', 'a1');
  await connect('bob', 'c1');
  await remove('/v1/users/before/integrations/acme/b1');
  await follow(api, copy);
  expect(copied(copy)).toEqual(await truth());

  await remove('/v1/users/ann/integrations/acme/a1');
  await remove('/v1/users/bob');
  await follow(api, copy);
  expect(copied(copy)).toEqual({ before: ['b2'] });
  expect(copied(copy)).toEqual(await truth());
});

test('comes out the same whatever the order of deliveries, doubled or lost ones', async () => {
  const copy = emptyCopy();
  await reconcile(api, copy);
  await connect('ann', 'a1');
  await remove('/v1/users/ann');
  await connect('ann', 'a2');
  await connect('bob', 'b1');
  await remove('/v1/users/bob/integrations/acme/b1');
  const { events } = await (await api('/v1/events')).json<{ events: never[] }>();
  expect(events.length).toBeGreaterThan(3);
  for (const event of [...events.toReversed(), ...events]) await receive(api, copy, event);
  expect(copied(copy)).toEqual(await truth());

  // One that never came is found by the cursor.
  await connect('cid', 'c1');
  await follow(api, copy);
  expect(copied(copy)).toEqual({ ann: ['a2'], cid: ['c1'] });
});

test('is mended where the database was restored to an earlier time', async () => {
  await connect('ann', 'a1');
  const copy = emptyCopy();
  await reconcile(api, copy);
  const version = copy.users.get('ann')?.version ?? 0;
  // What the restore took back: an account that came later.
  const later = { version: version + 1, integrations: [{ accountId: 'a1' }, { accountId: 'a2' }] };
  copy.users.set('ann', later);
  await reconcile(api, copy);
  expect(copied(copy)).toEqual(await truth());
  expect(copy.users.get('ann')?.version).toBe(version);
});

test('misses nothing that happens while it is filled', async () => {
  await connect('ann', 'a1');
  const copy = emptyCopy();
  let begun = false;
  await reconcile(async (path, init) => {
    const reply = await api(path, init);
    if (path.startsWith('/v1/integrations') && !begun) {
      begun = true;
      await connect('late', 'l1');
      await remove('/v1/users/ann/integrations/acme/a1');
    }
    return reply;
  }, copy);
  await follow(api, copy);
  expect(copied(copy)).toEqual({ late: ['l1'] });
});
