/** Cached with a fallback to the database: what the original called its fetch helper. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../src/status-cache/kv';
import { insertAccount } from '../../support/fixtures';
import { d1Away, readsWith } from '../faults';
import { held, isolate, listPath, read } from './client';

/** An isolate that counts its reads of the database. */
function counting(like?: ReturnType<typeof isolate>) {
  const counts = { reads: 0 };
  const session = () =>
    readsWith((read) => {
      counts.reads += 1;
      return read();
    });
  return { ...isolate(like?.deps, { session }), counts };
}

const broken = (like: ReturnType<typeof isolate>) =>
  isolate(like.deps, { db: d1Away(), session: d1Away });

describe('the database is asked', () => {
  it('once on a miss', async () => {
    const { call, counts } = counting();
    await read('fetch-miss', call);
    expect(counts.reads).toBe(1);
  });

  it('not at all on a hit', async () => {
    const { call, counts } = counting();
    await read('fetch-hit', call);
    for (let i = 0; i < 20; i += 1) await read('fetch-hit', call);
    expect(counts.reads).toBe(1);
  });

  it('not by other isolates either, once one of them has asked', async () => {
    const first = counting();
    await read('fetch-shared', first.call);
    const second = counting(first);
    await read('fetch-shared', second.call);
    expect(second.counts.reads).toBe(0);
  });

  it('again after the entry has expired', async () => {
    const { call, deps, counts } = counting();
    await read('fetch-expired', call);
    deps.clock.advance(300_000);
    await read('fetch-expired', call);
    expect(counts.reads).toBe(2);
  });

  it('where the cache holds what nobody can read', async () => {
    const { call } = isolate();
    await env.STATUS_CACHE.put(keyOf('fetch-garbage'), '{"v":1,"userId":');
    expect(await read('fetch-garbage', call)).toMatchObject({ from: 'origin' });
    expect((await held('fetch-garbage', call)).kv).not.toBeNull();
  });
});

describe('an error of the database', () => {
  it('is passed on', async () => {
    const reply = await broken(isolate()).call(listPath('error-passed'));
    expect(reply.status).toBe(503);
    expect(reply.headers.get('Retry-After')).toBe('5');
    expect(await reply.json()).toMatchObject({ code: 'unavailable' });
  });

  it('is never cached: nothing is held afterwards', async () => {
    const { call } = broken(isolate());
    await (await call(listPath('error-cached'))).text();
    expect(await held('error-cached', call)).toEqual({ memory: null, kv: null });
  });

  it('is over when the database is back: the next read is a plain miss', async () => {
    const here = isolate();
    const { userId } = await insertAccount(here.deps);
    const { call } = broken(here);
    await (await call(listPath(userId))).text();
    const { from, list } = await read(userId, here.call);
    expect([from, list.integrations.length]).toEqual(['origin', 1]);
  });

  it('does not reach those who are cached', async () => {
    const here = isolate();
    await read('error-hit', here.call);
    expect(await read('error-hit', broken(here).call)).toMatchObject({ from: 'kv' });
  });

  it('an expired entry is better than none, and says that it is expired', async () => {
    const here = isolate();
    await read('error-stale', here.call);
    here.deps.clock.advance(299_500);
    expect(await read('error-stale', broken(here).call)).toMatchObject({ from: 'stale', ttl: -2 });
  });
});
