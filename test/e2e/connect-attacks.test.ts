/** What must not work while connecting, and what must be left as it was. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, consent } from './support/browser.ts';
import {
  atApp,
  type Integration,
  type Mooring,
  type Problem,
  returnTo,
  startMooring,
} from './support/mooring.ts';
import { eventually } from './support/time.ts';

describe('connecting, attacked', () => {
  let mooring: Mooring;
  beforeAll(async () => {
    mooring = await startMooring();
  });
  afterAll(() => mooring.stop());

  /** A connection whose browser stands right before Mooring's callback. */
  async function beforeCallback(user: string, account: string) {
    const until = (url: URL) => url.pathname.startsWith('/connect/callback/');
    const { url, ...begun } = await mooring.authorize(user, account, { until });
    return { ...begun, callback: url };
  }

  const codeRequests = () =>
    mooring.sandbox.traffic.tokenRequests.filter(
      ({ grantType }) => grantType === 'authorization_code',
    ).length;

  const accountsOf = async (user: string) =>
    (
      await mooring.worker.sql<{ account: string }>(
        'SELECT provider_account_id AS account FROM oauth_accounts WHERE user_id = ?',
        user,
      )
    ).map(({ account }) => account);

  it('takes a state once: the same callback again is the same redirect and changes nothing', async () => {
    const { id, browser, callback } = await beforeCallback('replay', 'replay-account');
    const first = await browser.open(callback, atApp);
    const completion = first.url.searchParams.get('completion') ?? '';
    expect(completion).toMatch(/^e2e\.[\w-]{43}$/);
    expect((await browser.open(callback, atApp)).url.href).toBe(first.url.href);
    expect((await mooring.complete('replay', id, { completion })).status).toBe(201);
    expect((await browser.open(callback, atApp)).url.href).toBe(first.url.href);
    // With another code it is not the same callback.
    const forged = new URL(callback);
    forged.searchParams.set('code', 'another-code');
    const refused = await browser.open(forged, atApp);
    expect([refused.status, JSON.parse(refused.html).code]).toEqual([400, 'invalid_request']);
    expect((await mooring.complete('replay', id, { completion })).status).toBe(200);
    expect(await accountsOf('replay')).toEqual(['replay-account']);
  });

  it('takes a state only in the browser that it was made for', async () => {
    const { id, browser, callback } = await beforeCallback('victim', 'victim-account');
    const stolen = await new Browser().open(callback, atApp);
    expect(stolen.status).toBe(403);
    const state = await mooring.call<{ state: string }>(
      'GET',
      `/v1/users/victim/connections/${id}`,
    );
    expect(state.body.state).toBe('started');
    // The rightful browser still can.
    const { url } = await browser.open(callback, atApp);
    expect(url.searchParams.get('error')).toBeNull();
    const completion = url.searchParams.get('completion') ?? '';
    expect((await mooring.complete('victim', id, { completion })).status).toBe(201);
  });

  it('refuses the callback of another provider with this state', async () => {
    const { browser, callback } = await beforeCallback('mix-up', 'mix-up-account');
    const other = new URL(callback);
    other.pathname = '/connect/callback/sandbox-short';
    expect((await browser.open(other, atApp)).status).toBe(400);
    expect(await accountsOf('mix-up')).toEqual([]);
  });

  it('refuses a callback whose iss is not the provider’s', async () => {
    const { id, browser, callback } = await beforeCallback('wrong-iss', 'wrong-iss-account');
    callback.searchParams.set('iss', 'http://localhost:1');
    const { url } = await browser.open(callback, atApp);
    expect(url.searchParams.get('error')).toBe('issuer_mismatch');
    expect(url.searchParams.has('completion')).toBe(false);
    expect((await mooring.complete('wrong-iss', id)).status).toBe(403);
  });

  it("is not finished by an attacker who waits until the victim has consented to the attacker's link", async () => {
    // The attacker's own token shows it when the victim has consented.
    const token = await new SignJWT({ sub: 'patient-attacker' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(mooring.secrets.get('JWT secret')));
    const victims = await mooring.authorize('patient-attacker', 'patient-victims-account');
    const before = codeRequests();
    const shown = await mooring.call<{ state: string }>(
      'GET',
      `/v1/users/me/connections/${victims.id}`,
      { headers: { Authorization: `Bearer ${token}` } },
    );
    expect(shown.body).toEqual({ id: victims.id, provider: 'sandbox', state: 'authorized' });

    // With no secret, and with one of the attacker's own, honestly got.
    const own = await mooring.authorize('patient-attacker', 'attackers-own-account');
    const ownSecret = own.url.searchParams.get('completion') ?? '';
    for (const completion of ['', ownSecret]) {
      const reply = await mooring.complete('me', victims.id, { completion, token });
      expect(reply).toMatchObject({ status: 403, body: { code: 'wrong_completion' } });
    }
    // By the link, which the attacker has: it gives the secret to nobody.
    for (const browser of [new Browser(), victims.browser]) {
      const again = await browser.open(victims.connectUrl, atApp);
      expect(Object.fromEntries(again.url.searchParams)).toEqual({ connection: victims.id });
    }
    // Without any body, as apps of the time before the secret did.
    const bodiless = await fetch(
      `${mooring.worker.urls[0]}/v1/users/me/connections/${victims.id}/complete`,
      { method: 'POST', headers: { Authorization: `Bearer ${token}` } },
    );
    expect([bodiless.status, ((await bodiless.json()) as Problem).code]).toEqual([
      403,
      'wrong_completion',
    ]);
    expect(codeRequests()).toBe(before);

    // The victim's app completes as the victim, and that is the end of it.
    const late = await mooring.complete('patient-victim', victims.id);
    expect(late).toMatchObject({ status: 403, body: { code: 'wrong_user' } });
    expect(codeRequests()).toBe(before);
    expect(await accountsOf('patient-attacker')).toEqual([]);
    expect(await accountsOf('patient-victim')).toEqual([]);
  });

  it('is not finished for anybody when attacker and victim come at the same time', async () => {
    for (const round of [1, 2, 3]) {
      const { id } = await mooring.authorize(`race-attacker-${round}`, `race-account-${round}`);
      const replies = await Promise.all([
        mooring.complete(`race-attacker-${round}`, id, { completion: '' }),
        mooring.complete(`race-victim-${round}`, id),
        mooring.complete(`race-attacker-${round}`, id, { completion: `e2e.${'A'.repeat(43)}` }),
      ]);
      expect(replies.map(({ status }) => status)).toEqual([403, 403, 403]);
      expect(await accountsOf(`race-attacker-${round}`)).toEqual([]);
      expect(await accountsOf(`race-victim-${round}`)).toEqual([]);
    }
  });

  it('does not let a guess end the rightful user’s connection, and asks for the secret afterwards too', async () => {
    const { id } = await mooring.authorize('guessed', 'guessed-account');
    for (const user of ['guessed', 'guesser']) {
      expect(await mooring.complete(user, id, { completion: 'e2e.guess' })).toMatchObject({
        status: 403,
        body: { code: 'wrong_completion' },
      });
    }
    expect((await mooring.complete('guessed', id)).status).toBe(201);
    expect((await mooring.complete('guessed', id, { completion: '' })).status).toBe(403);
    expect((await mooring.complete('guessed', id)).status).toBe(200);
    expect(await accountsOf('guessed')).toEqual(['guessed-account']);
  });

  it.each([
    ['the starter', 'starters', 'victims'],
    ['the victim', 'victims', 'starters'],
  ])(
    'of two browsers that open one link, the first that consents has the secret: %s',
    async (_, first, second) => {
      const user = `two-browsers-${first}`;
      const started = await mooring.call<{ id: string; connectUrl: string }>(
        'POST',
        `/v1/users/${user}/connections`,
        { json: { provider: 'sandbox', returnTo } },
      );
      const [early, late] = [new Browser(), new Browser()];
      const earlyLogin = await early.open(started.body.connectUrl);
      const lateLogin = await late.open(started.body.connectUrl);
      const before = codeRequests();
      const { url } = await consent(early, earlyLogin, first, atApp);
      expect(url.searchParams.get('completion')).toMatch(/^e2e\./);
      // The other's answer changes nothing, and brings its browser no secret.
      const refused = await consent(late, lateLogin, second, atApp);
      expect(refused.status).toBe(400);
      expect(late.visited.join()).not.toContain('completion');
      const guess = await mooring.complete(user, started.body.id, { completion: undefined });
      expect(guess.status).toBe(403);
      expect(codeRequests()).toBe(before);
      const completion = url.searchParams.get('completion') ?? '';
      await mooring.complete(user, started.body.id, { completion });
      expect(await accountsOf(user)).toEqual([first]);
      expect(codeRequests()).toBe(before + 1);
    },
  );

  it('finishes only for the user who started; anybody else ends the connection', async () => {
    const { id } = await mooring.authorize('attacker', 'attackers-account');
    const before = codeRequests();
    const wrong = await mooring.complete('somebody-else', id);
    expect(wrong).toMatchObject({ status: 403, body: { code: 'wrong_user' } });
    const late = await mooring.complete('attacker', id);
    expect(late.status).toBe(409);
    expect(codeRequests()).toBe(before);
    expect(await accountsOf('attacker')).toEqual([]);
    expect(await accountsOf('somebody-else')).toEqual([]);
  });

  it('does not take an account that another user has, and leaves the other’s alone', async () => {
    await mooring.connect('owner', 'shared-account');
    const { id } = await mooring.authorize('second-owner', 'shared-account');
    const refused = await mooring.complete('second-owner', id);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'account_linked_to_another_user' },
    });
    expect(await accountsOf('owner')).toEqual(['shared-account']);
    expect(await accountsOf('second-owner')).toEqual([]);
    const token = await mooring.call<{ accessToken: string }>(
      'POST',
      '/v1/users/owner/integrations/sandbox/shared-account/refresh',
    );
    expect(token.status).toBe(200);
  });

  it('does not take another account on a reconnect', async () => {
    await mooring.connect('reconnect', 'wanted-account');
    const { id } = await mooring.authorize('reconnect', 'other-account', {
      accountId: 'wanted-account',
    });
    const refused = await mooring.complete('reconnect', id);
    expect(refused).toMatchObject({ status: 409, body: { code: 'account_mismatch' } });
    expect(await accountsOf('reconnect')).toEqual(['wanted-account']);
  });

  it('exchanges the code once when two complete at the same time', async () => {
    const { id } = await mooring.authorize('twice', 'twice-account');
    const before = codeRequests();
    const replies = await Promise.all([
      mooring.complete('twice', id),
      mooring.complete('twice', id),
    ]);
    const statuses = replies.map(({ status }) => status).sort();
    expect([
      [200, 201],
      [201, 503],
    ]).toContainEqual(statuses);
    const waiting = replies.find(({ status }) => status === 503);
    if (waiting) {
      expect(waiting.body).toMatchObject({ code: 'completion_in_progress' });
      expect(Number(waiting.headers.get('Retry-After'))).toBeGreaterThan(0);
    }
    expect(codeRequests()).toBe(before + 1);
    expect((await mooring.complete('twice', id)).status).toBe(200);
    expect(await accountsOf('twice')).toEqual(['twice-account']);
  });

  it('lets an erasure in the middle of a completion win', async () => {
    const { id } = await mooring.authorize('erased', 'erased-account');
    const before = codeRequests();
    mooring.sandbox.traffic.behaviour = { latencyMs: 3_000, failure: 'none', failures: 0 };
    const completing = mooring.complete('erased', id);
    await eventually(() => expect(mooring.sandbox.traffic.inFlight).toBe(1));
    const erased = await mooring.call('DELETE', '/v1/users/erased');
    const completed = await completing;
    mooring.sandbox.traffic.behaviour = { latencyMs: 0, failure: 'none', failures: 0 };

    expect(erased.status).toBe(204);
    expect(completed.status).toBeGreaterThanOrEqual(400);
    expect(codeRequests()).toBe(before + 1);
    expect(await accountsOf('erased')).toEqual([]);
    const list = await mooring.call<{ integrations: Integration[] }>(
      'GET',
      '/v1/users/erased/integrations',
      { atLeast: erased.version },
    );
    expect(list.body.integrations).toEqual([]);
    // What was received in vain is given back.
    await eventually(() => {
      expect(mooring.sandbox.liveRefreshTokens('sandbox', 'erased-account')).toBe(0);
    });
  });

  it('brings a user who cancels back to the app, with the reason', async () => {
    const browser = new Browser();
    const started = await mooring.call<{ id: string; connectUrl: string }>(
      'POST',
      '/v1/users/cancels/connections',
      { json: { provider: 'sandbox', returnTo } },
    );
    const login = await browser.open(started.body.connectUrl);
    const { url } = await browser.submit(login, '/cancel', {}, atApp);
    expect(url.searchParams.get('error')).toBe('access_denied');
    const state = await mooring.call('GET', `/v1/users/cancels/connections/${started.body.id}`);
    expect(state.body).toMatchObject({ state: 'failed', error: 'access_denied' });
  });

  it('sends browsers back to allowed origins only', async () => {
    for (const bad of [
      'http://evil.example/',
      '//evil.example',
      'javascript:alert(1)',
      'http://localhost:4999@evil.example/',
      'http://localhost:4999.evil.example/',
    ]) {
      const reply = await mooring.call<Problem>('POST', '/v1/users/u/connections', {
        json: { provider: 'sandbox', returnTo: bad },
      });
      expect([bad, reply.status, reply.body.code]).toEqual([bad, 400, 'invalid_request']);
    }
  });
});
