/** Connect, refresh, disconnect: what a change does to what is cached. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { runRefresh } from '../../src/refresh/run';
import { MemoryTier } from '../../src/status-cache/memory';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { journey } from '../connect/journey';
import { readsWith } from '../status-cache/faults';
import {
  type Call,
  connect,
  disconnect,
  held,
  invalidate,
  isolate,
  listPath,
  read,
  userPath,
} from '../status-cache/support/client';
import { userToken } from '../support/api';

/** An isolate with a provider behind it. */
function withProvider() {
  const way = journey({ memory: new MemoryTier() });
  const call: Call = async (path, init) => {
    const reply = await way.api(path, init);
    await way.deps.settle();
    return reply;
  };
  return { ...way, call };
}

describe('connect', () => {
  it('shows the new integration in the next read, although an empty list was cached', async () => {
    await read('connect-1');
    await connect('connect-1', 'a');
    expect((await read('connect-1')).list.integrations).toMatchObject([
      { displayName: 'a', status: 'connected' },
    ]);
  });

  it('over OAuth does the same', async () => {
    const { call, connect: link } = withProvider();
    await read('connect-2', call);
    await (await link('connect-2', 'code-zoe')).text();
    expect(await read('connect-2', call)).toMatchObject({
      from: 'memory',
      list: { integrations: [{ provider: 'acme', accountId: 'zoe' }] },
    });
  });

  it('is seen by a client that brings the reply’s token, in an isolate that holds the old list', async () => {
    const here = isolate();
    const there = isolate(here.deps);
    await read('connect-3', there.call);
    here.deps.clock.advance(10);
    const token = (await connect('connect-3', 'a', here.call)).headers.get('Consistency-Token');
    const headers = { 'Consistency-Token': token ?? '' };
    expect((await read('connect-3', there.call, { headers })).list.integrations).toHaveLength(1);
  });
});

describe('disconnect', () => {
  it('is gone in the next read', async () => {
    await connect('disconnect-1', 'gone');
    await connect('disconnect-1', 'stays');
    await (await disconnect('disconnect-1', 'gone')).text();
    expect((await read('disconnect-1')).list.integrations).toMatchObject([
      { displayName: 'stays' },
    ]);
  });

  it('of what is not there leaves the cached list as it is', async () => {
    await connect('disconnect-2', 'there');
    expect((await disconnect('disconnect-2', 'not-there')).status).toBe(404);
    expect(await read('disconnect-2')).toMatchObject({
      from: 'memory',
      list: { integrations: [{ displayName: 'there' }] },
    });
  });

  it('of the whole user leaves nothing cached', async () => {
    const { call, deps } = isolate();
    await connect('disconnect-3', 'a', call);
    deps.clock.advance(1_500);
    expect((await call(userPath('disconnect-3'), { method: 'DELETE' })).status).toBe(204);
    expect(await held('disconnect-3', call)).toEqual({ memory: null, kv: null });
    expect((await read('disconnect-3', call)).list.integrations).toEqual([]);
  });
});

describe('refresh', () => {
  it('forced: the next read shows the new expiry', async () => {
    const { call, deps, connect: link } = withProvider();
    await (await link('refresh-1', 'code-yan')).text();
    const before = await read('refresh-1', call);
    deps.clock.advance(10 * MINUTE);
    const path = `${listPath('refresh-1')}/acme/yan/refresh`;
    const reply = await call(path, { method: 'POST' });
    expect(reply.status, await reply.clone().text()).toBe(200);
    const after = await read('refresh-1', call);
    expect(after.from).toBe('memory');
    expect(after.version).toBeGreaterThan(before.version);
    expect(Date.parse(after.list.integrations[0]?.expiresAt ?? '')).toBeGreaterThan(
      Date.parse(before.list.integrations[0]?.expiresAt ?? ''),
    );
  });

  it('scheduled: no entry is outdated by it, and KV is not written to', async () => {
    const { call, deps, connect: link } = withProvider();
    await (await link('refresh-2', 'code-wim')).text();
    const [row] = await deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'refresh-2'));
    deps.clock.set((row?.refreshDueAt ?? 0) - MINUTE);
    const before = await read('refresh-2', call);
    deps.clock.set((row?.refreshDueAt ?? 0) + 1);
    await runRefresh(deps, 'cron');
    await deps.settle();
    expect((await held('refresh-2', call)).kv).toMatchObject({ version: before.version, ttl: 0 });
    const after = await read('refresh-2', call);
    expect(after.from).toBe('origin');
    expect(after.version).toBe(before.version);
    expect(after.list.integrations[0]?.lastRefreshedAt).not.toBeNull();
  });

  it('refused: the next read says needs_reconnect', async () => {
    const { call, deps, provider, connect: link } = withProvider();
    await (await link('refresh-3', 'code-vic')).text();
    await read('refresh-3', call);
    deps.clock.advance(10 * MINUTE);
    provider.answer('/token', () => Response.json({ error: 'invalid_grant' }, { status: 400 }));
    const path = `${listPath('refresh-3')}/acme/vic/refresh`;
    expect((await call(path, { method: 'POST' })).status).toBe(409);
    expect((await read('refresh-3', call)).list.integrations).toMatchObject([
      { status: 'needs_reconnect', isConnected: false },
    ]);
  });
});

describe('isolation', () => {
  it('one user’s change leaves the other’s entry as it is', async () => {
    await connect('isolated-a', 'a');
    await connect('isolated-b', 'b');
    const before = await read('isolated-b');
    await (await disconnect('isolated-a', 'a')).text();
    expect(await read('isolated-b')).toMatchObject({
      from: 'memory',
      version: before.version,
      list: { integrations: [{ displayName: 'b' }] },
    });
  });

  it('nobody reads another’s entry, cached or not', async () => {
    await connect('isolated-c', 'c');
    await read('isolated-c');
    const reply = await isolate().call(listPath('isolated-c'), {
      token: await userToken('isolated-d'),
    });
    expect(reply.status).toBe(403);
    expect(await reply.text()).not.toContain('"c"');
  });
});

it('fewer database calls: a hundred reads in a minute, by two isolates, are one', async () => {
  let reads = 0;
  const session = () =>
    readsWith((read) => {
      reads += 1;
      return read();
    });
  const here = isolate(undefined, { session });
  const there = isolate(here.deps, { session });
  for (let i = 0; i < 50; i += 1) {
    await read('fewer', here.call);
    await read('fewer', there.call);
    here.deps.clock.advance(1_200);
  }
  expect(reads).toBe(1);
});

it('the whole life: nothing, connected, cached, expired, changed, invalidated, gone', async () => {
  const here = isolate();
  const { call, deps } = here;
  expect(await read('life', call)).toMatchObject({ from: 'origin', list: { integrations: [] } });
  deps.clock.advance(2_000);
  await connect('life', 'a', call);
  expect(await read('life', call)).toMatchObject({ from: 'memory', list: { integrations: [{}] } });
  deps.clock.advance(6_000);
  expect(await read('life', call)).toMatchObject({ from: 'kv' });
  deps.clock.advance(300_000);
  expect(await read('life', call)).toMatchObject({ from: 'origin' });
  deps.clock.advance(2_000);
  await connect('life', 'b', call);
  expect((await read('life', isolate(deps).call)).list.integrations).toHaveLength(2);
  deps.clock.advance(2_000);
  expect(await invalidate('life', call)).toBe(204);
  expect(await read('life', call)).toMatchObject({ from: 'origin' });
  for (const account of ['a', 'b']) {
    deps.clock.advance(2_000);
    await (await disconnect('life', account, call)).text();
  }
  expect(await read('life', call)).toMatchObject({ from: 'memory', list: { integrations: [] } });
});
