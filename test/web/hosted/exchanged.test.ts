/** A consent that is given, and a provider that cannot say whose it is for the moment. */
import { beforeEach, describe, expect, test } from 'vitest';
import { connectTransactions, oauthAccounts } from '../../../src/db/schema';
import { MINUTE_MS as MINUTE } from '../../../src/time';
import { testDeps } from '../../support/deps';
import { formTokenIn, HERE, textOf } from '../pages';
import { hosted } from './client';

const STEP = /^\/integrations\/choice\?connection=[\w-]{43}&away=1$/;

/** To the consent and back, while the profile is away. */
async function consented(userId: string, h = hosted(), beforeCallback = () => {}) {
  const session = await h.enter(userId);
  const step = await (await h.act(session, 'connect', { provider: 'acme' })).text();
  const connectUrl = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(step)?.[1] ?? '';
  const { location, cookie: browser } = await h.open(connectUrl, session);
  h.provider.answer('/me', () => new Response('', { status: 503 }));
  const cookies = `${session}; ${browser}`;
  const state = location.searchParams.get('state') ?? '';
  beforeCallback();
  const reply = await h.callback({ state, code: 'code-ann' }, cookies);
  const path = reply.headers.get('Location') ?? '';
  const connection = /connection=([\w-]+)/.exec(path)?.[1] ?? '';
  /** The step's button. */
  const again = async (cookie = cookies) => {
    const token = formTokenIn(await (await h.get('/integrations', cookie)).text());
    return h.send('choice', { Origin: HERE, Cookie: cookie }, { token, connection });
  };
  return { h, session, browser, cookies, path, again };
}

const rows = () => testDeps().db.select().from(oauthAccounts);

beforeEach(() => testDeps().db.delete(oauthAccounts));

describe('a consent whose account cannot be told', () => {
  test('is kept, and the page says so and tries again with it', async () => {
    const { h, session, cookies, path, again } = await consented('away-1');
    expect(path).toMatch(STEP);
    const shown = textOf(await (await h.get(path, cookies)).text());
    expect(shown).toContain('Acme is not answering');
    expect(shown).toContain('Try again');

    expect((await again()).headers.get('Location')).toBe(path);
    h.provider.answer('/me', null);
    const done = await again();
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/integrations']);
    expect(textOf(await h.page(session))).toContain('Acme is connected');
    expect(await rows()).toMatchObject([{ userId: 'away-1', providerAccountId: 'ann' }]);
    expect(h.provider.to('/token')).toHaveLength(1);
    expect((await h.get(path, cookies)).status).toBe(404);
  });

  test('is gone on with by nobody in another browser, and by no other visitor', async () => {
    const { h, session, browser, path, again } = await consented('away-2');
    h.provider.answer('/me', null);
    const stranger = await h.enter('away-2-other');
    for (const other of [session, `${stranger}; ${browser}`]) {
      expect((await h.get(path, other)).status).toBe(404);
      expect((await again(other)).status).toBe(404);
    }
    expect(await rows()).toEqual([]);
  });

  test('is kept where it is the database that does not answer', async () => {
    const { db } = testDeps();
    let reads = Number.NEGATIVE_INFINITY;
    const select = (fields: Parameters<typeof db.select>[0]) => {
      const query = db.select(fields);
      const from = (table: typeof connectTransactions) => {
        if (table === connectTransactions) reads += 1;
        // The callback has found it; the completion does not.
        if (reads === 2) throw new Error('D1_ERROR: Network connection lost.');
        return query.from(table);
      };
      return { from };
    };
    const h = hosted({ db: Object.assign(Object.create(db), { select }) });
    const { path } = await consented('away-4', h, () => {
      reads = 0;
    });
    expect(path).toMatch(STEP);
  });

  test('ends with its time', async () => {
    const { h, cookies, path, again } = await consented('away-3');
    h.deps.clock.advance(11 * MINUTE);
    expect((await h.get(path, cookies)).status).toBe(404);
    expect((await again()).status).toBe(404);
  });
});
