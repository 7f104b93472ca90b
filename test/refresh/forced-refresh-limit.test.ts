/** One user's forced refreshes cannot use up what KV allows everybody in a day. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { userVersions } from '../../src/db/schema';
import { FORCED_A_DAY } from '../../src/refresh/forced-refresh-limit';
import { HOUR_MS as HOUR } from '../../src/time';
import { apiWith, userToken } from '../support/api';
import { countedKv } from './support/faults';
import { world } from './support/world';

function setUp() {
  const { kv, calls } = countedKv();
  const w = world({ refreshModel: 'static' }, { kv });
  return { ...w, calls };
}

async function forcing(w: ReturnType<typeof setUp>, userId: string) {
  const row = await w.due({ userId, refreshDueAt: w.deps.now() + 10 * HOUR });
  const path = `/v1/users/${userId}/integrations/${row.provider}/${row.providerAccountId}/refresh`;
  const send = apiWith(w.deps);
  const force = async (token?: string) => {
    const reply = await send(path, { method: 'POST', ...(token === undefined ? {} : { token }) });
    await w.deps.settle();
    w.deps.clock.advance(60_000);
    return reply;
  };
  return { row, force, token: await userToken(userId) };
}

const setForced = (w: ReturnType<typeof setUp>, userId: string, forced: number, since: number) =>
  w.deps.db
    .update(userVersions)
    .set({ forced, forcedSince: since })
    .where(eq(userVersions.userId, userId));

describe('forced refreshes with a user’s own token', () => {
  it('are counted, and refused beyond a hundred a day, before the provider or KV is asked', async () => {
    const w = setUp();
    const { force, token } = await forcing(w, 'forcing-1');
    expect((await force(token)).status).toBe(200);
    const [counted] = await w.deps.db
      .select()
      .from(userVersions)
      .where(eq(userVersions.userId, 'forcing-1'));
    expect(counted).toMatchObject({ forced: 1, forcedSince: w.deps.now() - 60_000 });
    await setForced(w, 'forcing-1', FORCED_A_DAY, w.deps.now() - HOUR);
    w.calls.length = 0;
    const asked = w.server.requests.length;
    const reply = await force(token);
    expect(reply.status).toBe(429);
    expect(await reply.json()).toMatchObject({ code: 'rate_limited' });
    expect(Number(reply.headers.get('Retry-After'))).toBe((23 * HOUR) / 1000);
    expect(w.calls).toEqual([]);
    expect(w.server.requests).toHaveLength(asked);
  });

  it('begin anew after a day', async () => {
    const w = setUp();
    const { force, token } = await forcing(w, 'forcing-2');
    await setForced(w, 'forcing-2', FORCED_A_DAY, w.deps.now() - 24 * HOUR);
    expect((await force(token)).status).toBe(200);
    const [user] = await w.deps.db
      .select()
      .from(userVersions)
      .where(eq(userVersions.userId, 'forcing-2'));
    expect(user?.forced).toBe(1);
  });

  it('are the app’s own affair where its backend forces them', async () => {
    const w = setUp();
    const { force } = await forcing(w, 'forcing-3');
    await setForced(w, 'forcing-3', FORCED_A_DAY, w.deps.now() - HOUR);
    expect((await force()).status).toBe(200);
  });

  it('of a user who has nothing are a 404, and not counted', async () => {
    const w = setUp();
    const token = await userToken('forcing-4');
    const reply = await apiWith(w.deps)(
      `/v1/users/forcing-4/integrations/${w.provider}/nobody/refresh`,
      { method: 'POST', token },
    );
    expect(reply.status).toBe(404);
  });
});
