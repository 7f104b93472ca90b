import { describe, expect, it } from 'vitest';
import {
  clear,
  connect,
  disconnect,
  isolate,
  listPath,
  read,
  statistics,
} from '../status-cache/support/client';
import { api } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';

describe('user ids', () => {
  it.each([
    ['negative', '-1'],
    ['zero', '0'],
    ['huge', String(Number.MAX_SAFE_INTEGER)],
    ['beyond what a number holds exactly', '9007199254740993'],
    ['as long as can be', 'x'.repeat(255)],
    ['of another alphabet', 'пользователь-✓'],
    ['with signs that mean something elsewhere', 'auth0|a/b?c=d&e#f%2f:*'],
    ['like a property of every object', '__proto__'],
  ])('%s: cached, and told from its neighbours', async (_, userId) => {
    await insertAccount(testDeps(), { userId });
    const { list } = await read(userId);
    expect(list).toMatchObject({ userId, integrations: [{}] });
    expect(await read(userId)).toMatchObject({ from: 'memory', list });
  });

  it('of which one begins as the other are two users', async () => {
    await connect('1', 'one');
    await connect('10', 'ten');
    await (await disconnect('1', 'one')).text();
    expect((await read('1')).list.integrations).toEqual([]);
    expect((await read('10')).list.integrations).toMatchObject([{ displayName: 'ten' }]);
  });

  it('that are one as a number are two users', async () => {
    await connect('9007199254740996', 'even');
    expect((await read('9007199254740996')).list.integrations).toHaveLength(1);
    expect((await read('9007199254740997')).list.integrations).toHaveLength(0);
  });

  it.each([
    ['longer than 255 bytes', 'x'.repeat(256)],
    ['255 signs, but more bytes', 'é'.repeat(255)],
    ['a control character', 'a\u0000b'],
    ['a line break', 'a\r\nb'],
  ])('invalid: %s is a 400, and nothing is cached', async (_, userId) => {
    const before = await statistics();
    const reply = await api(listPath(userId));
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ code: 'invalid_request' });
    expect((await statistics()).memory).toEqual(before.memory);
  });

  it('invalid: none at all is a route that is not there', async () => {
    const reply = await api('/v1/users//integrations');
    expect([400, 404]).toContain(reply.status);
    await reply.text();
  });
});

describe('rapid updates', () => {
  it('of one user: the last one counts, everywhere', async () => {
    const here = isolate();
    for (let i = 0; i < 20; i += 1) {
      here.deps.clock.advance(5);
      await connect('rapid', `account-${i % 3}`, here.call);
      await (await disconnect('rapid', `account-${(i + 1) % 3}`, here.call)).text();
    }
    const { list, version } = await read('rapid', here.call);
    expect(list.integrations.map(({ displayName }) => displayName)).toContain('account-1');
    const elsewhere = await read('rapid', isolate(here.deps).call);
    expect(elsewhere.list.integrations).toEqual(list.integrations);
    expect(elsewhere.version).toBe(version);
  });

  it('at once: all of them are in, and the cache agrees with the database', async () => {
    const here = isolate();
    const accounts = Array.from({ length: 10 }, (_, i) => `together-${i}`);
    await Promise.all(accounts.map((account) => connect('together', account, here.call)));
    here.deps.clock.advance(6_000);
    const cached = await read('together', here.call);
    expect(cached.list.integrations.map(({ displayName }) => displayName).sort()).toEqual(accounts);
  });
});

// A thousand puts and looks take their time on a busy machine.
describe('a thousand users', { timeout: 30_000 }, () => {
  it('are cached side by side, each with its own list', async () => {
    const here = isolate();
    await clear(here.call);
    here.deps.clock.advance(10);
    const userIds = Array.from({ length: 1_000 }, (_, i) => `thousand-${i}`);
    await insertAccount(here.deps, { userId: 'thousand-7', providerAccountId: 'seventh' });
    for (let i = 0; i < 1_000; i += 100) {
      const json = { userIds: userIds.slice(i, i + 100) };
      await (await here.call('/v1/status', { method: 'POST', json })).text();
    }
    expect((await statistics(here.call)).memory).toMatchObject({ size: 1_000, active: 1_000 });
    expect((await statistics(here.call)).kv).toMatchObject({ size: 1_000 });
    for (const [userId, count] of [
      ['thousand-0', 0],
      ['thousand-7', 1],
      ['thousand-999', 0],
    ] as const) {
      const { from, list } = await read(userId, here.call);
      expect([from, list.integrations.length]).toEqual(['memory', count]);
    }
  });

  it('and one more: the one least recently used makes room', async () => {
    const here = isolate();
    for (let i = 0; i < 1_100; i += 100) {
      const json = { userIds: Array.from({ length: 100 }, (_, j) => `room-${i + j}`) };
      await (await here.call('/v1/status', { method: 'POST', json })).text();
    }
    expect((await statistics(here.call)).memory.size).toBe(1_000);
    expect(await read('room-1099', here.call)).toMatchObject({ from: 'memory' });
    expect(await read('room-0', here.call)).toMatchObject({ from: 'kv' });
  });
});

describe('concurrent access', () => {
  it('fifty reads of one user get one answer', async () => {
    const { userId } = await insertAccount(testDeps());
    const reads = await Promise.all(Array.from({ length: 50 }, () => read(userId)));
    const bodies = reads.map(({ list }) => JSON.stringify(list.integrations));
    expect(new Set(bodies).size).toBe(1);
  });

  it('reads of fifty users get each its own', async () => {
    const userIds = Array.from({ length: 50 }, (_, i) => `crowd-${i}`);
    const reads = await Promise.all(userIds.map((userId) => read(userId)));
    expect(reads.map(({ list }) => list.userId)).toEqual(userIds);
  });

  it('reads during a change see what was before or after, and afterwards only what is after', async () => {
    await connect('during', 'before');
    const [, ...reads] = await Promise.all([
      connect('during', 'after'),
      ...Array.from({ length: 20 }, () => read('during')),
    ]);
    for (const { list } of reads) expect([1, 2]).toContain(list.integrations.length);
    expect((await read('during')).list.integrations).toHaveLength(2);
  });
});
