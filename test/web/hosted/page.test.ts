/** What the hosted page shows, and what its buttons do. */
import { describe, expect, test } from 'vitest';
import { receiveCallback } from '../../../src/connect/callback';
import { createDatabase } from '../../../src/db/client';
import { records } from '../../../src/providers/records';
import { settingPrefix } from '../../../src/providers/registry';
import { findPageSession } from '../../../src/web/hosted/session';
import { languages } from '../../../src/web/locale';
import { userToken } from '../../support/api';
import { clientsOf, configWith } from '../../support/config';
import { testClock, testDeps } from '../../support/deps';
import { type AccountOverrides, insertAccount } from '../../support/fixtures';
import { recordedDatabase } from '../../support/plans';
import { gzippedSize, HERE, textOf } from '../pages';
import { type Hosted, hosted } from './client';

/** From the button to the provider and back, as the page's user. */
async function connectOnPage(
  h: Hosted,
  cookie: string,
  query: Record<string, string>,
  fields = {},
) {
  const step = await h.act(cookie, 'connect', { provider: 'acme', ...fields });
  expect(step.status).toBe(200);
  const connectUrl =
    /http-equiv="refresh" content="0;url=([^"]+)"/.exec(await step.text())?.[1] ?? '';
  const started = await h.api(connectUrl.replace(HERE, ''), {
    token: null,
    headers: { Cookie: cookie },
  });
  const location = new URL(started.headers.get('Location') ?? '');
  const browser = started.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  const state = location.searchParams.get('state') ?? '';
  return {
    connectUrl,
    browser,
    state,
    back: (cookies = `${cookie}; ${browser}`) => h.callback({ state, ...query }, cookies),
  };
}

describe('connecting on the page', () => {
  test('completes in the callback: the visit’s user plays the app’s part', async () => {
    const h = hosted();
    const cookie = await h.enter('connect-1');
    const { back } = await connectOnPage(h, cookie, { code: 'code-connect-1' });
    const reply = await back();
    expect([reply.status, reply.headers.get('Location')]).toEqual([303, '/integrations']);
    expect(reply.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(h.provider.to('/token')).toHaveLength(1);
    const page = textOf(await h.page(cookie));
    expect(page).toContain('Acme is connected');
    expect(page).toContain('Name of connect-1');
    // Told once.
    expect(textOf(await h.page(cookie))).not.toContain('Acme is connected');
  });

  test('the step in between says where the way leads', async () => {
    const h = hosted();
    const cookie = await h.enter('connect-2');
    const step = await h.act(cookie, 'connect', { provider: 'acme' });
    const page = await step.text();
    expect(textOf(page)).toContain('Connecting to Acme');
    expect(page).toMatch(new RegExp(`href="${HERE}/connect/start/[\\w-]{43}"`));
    expect(h.deps.logLines.join()).not.toContain('connect/start/');
  });

  test('left in the middle: the page says so, and that nothing happened', async () => {
    const h = hosted();
    const cookie = await h.enter('connect-3');
    await connectOnPage(h, cookie, {});
    expect(textOf(await h.page(cookie))).toContain('You did not come back from Acme');
  });

  test.each([
    ['access_denied', 'You cancelled'],
    ['invalid_scope', 'Acme cannot be connected'],
    ['server_error', 'Acme is not answering'],
    ['something_odd', 'gave an answer that could not be used'],
  ])('the provider’s %s becomes a sentence', async (error, said) => {
    const h = hosted();
    const cookie = await h.enter(`connect-${error}`);
    const { back } = await connectOnPage(h, cookie, { error, error_description: '<b>canary</b>' });
    await back();
    const page = await h.page(cookie);
    expect(textOf(page)).toContain(said);
    expect(page).not.toContain('canary');
    expect(h.provider.requests).toEqual([]);
  });

  test('a visit of another user in the same browser completes nothing, ever', async () => {
    const h = hosted();
    const attacker = await h.enter('attacker');
    const { back, browser } = await connectOnPage(h, attacker, { code: 'code-attacker' });
    const victim = await h.enter('victim');
    expect((await back(`${victim}; ${browser}`)).status).toBe(303);
    expect(textOf(await h.page(victim))).toContain('Somebody else started this');
    expect(textOf(await h.page(attacker))).not.toContain('Acme is connected');
    expect(h.provider.to('/token')).toHaveLength(0);
  });

  test('without a visit nothing is exchanged, and the person is told what to do', async () => {
    const h = hosted();
    const cookie = await h.enter('connect-4');
    const { back, browser } = await connectOnPage(h, cookie, { code: 'code-connect-4' });
    expect((await back(browser)).status).toBe(403);
    expect(h.provider.requests).toEqual([]);
    // Nor later, when the visit is there again: the transaction is over.
    expect((await back()).status).toBe(303);
    expect(h.provider.requests).toEqual([]);
    expect(textOf(await h.page(cookie))).toContain('Nothing is connected yet');
  });

  test("the provider step of an attacker's visit, opened by a victim, connects nothing, whoever acts first", async () => {
    const h = hosted();
    const attacker = await h.enter('step-attacker');
    const { connectUrl } = await connectOnPage(h, attacker, {});
    const link = connectUrl.replace(HERE, '');
    const open = (cookie: string) => h.api(link, { token: null, headers: { Cookie: cookie } });
    // The victim opens the attacker's link in a browser without a visit, and consents.
    const victim = await h.open(connectUrl);
    const state = victim.location.searchParams.get('state') ?? '';
    const consented = { state, code: 'code-step-victim' };
    // The moment when the callback has been taken, but not yet answered: the attacker is faster.
    const secret = victim.cookie.split('=')[1] ?? '';
    const way = await receiveCallback(h.deps, 'acme', consented, secret);
    expect(way).toMatchObject({ kind: 'page', completion: expect.stringMatching(/./) });
    expect((await open(attacker)).headers.get('Location')).toBe('/integrations');
    expect(textOf(await h.page(attacker))).toContain('This link was used before');
    const { connection } = way as { connection: string };
    const token = await userToken('step-attacker');
    const complete = `/v1/users/me/connections/${connection}/complete`;
    expect((await h.api(complete, { method: 'POST', token })).status).toBe(403);
    expect((await open('')).status).toBe(403);
    expect(h.provider.requests).toEqual([]);

    // Then the victim's browser gets its answer: no visit is under way there.
    expect((await h.callback(consented, victim.cookie)).status).toBe(403);
    expect((await open(attacker)).status).toBe(303);
    expect(h.provider.requests).toEqual([]);
    expect(textOf(await h.page(attacker))).toContain('Nothing is connected yet');
  });

  test("the provider step of a victim's visit, opened by an attacker, connects nothing to the victim", async () => {
    const h = hosted();
    const victim = await h.enter('reverse-victim');
    const { connectUrl } = await connectOnPage(h, victim, {});
    const attackersVisit = await h.enter('reverse-attacker');
    const attacker = await h.open(connectUrl);
    const state = attacker.location.searchParams.get('state') ?? '';
    const query = { state, code: 'code-reverse-attacker' };
    expect((await h.callback(query, `${attackersVisit}; ${attacker.cookie}`)).status).toBe(303);
    expect(textOf(await h.page(attackersVisit))).toContain('Somebody else started this');
    // The victim's visit, in the victim's browser, cannot be used for it either.
    expect((await h.callback(query, victim)).status).toBe(403);
    expect(h.provider.requests).toEqual([]);
    expect(textOf(await h.page(victim))).toContain('Nothing is connected yet');
  });

  test('an account that somebody else has is refused in words', async () => {
    const h = hosted();
    await insertAccount(h.deps, { userId: 'owner', providerAccountId: 'shared' });
    const cookie = await h.enter('second');
    const { back } = await connectOnPage(h, cookie, { code: 'code-shared' });
    await back();
    expect(textOf(await h.page(cookie))).toContain('That account is taken');
  });

  test('a reconnect that comes back as another account is refused in words', async () => {
    const h = hosted();
    await h.connect('again', 'code-again');
    const cookie = await h.enter('again');
    const { back } = await connectOnPage(h, cookie, { code: 'code-other' }, { account: 'again' });
    await back();
    const page = textOf(await h.page(cookie));
    expect(page).toContain('That was another account');
    expect(page).not.toContain('Name of other');
  });

  test('a callback that comes twice, or a link that is opened again, changes nothing more', async () => {
    const h = hosted();
    const cookie = await h.enter('connect-5');
    const { back, connectUrl } = await connectOnPage(h, cookie, { code: 'code-connect-5' });
    await back();
    const again = await back();
    expect([again.status, again.headers.get('Location')]).toEqual([303, '/integrations']);
    expect(textOf(await h.page(cookie))).toContain('Acme is connected');
    const opened = await h.api(connectUrl.replace(HERE, ''), {
      token: null,
      headers: { Cookie: cookie },
    });
    expect(opened.headers.get('Location')).toBe('/integrations');
    expect(h.provider.to('/token')).toHaveLength(1);
  });

  test('a provider that has to know something first asks for it, and says what is wrong', async () => {
    const h = hosted({
      config: configWith({}, { SHOPIFY_CLIENT_ID: 'id', SHOPIFY_CLIENT_SECRET: 'secret' }),
    });
    const cookie = await h.enter('shop', { providers: ['shopify'] });
    expect(await h.page(cookie)).toContain('href="/integrations/connect?provider=shopify"');
    expect(await h.page(cookie, '/integrations/connect?provider=shopify')).toContain(
      'name="field-shop"',
    );
    const wrong = await h.act(cookie, 'connect', {
      provider: 'shopify',
      'field-shop': 'evil.example/#',
    });
    const page = await wrong.text();
    expect(textOf(page)).toContain('is not as it should be');
    expect(page).toContain('aria-invalid="true"');
    const right = await h.act(cookie, 'connect', { provider: 'shopify', 'field-shop': 'harbour' });
    expect(textOf(await right.text())).toContain('Connecting to Shopify');
  });
});

describe('an account', () => {
  test('is refreshed, and the page shows its own write', async () => {
    const h = hosted({ clock: testClock() });
    await h.connect('refresh-1', 'code-refresh-1');
    const cookie = await h.enter('refresh-1');
    h.deps.clock.advance(60_000);
    const reply = await h.act(cookie, 'refresh', { provider: 'acme', account: 'refresh-1' });
    expect([reply.status, reply.headers.get('Location')]).toEqual([303, '/integrations']);
    const session = await findPageSession(h.deps, /=(.*)/.exec(cookie)?.[1] ?? '');
    // What another isolate would do, whose memory and KV may be old: it may not be older than this.
    expect(session.version).toBe(h.deps.now());
    const page = textOf(await h.page(cookie));
    expect(page).toContain('Access to Name of refresh-1 (Acme) was renewed');
    expect(page).toContain('Last refreshed just now');
  });

  test.each([
    [
      'a refusal',
      () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
      'Please reconnect',
      'Acme no longer accepts this connection',
    ],
    ['an outage', () => new Response('no', { status: 503 }), 'Acme is not answering', 'Connected'],
  ])('that cannot be refreshed because of %s', async (_, answer, notice, status) => {
    const h = hosted();
    const user = `refresh-${notice.length}`;
    await h.connect(user, `code-${user}`);
    h.provider.answer('/token', answer);
    const cookie = await h.enter(user);
    await h.act(cookie, 'refresh', { provider: 'acme', account: user });
    const page = textOf(await h.page(cookie));
    expect(page).toContain(notice);
    expect(page).toContain(status);
    expect(page).not.toMatch(/invalid_grant|http_503|provider_unavailable/);
  });

  test('is disconnected after a page that says what happens', async () => {
    const h = hosted();
    await h.connect('disconnect-1', 'code-disconnect-1');
    const cookie = await h.enter('disconnect-1');
    const place = { provider: 'acme', account: 'disconnect-1' };
    const question = textOf(
      await h.page(cookie, `/integrations/disconnect?${new URLSearchParams(place)}`),
    );
    expect(question).toContain('Disconnect Name of disconnect-1?');
    expect(question).toContain('Acme is told to end the permission');
    await h.act(cookie, 'disconnect', place);
    const page = textOf(await h.page(cookie));
    expect(page).toContain('can no longer use Name of disconnect-1');
    expect(page).toContain('Nothing is connected yet');
    await h.deps.settle();
    expect(h.provider.to('/revoke')).toHaveLength(1);
  });

  const now = Date.UTC(2026, 10, 22, 12);
  const minutes = (n: number) => now + n * 60_000;
  test.each<[string, AccountOverrides, string[]]>([
    ['connected', {}, ['Connected', 'Renewed by itself in 1 hour']],
    [
      'without an end',
      { expiresAt: null, refreshToken: null, refreshDueAt: null },
      ['Expires Never'],
    ],
    [
      'run out',
      { expiresAt: minutes(-30), refreshToken: null, refreshDueAt: null },
      ['Expired', 'does not let it be renewed', 'Ran out 30 minutes ago'],
    ],
    [
      'run out and idle',
      { expiresAt: minutes(-30), refreshDueAt: minutes(200) },
      ['Connected', 'Ran out 30 minutes ago'],
    ],
    [
      'refused',
      { state: 'needs_reconnect', stateReason: 'invalid_grant', refreshDueAt: null },
      ['Needs reconnect', 'Acme no longer accepts this connection'],
    ],
    [
      'refused for days',
      { state: 'needs_reconnect', stateReason: 'refused_repeatedly', stateConfirmedAt: now },
      ['Needs reconnect', 'Acme has refused this connection for days', 'still tried now and then'],
    ],
    [
      'of a client that was replaced',
      { state: 'needs_reconnect', stateReason: 'client_changed', refreshDueAt: null },
      ['Needs reconnect', 'has registered anew at Acme', 'Reconnect to go on'],
    ],
    [
      'refused for hours',
      {
        expiresAt: minutes(-1),
        refreshFailures: 7,
        lastError: 'unauthorized_client',
        lastErrorCategory: 'operator_fault',
        refreshDueAt: minutes(23 * 60),
      },
      ['Trying again', 'not set up rightly at Acme', 'Reconnecting may help'],
    ],
    [
      'in an outage',
      {
        expiresAt: minutes(-1),
        refreshFailures: 3,
        lastError: 'http_503',
        lastErrorCategory: 'provider_failure',
        refreshDueAt: minutes(4),
      },
      [
        'Trying again',
        'Acme is not answering',
        'The next try is in 4 minutes, at 12:04 UTC',
        'You need not do anything',
      ],
    ],
    [
      'slowed down',
      {
        expiresAt: minutes(-1),
        refreshFailures: 1,
        lastError: 'http_429',
        lastErrorCategory: 'rate_limited',
        refreshDueAt: minutes(2),
      },
      ['asking for a pause'],
    ],
    [
      'in an operator’s mistake',
      {
        expiresAt: minutes(-1),
        refreshFailures: 1,
        lastError: 'invalid_client',
        lastErrorCategory: 'operator_fault',
        refreshDueAt: minutes(2),
      },
      ['Mooring is not set up rightly at Acme'],
    ],
    [
      'failing since a Worker that noted no category',
      {
        expiresAt: minutes(-1),
        refreshFailures: 1,
        lastError: 'http_503',
        refreshDueAt: minutes(2),
      },
      ['Access to Acme could not be renewed.', 'The next try is in 2 minutes'],
    ],
    [
      'with less than asked for',
      { scope: ['openid'] },
      ['You did not allow Mooring to stay connected while you are away'],
    ],
  ])('%s is shown in words', async (name, columns, said) => {
    const h = hosted({ clock: testClock(now) });
    const userId = `state-${name.replaceAll(/\W/g, '-')}`;
    await insertAccount(h.deps, {
      userId,
      providerAccountId: userId,
      ...columns,
    });
    const page = textOf(await h.page(await h.enter(userId)));
    for (const words of said) expect(page).toContain(words);
    expect(page).not.toMatch(/invalid_|http_\d|needs_reconnect/);
  });

  test('nothing is missing that a granted scope includes (GitHub)', async () => {
    const h = hosted({ config: configWith({}, clientsOf(['github'])) });
    await insertAccount(h.deps, {
      userId: 'implied',
      provider: 'github',
      scope: ['repo', 'user'],
      requestedScope: ['repo', 'user', 'user:email', 'read:user'],
      refreshDueAt: null,
      expiresAt: null,
    });
    const page = textOf(await h.page(await h.enter('implied')));
    expect(page).toContain('GitHub');
    expect(page).not.toContain('You did not allow');
  });

  test('whose database is away is shown as it was known last, and says so', async () => {
    const h = hosted();
    await h.connect('stale', 'code-stale');
    const cookie = await h.enter('stale');
    await h.page(cookie);
    h.deps.clock.advance(10 * 60_000);
    const away = {
      ...h.deps,
      session: () =>
        createDatabase({
          prepare() {
            throw new Error('D1_ERROR: Network connection lost.');
          },
        } as unknown as D1Database),
    };
    const page = await hosted(away).get('/integrations', cookie);
    expect(textOf(await page.text())).toContain('This may be out of date');
  });
});

describe('credentials', () => {
  const given = {
    'field-auth_id': '4711',
    'field-sess': 'canary-session',
    'field-x_bc': 'canaryBrowserToken5d4c',
    'field-user_agent': 'Mozilla/5.0',
  };

  test('are given in a form, and secrets are never shown again', async () => {
    const h = hosted();
    const cookie = await h.enter('cred-1');
    const form = await h.page(cookie, '/integrations/credentials?provider=onlyfans');
    expect(form).toMatch(/id="field-sess" name="field-sess" type="password"/);
    const wrong = await h.act(cookie, 'credentials', {
      provider: 'onlyfans',
      ...given,
      'field-x_bc': 'no no',
    });
    const again = await wrong.text();
    expect(textOf(again)).toContain('Please look again');
    expect(again).toContain('value="Mozilla/5.0"');
    expect(again).not.toContain('canary');
    await h.act(cookie, 'credentials', { provider: 'onlyfans', ...given, name: 'Stage name' });
    const page = await h.page(cookie);
    expect(textOf(page)).toContain('OnlyFans is connected');
    expect(textOf(page)).toContain('Stage name 4711');
    const account = decodeURIComponent(
      /credentials\?provider=onlyfans&amp;account=([^"]+)"/.exec(page)?.[1] ?? '',
    );
    const replace = await h.page(
      cookie,
      `/integrations/credentials?${new URLSearchParams({ provider: 'onlyfans', account })}`,
    );
    expect(replace).not.toContain('canary');
    await h.act(cookie, 'credentials', {
      provider: 'onlyfans',
      account,
      ...given,
      'field-sess': 'another',
    });
    expect(textOf(await h.page(cookie)).match(/Stage name 4711/g)).toHaveLength(1);
  });

  test('replace those of the same account where the provider names none', async () => {
    const h = hosted({ config: configWith({ desk: { extends: 'api-key', name: 'Desk' } }) });
    const cookie = await h.enter('cred-2');
    await h.act(cookie, 'credentials', {
      provider: 'desk',
      'field-apiKey': 'first',
      name: 'Front desk',
    });
    const page = await h.page(cookie);
    const account = decodeURIComponent(
      /credentials\?provider=desk&amp;account=([^"]+)"/.exec(page)?.[1] ?? '',
    );
    await h.act(cookie, 'credentials', {
      provider: 'desk',
      account,
      'field-apiKey': 'second',
      name: 'Back desk',
    });
    const after = textOf(await h.page(cookie));
    expect(after).toContain('Back desk');
    expect(after).not.toContain('Front desk');
  });

  describe('that can be tried', () => {
    const keyed = (check = {}) =>
      configWith({
        desk: {
          extends: 'api-key',
          name: 'Desk',
          fields: {
            site: { label: 'Site', secret: false, required: false },
            apiKey: { label: 'API key' },
          },
          check: { url: 'https://api.desk.example/me', ...check },
        },
      });
    const wrong = { provider: 'desk', 'field-site': 'harbour', 'field-apiKey': 'canary-wrong' };

    test('and are refused: told at the form, and what was typed is there but for the secret', async () => {
      const h = hosted({ config: keyed() });
      const cookie = await h.enter('tried-1');
      const page = await (await h.act(cookie, 'credentials', { ...wrong, name: 'Front' })).text();
      expect(textOf(page)).toContain('Desk did not accept this');
      expect(textOf(page)).toContain('Nothing was saved.');
      expect(page).toContain('value="harbour"');
      expect(page).toContain('value="Front"');
      expect(page).not.toContain('canary');
      expect(textOf(await h.page(cookie))).toContain('Nothing is connected yet');

      await h.act(cookie, 'credentials', { ...wrong, 'field-apiKey': 'access-ann' });
      expect(textOf(await h.page(cookie))).toContain('Desk is connected');
    });

    test('and could not be: saved, and the page says so', async () => {
      const h = hosted({ config: keyed() });
      h.provider.answer('/me', () => new Response('', { status: 503 }));
      const cookie = await h.enter('tried-2');
      await h.act(cookie, 'credentials', wrong);
      expect(textOf(await h.page(cookie))).toContain('could not be tried yet');
    });

    test('and whose account nobody could tell: nothing is lost but the secret', async () => {
      const h = hosted({ config: keyed({ accountId: 'sub' }) });
      h.provider.answer('/me', () => new Response('', { status: 503 }));
      const cookie = await h.enter('tried-3');
      const page = await (await h.act(cookie, 'credentials', wrong)).text();
      expect(textOf(page)).toContain('Desk could not be asked');
      expect(page).toContain('value="harbour"');
    });

    test('and died since: said in words, with the way on', async () => {
      const h = hosted({ config: keyed() });
      await insertAccount(h.deps, {
        userId: 'tried-4',
        provider: 'desk',
        providerAccountId: 'four',
        refreshToken: null,
        refreshDueAt: null,
        expiresAt: null,
        state: 'needs_reconnect',
        stateReason: 'token_refused',
      });
      const cookie = await h.enter('tried-4');
      expect(textOf(await h.page(cookie))).toContain('Desk no longer accepts what you entered');
      const replaced = { ...wrong, account: 'four' };
      const refused = textOf(await (await h.act(cookie, 'credentials', replaced)).text());
      expect(refused).toContain('What was saved before is still there.');
    });

    test('and are of another account than the one to replace', async () => {
      const h = hosted({ config: keyed({ accountId: 'sub' }) });
      const cookie = await h.enter('tried-5');
      await h.act(cookie, 'credentials', { provider: 'desk', 'field-apiKey': 'access-ann' });
      const other = { provider: 'desk', account: 'ann', 'field-apiKey': 'access-bob' };
      const page = textOf(await (await h.act(cookie, 'credentials', other)).text());
      expect(page).toContain('That is another account');
    });
  });

  test('cannot be put in the place of somebody else’s', async () => {
    const h = hosted({ config: configWith({ desk: { extends: 'api-key', name: 'Desk' } }) });
    await insertAccount(h.deps, {
      userId: 'cred-owner',
      provider: 'desk',
      providerAccountId: 'theirs',
    });
    const cookie = await h.enter('cred-thief');
    await h.act(cookie, 'credentials', {
      provider: 'desk',
      account: 'theirs',
      'field-apiKey': 'mine',
    });
    expect(textOf(await h.page(cookie))).toContain('That account is gone');
    expect(textOf(await h.page(cookie))).toContain('Nothing is connected yet');
  });
});

describe('the list', () => {
  const everything = (own = 5) => {
    const clients = records
      // One secret is not for every server that users name; it registers a client at each.
      .filter(({ id }) => id !== 'mastodon')
      .flatMap(({ id }) => [
        [`${settingPrefix(id)}_CLIENT_ID`, 'id'],
        [`${settingPrefix(id)}_CLIENT_SECRET`, 'secret'],
      ]);
    const more = Object.fromEntries(
      Array.from({ length: own }, (_, n) => [`own-${n}`, { extends: 'api-key', name: `Own ${n}` }]),
    );
    return configWith(more, Object.fromEntries(clients));
  };

  test('of forty providers is under 30 KiB gzipped, accounts included', async () => {
    const h = hosted({ config: everything() });
    for (const provider of ['google', 'google', 'github', 'reddit', 'acme']) {
      await insertAccount(h.deps, {
        userId: 'forty',
        provider,
        metadata: { email: 'someone@example.com' },
      });
    }
    const page = await h.page(await h.enter('forty'));
    const cards = page.match(/<h3>/g)?.length ?? 0;
    expect(cards).toBeGreaterThanOrEqual(40);
    const size = await gzippedSize(page);
    expect(size).toBeLessThan(30 * 1024);
    expect(size).toBeGreaterThan(8 * 1024);
  });

  test.each(languages)(
    'of a hundred providers is under 40 KiB gzipped in the language %s',
    async (locale) => {
      const h = hosted({ config: everything(70) });
      const page = await h.page(await h.enter('hundred', { locale }));
      expect(page.match(/<h3>/g)?.length).toBeGreaterThanOrEqual(100);
      expect(await gzippedSize(page)).toBeLessThan(40 * 1024);
    },
  );

  test('has what is connected first, and of that what needs somebody', async () => {
    const h = hosted();
    await insertAccount(h.deps, { userId: 'order', provider: 'acme' });
    await insertAccount(h.deps, {
      userId: 'order',
      provider: 'reddit',
      state: 'needs_reconnect',
      refreshDueAt: null,
    });
    const page = textOf(await h.page(await h.enter('order')));
    const at = ['Needs reconnect', 'Account', 'More apps', 'Instagram'].map((text) =>
      page.indexOf(text),
    );
    expect(at.every((place) => place > 0)).toBe(true);
    expect(page.indexOf('Reddit')).toBeLessThan(page.indexOf('Acme'));
    expect(page.indexOf('More apps')).toBeGreaterThan(page.indexOf('Acme'));
  });

  test.each([
    ['?q=inst', ['Instagram'], ['Acme', 'Reddit']],
    ['?q=%20ACM%20', ['Acme'], ['Instagram']],
    ['?q=findable', ['Acme'], ['Instagram', 'Reddit']],
    ['?show=connected', ['Findable'], ['Instagram']],
    ['?show=available', ['Instagram', 'Reddit'], ['Findable']],
    ['?show=attention', ['Nothing is here'], ['Instagram', 'Findable']],
    ['?show=nonsense&q=', ['Instagram', 'Findable'], []],
    ['?q=zeppelin', ['Nothing here matches “zeppelin”'], ['Instagram']],
    ['?q=<script>', ['“<script>”'], []],
  ])('%s', async (query, shown, hidden) => {
    const h = hosted();
    await insertAccount(h.deps, {
      userId: `find ${query}`.slice(0, 20).replaceAll(/\W/g, '_'),
      displayName: 'Findable',
    });
    const page = await h.page(
      await h.enter(`find ${query}`.slice(0, 20).replaceAll(/\W/g, '_')),
      `/integrations${query}`,
    );
    const text = textOf(page);
    for (const words of shown) expect(text).toContain(words);
    const cards = textOf(page.slice(page.indexOf('</nav>')));
    for (const words of hidden) expect(cards).not.toContain(words);
    expect(page).not.toContain('<script');
  });

  test('is what the app asked to show, in its order, and no more can be done', async () => {
    const h = hosted();
    await insertAccount(h.deps, { userId: 'only', provider: 'acme' });
    const cookie = await h.enter('only', { providers: ['reddit', 'tiktok', 'instagram'] });
    const page = textOf(await h.page(cookie));
    expect(page.indexOf('Reddit')).toBeLessThan(page.indexOf('Instagram'));
    expect(page).not.toContain('Acme');
    expect(page).toContain('Not available yet: Mooring has not set it up');
    for (const action of ['connect', 'refresh', 'disconnect', 'credentials']) {
      const reply = await h.act(cookie, action, { provider: 'acme', account: 'account-1' });
      expect([action, reply.status]).toEqual([action, 404]);
    }
  });

  test('keeps showing an account whose provider is offered no more: it can be ended', async () => {
    const h = hosted();
    await insertAccount(h.deps, {
      userId: 'left-over',
      provider: 'gone-provider',
      displayName: 'Old one',
    });
    const cookie = await h.enter('left-over');
    const page = await h.page(cookie);
    expect(textOf(page)).toContain('gone-provider');
    expect(page).toContain('/integrations/disconnect?provider=gone-provider');
    expect(textOf(page)).not.toContain('Add another account');
  });

  test('of nothing at all says so', async () => {
    const bare = testDeps().config;
    const none = {
      ...bare,
      providers: {
        all: () => [],
        get: () => undefined,
        client: () => undefined,
        isConfigured: () => false,
        clientIds: () => [],
        withSameClient: () => [],
      },
    };
    const h = hosted({ config: none });
    expect(textOf(await h.page(await h.enter('bare')))).toContain(
      'There is nothing to connect here yet',
    );
  });
});

describe('whatever is in a name', () => {
  const nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'';

  test('it stays text', async () => {
    const h = hosted();
    await insertAccount(h.deps, {
      userId: 'xss',
      providerAccountId: nasty,
      displayName: nasty,
      metadata: { email: nasty, userName: nasty },
      scope: [],
      requestedScope: [nasty.replaceAll(' ', '')],
    });
    const cookie = await h.enter('xss', { label: nasty });
    const disconnect = `/integrations/disconnect?${new URLSearchParams({ provider: 'acme', account: nasty })}`;
    for (const path of [
      '/integrations',
      `/integrations?q=${encodeURIComponent(nasty)}`,
      disconnect,
    ]) {
      const page = await h.page(cookie, path);
      expect(page).not.toMatch(/<script|<img/i);
      expect(page).not.toMatch(/(value|title)="[^"]*[<>']/);
      expect(page).not.toMatch(/onerror=alert\(1\)>/);
      expect(textOf(page)).toContain(nasty);
    }
  });

  test('and in the brand’s, too', async () => {
    const h = hosted({
      config: { ...testDeps().config, brand: { name: nasty, logo: null, accent: '#123456' } },
    });
    const page = await h.page(await h.enter('xss-brand'));
    expect(page).not.toContain('<script');
  });
});

test('a name without a picture is shown by its first letter, also one beyond 16 bits', async () => {
  const config = configWith({ odd: { extends: 'api-key', name: '𐐨dd' } });
  const h = hosted({ config: { ...config, brand: { ...config.brand, name: '𐐨eel' } } });
  const page = await h.page(await h.enter('letters', { providers: ['odd'] }));
  expect(page.match(/<span class="mono" aria-hidden="true">𐐀<\/span>/gu)).toHaveLength(2);
});

describe('every page', () => {
  test('takes no script, no foreign content, no frame and no cache', async () => {
    const h = hosted();
    const cookie = await h.enter('headers');
    const replies = [
      await h.get('/integrations', cookie),
      await h.get('/integrations/credentials?provider=onlyfans', cookie),
      await h.act(cookie, 'connect', { provider: 'acme' }),
      await h.get('/integrations'),
      await h.get('/connect/start/x'),
      await h.get('/integrations/nowhere', cookie),
    ];
    for (const reply of replies) {
      const policy = reply.headers.get('Content-Security-Policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).not.toContain('unsafe');
      expect(reply.headers.get('X-Frame-Options')).toBe('DENY');
      expect(reply.headers.get('Cache-Control')).toBe('no-store');
      expect(reply.headers.get('Content-Type')).toMatch(/^text\/html/);
      expect(['same-origin', 'no-referrer']).toContain(reply.headers.get('Referrer-Policy'));
      const page = await reply.text();
      expect(page).toMatch(
        /^<!doctype html><html lang="en" dir="ltr"><head>.*<title>[^<]+<\/title>.*<\/head>/s,
      );
      const css = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
      const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(css));
      expect(policy).toContain(btoa(String.fromCharCode(...new Uint8Array(hash))));
      expect(page).not.toMatch(/<script|\sstyle=|\son\w+=|src="(?!data:)/i);
      for (const [, address = ''] of page.matchAll(/(?:href|action)="([^"]+)"/g)) {
        expect(address).toMatch(
          /^(#|\/integrations|data:,$|https:\/\/app\.example\.com\/|http:\/\/localhost:8787\/connect\/start\/)/,
        );
      }
    }
  });

  test('its statements go by an index', async () => {
    const recorded = recordedDatabase();
    const h = hosted({ db: recorded.db, session: () => recorded.db });
    const cookie = await h.enter('plans');
    await h.page(cookie);
    await h.act(cookie, 'connect', { provider: 'acme' });
    await h.page(cookie);
    await h.act(cookie, 'sign-out');
    expect(recorded.sent().some((text) => text.includes('page_sessions'))).toBe(true);
    expect(await recorded.scans()).toEqual([]);
  });
});

describe('what goes wrong in a browser', () => {
  test.each([
    ['/connect/start/unknown', 404, 'This link does not work any more'],
    ['/connect/callback/acme', 400, 'There is nothing to finish here'],
    ['/connect/callback/acme?error=access_denied', 400, 'Nothing was connected'],
    ['/connect/callback/acme?code=x&installation_id=1', 400, 'Start in your app'],
    ['/connect/callback/acme?state=unknown&code=x', 400, 'This took too long'],
    ['/connect/callback/acme?state=a&state=b', 400, 'That did not work'],
    ['/connect/nowhere', 404, 'There is nothing here'],
    ['/connect/session', 405, 'This page opens by a button'],
    ['/integrations', 403, 'Open this page from your app'],
    ['/integrations/nowhere', 404, 'There is nothing here'],
  ])('%s is a page for people, and a problem for programs', async (path, status, said) => {
    const h = hosted();
    const page = await h.get(path);
    expect([page.status, page.headers.get('Content-Type')]).toEqual([
      status,
      'text/html; charset=utf-8',
    ]);
    expect(textOf(await page.text())).toContain(said);
    expect(page.headers.get('Vary')).toContain('Accept');
    for (const accept of ['*/*', 'application/json', 'application/problem+json, text/html;q=0.5']) {
      const problem = await h.api(path, { token: null, headers: { Accept: accept } });
      expect([problem.status, problem.headers.get('Content-Type')]).toEqual([
        status,
        'application/problem+json',
      ]);
    }
  });

  test('elsewhere a browser gets the problem document', async () => {
    const reply = await hosted().get('/v1/providers');
    expect(reply.headers.get('Content-Type')).toBe('application/problem+json');
  });

  test('in another browser, and a second time', async () => {
    const h = hosted();
    const { connectUrl } = await h.begin('people');
    const { location, cookie } = await h.open(connectUrl);
    const path = `/connect/callback/acme?${new URLSearchParams({ state: location.searchParams.get('state') ?? '', code: 'code-people' })}`;
    expect(textOf(await (await h.get(path)).text())).toContain('Finish where you started');
    const back = await h.get(path, cookie);
    expect(back.status).toBe(303);
    expect((await h.get(path, cookie)).headers.get('Location')).toBe(back.headers.get('Location'));
    const other = await h.get(path.replace('code-people', 'code-other'), cookie);
    expect(textOf(await other.text())).toContain('You have been here before');
  });

  describe('a dead end', () => {
    /** A browser that was sent to the provider, and a connection that it has finished before. */
    async function onTheWay(userId: string) {
      const h = hosted();
      const { id, connectUrl } = await h.begin(userId);
      const { location, cookie } = await h.open(connectUrl);
      return { h, id, cookie, state: location.searchParams.get('state') ?? '' };
    }

    test.each([
      ['a denial without a state', 'callback/acme?error=access_denied', 'Nothing was connected'],
      ['a start at the marketplace', 'callback/acme?code=x', 'Start in your app'],
      ['a callback without anything', 'callback/acme', 'There is nothing to finish here'],
      ['a state of long ago', 'callback/acme?code=x&state=long.ago', 'This took too long'],
      ['a link of long ago', 'start/long-ago', 'This link does not work any more'],
      ['another provider', 'callback/reddit?code=x&state=STATE', 'That answer does not fit'],
    ])('%s has words of its own and a way back, and changes nothing', async (_, path, title) => {
      const { h, id, cookie, state } = await onTheWay('dead-end');
      const reply = await h.get(`/connect/${path.replace('STATE', state)}`, cookie);
      expect([400, 404]).toContain(reply.status);
      expect(reply.headers.get('Location')).toBeNull();
      const page = await reply.text();
      expect(textOf(page)).toContain(title);
      expect(textOf(page)).toContain('Back to app.example.com');
      expect(page).toContain(`href="https://app.example.com/done?tab=1&amp;connection=${id}"`);
      expect(page).not.toContain('completion');
      const { status } = await h.callback({ state, code: 'code-x' }, cookie);
      expect(status).toBe(303);
    });

    test('another code: it says so, and leads back without the secret', async () => {
      const { h, id, cookie, state } = await onTheWay('dead-end-used');
      await h.callback({ state, code: 'code-first' }, cookie);
      const reply = await h.get(`/connect/callback/acme?state=${state}&code=second`, cookie);
      const page = await reply.text();
      expect(textOf(page)).toContain('this one has changed nothing');
      expect(page).toContain(`href="https://app.example.com/done?tab=1&amp;connection=${id}"`);
      expect(page).not.toContain('completion');
    });

    test('a browser that began nothing gets words, and no link of somebody else', async () => {
      const { h, state } = await onTheWay('dead-end-other');
      const strange = `__Host-mooring-browser=${'q'.repeat(43)}`;
      for (const cookie of [null, strange]) {
        const page = await (
          await h.get(`/connect/callback/acme?state=${state}&code=x`, cookie)
        ).text();
        expect(textOf(page)).toContain('Finish where you started');
        expect(page).not.toContain('href="https://app.example.com');
      }
    });

    test('of a connection that was begun on the hosted page leads to that page', async () => {
      const h = hosted();
      const session = await h.enter('dead-end-hosted');
      const page = await (await h.act(session, 'connect', { provider: 'acme' })).text();
      const [link = ''] = /http:\/\/localhost:8787\/connect\/start\/[\w-]+/.exec(page) ?? [];
      const { cookie } = await h.open(link);
      const denied = await h.get('/connect/callback/acme?error=access_denied', cookie);
      const text = await denied.text();
      expect(text).toContain('href="/integrations"');
      expect(textOf(text)).toContain('To your connections');
    });
  });
});

test('an MCP server has its host as a name, and its accounts no name of their own', async () => {
  const config = configWith({ tools: { extends: 'mcp', url: 'https://mcp.tools.example/mcp' } });
  const h = hosted({ config });
  await insertAccount(h.deps, {
    userId: 'mcp-1',
    provider: 'tools',
    providerAccountId: 'user-abcdef',
    displayName: null,
  });
  const page = textOf(await h.page(await h.enter('mcp-1')));
  expect(page).toContain('mcp.tools.example account');
  expect(page).not.toContain('user-abcdef');
  const empty = textOf(await h.page(await h.enter('mcp-2')));
  expect(empty).toContain('mcp.tools.example');
});
