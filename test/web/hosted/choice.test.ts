/** On the hosted page the user chooses in a step of its own, in the browser that consented. */
import { beforeEach, describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../../src/db/schema';
import { mechanisms } from '../../simulator/mechanisms';
import { type Simulator, simulate } from '../../simulator/simulator';
import { clientsOf, configWith, recordAt } from '../../support/config';
import { testClock, testDeps } from '../../support/deps';
import { formTokenIn, HERE, textOf } from '../pages';
import { hosted } from './client';

const CLIENT = { id: 'client', secret: 'secret' };

function page() {
  const clock = testClock(Date.now());
  const record = recordAt('sites', {
    name: 'Sites',
    choices: {
      url: 'https://api.sites.example/accessible',
      list: 'values',
      id: 'id',
      label: 'name',
    },
    accountId: 'choice:id',
    displayName: 'choice:name',
    scopes: ['read'],
  });
  const config = configWith({ sites: record }, clientsOf(['sites'], CLIENT));
  const redirectUri = `${HERE}/connect/callback/sites`;
  const provider: Simulator = simulate(mechanisms.sites, { ...CLIENT, redirectUri }, clock.now);
  const h = hosted({ clock, config, fetch: provider.fetch });
  /** To the consent and back. */
  const consented = async (cookie: string) => {
    const step = await (await h.act(cookie, 'connect', { provider: 'sites' })).text();
    const connectUrl = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(step)?.[1] ?? '';
    const started = await h.api(connectUrl.replace(HERE, ''), {
      token: null,
      headers: { Cookie: cookie },
    });
    const location = new URL(started.headers.get('Location') ?? '');
    const browser = started.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    const back = await provider.consent(location);
    const query = Object.fromEntries(back.searchParams);
    const cookies = `${cookie}; ${browser}`;
    const reply = await h.callback(query, cookies, 'sites');
    const choice = reply.headers.get('Location') ?? '';
    return { cookies, browser, choice, connection: choice.split('connection=')[1] ?? '' };
  };
  const choose = async (cookies: string, path: string, fields: Record<string, string>) => {
    const token = formTokenIn(await (await h.get(path, cookies)).text());
    return h.send('choice', { Origin: HERE, Cookie: cookies }, { token, ...fields });
  };
  return { h, provider, consented, choose };
}

const rows = () => testDeps().db.select().from(oauthAccounts);

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
});

describe('several things to choose from, on the page', () => {
  test('are a step of its own, and what was chosen is connected', async () => {
    const { h, consented, choose } = page();
    const cookie = await h.enter('page-choice-1');
    const { cookies, choice, connection } = await consented(cookie);
    expect(choice).toMatch(/^\/integrations\/choice\?connection=[\w-]{43}$/);
    const shown = await (await h.get(choice, cookies)).text();
    expect(textOf(shown)).toContain('First site');
    expect(textOf(shown)).toContain('Second site');
    expect(shown).not.toContain('<script');

    const done = await choose(cookies, choice, { connection, choice: 'site-2' });
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/integrations']);
    expect(textOf(await h.page(cookie))).toContain('Sites is connected');
    expect(await rows()).toMatchObject([{ userId: 'page-choice-1', providerAccountId: 'site-2' }]);
    // Over: the step leads nowhere any more.
    expect((await h.get(choice, cookies)).status).toBe(404);
  });

  test('are asked about again where nothing, or nothing of them, was chosen', async () => {
    const { h, consented, choose } = page();
    const { cookies, choice, connection } = await consented(await h.enter('page-choice-2'));
    for (const fields of [{}, { choice: 'site-3' }]) {
      const reply = await choose(cookies, choice, { connection, ...fields });
      expect([reply.status, reply.headers.get('Location')]).toEqual([303, choice]);
    }
    expect(await rows()).toEqual([]);
    expect((await choose(cookies, choice, { connection, choice: 'site-1' })).status).toBe(303);
    expect(await rows()).toHaveLength(1);
  });

  test('are chosen by nobody in another browser, and by no other visitor', async () => {
    const { h, consented, choose } = page();
    const cookie = await h.enter('page-choice-3');
    const { browser, cookies, choice, connection } = await consented(cookie);
    const stranger = await h.enter('page-choice-3-other');
    // The visitor in another browser; somebody else in this one.
    for (const other of [cookie, `${stranger}; ${browser}`]) {
      expect((await h.get(choice, other)).status).toBe(404);
      const token = formTokenIn(await h.page(other.split(';')[0] ?? ''));
      const reply = await h.send(
        'choice',
        { Origin: HERE, Cookie: other },
        { token, connection, choice: 'site-1' },
      );
      expect(reply.status).toBe(404);
    }
    // A form of another site, and one without the session's token.
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: HERE }]) {
      const reply = await h.send(
        'choice',
        { ...headers, Cookie: cookies },
        { token: 'forged', connection, choice: 'site-1' },
      );
      expect(reply.status).toBe(403);
    }
    expect(await rows()).toEqual([]);
    expect((await choose(cookies, choice, { connection, choice: 'site-1' })).status).toBe(303);
  });

  test('of a connection that the app is to complete are not chosen here', async () => {
    const { h, provider } = page();
    const cookie = await h.enter('page-choice-4');
    const { id, connectUrl } = await h.begin('page-choice-4', { provider: 'sites' });
    const { location, cookie: browser } = await h.open(connectUrl);
    const back = await provider.consent(location);
    await h.callback(Object.fromEntries(back.searchParams), browser, 'sites');
    expect((await h.complete('page-choice-4', id)).status).toBe(409);
    const path = `/integrations/choice?connection=${id}`;
    expect((await h.get(path, `${cookie}; ${browser}`)).status).toBe(404);
  });
});
