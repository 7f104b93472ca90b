import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { api, apiWith } from '../support/api';
import { testDeps } from '../support/deps';

describe('GET /health', () => {
  it('is ok, for anyone, when D1 and KV answer', async () => {
    const reply = await api('/health', { token: null });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ status: 'ok' });
  });

  it.each([
    ['D1', { db: { run: () => Promise.reject(new Error('D1 is away')) } }],
    ['KV', { kv: { get: () => Promise.reject(new Error('KV is away')) } }],
  ])('is 503 and says so when %s fails', async (part, broken) => {
    const deps = testDeps(broken as never);
    const reply = await apiWith(deps)('/health', { token: null });
    expect(reply.status).toBe(503);
    expect(reply.headers.get('Retry-After')).toBe('5');
    const problem = await reply.json<{ code: string; detail: string }>();
    expect(problem.code).toBe('unavailable');
    expect(problem.detail).toContain(part);
    expect(problem.detail).not.toContain('is away');
  });

  it('is 503 while the database has no tables, and says what to do', async () => {
    await env.DB.exec('ALTER TABLE user_versions RENAME TO not_yet');
    try {
      const reply = await api('/health', { token: null });
      expect(reply.status).toBe(503);
      expect((await reply.json<{ detail: string }>()).detail).toContain('apply the migrations');
    } finally {
      await env.DB.exec('ALTER TABLE not_yet RENAME TO user_versions');
    }
  });

  it('is 503 within seconds when D1 hangs', async () => {
    const deps = testDeps({ db: { run: () => new Promise(() => {}) } } as never);
    const reply = await apiWith(deps)('/health', { token: null });
    expect(reply.status).toBe(503);
    expect((await reply.json<{ detail: string }>()).detail).toBe('D1 did not answer');
  });
});
