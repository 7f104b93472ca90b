import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { connectionError } from '../../src/connect/failure';
import { hashSecret } from '../../src/crypto';
import { connectTransactions } from '../../src/db/schema';
import { transactionContext } from '../../src/vault/vault';
import { clientsOf, configWith, recordByIssuer, serverMetadata } from '../support/config';
import { codeOf, type Journey, journey } from './journey';

const row = async (j: Journey, id: string) => {
  const [found] = await j.deps.db
    .select()
    .from(connectTransactions)
    .where(eq(connectTransactions.id, id));
  if (!found) throw new Error('no such transaction');
  return found;
};

const idIn = (state: string): string => state.slice(0, 43);

/** Steps 1 and 2. */
async function started(j: Journey, userId: string, input: Record<string, unknown> = {}) {
  const { id, connectUrl } = await j.begin(userId, input);
  const { location, cookie } = await j.open(connectUrl);
  return { id, connectUrl, cookie, state: location.searchParams.get('state') ?? '' };
}

const back = (reply: Response) => {
  expect(reply.status).toBe(303);
  const url = new URL(reply.headers.get('Location') ?? '');
  expect(url.origin).toBe('https://app.example.com');
  return Object.fromEntries(url.searchParams);
};

describe('GET /connect/callback', () => {
  test('keeps the code sealed, exchanges nothing, and leaves a clean URL behind', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-1');
    const reply = await j.callback({ state, code: 'code-secret' }, cookie);
    expect(back(reply)).toEqual({
      tab: '1',
      connection: id,
      completion: expect.stringMatching(/\.[\w-]{43}$/),
    });
    expect(reply.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
    const stored = await row(j, id);
    expect(stored.state).toBe('authorized');
    expect(JSON.stringify(stored)).not.toContain('code-secret');
    expect(await j.deps.vault.open(stored.code ?? '', transactionContext(id, 'code'))).toBe(
      'code-secret',
    );
    expect(j.provider.requests).toEqual([]);
    expect(j.deps.logLines.join('\n')).not.toMatch(/code-secret/);
  });

  test.each([
    ['no state', { code: 'code-x' }],
    ['an empty state', { state: '', code: 'code-x' }],
    ['an unknown state', { state: 'x'.repeat(43), code: 'code-x' }],
    ['an error without a state', { error: 'access_denied' }],
    ['an error with an unknown state', { error: 'access_denied', state: 'x'.repeat(43) }],
  ])('%s: a problem, never a redirect', async (_, query) => {
    const j = journey();
    const reply = await j.callback(query, `__Host-mooring-browser=${'y'.repeat(43)}`);
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
    expect(reply.headers.get('Location')).toBeNull();
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
  });

  test('a replayed state is refused before any token request', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-2');
    back(await j.callback({ state, code: 'code-first' }, cookie));
    const replay = await j.callback({ state, code: 'code-second' }, cookie);
    expect([replay.status, await codeOf(replay)]).toEqual([400, 'invalid_request']);
    const { code } = await row(j, id);
    expect(await j.deps.vault.open(code ?? '', transactionContext(id, 'code'))).toBe('code-first');
    expect(j.provider.requests).toEqual([]);
  });

  test('of two callbacks at once, one consumes the state', async () => {
    const j = journey();
    const { cookie, state } = await started(j, 'callback-3');
    const replies = await Promise.all(
      ['code-a', 'code-b', 'code-c'].map((code) => j.callback({ state, code }, cookie)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
  });

  test('another browser is refused, and the rightful one can still finish', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-4');
    for (const other of [null, `__Host-mooring-browser=${'z'.repeat(43)}`]) {
      for (const query of [
        { state, code: 'code-evil' },
        { state, error: 'access_denied' },
      ]) {
        const reply = await j.callback(query, other);
        expect([reply.status, await codeOf(reply)]).toEqual([403, 'forbidden']);
        expect(reply.headers.get('Location')).toBeNull();
      }
    }
    expect((await row(j, id)).state).toBe('started');
    expect(back(await j.callback({ state, code: 'code-good' }, cookie)).error).toBeUndefined();
  });

  test("provider A's callback with B's state is refused, and changes nothing (mix-up)", async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-5');
    const reply = await j.callback({ state, code: 'code-x' }, cookie, 'reddit');
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
    expect((await row(j, id)).state).toBe('started');
  });

  test.each(['..%2facme', 'ACME', '__proto__', 'a b'])('the provider %s is no path', async (id) => {
    const { status } = await journey().callback({ state: 'x', code: 'y' }, null, id);
    expect([400, 404]).toContain(status);
  });

  test('too late: back to the app, and the code is not kept', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-6');
    j.deps.clock.advance(600_000);
    const reply = await j.callback({ state, code: 'code-late' }, cookie);
    expect(back(reply)).toEqual({ tab: '1', connection: id, error: 'connection_expired' });
    expect((await row(j, id)).code).toBeNull();
  });

  test('an error ends the transaction, under a code of our own', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-7');
    const reply = await j.callback(
      { state, error: 'access_denied', error_description: '<script>alert(1)</script>' },
      cookie,
    );
    expect(back(reply)).toEqual({ tab: '1', connection: id, error: 'access_denied' });
    expect(await row(j, id)).toMatchObject({ state: 'failed', error: 'access_denied', code: null });
    const status = await j.api(`/v1/users/callback-7/connections/${id}`);
    expect(await status.json()).toEqual({
      id,
      provider: 'acme',
      state: 'failed',
      error: 'access_denied',
    });
  });

  test("a provider's own words reach nobody: not the app, the log or the table", async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-8');
    const words = '"><img src=x onerror=alert(1)>';
    const reply = await j.callback({ state, error: words, error_description: words }, cookie);
    expect(back(reply).error).toBe('provider_error');
    expect(JSON.stringify([await row(j, id), j.deps.logLines])).not.toContain('onerror');
  });

  test('a state that a Worker of the version before made is taken, in its browser only', async () => {
    const j = journey();
    const { id, cookie } = await started(j, 'callback-13');
    const state = 's'.repeat(43);
    await j.deps.db
      .update(connectTransactions)
      .set({ stateHash: await hashSecret(state) })
      .where(eq(connectTransactions.id, id));
    const other = await j.callback(
      { state, code: 'c' },
      `__Host-mooring-browser=${'z'.repeat(43)}`,
    );
    expect(other.status).toBe(403);
    const first = await j.callback({ state, code: 'c' }, cookie);
    expect(back(first)).toMatchObject({ connection: id, completion: expect.any(String) });
    expect(back(await j.callback({ state, code: 'c' }, cookie))).toEqual(back(first));
  });

  test.each([
    ['of another connection', (_: string, other: string) => other],
    ['with the id of another', (own: string, other: string) => own.replace(/^[^.]+/, idIn(other))],
    ['cut short', (own: string) => own.slice(0, -1)],
    ['with no more than an id', (own: string) => idIn(own)],
    ['under an unknown key', (own: string) => own.replace('.k1.', '.k9.')],
  ])('a state %s is refused', async (_, forged) => {
    const j = journey();
    const own = await started(j, 'callback-14');
    const other = await started(j, 'callback-14');
    const reply = await j.callback(
      { state: forged(own.state, other.state), code: 'c' },
      own.cookie,
    );
    expect([400, 403]).toContain(reply.status);
    expect(reply.headers.get('Location')).toBeNull();
    for (const { id } of [own, other]) expect((await row(j, id)).state).toBe('started');
  });

  test.each([
    ['code and error together', { code: 'code-x', error: 'access_denied' }, 'access_denied'],
    ['neither code nor error', {}, 'provider_error'],
    ['an empty code', { code: '' }, 'provider_error'],
  ])('%s: failed, and no code is kept', async (_, query, error) => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-9');
    expect(back(await j.callback({ state, ...query }, cookie)).error).toBe(error);
    expect(await row(j, id)).toMatchObject({ state: 'failed', error, code: null });
  });

  test('an empty error is none: the code is kept', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-11');
    const reply = await j.callback({ state, code: 'code-x', error: '' }, cookie);
    expect(back(reply)).toMatchObject({ connection: id, completion: expect.any(String) });
    expect((await row(j, id)).state).toBe('authorized');
  });

  test('a slash at the end of the path is as good as none', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-12');
    const reply = await j.callback({ state, code: 'code-x' }, cookie, 'acme/');
    expect(back(reply)).toMatchObject({ connection: id, completion: expect.any(String) });
  });

  test('a parameter that is there twice is ambiguous: refused', async () => {
    const j = journey();
    const { id, cookie, state } = await started(j, 'callback-10');
    const reply = await j.api(`/connect/callback/acme?state=${state}&code=a&code=b`, {
      token: null,
      headers: { Cookie: cookie },
    });
    expect(reply.status).toBe(400);
    expect((await row(j, id)).state).toBe('started');
  });

  test.each([
    ['access_denied', 'access_denied'],
    ['consent_required', 'access_denied'],
    ['user_cancelled_login', 'access_denied'],
    ['invalid_scope', 'invalid_scope'],
    ['server_error', 'provider_unavailable'],
    ['temporarily_unavailable', 'provider_unavailable'],
    ['unauthorized_client', 'provider_error'],
    ['invalid_request', 'provider_error'],
    ['', 'provider_error'],
  ])("the provider's %s is our %s", (theirs, ours) => {
    expect(connectionError(theirs)).toBe(ours);
  });
});

describe('iss (RFC 9207)', () => {
  const issuer = (name: string, announced: boolean): Journey => {
    const j = journey({
      config: configWith(
        {
          oidc: recordByIssuer(`https://${name}.example`),
        },
        clientsOf(['oidc']),
      ),
    });
    j.provider.answer('/.well-known/openid-configuration', () =>
      Response.json(
        serverMetadata(`https://${name}.example`, {
          authorization_response_iss_parameter_supported: announced,
        }),
      ),
    );
    return j;
  };

  test.each([
    ['right', 'announced', { iss: 'https://iss-1.example' }, undefined],
    ['missing', 'announced', {}, 'issuer_mismatch'],
    ['empty', 'announced', { iss: '' }, 'issuer_mismatch'],
    ['another', 'announced', { iss: 'https://evil.example' }, 'issuer_mismatch'],
    ['right but for a slash', 'announced', { iss: 'https://iss-1.example/' }, 'issuer_mismatch'],
    ['right but for its case', 'announced', { iss: 'https://ISS-1.example' }, 'issuer_mismatch'],
    ['missing', 'not announced', {}, undefined],
    ['right', 'not announced', { iss: 'https://iss-2.example' }, undefined],
    ['another', 'not announced', { iss: 'https://evil.example' }, 'issuer_mismatch'],
  ])('%s, %s', async (_, announced, iss, error) => {
    const j = issuer(announced === 'announced' ? 'iss-1' : 'iss-2', announced === 'announced');
    const { id, cookie, state } = await started(j, 'callback-iss', { provider: 'oidc' });
    const reply = await j.callback({ state, code: 'code-x', ...iss }, cookie, 'oidc');
    expect(back(reply).error).toBe(error);
    expect((await row(j, id)).state).toBe(error === undefined ? 'authorized' : 'failed');
    expect(j.provider.to('/token')).toEqual([]);
  });

  test('an error callback is held to it as well', async () => {
    const j = issuer('iss-3', true);
    const { cookie, state } = await started(j, 'callback-iss-error', { provider: 'oidc' });
    const query = { state, error: 'access_denied', iss: 'https://evil.example' };
    expect(back(await j.callback(query, cookie, 'oidc')).error).toBe('issuer_mismatch');
  });
});
