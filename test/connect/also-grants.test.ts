import { env } from 'cloudflare:workers';
import { and, eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { beginConnection } from '../../src/connect/begin';
import { owedRevocation } from '../../src/db/owed-revocations';
import { eventLog, oauthAccounts, outbox } from '../../src/db/schema';
import type { Deps } from '../../src/deps';
import { deliverRevocations } from '../../src/disconnect/outbox';
import { refreshOne } from '../../src/refresh/on-demand';
import { accountContext } from '../../src/vault/vault';
import { beginPageSession, findPageSession } from '../../src/web/hosted/session';
import type { Interception, Received } from '../simulator/simulator';
import { d1With, gate } from '../status-cache/faults';
import { userToken } from '../support/api';
import { configWith } from '../support/config';
import { insertAccount } from '../support/fixtures';
import { codeOf, type Journey, journey } from './journey';

const settings = { SLACK_CLIENT_ID: 'slack-id', SLACK_CLIENT_SECRET: 'slack-secret' };
const slackConfig = configWith(
  { slack: { authorizationParams: { user_scope: 'users:read,users.profile:read' } } },
  settings,
);
/** As Slack, but a revocation ends nothing but its token. */
const alone = { revocationReach: 'token' };
const aloneConfig = configWith(
  {
    slack: { ...alone, authorizationParams: { user_scope: 'users:read' } },
    'slack-user': alone,
  },
  settings,
);

type Reply = Record<string, unknown>;

/**
 * The code `code-T1.U1` installs the bot in team T1 and brings U1's own token; what stands in
 * `authed_user` is `person`'s say.
 */
function slack(
  person: (token: Reply, bot: Reply) => unknown = (token) => token,
  more: Partial<Deps> = {},
): Journey {
  const j = journey({ config: slackConfig, ...more });
  j.provider.answer('/api/oauth.v2.access', ({ params, nth }) => {
    const refreshed = params.get('refresh_token');
    if (refreshed) {
      const kind = refreshed.replace(/-\d+$/, '').replace('refresh-', '');
      return Response.json({
        ok: true,
        access_token: `${kind}-${nth}`,
        refresh_token: `refresh-${kind}-${nth}`,
        token_type: 'user',
        expires_in: 43_200,
      });
    }
    const [team, user] = (params.get('code') ?? '').replace(/^code-/, '').split('.');
    const token = (kind: string, scope: string) => ({
      access_token: `${kind}-${nth}`,
      refresh_token: `refresh-${kind}-${nth}`,
      expires_in: 43_200,
      scope,
    });
    const bot = { ...token(`bot.${team}.B`, 'team:read'), token_type: 'bot' };
    const own = {
      id: user,
      ...token(`person.${team}.${user}`, 'users:read,users.profile:read'),
      token_type: 'user',
    };
    return Response.json({ ok: true, ...bot, authed_user: person(own, bot) });
  });
  j.provider.answer('/api/auth.test', whoseToken);
  j.provider.answer('/api/auth.revoke', () => Response.json({ ok: true, revoked: true }));
  return j;
}

function whoseToken({ headers }: Received): Response {
  const [, team_id, user_id] =
    /^Bearer (?:bot|person)\.(\w+)\.(\w+)-/.exec(headers.authorization ?? '') ?? [];
  return team_id
    ? Response.json({
        ok: true,
        team_id,
        user_id,
        team: `Team ${team_id}`,
        user: `user ${user_id}`,
      })
    : Response.json({ ok: false, error: 'invalid_auth' });
}

const connect = (j: Journey, userId: string, code: string, input: Reply = {}) =>
  j.connect(userId, code, { provider: 'slack', ...input });

const rowsOf = async (j: Journey, userId: string) => {
  const rows = await j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, userId));
  const of = (provider: string) => rows.find((row) => row.provider === provider);
  return { count: rows.length, bot: of('slack'), person: of('slack-user') };
};

const opened = async (j: Journey, row: typeof oauthAccounts.$inferSelect | undefined) =>
  Promise.all(
    (['access_token', 'refresh_token'] as const).map((field) => {
      const sealed = field === 'access_token' ? row?.accessToken : row?.refreshToken;
      const context = accountContext(row?.provider ?? '', row?.providerAccountId ?? '', field);
      return sealed ? j.deps.vault.open(sealed, context) : null;
    }),
  );

const eventsOf = async (j: Journey, userId: string) =>
  (await j.deps.db.select().from(eventLog).where(eq(eventLog.userId, userId))).map(
    ({ type, provider }) => `${provider} ${type}`,
  );

const revoked = (j: Journey) =>
  j.provider.to('/api/auth.revoke').map(({ headers }) => headers.authorization?.slice(7));

describe('one consent, two accounts (Slack)', () => {
  test('the bot is the answer; the list shows both, each with its own tokens, scopes and name', async () => {
    const j = slack();
    const { id, connectUrl } = await j.begin('two-1', { provider: 'slack' });
    const { location, cookie } = await j.open(connectUrl);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      scope: 'team:read',
      user_scope: 'users:read,users.profile:read',
    });
    const state = location.searchParams.get('state') ?? '';
    await j.callback({ state, code: 'code-T1.U1' }, cookie, 'slack');
    const reply = await j.complete('two-1', id);
    expect(reply.status, await reply.clone().text()).toBe(201);
    const main = await reply.json<Reply>();
    expect(main).toMatchObject({ provider: 'slack', accountId: 'T1:B', missingScopes: [] });

    const list = await j.api('/v1/users/two-1/integrations', {
      headers: { 'Consistency-Token': reply.headers.get('Consistency-Token') ?? '' },
    });
    const { integrations } = await list.json<{ integrations: Reply[] }>();
    expect(integrations).toHaveLength(2);
    expect(integrations).toContainEqual(main);
    expect(integrations.find(({ provider }) => provider === 'slack-user')).toMatchObject({
      accountId: 'T1:U1',
      displayName: 'user U1',
      status: 'connected',
      scopes: ['users:read', 'users.profile:read'],
      missingScopes: [],
      expiresAt: new Date(j.deps.now() + 43_200_000).toISOString(),
    });

    const { bot, person } = await rowsOf(j, 'two-1');
    expect(await opened(j, bot)).toEqual(['bot.T1.B-1', 'refresh-bot.T1.B-1']);
    expect(await opened(j, person)).toEqual(['person.T1.U1-1', 'refresh-person.T1.U1-1']);
    expect(person).toMatchObject({ subject: 'T1:U1', tokenType: 'user' });
    expect(await eventsOf(j, 'two-1')).toEqual([
      'slack integration.connected',
      'slack-user integration.connected',
    ]);
    expect(j.provider.to('/api/oauth.v2.access')).toHaveLength(1);
    expect(j.deps.logLines.join('\n')).not.toMatch(/bot\.T1|person\.T1/);
    expect((await j.complete('two-1', id)).status).toBe(200);
  });

  test.each<[string, (token: Reply, bot: Reply) => unknown]>([
    ['only names the person', ({ id }) => ({ id })],
    ['is not there', () => undefined],
    ['is null', () => null],
    ['is a string', ({ access_token }) => access_token],
    ['has an empty token', (token) => ({ ...token, access_token: '' })],
    ['has a token that is a number', (token) => ({ ...token, access_token: 7 })],
    ['has a refresh token only', ({ access_token, ...rest }) => rest],
    ["has the bot's token", (token, { access_token }) => ({ ...token, access_token })],
    ['has a token of nobody', (token) => ({ ...token, access_token: 'unknown-1' })],
  ])(
    "authed_user %s: the bot alone is connected, and not as the person's",
    async (name, person) => {
      const j = slack(person);
      const user = `two-2-${name.replace(/\W/g, '-')}`;
      const team = `T2${name.replace(/\W/g, '')}`;
      expect((await connect(j, user, `code-${team}.U1`)).status).toBe(201);
      const { count, bot } = await rowsOf(j, user);
      expect(count).toBe(1);
      expect(await opened(j, bot)).toEqual([`bot.${team}.B-1`, `refresh-bot.${team}.B-1`]);
      expect(await eventsOf(j, user)).toEqual(['slack integration.connected']);
    },
  );

  test("what authed_user leaves out is not taken from the bot's", async () => {
    const j = slack(({ id, access_token }) => ({ id, access_token }));
    await connect(j, 'two-3', 'code-T3.U1');
    const { person } = await rowsOf(j, 'two-3');
    expect(await opened(j, person)).toEqual(['person.T3.U1-1', null]);
    expect(person).toMatchObject({
      expiresAt: null,
      tokenType: null,
      refreshDueAt: null,
      // RFC 6749 5.1: as asked for.
      scope: ['users:read', 'users.profile:read'],
    });
  });

  test('fewer scopes than asked for are missing on the account that lacks them', async () => {
    const j = slack((token) => ({ ...token, scope: 'users:read' }));
    await connect(j, 'two-4', 'code-T4.U1');
    const list = await j.api('/v1/users/two-4/integrations');
    const { integrations } = await list.json<{ integrations: Reply[] }>();
    expect(
      Object.fromEntries(integrations.map((one) => [one.provider, one.missingScopes])),
    ).toEqual({ slack: [], 'slack-user': ['users.profile:read'] });
  });

  test('scopes of the person that the connection itself asks for are those that were asked for', async () => {
    const config = configWith(
      {
        slack: {
          authorizationParams: { user_scope: 'users:read' },
          allowedAuthorizationParams: ['user_scope'],
        },
      },
      settings,
    );
    const j = slack((token) => ({ ...token, scope: 'users:read' }), { config });
    const reply = await connect(j, 'two-8', 'code-T8.U1', {
      authorizationParams: { user_scope: 'users:read,users.profile:read' },
    });
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect((await rowsOf(j, 'two-8')).person).toMatchObject({
      requestedScope: ['users:read', 'users.profile:read'],
      scope: ['users:read'],
    });
  });

  test('each is refreshed with its own refresh token, and disconnected alone', async () => {
    const j = slack();
    await connect(j, 'two-5', 'code-T5.U1');
    const before = await rowsOf(j, 'two-5');
    await refreshOne(j.deps, { userId: 'two-5', provider: 'slack-user', accountId: 'T5:U1' });
    const [, refresh] = j.provider.to('/api/oauth.v2.access');
    expect(Object.fromEntries(refresh?.params ?? [])).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-person.T5.U1-1',
      client_id: 'slack-id',
    });
    const after = await rowsOf(j, 'two-5');
    expect(await opened(j, after.person)).toEqual(['person.T5.U1-2', 'refresh-person.T5.U1-2']);
    expect(after.bot).toEqual(before.bot);

    const path = '/v1/users/two-5/integrations/slack-user/T5%3AU1';
    expect((await j.api(path, { method: 'DELETE' })).status).toBe(200);
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-person.T5.U1-2', 'person.T5.U1-2']);
    expect(await rowsOf(j, 'two-5')).toMatchObject({ count: 1, bot: before.bot });
  });

  test('connected again, both keep their place; the person keeps the refresh token where none came', async () => {
    let brings = true;
    const j = slack(({ refresh_token, ...token }) =>
      brings ? { ...token, refresh_token } : token,
    );
    await connect(j, 'two-6', 'code-T6.U1');
    const first = await rowsOf(j, 'two-6');
    brings = false;
    j.deps.clock.advance(60_000);
    expect((await connect(j, 'two-6', 'code-T6.U1', { accountId: 'T6:B' })).status).toBe(201);
    const again = await rowsOf(j, 'two-6');
    expect(again.count).toBe(2);
    for (const one of ['bot', 'person'] as const) {
      expect(again[one]).toMatchObject({ id: first[one]?.id, createdAt: first[one]?.createdAt });
      expect(again[one]?.tokenVersion).toBeGreaterThan(first[one]?.tokenVersion ?? Infinity);
    }
    expect(await opened(j, again.person)).toEqual(['person.T6.U1-2', 'refresh-person.T6.U1-1']);
    expect((await eventsOf(j, 'two-6')).slice(2)).toEqual([
      'slack integration.reconnected',
      'slack-user integration.reconnected',
    ]);
  });
});

describe('an account belongs to one user (I9)', () => {
  test("the person's is another user's: skipped, the bot stays; a token that may be in use is not revoked (I7)", async () => {
    const j = slack();
    const owned = await insertAccount(j.deps, {
      userId: 'own-1-owner',
      provider: 'slack-user',
      providerAccountId: 'T11:U1',
    });
    const reply = await connect(j, 'own-1', 'code-T11.U1');
    expect(reply.status).toBe(201);
    await j.deps.settle();
    expect(await rowsOf(j, 'own-1')).toMatchObject({ count: 1, bot: { state: 'active' } });
    expect((await rowsOf(j, 'own-1-owner')).person).toEqual(owned);
    expect(await eventsOf(j, 'own-1')).toEqual(['slack integration.connected']);
    expect(revoked(j)).toEqual([]);
  });

  test('where a revocation ends its token only, the one that came in vain is revoked', async () => {
    const j = slack(undefined, { config: aloneConfig });
    await insertAccount(j.deps, {
      userId: 'own-2-owner',
      provider: 'slack-user',
      providerAccountId: 'T12:U1',
    });
    expect((await connect(j, 'own-2', 'code-T12.U1')).status).toBe(201);
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-person.T12.U1-1', 'person.T12.U1-1']);
  });

  test.each([
    ["the bot's is another user's", 'account_linked_to_another_user', {}],
    ['another bot comes back on a reconnect', 'account_mismatch', { accountId: 'T13:mine' }],
  ])('%s: 409, nothing is stored, and all that came is revoked', async (_, code, input) => {
    const j = slack(undefined, { config: aloneConfig });
    const user = `own-3-${code}`;
    const team = 'accountId' in input ? 'T14' : 'T13';
    await insertAccount(j.deps, {
      userId: 'accountId' in input ? user : 'own-3-owner',
      provider: 'slack',
      providerAccountId: 'accountId' in input ? 'T13:mine' : 'T13:B',
    });
    const before = await rowsOf(j, user);
    const reply = await connect(j, user, `code-${team}.U1`, input);
    expect([reply.status, await codeOf(reply)]).toEqual([409, code]);
    await j.deps.settle();
    expect(await rowsOf(j, user)).toEqual(before);
    expect(revoked(j).sort()).toEqual([
      `bot.${team}.B-1`,
      `person.${team}.U1-1`,
      `refresh-bot.${team}.B-1`,
      `refresh-person.${team}.U1-1`,
    ]);
  });

  test("the bot's profile tells nobody: 502, nothing is stored, and all that came is revoked", async () => {
    const j = slack(undefined, { config: aloneConfig });
    j.provider.answer('/api/auth.test', (call) =>
      call.headers.authorization?.includes('bot.')
        ? Response.json({ ok: false, error: 'invalid_auth' })
        : whoseToken(call),
    );
    const reply = await connect(j, 'own-5', 'code-T16.U1');
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
    await j.deps.settle();
    expect((await rowsOf(j, 'own-5')).count).toBe(0);
    expect(revoked(j).sort()).toEqual([
      'bot.T16.B-1',
      'person.T16.U1-1',
      'refresh-bot.T16.B-1',
      'refresh-person.T16.U1-1',
    ]);
  });

  test("the bot's profile fails for a moment: completed again, both are there, and the code was sent once", async () => {
    const j = slack(undefined, { config: aloneConfig });
    let away = true;
    j.provider.answer('/api/auth.test', (call) =>
      away && call.headers.authorization?.includes('bot.')
        ? new Response('', { status: 503 })
        : whoseToken(call),
    );
    const id = await j.authorize('own-6', 'code-T17.U1', { provider: 'slack' });
    const reply = await j.complete('own-6', id);
    expect([reply.status, await codeOf(reply)]).toEqual([503, 'provider_unavailable']);
    await j.deps.settle();
    expect((await rowsOf(j, 'own-6')).count).toBe(0);
    away = false;
    expect((await j.complete('own-6', id)).status).toBe(201);
    expect((await rowsOf(j, 'own-6')).count).toBe(2);
    expect(j.provider.to('/api/oauth.v2.access')).toHaveLength(1);
    expect(await j.deps.db.select().from(outbox).where(eq(outbox.transactionId, id))).toEqual([]);
    expect(revoked(j)).toEqual([]);
  });

  test("the person's profile fails for a moment: the bot is connected, the person's grant is given back later", async () => {
    const j = slack(undefined, { config: aloneConfig });
    await j.deps.db.delete(outbox);
    let away = true;
    j.provider.answer('/api/auth.test', (call) =>
      away && call.headers.authorization?.includes('person.')
        ? new Response('', { status: 503 })
        : whoseToken(call),
    );
    expect((await connect(j, 'own-7', 'code-T18.U1')).status).toBe(201);
    expect(await rowsOf(j, 'own-7')).toMatchObject({ count: 1, bot: { state: 'active' } });
    away = false;
    j.deps.clock.advance(11 * 60_000 + 1);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-person.T18.U1-1', 'person.T18.U1-1']);
  });

  test('two users come with the same person at once: one has it, and both have their bots', async () => {
    for (let round = 0; round < 5; round += 1) {
      const j = slack(undefined, { config: aloneConfig });
      // Two apps of one person, as far as Slack's answer goes.
      j.provider.answer('/api/auth.test', (call) =>
        call.headers.authorization?.includes('person.')
          ? Response.json({ ok: true, team_id: `T15r${round}`, user_id: 'U1' })
          : whoseToken(call),
      );
      const users = [`own-4-${round}-a`, `own-4-${round}-b`];
      const replies = await Promise.all(
        users.map((user, i) => connect(j, user, `code-T15r${round}x${i}.U1`)),
      );
      expect(replies.map(({ status }) => status)).toEqual([201, 201]);
      await j.deps.settle();
      const rows = await Promise.all(users.map((user) => rowsOf(j, user)));
      expect(rows.map(({ count }) => count).sort()).toEqual([1, 2]);
      const loser = rows.findIndex(({ person }) => person === undefined);
      const winner = rows[1 - loser]?.person;
      expect(revoked(j)).toHaveLength(2);
      for (const token of revoked(j)) expect(token).toContain(`x${loser}.`);
      expect((await opened(j, winner))[0]).toContain(`x${1 - loser}.`);
    }
  });
});

describe('while a connect runs', () => {
  test.each(['/api/oauth.v2.access', '/api/auth.test'])(
    'an erasure during %s wins over both, and both are revoked (I7)',
    async (path) => {
      const j = slack();
      const user = `race-1${path.replace(/\W/g, '-')}`;
      const team = `T21${path.length}`;
      const held = j.provider.hold(path);
      const completing = connect(j, user, `code-${team}.U1`);
      await held.arrived;
      expect((await j.api(`/v1/users/${user}`, { method: 'DELETE' })).status).toBe(204);
      held.release();
      expect((await completing).status).toBe(404);
      await j.deps.settle();
      expect((await rowsOf(j, user)).count).toBe(0);
      expect(revoked(j).sort()).toEqual([
        `bot.${team}.B-1`,
        `person.${team}.U1-1`,
        `refresh-bot.${team}.B-1`,
        `refresh-person.${team}.U1-1`,
      ]);
    },
  );

  test("a revocation of the person's grant that is being sent is waited for, and waiting ones are deleted (I7)", async () => {
    const j = slack();
    const seal = (id: string) =>
      j.deps.vault.seal('old', accountContext('slack-user', id, 'access_token'));
    const owe = async (id: string) =>
      j.deps.db.batch([
        owedRevocation(
          j.deps.db,
          {
            provider: 'slack-user',
            accountId: id,
            subject: id,
            parameters: {},
            accessToken: await seal(id),
            refreshToken: null,
            expiresAt: null,
            scope: null,
            clientId: null,
          },
          j.deps.now(),
        ) as never,
      ]);
    await owe('T22:U1');
    const answer = gate();
    j.provider.answer('/api/auth.revoke', async () => {
      await answer.promise;
      return Response.json({ ok: true, revoked: true });
    });
    j.deps.sleep = () => scheduler.wait(20);
    const sending = deliverRevocations(j.deps);
    await expect.poll(() => revoked(j).length).toBe(1);
    await owe('T22:U1');
    const connecting = connect(j, 'race-2', 'code-T22.U1');
    await expect.poll(() => j.provider.to('/api/auth.test').length).toBe(2);
    expect((await rowsOf(j, 'race-2')).count).toBe(0);
    answer.resolve();
    await sending;
    expect((await connecting).status).toBe(201);
    // Both were asked after again: it might have ended them.
    expect(j.provider.to('/api/auth.test')).toHaveLength(4);
    expect((await rowsOf(j, 'race-2')).count).toBe(2);
    const owed = await j.deps.db
      .select()
      .from(outbox)
      .where(and(eq(outbox.provider, 'slack-user'), eq(outbox.subject, 'T22:U1')));
    expect(owed).toEqual([]);
  });

  test('a commit that is sent twice stores once: what a refresh brought meanwhile is not overwritten (I5)', async () => {
    // The answer is lost, and so is the look at what became of it.
    const faults = ['after', 'before'];
    let armed = false;
    const whose: Interception = (call) => {
      // The grants are on the outbox by now: what comes is the commit.
      armed = true;
      return whoseToken(call);
    };
    const j = slack(undefined, {
      db: d1With(async (batch) => {
        const fault = armed ? faults.shift() : undefined;
        if (fault === 'after') {
          await batch();
          await j.deps.db
            .update(oauthAccounts)
            .set({ accessToken: 'sealed by a refresh', tokenVersion: j.deps.now() + 7 })
            .where(eq(oauthAccounts.providerAccountId, 'T23:U1'));
        }
        if (fault) throw new Error('D1_ERROR: Network connection lost.');
        return batch();
      }),
    });
    const id = await j.authorize('race-3', 'code-T23.U1', { provider: 'slack' });
    const now = j.deps.now();
    j.provider.answer('/api/auth.test', whose);
    expect((await j.complete('race-3', id)).status).toBe(201);
    await j.deps.settle();
    expect(faults).toEqual([]);
    expect((await rowsOf(j, 'race-3')).person).toMatchObject({
      accessToken: 'sealed by a refresh',
      tokenVersion: now + 7,
    });
    expect(await eventsOf(j, 'race-3')).toEqual([
      'slack integration.connected',
      'slack-user integration.connected',
    ]);
    expect(revoked(j)).toEqual([]);
  });
});

describe('a key for one of the two', () => {
  const limited = (SERVICE_KEYS: string): Partial<Deps> => ({
    config: configWith(
      { slack: { authorizationParams: { user_scope: 'users:read,users.profile:read' } } },
      { ...settings, SERVICE_KEYS },
    ),
  });
  const hash = (env.SERVICE_KEYS as string).split(':')[1];

  test('asks for no more than its own, and takes no more, whoever completes', async () => {
    const j = slack((token) => token, limited(`own:${hash}@slack`));
    const { id, connectUrl } = await j.begin('cut-1', { provider: 'slack' });
    const { location, cookie } = await j.open(connectUrl);
    expect(location.searchParams.get('scope')).toBe('team:read');
    expect(location.searchParams.has('user_scope')).toBe(false);
    const state = location.searchParams.get('state') ?? '';
    const back = await j.callback({ state, code: 'code-T31.U1' }, cookie, 'slack');
    const completion = new URL(back.headers.get('Location') ?? '').searchParams.get('completion');
    const reply = await j.api(`/v1/users/cut-1/connections/${id}/complete`, {
      method: 'POST',
      token: await userToken('cut-1'),
      json: { completion },
    });
    expect(reply.status).toBe(201);
    await j.deps.settle();
    expect(await rowsOf(j, 'cut-1')).toMatchObject({ count: 1, person: undefined });
    expect(await j.deps.db.$count(outbox)).toBe(0);
  });

  test('with both of them is as one without a filter', async () => {
    const j = slack((token) => token, limited(`both:${hash}@slack+slack-user`));
    expect((await connect(j, 'cut-2', 'code-T32.U1')).status).toBe(201);
    expect(await rowsOf(j, 'cut-2')).toMatchObject({ count: 2 });
  });

  test('that opened the hosted page connects no more there', async () => {
    const j = slack((token) => token, limited(`own:${hash}@slack`));
    const created = await j.api('/v1/users/cut-3/page-sessions', {
      method: 'POST',
      json: { label: 'Robin', returnTo: 'https://app.example.com/' },
    });
    const { token } = await created.json<{ token: string }>();
    const page = await findPageSession(j.deps, await beginPageSession(j.deps, token));
    expect(page.providers).toEqual(['slack']);
    const { connectUrl } = await beginConnection(j.deps, 'cut-3', {
      provider: 'slack',
      returnTo: null,
      allowedProviders: page.allowedProviders,
    });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.has('user_scope')).toBe(false);
  });
});
