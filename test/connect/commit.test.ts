import { and, eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { owedRevocation } from '../../src/db/owed-revocations';
import { oauthAccounts, outbox } from '../../src/db/schema';
import type { Deps } from '../../src/deps';
import { deliverRevocations } from '../../src/disconnect/outbox';
import { accountContext } from '../../src/vault/vault';
import { d1With, gate } from '../status-cache/faults';
import { clientsOf, configWith, recordAt } from '../support/config';
import { codeOf, type Journey, journey } from './journey';

const rowsOf = (j: Journey, userId: string) =>
  j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, userId));

const owedTo = (j: Journey, subject: string) =>
  j.deps.db
    .select()
    .from(outbox)
    .where(and(eq(outbox.provider, 'acme'), eq(outbox.subject, subject)));

const revoked = (j: Journey) => j.provider.to('/revoke').map(({ params }) => params.get('token'));

/** An entry as a former disconnect left it. */
async function owe(j: Journey, accountId: string) {
  const seal = (token: string, field: 'access_token' | 'refresh_token') =>
    j.deps.vault.seal(token, accountContext('acme', accountId, field));
  await j.deps.db.batch([
    owedRevocation(
      j.deps.db,
      {
        provider: 'acme',
        accountId,
        subject: accountId,
        parameters: {},
        accessToken: await seal('old-access', 'access_token'),
        refreshToken: await seal('old-refresh', 'refresh_token'),
        expiresAt: null,
        scope: null,
        clientId: null,
      },
      j.deps.now(),
    ) as never,
  ]);
}

describe('erasure in mid-complete wins (I7)', () => {
  test.each(['/token', '/me'])('while the provider answers %s', async (path) => {
    const j = journey();
    const user = `erase${path.replace('/', '-')}`;
    const account = user;
    const held = j.provider.hold(path);
    const id = await j.authorize(user, `code-${account}`);
    const completing = j.complete(user, id);
    await held.arrived;
    expect((await j.api(`/v1/users/${user}`, { method: 'DELETE' })).status).toBe(204);
    held.release();
    const reply = await completing;
    expect([reply.status, await codeOf(reply)]).toEqual([404, 'connection_not_found']);
    await j.deps.settle();
    expect(await rowsOf(j, user)).toEqual([]);
    // What the provider granted meanwhile is given back.
    expect(revoked(j)).toEqual([`refresh-${account}-1`]);
    const list = await j.api(`/v1/users/${user}/integrations`);
    expect(await list.json()).toMatchObject({ version: 0, integrations: [] });
  });
});

describe('a revocation never ends a newer grant (I7)', () => {
  test('a connect deletes the waiting revocations of its subject, and of no other', async () => {
    const j = journey();
    await owe(j, 'fitz');
    await owe(j, 'gwen');
    expect((await j.connect('newer-1', 'code-fitz')).status).toBe(201);
    expect(await owedTo(j, 'fitz')).toEqual([]);
    expect(await owedTo(j, 'gwen')).toHaveLength(1);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['old-refresh']);
  });

  test('while one is being sent, the connect waits; then it looks whether its grant is alive', async () => {
    const j = journey();
    await owe(j, 'hope');
    const answer = gate();
    j.provider.answer('/revoke', async () => {
      await answer.promise;
      return new Response(null, { status: 200 });
    });
    // In real time, so that the answer below comes while the connect waits.
    j.deps.sleep = () => scheduler.wait(20);
    const sending = deliverRevocations(j.deps);
    await expect.poll(() => j.provider.to('/revoke').length).toBe(1);
    const id = await j.authorize('newer-2', 'code-hope');
    const connecting = j.complete('newer-2', id);
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    expect(await rowsOf(j, 'newer-2')).toEqual([]);
    answer.resolve();
    await sending;
    expect((await connecting).status).toBe(201);
    expect(j.provider.to('/me')).toHaveLength(2);
  });

  test('where it ended the new grant too, the connect fails and says so: nothing dead is stored', async () => {
    const j = journey();
    await owe(j, 'iris');
    const answer = gate();
    j.provider.answer('/revoke', async () => {
      await answer.promise;
      j.provider.answer('/me', () => new Response('', { status: 401 }));
      return new Response(null, { status: 200 });
    });
    // In real time, so that the answer below comes while the connect waits.
    j.deps.sleep = () => scheduler.wait(20);
    const sending = deliverRevocations(j.deps);
    await expect.poll(() => j.provider.to('/revoke').length).toBe(1);
    const connecting = j.connect('newer-3', 'code-iris');
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    answer.resolve();
    await sending;
    const reply = await connecting;
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
    expect(await rowsOf(j, 'newer-3')).toEqual([]);
  });

  test('one that does not end in time lets the connect wait: completed again once it is over', async () => {
    const j = journey();
    await owe(j, 'june');
    await j.deps.db
      .update(outbox)
      .set({ leaseId: 'somebody', leaseUntil: j.deps.now() + 60_000, dueAt: j.deps.now() + 60_000 })
      .where(eq(outbox.subject, 'june'));
    const id = await j.authorize('newer-4', 'code-june');
    const reply = await j.complete('newer-4', id);
    expect([reply.status, await codeOf(reply)]).toEqual([503, 'provider_unavailable']);
    expect(reply.headers.get('Retry-After')).toBe('60');
    expect(await rowsOf(j, 'newer-4')).toEqual([]);
    j.deps.clock.advance(60_000);
    expect((await j.complete('newer-4', id)).status).toBe(201);
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(await owedTo(j, 'june')).toEqual([]);
  });
});

describe('D1 at the commit', () => {
  /** Faults for the batch that carries the account, once each. */
  const journeyWith = (faults: ('before' | 'after')[], more: Partial<Deps> = {}) => {
    const left = [...faults];
    let armed = false;
    const j = journey({
      ...more,
      db: d1With(async (batch) => {
        if (!armed) return batch();
        const fault = left.shift();
        if (fault === 'after') await batch();
        if (fault) throw new Error('D1_ERROR: Network connection lost.');
        return batch();
      }),
    });
    // When the profile is asked for, the grant is on the outbox: what comes is the commit.
    return {
      j,
      arm: () =>
        j.provider.answer('/me', () => {
          armed = true;
        }),
    };
  };

  test.each([
    ['lost before it was done', ['before'] as const],
    ['lost twice before it was done', ['before', 'before'] as const],
    ['lost after it was done', ['after'] as const],
  ])('%s: connected once, told once', async (name, faults) => {
    const { j, arm } = journeyWith([...faults]);
    const user = `d1-${name.replaceAll(' ', '-')}`;
    const id = await j.authorize(user, `code-${user}`);
    arm();
    const reply = await j.complete(user, id);
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await rowsOf(j, user)).toHaveLength(1);
    await j.deps.settle();
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(revoked(j)).toEqual([]);
    expect((await j.complete(user, id)).status).toBe(200);
  });

  test('away for good: 503, no token is revoked that may have been stored, and it can be completed', async () => {
    const faults = Array.from({ length: 6 }, () => 'before' as const);
    const { j, arm } = journeyWith(faults);
    const id = await j.authorize('d1-away', 'code-d1-away');
    arm();
    const reply = await j.complete('d1-away', id);
    expect([reply.status, await codeOf(reply)]).toEqual([503, 'unavailable']);
    await j.deps.settle();
    expect(revoked(j)).toEqual([]);
    // Not even that it is over could be written.
    expect((await j.complete('d1-away', id)).status).toBe(503);
    j.deps.clock.advance(25_000);
    expect((await j.complete('d1-away', id)).status).toBe(201);
    expect(j.provider.to('/token')).toHaveLength(1);
    await j.deps.settle();
    expect(revoked(j)).toEqual([]);
  });

  test('stored although no answer ever came: 503, then 200, and its tokens are not revoked', async () => {
    const config = configWith(
      {
        single: recordAt('single', { revocationReach: 'token' }),
      },
      clientsOf(['single']),
    );
    // Three tries and two looks between them; what comes after them is answered.
    const { j, arm } = journeyWith(['after', 'before', 'before', 'before', 'before'], { config });
    const id = await j.authorize('d1-deaf', 'code-kurt', { provider: 'single' });
    arm();
    const reply = await j.complete('d1-deaf', id);
    expect([reply.status, await codeOf(reply)]).toEqual([503, 'unavailable']);
    await j.deps.settle();
    expect(revoked(j)).toEqual([]);
    expect((await j.complete('d1-deaf', id)).status).toBe(200);
  });
});
