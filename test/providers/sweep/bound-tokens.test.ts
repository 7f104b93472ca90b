/**
 * Tokens that are bound to a key (RFC 9449), through the app: who gets them, and what becomes of
 * the key.
 */
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { splitKey } from '../../../src/oauth/dpop';
import { accountContext } from '../../../src/vault/vault';
import { mechanisms } from '../../simulator/mechanisms';
import type { Interception } from '../../simulator/simulator';
import { recordAt } from '../../support/config';
import { dumpDatabase, dumpKv } from '../../support/dump';
import { json } from '../../support/provider';
import { findSecrets } from '../../support/secrets';
import { clearTables, Traveller } from './support/traveller';

beforeEach(clearTables);

const API = '/v1/users/ada/proxy/strongbox/-';

const record = recordAt('strongbox', {
  dpop: true,
  displayName: 'name',
  scopes: ['read'],
  clientAuth: 'client_secret_basic',
  pushedAuthorizationRequestUrl: 'https://strongbox.example/par',
  profileUrl: 'https://api.strongbox.example/v1/me',
  apiUrl: 'https://api.strongbox.example/v1',
});

const start = () => new Traveller(mechanisms.strongbox, record);

async function connected(): Promise<Traveller> {
  const traveller = start();
  await traveller.connect();
  return traveller;
}

const keyOf = async ({ deps }: Traveller, row: Awaited<ReturnType<Traveller['row']>>) => {
  const context = accountContext('strongbox', row.providerAccountId, 'refresh_token');
  const { dpopKey } = splitKey(await deps.vault.open(row.refreshToken ?? '', context));
  return dpopKey?.d ?? '';
};

/** What it would answer, as another type. */
const asBearer: Interception = async (_, usual) => {
  const reply = await usual();
  const body = await reply.clone().json<Record<string, unknown>>();
  return body.access_token === undefined ? reply : json({ ...body, token_type: 'Bearer' });
};

describe('a bound token', { timeout: 60_000 }, () => {
  it('is handed to nobody, nor is its key', async () => {
    const traveller = await connected();
    const replies = [
      await traveller.api(`${traveller.path()}/token`),
      await traveller.api('/v1/users/ada/token', {
        method: 'POST',
        json: { provider: 'strongbox' },
      }),
    ];
    for (const reply of replies) {
      expect(reply.status).toBe(409);
      expect(await reply.json()).toMatchObject({ code: 'token_bound' });
    }
  });

  it('is called with by proofs of the request as it is sent; what the caller sends for one is left out', async () => {
    const { api, simulator } = await connected();
    simulator.answer('/v1/posts', () =>
      json({ ok: true }, 201, { 'DPoP-Nonce': 'for-the-client' }),
    );
    const reply = await api(`${API}/posts?page=2`, {
      method: 'POST',
      json: { text: 'hello' },
      headers: { DPoP: 'of-the-caller' },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.has('DPoP-Nonce')).toBe(false);
    const [sent] = simulator.to('/v1/posts');
    expect(sent?.headers.authorization).toMatch(/^DPoP strongbox-at/);
    expect(decodeJwt(sent?.headers.dpop ?? '')).toMatchObject({
      htm: 'POST',
      htu: 'https://api.strongbox.example/v1/posts',
    });
  });

  const challenged = { status: 401, nonce: { 'DPoP-Nonce': 'n-1' } };
  const challenge = () =>
    json({}, challenged.status, {
      ...challenged.nonce,
      'WWW-Authenticate': 'DPoP error="use_dpop_nonce"',
    });

  it('is sent again with the nonce that is wanted, where the body is held', async () => {
    const { api, simulator } = await connected();
    simulator.answer('/v1/posts', ({ nth }) => (nth === 1 ? challenge() : json({ nth })));
    const reply = await api(`${API}/posts`, {
      method: 'POST',
      body: 'hello',
      headers: { 'Content-Length': '5' },
    });
    expect(await reply.json()).toEqual({ nth: 2 });
    const sent = simulator.to('/v1/posts');
    expect(sent.map(({ body }) => body)).toEqual(['hello', 'hello']);
    const [first, second] = sent.map(({ headers }) => decodeJwt(headers.dpop ?? ''));
    expect(second?.nonce).toBe('n-1');
    expect(second?.jti).not.toBe(first?.jti);
    // Nothing was refused, so nothing was renewed.
    expect(simulator.count('refresh')).toBe(0);
    expect(reply.headers.has('Mooring-Token')).toBe(false);
  });

  it('is not, where the body is not held: the caller gets the 401, and the next call goes well', async () => {
    const { api, simulator } = await connected();
    simulator.answer('/v1/posts', ({ nth }) => (nth === 1 ? challenge() : json({ nth })));
    const post = () => api(`${API}/posts`, { method: 'POST', body: new Blob(['x']).stream() });
    expect((await post()).status).toBe(401);
    expect(simulator.to('/v1/posts')).toHaveLength(1);
    expect((await post()).status).toBe(200);
    expect(decodeJwt(simulator.to('/v1/posts')[1]?.headers.dpop ?? '').nonce).toBe('n-1');
  });

  it('is renewed where it is refused, and the same key goes on', async () => {
    const traveller = await connected();
    const { api, simulator, deps } = traveller;
    const key = await keyOf(traveller, await traveller.row());
    deps.clock.advance(20 * 60_000);
    simulator.answer('/v1/posts', ({ nth }) =>
      nth === 1 ? json({}, 401, { 'WWW-Authenticate': 'DPoP error="invalid_token"' }) : json({}),
    );
    const reply = await api(`${API}/posts`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Mooring-Token')).toBe('refreshed');
    await deps.settle();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(await keyOf(traveller, await traveller.row())).toBe(key);
  });

  it('has a key of its own for each grant, and after a reconnect another one', async () => {
    const traveller = await connected();
    const first = await keyOf(traveller, await traveller.row());
    await traveller.connect({ accountId: 'ada' });
    expect(await keyOf(traveller, await traveller.row())).not.toBe(first);
  });
});

describe('a reply with a bearer token instead', { timeout: 60_000 }, () => {
  it('connects nothing, and what it brought is given back', async () => {
    const traveller = start();
    traveller.simulator.answer('/token', asBearer);
    await expect(traveller.connect()).rejects.toThrow(/502.*bound to no key/);
    await traveller.deps.settle();
    await expect(traveller.row()).rejects.toThrow('there is no row');
    expect(traveller.simulator.count('revoke')).toBe(1);
    expect(traveller.simulator.good('refresh')).toBe(0);
  });

  it('refreshes nothing, marks nobody, and keeps the refresh token that came with it', async () => {
    const traveller = await connected();
    const before = await traveller.row();
    traveller.simulator.answer('/token', asBearer);
    await traveller.reachRefresh();
    const after = await traveller.row();
    expect(after).toMatchObject({ state: 'active', accessToken: before.accessToken });
    expect(after.refreshToken).not.toBe(before.refreshToken);
    traveller.simulator.answer('/token', null);
    traveller.deps.clock.advance(60_000);
    expect(await traveller.refresh()).toMatchObject({ status: 200 });
    await traveller.callProfile();
  });
});

describe('the key', { timeout: 60_000 }, () => {
  it('stands nowhere in the clear', async () => {
    const traveller = await connected();
    const key = await keyOf(traveller, await traveller.row());
    await traveller.callProfile();
    await traveller.reachRefresh();
    expect(key).toMatch(/^[\w-]{43}$/);
    const stored = async () => JSON.stringify([await dumpDatabase(), await dumpKv()]);
    const { requests, visits } = traveller.simulator;
    const outputs = {
      logs: traveller.deps.logLines.join('\n'),
      requests: JSON.stringify([...requests, ...visits]),
      storage: await stored(),
      integration: JSON.stringify(await traveller.integration()),
    };
    await traveller.disconnect();
    expect(findSecrets({ key }, { ...outputs, 'storage after the end': await stored() })).toEqual(
      [],
    );
  });
});
