/**
 * I15: every route with every right and with a filter of providers answers as declared. Made from
 * the declarations: a route that comes later is tried without a line more, and one that a filter
 * can reach fails here until it is told how it is cut.
 */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { routes } from '../../src/app';
import { Caches } from '../../src/caches';
import { readConfig } from '../../src/config';
import { completionOf } from '../../src/connect/secrets';
import { connectTransactions, oauthAccounts, pageSessions } from '../../src/db/schema';
import type { Access } from '../../src/http/caller';
import type { RouteSpec } from '../../src/http/route';
import { type Right, rights } from '../../src/rights';
import { type ApiInit, apiWith, serviceKey, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { fieldsOf, nameOf, pathOf } from '../support/requests';

type Restricted = RouteSpec & Access;

const restricted = routes.filter((spec): spec is (typeof routes)[number] & Restricted => {
  return spec.callers !== 'anyone';
});
const forServices = restricted.filter(({ callers }) => callers.includes('service'));
const each = <S extends RouteSpec>(specs: readonly S[]) =>
  specs.map((spec) => [nameOf(spec), spec] as const);

const ownHash = (env.SERVICE_KEYS as string).split(':')[1];
/** The key of the tests, with limits as SERVICE_KEYS says them. */
const configWith = (limits: string, settings: Record<string, string> = {}) =>
  readConfig({ ...env, SERVICE_KEYS: `limited:${ownHash}${limits}`, ...settings });
const depsWith = (limits: string, settings?: Record<string, string>) =>
  testDeps({ config: configWith(limits, settings) });

const sha256Hex = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

interface Answer {
  status: number;
  code: string | undefined;
  detail: string;
}

async function answerTo(
  call: ReturnType<typeof apiWith>,
  spec: RouteSpec,
  init: ApiInit = {},
  path = pathOf(spec),
): Promise<Answer> {
  const reply = await call(path, {
    method: spec.method.toUpperCase(),
    ...(spec.json ? { json: {} } : {}),
    ...init,
  });
  const { code, detail = '' }: { code?: string; detail?: string } = reply.headers
    .get('Content-Type')
    ?.endsWith('json')
    ? await reply.json()
    : {};
  return { status: reply.status, code, detail };
}

describe('each right', () => {
  it.each(each(forServices))(
    '%s takes the right that it declares, and no other',
    async (_, spec) => {
      for (const right of rights) {
        const { code, detail } = await answerTo(apiWith(depsWith(`:${right}`)), spec);
        expect([right, code === 'forbidden']).toEqual([right, right !== spec.right]);
        if (right !== spec.right) {
          expect(detail).toBe(
            `the key "limited" lacks the right "${spec.right}", which this takes`,
          );
        }
      }
    },
  );

  it.each(each(forServices))('%s is not open to all other rights together', async (_, spec) => {
    const others = rights.filter((right) => right !== spec.right).join('+');
    expect((await answerTo(apiWith(depsWith(`:${others}`)), spec)).code).toBe('forbidden');
    expect((await answerTo(apiWith(depsWith('')), spec)).code).not.toBe('forbidden');
  });

  it.each(each(restricted))('%s: a user has read and connect', async (_, spec) => {
    const token = await userToken('victim');
    const has = (right: Right, settings: Record<string, string>) =>
      ['read', 'connect'].includes(right) || (right === 'call' && settings.USERS_MAY_CALL === '1');
    for (const settings of [{}, { USERS_MAY_CALL: '1' }]) {
      const { code } = await answerTo(apiWith(depsWith('', settings)), spec, { token });
      const right = spec.rightForOneUser ?? spec.right;
      const mayReach = spec.callers.includes('user') && has(right, settings);
      expect([settings, code === 'forbidden']).toEqual([settings, !mayReach]);
    }
  });

  const oneUsers = forServices.filter(({ rightForOneUser }) => rightForOneUser !== undefined);

  it.each(each(oneUsers))('%s: of one user, another right is enough', async (_, spec) => {
    for (const right of rights) {
      const path = `${pathOf(spec)}?userId=victim`;
      const { code } = await answerTo(apiWith(depsWith(`:${right}`)), spec, {}, path);
      const mayReach = right === spec.right || right === spec.rightForOneUser;
      expect([right, code === 'forbidden']).toEqual([right, !mayReach]);
    }
  });

  it.each(each(oneUsers))('%s: a user reads its own, and nobody else’s', async (_, spec) => {
    const call = apiWith(depsWith(''));
    const token = await userToken('victim');
    for (const [userId, status] of [
      ['victim', 200],
      ['me', 200],
      ['other', 403],
      ['VICTIM', 403],
    ] as const) {
      const reply = await answerTo(call, spec, { token }, `${pathOf(spec)}?userId=${userId}`);
      expect([userId, reply.status]).toEqual([userId, status]);
    }
  });

  it('no route but an operator’s is for all users, unless it is cut', () => {
    const ofNoUser = forServices.filter(
      ({ right, path }) => right !== 'operate' && !path.includes(':userId'),
    );
    expect(ofNoUser.map(nameOf).toSorted()).toEqual([
      'GET /v1/providers',
      'POST /v1/refresh',
      'POST /v1/status',
    ]);
  });
});

const returnTo = 'https://app.example.com/back';
let users = 0;

/** A new user with accounts of two providers; the key is for the second only. */
async function twoAccounts(limits = '@acme') {
  const deps = depsWith(limits);
  users += 1;
  const user = `cut-user-${users}`;
  const reddit = await insertAccount(deps, { userId: user, provider: 'reddit' });
  const acme = await insertAccount(deps, { userId: user, provider: 'acme' });
  return { deps, call: apiWith(deps), user, reddit, acme };
}

/** What a filter leaves of the routes that name no provider in their path. */
const cuts: Record<string, () => Promise<void>> = {
  'GET /v1/users/:userId/integrations': async () => {
    const { call, user, acme } = await twoAccounts();
    const reply = await call(`/v1/users/${user}/integrations`);
    const { integrations } = await reply.json<{ integrations: { accountId: string }[] }>();
    expect(integrations.map(({ accountId }) => accountId)).toEqual([acme.providerAccountId]);
  },
  'POST /v1/status': async () => {
    const { call, user, acme } = await twoAccounts();
    const reply = await call('/v1/status', { method: 'POST', json: { userIds: [user] } });
    const { users } = await reply.json<{
      users: Record<string, { integrations: { accountId: string }[] }>;
    }>();
    expect(users[user]?.integrations.map(({ accountId }) => accountId)).toEqual([
      acme.providerAccountId,
    ]);
  },
  'POST /v1/refresh': async () => {
    const { call, deps, reddit } = await twoAccounts();
    const accounts = [{ provider: 'reddit', accountId: reddit.providerAccountId }];
    const reply = await call('/v1/refresh', { method: 'POST', json: { accounts } });
    await deps.settle();
    expect(await reply.json()).toMatchObject({
      refreshed: [],
      failed: [{ ...accounts[0], code: 'forbidden' }],
    });
  },
  'GET /v1/providers': async () => {
    const { call } = await twoAccounts();
    const reply = await call('/v1/providers');
    const { providers } = await reply.json<{ providers: { id: string }[] }>();
    expect(providers.map(({ id }) => id)).toEqual(['acme']);
  },
  'POST /v1/users/:userId/connections': async () => {
    const { call, user } = await twoAccounts();
    const begin = (provider: string) =>
      call(`/v1/users/${user}/connections`, { method: 'POST', json: { provider, returnTo } });
    expect((await begin('acme')).status).toBe(201);
    expect((await begin('reddit')).status).toBe(403);
    // Whether there is such a provider does not show.
    expect((await begin('nowhere')).status).toBe(403);
  },
  'POST /v1/users/:userId/token': async () => {
    const { call, deps, user } = await twoAccounts();
    const statusOf = async (provider: string) =>
      (await call(`/v1/users/${user}/token`, { method: 'POST', json: { provider } })).status;
    expect(await statusOf('acme')).toBe(200);
    expect(await statusOf('reddit')).toBe(403);
    expect(await statusOf('nowhere')).toBe(403);
    await deps.settle();
  },
  'GET /v1/users/:userId/connections/:id': async () => {
    const { call, user } = await twoAccounts();
    const everything = apiWith(depsWith(''));
    for (const [provider, status] of [
      ['acme', 200],
      ['reddit', 403],
    ] as const) {
      const begun = await everything(`/v1/users/${user}/connections`, {
        method: 'POST',
        json: { provider, returnTo },
      });
      const { id } = await begun.json<{ id: string }>();
      expect((await call(`/v1/users/${user}/connections/${id}`)).status).toBe(status);
    }
  },
  'POST /v1/users/:userId/connections/:id/complete': async () => {
    const { call, user } = await twoAccounts();
    const everything = depsWith('');
    const complete = async (provider: string) => {
      const begun = await apiWith(everything)(`/v1/users/${user}/connections`, {
        method: 'POST',
        json: { provider, returnTo },
      });
      const { id } = await begun.json<{ id: string }>();
      // As after a callback whose connection failed for another reason.
      await everything.db
        .update(connectTransactions)
        .set({ codeHash: id, state: 'failed' })
        .where(eq(connectTransactions.id, id));
      const completion = await completionOf(everything.vault, id, id);
      const reply = await call(`/v1/users/${user}/connections/${id}/complete`, {
        method: 'POST',
        json: { completion },
      });
      return (await reply.json<{ code: string }>()).code;
    };
    expect(await complete('reddit')).toBe('forbidden');
    expect(await complete('acme')).toBe('connection_failed');
  },
  'POST /v1/users/:userId/page-sessions': async () => {
    const { call, user, deps } = await twoAccounts();
    const create = (providers?: string[]) =>
      call(`/v1/users/${user}/page-sessions`, {
        method: 'POST',
        json: { label: 'Robin', returnTo, ...(providers ? { providers } : {}) },
      });
    expect((await create(['acme', 'reddit'])).status).toBe(403);
    expect((await create(['acme'])).status).toBe(201);
    expect((await create()).status).toBe(201);
    const sessions = await deps.db.select().from(pageSessions).where(eq(pageSessions.userId, user));
    expect(sessions.map(({ providers }) => providers)).toEqual([['acme'], ['acme']]);
  },
  'POST /v1/users/:userId/delegations': async () => {
    const { call, deps, user, acme } = await twoAccounts();
    const create = (providers?: string[]) =>
      call(`/v1/users/${user}/delegations`, {
        method: 'POST',
        json: { rights: ['read'], ...(providers ? { providers } : {}) },
      });
    expect((await create(['acme', 'reddit'])).status).toBe(403);
    const { token } = await (await create()).json<{ token: string }>();
    // Also once the key is for all of them.
    const wider = apiWith({ ...deps, config: configWith(''), caches: new Caches() });
    for (const reader of [call, wider]) {
      const reply = await reader(`/v1/users/${user}/integrations`, { token });
      const { integrations } = await reply.json<{ integrations: { accountId: string }[] }>();
      expect(integrations.map(({ accountId }) => accountId)).toEqual([acme.providerAccountId]);
    }
  },
  // It only takes away: all of a user's end, whatever they were for.
  'DELETE /v1/users/:userId/delegations': async () => {
    const { call, user } = await twoAccounts();
    expect((await call(`/v1/users/${user}/delegations`, { method: 'DELETE' })).status).toBe(204);
  },
};

describe('a key for one provider', () => {
  it.each(each(restricted))('%s declares where its provider is named', (_, spec) => {
    const isBare = spec.right === 'operate' && spec.rightForOneUser === undefined;
    const places = [
      ...(fieldsOf(spec.param).includes('provider') ? ['path'] : []),
      ...(fieldsOf(spec.json).includes('provider') ? ['body'] : []),
    ];
    if (places.length > 0) expect(places).toEqual([spec.provider]);
    // Ending all of a user's delegations only takes away.
    else expect(spec.provider).toBe(isBare || spec.id === 'endDelegations' ? 'none' : 'handler');
  });

  it.each(each(forServices.filter(({ right }) => right === 'operate')))(
    '%s is the operator’s: 403',
    async (_, spec) => {
      expect(await answerTo(apiWith(depsWith('@acme')), spec)).toMatchObject({
        status: 403,
        code: 'forbidden',
        detail: expect.stringContaining('"operate"'),
      });
    },
  );

  const named = forServices.filter(
    ({ right, path }) => right !== 'operate' && path.includes(':provider'),
  );

  it.each(each(named))('%s: 403 for another, there or not', async (_, spec) => {
    const { call, user, deps, reddit } = await twoAccounts();
    const before = await deps.db.select().from(oauthAccounts);
    for (const [provider, accountId] of [
      ['reddit', reddit.providerAccountId],
      ['reddit', 'nobody'],
      ['nowhere', 'nobody'],
    ] as const) {
      const path = pathOf(spec, { userId: user, provider, accountId });
      expect(await answerTo(call, spec, {}, path)).toEqual({
        status: 403,
        code: 'forbidden',
        detail: 'this caller is not for that provider',
      });
    }
    expect(await deps.db.select().from(oauthAccounts)).toEqual(before);
  });

  it.each(each(named))('%s: not 403 for its own', async (_, spec) => {
    const { call, user, acme } = await twoAccounts();
    const path = pathOf(spec, {
      userId: user,
      provider: 'acme',
      accountId: acme.providerAccountId,
    });
    expect((await answerTo(call, spec, {}, path)).status).not.toBe(403);
  });

  const unnamed = forServices.filter(
    ({ right, path }) => right !== 'operate' && !path.includes(':provider'),
  );

  it('is told here how it cuts each route that names no provider', () => {
    expect(Object.keys(cuts).toSorted()).toEqual(unnamed.map(nameOf).toSorted());
  });

  it.each(Object.entries(cuts))('%s is cut', (_, check) => check());
});

describe('what is cut', () => {
  it('has an ETag of its own, and no cache holds it', async () => {
    const { deps, user, reddit, acme } = await twoAccounts('');
    const path = `/v1/users/${user}/integrations`;
    const whole = apiWith(deps);
    const cut = apiWith({ ...deps, config: configWith('@acme'), caches: new Caches() });
    const other = apiWith({ ...deps, config: configWith('@reddit'), caches: new Caches() });
    const ids = async (call: typeof whole) => {
      const reply = await call(path);
      const { integrations } = await reply.json<{ integrations: { accountId: string }[] }>();
      return {
        etag: reply.headers.get('ETag') ?? '',
        status: reply.headers.get('Cache-Status'),
        ids: integrations.map(({ accountId }) => accountId).toSorted(),
      };
    };
    const both = [reddit.providerAccountId, acme.providerAccountId].toSorted();
    // In each order, over the same memory and KV.
    const seen = [await ids(cut), await ids(whole), await ids(other), await ids(cut)];
    await deps.settle();
    seen.push(await ids(whole));
    expect(seen.map((one) => one.ids)).toEqual([
      [acme.providerAccountId],
      both,
      [reddit.providerAccountId],
      [acme.providerAccountId],
      both,
    ]);
    expect(new Set(seen.map(({ etag }) => etag)).size).toBe(3);
    expect(seen.slice(1).every(({ status }) => status?.includes('mooring-memory; hit'))).toBe(true);
    // A client that has the whole answer is not told that its own still holds, nor the other way
    // round.
    for (const [call, etag] of [
      [cut, seen[1]?.etag],
      [whole, seen[0]?.etag],
      [other, seen[0]?.etag],
    ] as const) {
      const reply = await call(path, { headers: { 'If-None-Match': etag ?? '' } });
      expect(reply.status).toBe(200);
      await reply.text();
    }
    const again = await cut(path, { headers: { 'If-None-Match': seen[0]?.etag ?? '' } });
    expect(again.status).toBe(304);
  });

  it('is cut in one isolate as well, where two keys share every cache', async () => {
    const otherKey = 'a-second-key-of-this-test';
    const SERVICE_KEYS = `whole:${ownHash},cut:${await sha256Hex(otherKey)}:read@acme`;
    const deps = testDeps({ config: readConfig({ ...env, SERVICE_KEYS }) });
    await insertAccount(deps, { userId: 'shared', provider: 'reddit' });
    await insertAccount(deps, { userId: 'shared', provider: 'acme' });
    const call = apiWith(deps);
    const count = async (token: string) => {
      const reply = await call('/v1/users/shared/integrations', { token });
      return (await reply.json<{ integrations: unknown[] }>()).integrations.length;
    };
    expect([
      await count(serviceKey),
      await count(otherKey),
      await count(serviceKey),
      await count(otherKey),
    ]).toEqual([2, 1, 2, 1]);
  });
});
