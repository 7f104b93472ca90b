/**
 * One grant that is good for several things: what is connected is what its user chose, of the
 * provider's own list.
 */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { connectTransactions, oauthAccounts, outbox } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { mechanisms } from '../simulator/mechanisms';
import { simulate } from '../simulator/simulator';
import type { Fixture } from '../simulator/types';
import { clientsOf, configWith, recordAt } from '../support/config';
import { testDeps } from '../support/deps';
import { errorReply } from '../support/provider';
import { codeOf, journey } from './journey';

const CLIENT = { id: 'client', secret: 'secret' };
const record = recordAt('sites', {
  choices: { url: 'https://api.sites.example/accessible', list: 'values', id: 'id', label: 'name' },
  parameters: { site: { label: 'Site', pattern: '[a-z0-9-]+', from: 'choice:id' } },
  accountId: 'choice:id',
  displayName: 'choice:name',
  subject: 'sub',
  scopes: ['read'],
});

function sites(values?: unknown[], changes: Record<string, unknown> = {}) {
  const { choices } = mechanisms.sites;
  const fixture: Fixture = {
    ...mechanisms.sites,
    ...(values === undefined
      ? {}
      : { choices: { ...choices, answer: { ...choices.answer, body: { values } as never } } }),
  };
  const redirectUri = 'http://localhost:8787/connect/callback/sites';
  return journey(
    { config: configWith({ sites: { ...record, ...changes } }, clientsOf(['sites'], CLIENT)) },
    (now) => simulate(fixture, { ...CLIENT, redirectUri }, now),
  );
}

const input = { provider: 'sites' };
const offered = [
  { id: 'site-1', label: 'First site' },
  { id: 'site-2', label: 'Second site' },
];
const rows = () => testDeps().db.select().from(oauthAccounts);

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
  await testDeps().db.delete(outbox);
});

describe('a grant for several things', () => {
  test('waits for a choice, tells what there is, and takes one of it', async () => {
    const j = sites();
    const id = await j.authorize('choice-1', null, input);
    const asked = await j.complete('choice-1', id);
    expect(asked.status).toBe(409);
    expect(await asked.json()).toMatchObject({ code: 'choice_required', choices: offered });
    const shown = await j.api(`/v1/users/choice-1/connections/${id}`);
    expect(await shown.json()).toEqual({
      id,
      provider: 'sites',
      state: 'needs_choice',
      choices: offered,
    });
    expect(await rows()).toEqual([]);

    const done = await j.complete('choice-1', id, undefined, 'site-2');
    expect(done.status, await done.clone().text()).toBe(201);
    expect(await done.json()).toMatchObject({ accountId: 'site-2', displayName: 'Second site' });
    expect(await rows()).toMatchObject([{ parameters: { site: 'site-2' }, subject: 'ada' }]);
    // The code was sent once; nothing is owed.
    expect(j.provider.count('code')).toBe(1);
    expect(await j.deps.db.select().from(outbox)).toEqual([]);
    // Again, with another choice: what was connected.
    const again = await j.complete('choice-1', id, undefined, 'site-1');
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ accountId: 'site-2' });
    expect(await rows()).toHaveLength(1);
  });

  test('may be chosen with the first call; and each thing is an integration of its own', async () => {
    const j = sites();
    for (const site of ['site-1', 'site-2']) {
      const id = await j.authorize('choice-2', null, input);
      expect((await j.complete('choice-2', id, undefined, site)).status).toBe(201);
    }
    expect((await rows()).map(({ providerAccountId }) => providerAccountId).sort()).toEqual([
      'site-1',
      'site-2',
    ]);
  });

  test('is not asked about where there is one, or where a reconnect says which', async () => {
    const alone = sites([{ id: 'site-1', name: 'First site' }]);
    expect((await alone.connect('choice-3', null, input)).status).toBe(201);
    const j = sites();
    const again = await j.connect('choice-3', null, { ...input, accountId: 'site-1' });
    expect(again.status, await again.clone().text()).toBe(201);
    expect(await rows()).toMatchObject([{ providerAccountId: 'site-1' }]);
    // The provider's grant is no more good for it.
    const other = sites([offered[1] ?? {}]);
    const gone = await other.connect('choice-3', null, { ...input, accountId: 'site-1' });
    expect([gone.status, await codeOf(gone)]).toEqual([409, 'account_mismatch']);
  });

  test('is not asked about on a reconnect whose account is told by a person and a thing', async () => {
    const j = sites(undefined, { accountId: ['choice:id', 'sub'] });
    const id = await j.authorize('choice-3b', null, input);
    expect((await j.complete('choice-3b', id, undefined, 'site-2')).status).toBe(201);
    const accountId = 'site-2:ada';
    expect(await rows()).toMatchObject([{ providerAccountId: accountId }]);
    const again = await j.connect('choice-3b', null, { ...input, accountId });
    expect(again.status, await again.clone().text()).toBe(201);
    expect(await again.json()).toMatchObject({ accountId });
    // Not by another user's row.
    const other = await j.authorize('choice-3c', null, input);
    expect((await j.complete('choice-3c', other)).status).toBe(409);
  });

  test.each(['site-3', '__proto__', 'First site', '0', ' site-1'])(
    'takes nothing that is not in the list: %j',
    async (choice) => {
      const j = sites();
      const id = await j.authorize('choice-4', null, input);
      const refused = await j.complete('choice-4', id, undefined, choice);
      expect([refused.status, await codeOf(refused)]).toEqual([400, 'invalid_request']);
      expect(await refused.json()).toMatchObject({ errors: [{ path: 'body.choice' }] });
      expect(await rows()).toEqual([]);
      expect((await j.complete('choice-4', id, undefined, 'site-1')).status).toBe(201);
      expect(j.provider.count('code')).toBe(1);
    },
  );

  test('is chosen by nobody without the secret, and by no other user', async () => {
    const j = sites();
    const id = await j.authorize('choice-5', null, input);
    await j.complete('choice-5', id);
    const forged = await j.complete('choice-5', id, 'forged', 'site-1');
    expect([forged.status, await codeOf(forged)]).toEqual([403, 'wrong_completion']);
    const without = await j.complete('choice-5', id, '', 'site-1');
    expect(without.status).toBe(403);
    const stranger = await j.api(`/v1/users/choice-5-other/connections/${id}`);
    expect(stranger.status).toBe(404);
    const other = await j.complete('choice-5-other', id, undefined, 'site-1');
    expect([other.status, await codeOf(other)]).toEqual([403, 'wrong_user']);
    expect(await rows()).toEqual([]);
    expect((await j.complete('choice-5', id, undefined, 'site-1')).status).toBe(409);
  });

  test('of two choices at once one wins, and one is connected', async () => {
    const j = sites();
    const id = await j.authorize('choice-6', null, input);
    await j.complete('choice-6', id);
    const replies = await Promise.all(
      ['site-1', 'site-2'].map((site) => j.complete('choice-6', id, undefined, site)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
  });

  test('is asked for again while the provider does not answer, and nothing is lost', async () => {
    const j = sites();
    const id = await j.authorize('choice-7', null, input);
    j.provider.answer('/accessible', () => errorReply(503, 'x'));
    const away = await j.complete('choice-7', id);
    expect([away.status, await codeOf(away)]).toEqual([503, 'provider_unavailable']);
    j.provider.answer('/accessible', null);
    expect((await j.complete('choice-7', id, undefined, 'site-1')).status).toBe(201);
    expect(j.provider.count('code')).toBe(1);
  });

  test.each([
    ['nothing', { values: [] }],
    ['no list', { values: { id: 'site-1' } }],
    ['what has no id', { values: [{ name: 'x' }, null, 7] }],
    ['an error', { error: 'x' }],
  ])('that is good for %s is given back', async (_, body) => {
    const j = sites();
    const id = await j.authorize('choice-8', null, input);
    j.provider.answer('/accessible', () => Response.json(body));
    const reply = await j.complete('choice-8', id);
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
    const [transaction] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(transaction?.state).toBe('failed');
    expect(await rows()).toEqual([]);
  });

  test('that nobody chose of is given back where a revocation ends its token only', async () => {
    const j = sites(undefined, { revocationReach: 'token' });
    const id = await j.authorize('choice-9', null, input);
    await j.complete('choice-9', id);
    j.deps.clock.advance(15 * 60_000);
    const late = await j.complete('choice-9', id, undefined, 'site-1');
    expect([late.status, await codeOf(late)]).toEqual([410, 'connection_expired']);
    await runJobs(j.deps, EVERY_MINUTE);
    await j.deps.settle();
    expect(j.provider.count('revoke')).toBe(2);
    expect(await j.deps.db.select().from(outbox)).toEqual([]);
  });

  test('is refreshed and disconnected as any other', async () => {
    const j = sites(undefined, { apiUrl: 'https://api.sites.example/{site}' });
    const id = await j.authorize('choice-10', null, input);
    await j.complete('choice-10', id, undefined, 'site-1');
    j.provider.answer('/site-1/ping', ({ headers }) =>
      Response.json({ by: headers.authorization?.split(' ')[0] }),
    );
    const called = await j.api('/v1/users/choice-10/proxy/sites/-/ping');
    expect(await called.json()).toEqual({ by: 'Bearer' });
    const path = '/v1/users/choice-10/integrations/sites/site-1';
    expect((await j.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
    expect(await (await j.api(path, { method: 'DELETE' })).json()).toEqual({
      revocation: 'queued',
    });
    await j.deps.settle();
    expect(j.provider.count('revoke')).toBe(1);
  });

  test('may be a list of names', async () => {
    const j = sites(['customers/1', 'customers/2'], {
      choices: { url: 'https://api.sites.example/accessible', list: 'values', id: 'value' },
      parameters: {},
      accountId: 'choice:value',
      displayName: [],
    });
    const id = await j.authorize('choice-11', null, input);
    expect(await (await j.complete('choice-11', id)).json()).toMatchObject({
      choices: [
        { id: 'customers/1', label: 'customers/1' },
        { id: 'customers/2', label: 'customers/2' },
      ],
    });
    const done = await j.complete('choice-11', id, undefined, 'customers/2');
    expect(await done.json()).toMatchObject({ accountId: 'customers/2' });
  });
});
