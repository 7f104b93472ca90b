/**
 * A code that was exchanged, and an account that cannot be told for the moment: nothing is lost,
 * and nothing stays alive at the provider that nobody has.
 */
import { and, desc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectTransactions, eventLog, oauthAccounts, outbox } from '../../src/db/schema';
import { deliverRevocations, OUTBOX_GIVES_UP_MS } from '../../src/disconnect/outbox';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { clientsOf, configWith, recordAt } from '../support/config';
import { testDeps } from '../support/deps';
import { dumpDatabase, erasureOf, rowsNaming } from '../support/dump';
import { fastTime } from '../support/fast-time';
import { insertAccount } from '../support/fixtures';
import { codeOf, type Journey, journey } from './journey';

/** The transaction is over, and so is any attempt. */
const OVER = 11 * MINUTE + 1;

const refused = async (reply: Response) => [reply.status, await codeOf(reply)];

const revoked = (j: Journey) => j.provider.to('/revoke').map(({ params }) => params.get('token'));

const stateOf = async (j: Journey, id: string) =>
  (await j.deps.db.select().from(connectTransactions).where(eq(connectTransactions.id, id)))[0]
    ?.state;

const owedOf = (j: Journey, id: string) =>
  j.deps.db.select().from(outbox).where(eq(outbox.transactionId, id));

const rowsOf = (j: Journey, userId: string) =>
  j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, userId));

const lastGivenUp = async (j: Journey) => {
  const [event] = await j.deps.db
    .select()
    .from(eventLog)
    .where(eq(eventLog.type, 'revocation.gave_up'))
    .orderBy(desc(eventLog.id));
  return event?.detail;
};

// What other tests left owed is none of this one's.
beforeEach(() => testDeps().db.delete(outbox));

const away = () => new Response('', { status: 500 });

/** A journey whose profile endpoint is away, with the code exchanged. */
async function exchanged(userId: string, account: string, overrides = {}, input = {}) {
  const j = journey(overrides);
  j.provider.answer('/me', away);
  const id = await j.authorize(userId, `code-${account}`, input);
  expect(await refused(await j.complete(userId, id))).toEqual([503, 'provider_unavailable']);
  await j.deps.settle();
  return { j, id, back: () => j.provider.answer('/me', null) };
}

/** Reach `token`: a revocation ends nothing but its token. */
const single = configWith(
  { single: recordAt('single', { revocationReach: 'token' }) },
  clientsOf(['single']),
);

describe('a profile that stays away', () => {
  test('costs nothing: the same completion is sent again, and connects; the code was sent once', async () => {
    const { j, id, back } = await exchanged('patient-1', 'ann');
    expect(j.provider.to('/me')).toHaveLength(4);
    expect(await stateOf(j, id)).toBe('exchanged');
    const shown = await j.api(`/v1/users/patient-1/connections/${id}`);
    expect(await shown.json()).toEqual({ id, provider: 'acme', state: 'authorized' });
    expect(await rowsOf(j, 'patient-1')).toEqual([]);
    const again = await j.complete('patient-1', id);
    expect(await refused(again)).toEqual([503, 'provider_unavailable']);
    expect(again.headers.get('Retry-After')).toBe('5');

    back();
    expect((await j.complete('patient-1', id)).status).toBe(201);
    expect((await j.complete('patient-1', id)).status).toBe(200);
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(await owedOf(j, id)).toEqual([]);
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['one second', { 'Retry-After': '1' }, '1'],
    ['a minute', { 'Retry-After': '60' }, '60'],
  ])('a pause of %s is passed on', async (_, headers, retryAfter) => {
    const j = journey();
    j.provider.answer('/me', () => new Response('', { status: 429, headers }));
    const reply = await j.connect('patient-2', 'code-bea');
    expect(await refused(reply)).toEqual([503, 'provider_unavailable']);
    expect(reply.headers.get('Retry-After')).toBe(retryAfter);
  });

  test('of many completes at once one asks; none sends the code, none is lost', async () => {
    const { j, id, back } = await exchanged('patient-3', 'cal');
    back();
    const replies = await Promise.all(Array.from({ length: 6 }, () => j.complete('patient-3', id)));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.every((status) => [200, 201, 503].includes(status))).toBe(true);
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(j.provider.to('/me')).toHaveLength(5);
  });

  test('and the second step of a record that has one: asked for again, then completed again', async () => {
    const config = configWith(
      {
        meta: recordAt('meta', {
          extendedToken: {
            url: 'https://meta.example/extend',
            params: { access_token: '{access_token}' },
          },
        }),
      },
      clientsOf(['meta']),
    );
    const j = journey({ config });
    j.provider.answer('/extend', away);
    const id = await j.authorize('patient-4', 'code-dee', { provider: 'meta' });
    expect(await refused(await j.complete('patient-4', id))).toEqual([503, 'provider_unavailable']);
    expect(j.provider.to('/extend')).toHaveLength(4);
    j.provider.answer('/extend', ({ params }) =>
      Response.json({ access_token: params.get('access_token'), expires_in: 5_184_000 }),
    );
    expect((await j.complete('patient-4', id)).status).toBe(201);
    expect(j.provider.to('/token')).toHaveLength(1);
  });

  test('nor does a grant that cannot be read back for the moment end the connection', async () => {
    const { j, id, back } = await exchanged('patient-7', 'guy');
    back();
    const [entry] = await owedOf(j, id);
    const hidden = { receivedGrant: 'unreadable' };
    await j.deps.db.update(outbox).set(hidden).where(eq(outbox.transactionId, id));
    expect((await j.complete('patient-7', id)).status).toBe(500);
    expect(await stateOf(j, id)).toBe('exchanged');
    await j.deps.db
      .update(outbox)
      .set({ receivedGrant: entry?.receivedGrant ?? null })
      .where(eq(outbox.transactionId, id));
    expect((await j.complete('patient-7', id)).status).toBe(201);
  });

  test('no token of it is readable in the database, and no user stands beside it', async () => {
    const { id } = await exchanged('patient-5-user', 'eve');
    const dump = await dumpDatabase();
    expect(JSON.stringify(dump)).not.toMatch(/access-eve|refresh-eve|code-eve/);
    const entry = dump.outbox?.find((one) => JSON.stringify(one).includes(id));
    expect(JSON.stringify(entry)).not.toContain('patient-5-user');
  });

  test('an isolate that dies after the exchange costs nothing either', async () => {
    const j = journey();
    const id = await j.authorize('patient-6', 'code-fay');
    const dead = Promise.withResolvers<void>();
    j.provider.answer('/me', async ({ nth }) => {
      if (nth === 1) await dead.promise;
    });
    void j.complete('patient-6', id);
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    j.deps.clock.advance(25_000);
    expect((await j.complete('patient-6', id)).status).toBe(201);
    expect(j.provider.to('/token')).toHaveLength(1);
    dead.resolve();
  });
});

describe('a slow provider', () => {
  const slow = (timeoutSeconds?: number) =>
    configWith({ slow: recordAt('slow', { timeoutSeconds }) }, clientsOf(['slow']));
  afterEach(() => vi.unstubAllGlobals());

  test.each<[string, number | undefined, Record<string, number>, string | null]>([
    ['a token endpoint of 9 s', undefined, { '/token': 9_000 }, 'provider_error'],
    ['a token endpoint of 9 s', 15, { '/token': 9_000 }, null],
    ['a profile of 6 s', undefined, { '/me': 6_000 }, 'provider_unavailable'],
    ['a profile of 6 s', 15, { '/me': 6_000 }, null],
    ['both', 20, { '/token': 9_000, '/me': 6_000 }, null],
  ])('%s, where the record says %o s', async (_, timeoutSeconds, times, code) => {
    const time = fastTime(10);
    const j = journey({ config: slow(timeoutSeconds), ...time });
    for (const [path, ms] of Object.entries(times)) j.provider.answer(path, () => time.sleep(ms));
    const reply = await j.connect('slow-1', 'code-uma', { provider: 'slow' });
    expect(reply.ok ? null : await codeOf(reply)).toBe(code);
    await j.api('/v1/users/slow-1', { method: 'DELETE' });
  });

  test('that has taken all of the time for its token is asked whose it is by the next call', async () => {
    const time = fastTime(10);
    const j = journey({ config: slow(20), ...time });
    j.provider.answer('/token', () => time.sleep(17_000));
    j.provider.answer('/me', () => time.sleep(9_000));
    const id = await j.authorize('slow-2', 'code-vic', { provider: 'slow' });
    expect(await refused(await j.complete('slow-2', id))).toEqual([503, 'provider_unavailable']);
    expect((await j.complete('slow-2', id)).status).toBe(201);
    expect(j.provider.to('/token')).toHaveLength(1);
  });
});

describe('what nobody completes', () => {
  test('is given back once nobody can: the profile is asked first', async () => {
    const { j, id, back } = await exchanged('owed-1', 'gil');
    j.deps.clock.advance(10 * MINUTE);
    back();
    expect(await refused(await j.complete('owed-1', id))).toEqual([410, 'connection_expired']);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual([]);
    j.deps.clock.advance(MINUTE + 1);
    await deliverRevocations(j.deps);
    expect(j.provider.to('/me')).toHaveLength(5);
    expect(revoked(j)).toEqual(['refresh-gil-1']);
    expect(await owedOf(j, id)).toEqual([]);
    expect(await rowsOf(j, 'owed-1')).toEqual([]);
  });

  test('is left alone where the person has been connected since (I7)', async () => {
    const { j, back } = await exchanged('owed-2', 'hal');
    back();
    await insertAccount(j.deps, { userId: 'owed-2', providerAccountId: 'hal' });
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(j.provider.to('/me')).toHaveLength(5);
    expect(revoked(j)).toEqual([]);
  });

  test('while it is being given back, a connect of the same person waits (I7)', async () => {
    const { j, back } = await exchanged('owed-3', 'ida');
    back();
    j.deps.clock.advance(OVER);
    const held = j.provider.hold('/revoke');
    const giving = deliverRevocations(j.deps);
    await held.arrived;
    const same = await j.authorize('owed-3', 'code-ida');
    j.provider.answer('/me', () => Response.json({ sub: 'ida' }));
    j.provider.answer('/token', () => Response.json({ access_token: 'access-ida-2' }));
    expect(await refused(await j.complete('owed-3', same))).toEqual([503, 'provider_unavailable']);
    held.release();
    await giving;
    expect((await j.complete('owed-3', same)).status).toBe(201);
  });

  test.each([
    ['is given up with an event where the revocation could end another grant', 'acme', [], true],
    [
      'is revoked where the revocation ends its token only',
      'single',
      ['refresh-jan-1', 'access-jan-1'],
      false,
    ],
  ])('and whose account the provider never tells %s', async (_, provider, tokens, givesUp) => {
    const { j, id } = await exchanged('owed-4', 'jan', { config: single }, { provider });
    j.provider.answer('/me', () => new Response('', { status: 401 }));
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(tokens);
    expect(await owedOf(j, id)).toEqual([]);
    if (givesUp) {
      expect(await lastGivenUp(j)).toEqual({ attempts: 1, reason: 'account_unknown' });
    }
  });

  test('and whose profile stays away is asked for again, for a week', async () => {
    const { j, id } = await exchanged('owed-5', 'kay');
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(await owedOf(j, id)).toMatchObject([{ lastError: 'retry' }]);
    j.deps.clock.advance(OUTBOX_GIVES_UP_MS);
    await deliverRevocations(j.deps);
    expect(await owedOf(j, id)).toEqual([]);
    expect(revoked(j)).toEqual([]);
    expect(await lastGivenUp(j)).toEqual({ attempts: 2, reason: 'too_old' });
  });

  test("of an erased user is given back all the same, and only the erasure's event has the user's id", async () => {
    const { j, id, back } = await exchanged('owed-6-4711', 'lea');
    expect((await j.api('/v1/users/owed-6-4711', { method: 'DELETE' })).status).toBe(204);
    expect(await rowsNaming('owed-6-4711')).toMatchObject(erasureOf('owed-6-4711'));
    back();
    expect(await refused(await j.complete('owed-6-4711', id))).toEqual([
      404,
      'connection_not_found',
    ]);
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-lea-1']);
  });

  test('a completion that was stalled all the while stores nothing after it was given back', async () => {
    const j = journey();
    const id = await j.authorize('owed-7', 'code-moe');
    const held = j.provider.hold('/me');
    const stalled = j.complete('owed-7', id);
    await held.arrived;
    // A hold catches all: another answer for the second one.
    j.deps.clock.advance(OVER);
    const giving = deliverRevocations(j.deps);
    await expect.poll(() => stateOf(j, id)).toBe('failed');
    held.release();
    await giving;
    expect((await stalled).status).toBe(404);
    await j.deps.settle();
    expect(await rowsOf(j, 'owed-7')).toEqual([]);
    expect(revoked(j)[0]).toBe('refresh-moe-1');
  });
});

describe('a definite no after the exchange', () => {
  test.each([
    ['the grant is given up where its revocation could end another one', 'acme', []],
    [
      'the tokens are revoked at once where that ends nothing else',
      'single',
      ['refresh-ned-1', 'access-ned-1'],
    ],
  ])('ends the connection; %s', async (_, provider, tokens) => {
    const j = journey({ config: single });
    j.provider.answer('/me', () => new Response('', { status: 403 }));
    const id = await j.authorize('no-1', 'code-ned', { provider });
    expect(await refused(await j.complete('no-1', id))).toEqual([502, 'provider_error']);
    await j.deps.settle();
    expect(await refused(await j.complete('no-1', id))).toEqual([409, 'connection_failed']);
    expect(revoked(j)).toEqual(tokens);
    expect(await owedOf(j, id)).toEqual([]);
  });

  test('another user than the one who started ends it for both, and nobody has the grant (I10)', async () => {
    const { j, id, back } = await exchanged('no-2', 'oda');
    back();
    // The secret leaked, or the victim's app completes as the victim.
    expect(await refused(await j.complete('no-2-victim', id))).toEqual([403, 'wrong_user']);
    expect(await refused(await j.complete('no-2', id))).toEqual([409, 'connection_failed']);
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-oda-1']);
    expect(await rowsOf(j, 'no-2-victim')).toEqual([]);
  });

  test('nobody goes on with it without the secret', async () => {
    const { j, id, back } = await exchanged('no-3', 'pam');
    back();
    for (const completion of ['', id, 'k1.guess']) {
      expect((await j.complete('no-3', id, completion)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await stateOf(j, id)).toBe('exchanged');
    expect((await j.complete('no-3', id)).status).toBe(201);
  });
});

describe('beside the Worker of the last release', () => {
  test('which takes an overdue attempt for failed, the grant is given back', async () => {
    const { j, id, back } = await exchanged('old-1', 'quin');
    back();
    await j.deps.db
      .update(connectTransactions)
      .set({ state: 'failed', error: 'not_finished', code: null })
      .where(eq(connectTransactions.id, id));
    expect(await refused(await j.complete('old-1', id))).toEqual([409, 'connection_failed']);
    j.deps.clock.advance(OVER);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-quin-1']);
  });

  test('an entry of its own, without the new columns, is delivered as ever', async () => {
    const { j, back } = await exchanged('old-2', 'ray');
    back();
    await j.connect('old-2', 'code-sam');
    await j.api('/v1/users/old-2/integrations/acme/sam', { method: 'DELETE' });
    const entries = await j.deps.db
      .select()
      .from(outbox)
      .where(and(eq(outbox.provider, 'acme'), eq(outbox.subject, 'sam')));
    expect(entries).toMatchObject([{ transactionId: null, receivedGrant: null }]);
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-sam-1']);
  });
});
