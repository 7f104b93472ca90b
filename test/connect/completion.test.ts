/**
 * Who may finish a connection (I10): the user who started it, and only with what the browser that
 * consented brought back. Each binding is tried in the attacker's order of events too.
 */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { receiveCallback } from '../../src/connect/callback';
import { completionOf, isCompletionOf } from '../../src/connect/secrets';
import { connectTransactions, oauthAccounts } from '../../src/db/schema';
import { createKeyring } from '../../src/vault/keyring';
import { createVault, type Vault } from '../../src/vault/vault';
import { userToken } from '../support/api';
import { dumpDatabase } from '../support/dump';
import { codeOf, type Journey, journey } from './journey';

const refused = async (reply: Response) => [reply.status, await codeOf(reply)];

const stateOf = async (j: Journey, id: string) =>
  (
    await j.deps.db
      .select({ state: connectTransactions.state })
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id))
  )[0]?.state;

const ownersOf = async (j: Journey, accountId: string) =>
  (
    await j.deps.db
      .select({ userId: oauthAccounts.userId })
      .from(oauthAccounts)
      .where(eq(oauthAccounts.providerAccountId, accountId))
  ).map(({ userId }) => userId);

/** A connection of `userId`, consented to in some browser; what that browser was sent back with. */
async function consented(j: Journey, userId: string, code: string) {
  const { id, connectUrl } = await j.begin(userId);
  const { location, cookie } = await j.open(connectUrl);
  const query = { state: location.searchParams.get('state') ?? '', code };
  const reply = await j.callback(query, cookie);
  expect(reply.status).toBe(303);
  const back = new URL(reply.headers.get('Location') ?? '').searchParams;
  return { id, connectUrl, cookie, query, completion: back.get('completion') ?? '' };
}

describe("an attacker's link that a victim consented to", () => {
  test('is not finished by the attacker, who started it, before the victim is back (I10)', async () => {
    const j = journey();
    const { id, completion } = await consented(j, 'first-attacker', 'code-first-victim');
    const asAttacker = { method: 'POST', token: await userToken('first-attacker') };
    const path = `/v1/users/me/connections/${id}`;
    // The attacker sees that the victim has consented.
    const seen = await j.api(path, { token: asAttacker.token });
    expect(await seen.clone().json()).toMatchObject({ state: 'authorized' });
    expect(await seen.text()).not.toContain(completion);

    for (const json of [undefined, {}, { completion: '' }, { completion: id }]) {
      const reply = await j.api(`${path}/complete`, { ...asAttacker, ...(json && { json }) });
      expect(await refused(reply)).toEqual([403, 'wrong_completion']);
    }
    expect(j.provider.requests).toEqual([]);
    expect(await stateOf(j, id)).toBe('authorized');

    // The victim's app completes with the secret, as the victim: nobody gets the account.
    expect(await refused(await j.complete('first-victim', id, completion))).toEqual([
      403,
      'wrong_user',
    ]);
    expect(await refused(await j.complete('first-attacker', id, completion))).toEqual([
      409,
      'connection_failed',
    ]);
    expect(await ownersOf(j, 'first-victim')).toEqual([]);
  });
});

describe('the secret', () => {
  test('is in the one redirect only, with no-store and no-referrer', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('secret-1');
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const reply = await j.callback({ state, code: 'code-sec' }, cookie);
    const back = new URL(reply.headers.get('Location') ?? '');
    expect([...back.searchParams.keys()]).toEqual(['tab', 'connection', 'completion']);
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
    expect(reply.headers.get('Referrer-Policy')).toBe('no-referrer');
    const secret = back.searchParams.get('completion') ?? '';
    expect(secret).toMatch(/^[\w.-]+\.[\w-]{43}$/);

    const completed = await j.complete('secret-1', id, secret);
    expect(completed.status).toBe(201);
    const tables = await dumpDatabase();
    const read = await j.api(`/v1/users/secret-1/connections/${id}`);
    const texts = [
      await completed.text(),
      await read.text(),
      JSON.stringify(tables),
      j.deps.logLines.join('\n'),
    ];
    for (const text of texts) expect(text).not.toContain(secret.slice(secret.lastIndexOf('.') + 1));
  });

  test('of another connection, of the same user too, finishes nothing', async () => {
    const j = journey();
    const one = await consented(j, 'secret-2', 'code-uma');
    const other = await consented(j, 'secret-2', 'code-vic');
    expect(await refused(await j.complete('secret-2', one.id, other.completion))).toEqual([
      403,
      'wrong_completion',
    ]);
    expect((await j.complete('secret-2', one.id, one.completion)).status).toBe(201);
    expect((await j.complete('secret-2', other.id, other.completion)).status).toBe(201);
  });

  test('is asked for again when a completion is repeated, and after a failure', async () => {
    const j = journey();
    const { id, completion } = await consented(j, 'secret-3', 'code-wes');
    expect((await j.complete('secret-3', id, completion)).status).toBe(201);
    expect((await j.complete('secret-3', id, completion)).status).toBe(200);
    expect(await refused(await j.complete('secret-3', id, ''))).toEqual([403, 'wrong_completion']);
  });

  test.each([
    ['no key', 'abc'],
    ['an unknown key', `nobody.${'A'.repeat(43)}`],
    ['a cut tag', (good: string) => good.slice(0, -1)],
    ['a changed tag', (good: string) => good.slice(0, -2) + (good.endsWith('AA') ? 'BB' : 'AA')],
    ['no base64url', 'test.\u{1F600}+/='],
    ['a long one', 'x'.repeat(10_000)],
  ])('with %s is refused, and the connection lives on', async (_, made) => {
    const j = journey();
    const { id, completion } = await consented(j, 'secret-4', `code-${crypto.randomUUID()}`);
    const forged = typeof made === 'string' ? made : made(completion);
    expect(await refused(await j.complete('secret-4', id, forged))).toEqual([
      403,
      'wrong_completion',
    ]);
    expect((await j.complete('secret-4', id, completion)).status).toBe(201);
  });

  test('given by the former first key of ENCRYPTION_KEYS is good until that key is gone', async () => {
    const key = (kid: string, byte: number) =>
      `${kid}:${btoa(String.fromCharCode(byte).repeat(32))}`;
    const keyring = (...keys: string[]) => createVault(createKeyring(keys.join(',')));
    const consent = { id: 'any', codeHash: 'of a code' };
    const of = (vault: Vault) => completionOf(vault, consent.id, consent.codeHash);
    const mac = await of(keyring(key('old', 1)));
    const rotated = keyring(key('new', 2), key('old', 1));
    expect(await isCompletionOf(rotated, consent, mac)).toBe(true);
    expect(await of(rotated)).not.toBe(mac);
    expect(await isCompletionOf(keyring(key('new', 2)), consent, mac)).toBe(false);
    expect(await isCompletionOf(keyring(key('old', 3)), consent, mac)).toBe(false);
    // Nobody has consented, or to another code.
    expect(await isCompletionOf(rotated, { ...consent, codeHash: null }, mac)).toBe(false);
    expect(await isCompletionOf(rotated, { ...consent, codeHash: 'of another' }, mac)).toBe(false);
  });
});

describe('the same callback again', () => {
  test('is the same redirect before, during and after the completion, and consumes nothing', async () => {
    const j = journey();
    const { id, cookie, query, completion } = await consented(j, 'again-1', 'code-xia');
    const again = async () => (await j.callback(query, cookie)).headers.get('Location');
    const first = await again();
    expect(new URL(first ?? '').searchParams.get('completion')).toBe(completion);
    expect(await stateOf(j, id)).toBe('authorized');
    expect((await j.complete('again-1', id, completion)).status).toBe(201);
    expect(await again()).toBe(first);
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(await stateOf(j, id)).toBe('completed');
  });

  test('twice at once: both browsers’ tabs are sent on alike', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('again-2');
    const { location, cookie } = await j.open(connectUrl);
    const query = { state: location.searchParams.get('state') ?? '', code: 'code-yan' };
    const [one, two] = await Promise.all([j.callback(query, cookie), j.callback(query, cookie)]);
    expect([one?.status, two?.status]).toEqual([303, 303]);
    expect(one?.headers.get('Location')).toBe(two?.headers.get('Location'));
    expect((await j.complete('again-2', id)).status).toBe(201);
  });

  test('with another code, or in another browser, is refused and says so', async () => {
    const j = journey();
    const { id, cookie, query, completion } = await consented(j, 'again-3', 'code-zoe');
    const forged = await j.callback({ ...query, code: 'code-mallory' }, cookie);
    expect(await refused(forged)).toEqual([400, 'invalid_request']);
    expect(await refused(await j.callback({ state: query.state }, cookie))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await refused(await j.callback(query, null))).toEqual([403, 'forbidden']);
    expect((await j.complete('again-3', id, completion)).status).toBe(201);
    expect(await ownersOf(j, 'zoe')).toEqual(['again-3']);
  });

  test('after the wrong user ended it, says that instead of the secret', async () => {
    const j = journey();
    const { id, cookie, query, completion } = await consented(j, 'again-4', 'code-abe');
    await j.complete('somebody-else', id, completion);
    const back = new URL((await j.callback(query, cookie)).headers.get('Location') ?? '');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      tab: '1',
      connection: id,
      error: 'wrong_user',
    });
  });
});

describe('a callback that nobody consented by', () => {
  test('gets no secret where the time runs out while it is looked at', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('late-1');
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const expiresAt = j.deps.now() + 600_000;
    // Before its end when it is first looked at, past it when it is consumed.
    const times = [expiresAt - 1, expiresAt, expiresAt];
    const now = () => times.shift() ?? expiresAt;
    const secret = cookie.split('=')[1] ?? '';
    const way = await receiveCallback({ ...j.deps, now }, 'acme', { state }, secret);
    expect(way).toEqual({
      kind: 'app',
      location: expect.stringMatching(new RegExp(`connection=${id}&error=connection_expired$`)),
    });
    expect(await stateOf(j, id)).toBe('started');
  });

  test('gets no secret for a row of a version that kept no hash', async () => {
    const j = journey();
    const { id, cookie, query } = await consented(j, 'late-2', 'code-hew');
    await j.deps.db
      .update(connectTransactions)
      .set({ codeHash: null })
      .where(eq(connectTransactions.id, id));
    for (const again of [{ state: query.state }, query]) {
      expect(await refused(await j.callback(again, cookie))).toEqual([400, 'invalid_request']);
    }
  });
});

describe('a completion past its deadline', () => {
  test('is ended by nobody who may not know of it', async () => {
    const j = journey();
    const { id, completion } = await consented(j, 'slow-1', 'code-ivy');
    await j.deps.db
      .update(connectTransactions)
      .set({ state: 'completing', attemptId: 'a', attemptUntil: j.deps.now() - 1 })
      .where(eq(connectTransactions.id, id));
    const stranger = await j.api(`/v1/users/stranger/connections/${id}`);
    expect(stranger.status).toBe(404);
    expect((await j.complete('slow-1', id, '')).status).toBe(403);
    expect(await stateOf(j, id)).toBe('completing');
    expect((await j.complete('slow-1', id, completion)).status).toBe(409);
    expect(await stateOf(j, id)).toBe('failed');
  });
});

describe('a link that was used', () => {
  test('leads back without the secret in every browser: the starter has the link too', async () => {
    const j = journey();
    const { id, connectUrl, cookie } = await consented(j, 'used-1', 'code-bev');
    const back = async (as?: string) =>
      Object.fromEntries((await j.open(connectUrl, as)).location.searchParams);
    expect(await back(cookie)).toEqual({ tab: '1', connection: id });
    // The starter, with a browser of its own, and a link preview.
    const { cookie: other } = await j.open((await j.begin('used-1')).connectUrl);
    expect(await back(other)).toEqual({ tab: '1', connection: id });
    expect(await back()).toEqual({ tab: '1', connection: id });
  });

  test('opened by the attacker after the victim: each browser has a state of its own, and the attacker finishes nothing', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('used-2');
    const victim = await j.open(connectUrl);
    const attacker = await j.open(connectUrl);
    const stateIn = ({ location }: { location: URL }) => location.searchParams.get('state') ?? '';
    // Neither browser can bring what was made for the other one.
    const code = 'code-cat';
    for (const [{ cookie }, other] of [
      [victim, attacker],
      [attacker, victim],
    ] as const) {
      expect((await j.callback({ state: stateIn(other), code }, cookie)).status).toBe(403);
    }
    expect(await stateOf(j, id)).toBe('started');

    const back = await j.callback({ state: stateIn(victim), code }, victim.cookie);
    const completion = new URL(back.headers.get('Location') ?? '').searchParams.get('completion');
    // The attacker's own answer comes too late, and the very code of the victim gets it no secret.
    for (const late of ['code-eve', code]) {
      const reply = await j.callback({ state: stateIn(attacker), code: late }, attacker.cookie);
      expect(await refused(reply)).toEqual([400, 'invalid_request']);
      expect(reply.headers.get('Location')).toBeNull();
    }
    expect(await refused(await j.complete('used-2', id, ''))).toEqual([403, 'wrong_completion']);
    expect(await refused(await j.complete('used-2-victim', id, completion ?? ''))).toEqual([
      403,
      'wrong_user',
    ]);
    expect(j.provider.to('/token')).toEqual([]);
  });
});

describe('a reconnect with an expected account', () => {
  test("is not begun for an account of somebody else's", async () => {
    const j = journey();
    expect((await j.connect('expected-owner', 'code-dex')).status).toBe(201);
    const begun = await j.api('/v1/users/expected-attacker/connections', {
      method: 'POST',
      json: { provider: 'acme', returnTo: 'https://app.example.com/done', accountId: 'dex' },
    });
    expect(await refused(begun)).toEqual([404, 'integration_not_found']);
  });

  test('takes no account of a victim who consents to it, even with the secret', async () => {
    const j = journey();
    expect((await j.connect('expected-starter', 'code-eve')).status).toBe(201);
    const id = await j.authorize('expected-starter', 'code-gil', { accountId: 'eve' });
    expect(await refused(await j.complete('expected-starter', id))).toEqual([
      409,
      'account_mismatch',
    ]);
    expect(await ownersOf(j, 'gil')).toEqual([]);
    expect(await ownersOf(j, 'eve')).toEqual(['expected-starter']);
  });
});
