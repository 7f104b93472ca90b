/** The hosted page in the user's language. */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SESSION_MS, TOKEN_MS } from '../../../src/web/hosted/session';
import { languages } from '../../../src/web/locale';
import { configWith } from '../../support/config';
import { testClock } from '../../support/deps';
import { type AccountOverrides, insertAccount } from '../../support/fixtures';
import { mirrored } from '../mirrored';
import { textOf } from '../pages';
import { hosted } from './client';

const accept = (language: string) => ({ 'Accept-Language': language });

describe('the page', () => {
  test.each([
    ['en', 'Connections', 'Nothing is connected yet'],
    ['de', 'Verbindungen', 'Noch ist nichts verbunden'],
    ['es', 'Conexiones', 'Todavía no hay nada conectado'],
    ['fr', 'Connexions', 'Rien n’est encore connecté'],
    ['ja', '連携', 'まだ何も連携されていません'],
    ['pt', 'Conexões', 'Ainda não há nada conectado'],
  ])(
    'speaks %s where the app asks for it, whatever the browser prefers',
    async (locale, ...said) => {
      const h = hosted();
      const cookie = await h.enter(`speaks-${locale}`, { locale });
      const reply = await h.get('/integrations', cookie, accept('fi, en;q=0.5, de;q=0.4'));
      expect(reply.headers.get('Content-Language')).toBe(locale);
      expect(reply.headers.get('Vary')).toContain('Accept-Language');
      expect(reply.headers.get('Cache-Control')).toBe('no-store');
      const page = await reply.text();
      expect(page).toContain(`<html lang="${locale}" dir="ltr">`);
      for (const words of said) expect(textOf(page)).toContain(words);
    },
  );

  test.each([
    [undefined, 'de-CH, en;q=0.5', 'de'],
    ['it', 'fr', 'fr'],
    ['it', 'sv', 'en'],
    [undefined, '%%%', 'en'],
  ])(
    'of an app that asks for %s, in a browser of "%s", speaks %s',
    async (locale, accepted, language) => {
      const h = hosted();
      const cookie = await h.enter('browser-language', locale === undefined ? {} : { locale });
      const page = await (await h.get('/integrations', cookie, accept(accepted))).text();
      expect(page).toContain(`<html lang="${language}"`);
    },
  );

  test('writes times as the language does, and dates as the region does', async () => {
    const now = Date.UTC(2026, 10, 22, 12);
    const h = hosted({ clock: testClock(now) });
    await insertAccount(h.deps, {
      userId: 'times',
      createdAt: now - 30 * 86_400_000,
      expiresAt: now - 60_000,
      refreshFailures: 3,
      lastError: 'http_503',
      lastErrorCategory: 'provider_failure',
      refreshDueAt: now + 4 * 60_000,
    });
    const told = async (locale: string) => textOf(await h.page(await h.enter('times', { locale })));
    expect(await told('de')).toContain('Nächster Versuch: in 4 Minuten (12:04 UTC).');
    expect(await told('de')).toContain('Verbunden seit 23.10.2026');
    expect(await told('fr')).toContain('Prochain essai dans 4 minutes (12:04 UTC).');
    expect(await told('fr')).toContain('Connecté depuis le 23 oct. 2026');
    expect(await told('ja')).toContain('次の試行：4 分後（12:04 UTC）。');
    expect(await told('ja')).toContain('連携開始 2026/10/23');
    expect(await told('en-US')).toContain('Connected since Oct 23, 2026');
    expect(await told('en')).toContain('Connected since 23 Oct 2026');
    expect(await told('pt-PT')).toContain('Conectada desde 23/10/2026');
  });

  test('tells what was done in the language in which it is read', async () => {
    const h = hosted();
    await h.connect('flash-language', 'code-flash-language');
    const cookie = await h.enter('flash-language', { locale: 'de' });
    await h.act(cookie, 'refresh', { provider: 'acme', account: 'flash-language' });
    expect(textOf(await h.page(cookie))).toContain(
      'Der Zugriff auf Name of flash-language (Acme) wurde erneuert.',
    );
    await h.act(cookie, 'disconnect', { provider: 'acme', account: 'flash-language' });
    const page = textOf(await h.page(cookie));
    expect(page).toContain('Acme ist getrennt');
    expect(page).toContain('Die Freigabe bei Acme wird jetzt ebenfalls beendet.');
  });

  test('tells at the form what is wrong, in words of its own', async () => {
    const h = hosted();
    const cookie = await h.enter('entry-language', { locale: 'fr' });
    const fields = { provider: 'onlyfans', 'field-auth_id': '4711', 'field-sess': 'a' };
    const page = await (
      await h.act(cookie, 'credentials', { ...fields, 'field-x_bc': 'no no' })
    ).text();
    expect(textOf(page)).toContain('Veuillez vérifier');
    expect(textOf(page)).toContain('Jeton du navigateur : cette valeur n’est pas valable.');
    expect(textOf(page)).toContain('Agent utilisateur : cette information manque.');
    expect(textOf(page)).not.toMatch(/is missing|is not as/);
  });
});

describe('POST page-sessions', () => {
  test.each(['de_DE', '', 'd', 'de,en', '<b>', 'x'.repeat(65), `de-${'a'.repeat(70)}`])(
    'refuses the locale "%s", and says what one is',
    async (locale) => {
      const reply = await hosted().api('/v1/users/locale-1/page-sessions', {
        method: 'POST',
        json: { label: 'Robin', returnTo: 'https://app.example.com', locale },
      });
      expect(reply.status).toBe(400);
      const { errors } = await reply.json<{ errors: { path: string }[] }>();
      expect(errors[0]?.path).toBe('body.locale');
    },
  );

  test('takes a language that the page does not speak', async () => {
    const h = hosted();
    expect(await h.page(await h.enter('locale-2', { locale: 'zh-Hant-TW' }))).toContain(
      '<html lang="en"',
    );
  });
});

describe('what goes wrong', () => {
  test.each([
    ['/connect/start/unknown', 'Dieser Link funktioniert nicht mehr'],
    ['/connect/callback/acme', 'Hier gibt es nichts abzuschließen'],
    ['/connect/callback/acme?error=access_denied', 'Es wurde nichts verbunden'],
    ['/connect/callback/acme?code=x', 'Fangen Sie in Ihrer App an'],
    ['/connect/callback/acme?state=unknown&code=x', 'Das hat zu lange gedauert'],
    ['/connect/callback/acme?state=a&state=b', 'Das hat nicht geklappt'],
    ['/connect/nowhere', 'Hier gibt es nichts'],
    ['/connect/session', 'Diese Seite öffnet sich über eine Schaltfläche'],
    ['/integrations', 'Öffnen Sie diese Seite aus Ihrer App'],
  ])('%s is told in the browser’s language', async (path, said) => {
    const reply = await hosted().get(path, null, accept('de-AT,de;q=0.9'));
    expect(reply.headers.get('Content-Language')).toBe('de');
    expect(reply.headers.get('Vary')).toBe('Accept, Accept-Language');
    const page = await reply.text();
    expect(page).toContain('<html lang="de" dir="ltr">');
    expect(textOf(page)).toContain(said);
  });

  test('a problem document stays English', async () => {
    const problem = await hosted().api('/connect/start/unknown', {
      token: null,
      headers: { Accept: 'application/json', ...accept('de') },
    });
    expect(await problem.text()).toContain('No such connection');
  });

  test('in a session, it is told as its app asked for, also when the session is over', async () => {
    const h = hosted();
    const cookie = await h.enter('errors-language', { locale: 'ja' });
    const at = async (path: string) =>
      textOf(await (await h.get(path, cookie, accept('de'))).text());
    expect(await at('/integrations/nowhere')).toContain('ページが見つかりません');
    expect(await at('/connect/callback/acme?error=access_denied')).toContain(
      '何も連携されていません',
    );
    h.deps.clock.advance(SESSION_MS);
    expect(await at('/integrations')).toContain('セッションが終了しました');
    expect(await at('/integrations')).toContain('app.example.comに戻る');
  });

  test('a token that is too late is told in the browser’s language', async () => {
    const h = hosted();
    const token = await h.token('late-language', { locale: 'de' });
    h.deps.clock.advance(TOKEN_MS);
    const page = await (await h.post(token, accept('fr'))).text();
    expect(textOf(page)).toContain('Cette ouverture a déjà servi');
  });

  test('while the database is away, the browser’s language is told', async () => {
    const h = hosted();
    const cookie = await h.enter('away-language', { locale: 'ja' });
    const away = hosted({
      ...h.deps,
      db: {
        select() {
          throw new Error('D1_ERROR: Network connection lost.');
        },
      } as unknown as typeof h.deps.db,
    });
    const reply = await away.get('/integrations', cookie, accept('de'));
    expect(reply.status).toBe(503);
    expect(textOf(await reply.text())).toContain('Ein Teil des Dienstes antwortet nicht');
  });
});

describe('a language that is written from right to left', () => {
  beforeAll(() => {
    languages.push('ar');
  });
  afterAll(() => {
    languages.pop();
  });
  const assets = {
    fetch: async (url: RequestInfo | URL) =>
      String(url).endsWith('/messages/ar.json') ? Response.json(mirrored) : env.ASSETS.fetch(url),
  };

  /** What is left where names and dates are taken away: everything that no catalog has said. */
  function unsaid(page: string): string[] {
    const shown = page
      .replace(/<style.*?<\/style>/gs, '')
      .replace(/<(bdi|h3|svg|time)\b.*?<\/\1>/gs, '')
      .replace(/<span class="(?:vh|mono|face)".*?<\/span>/gs, '')
      .replace(/(?:aria-label|placeholder|alt)="([^"]*)"/g, '>$1<')
      .replace(/<[^>]+>/g, '\n')
      .replaceAll('&quot;', '')
      // Every name that is filled in stands apart.
      .replace(/\u2068[^\u2068\u2069]*\u2069/g, '')
      .replace(/\u2068[^\u2068\u2069]*\u2069/g, '');
    return shown.match(/[a-z]{2,}/gi) ?? [];
  }

  test('is shown so, with nothing that another language has said', async () => {
    const now = Date.UTC(2026, 10, 22, 12);
    const config = configWith(
      { desk: { extends: 'api-key', name: 'Desk' } },
      {
        SHOPIFY_CLIENT_ID: 'id',
        SHOPIFY_CLIENT_SECRET: 'secret',
        GITHUB_CLIENT_ID: 'id',
        GITHUB_CLIENT_SECRET: 'secret',
      },
    );
    const h = hosted({ clock: testClock(now), config, assets });
    const userId = 'right-to-left';
    const failing = {
      expiresAt: now - 60_000,
      refreshFailures: 3,
      lastErrorCategory: 'no_answer',
      refreshDueAt: now + 240_000,
    } satisfies AccountOverrides;
    const accounts: AccountOverrides[] = [
      { scope: ['openid'], requestedScope: ['openid', 'email', 'boats.write'] },
      { state: 'needs_reconnect', refreshDueAt: null },
      failing,
      { expiresAt: null, refreshToken: null, refreshDueAt: null },
      { expiresAt: now - 60_000, refreshToken: null, refreshDueAt: null },
      { provider: 'desk', refreshToken: null, refreshDueAt: null, expiresAt: null },
    ];
    for (const [n, columns] of accounts.entries()) {
      await insertAccount(h.deps, { userId, providerAccountId: `rtl-${n}`, ...columns });
    }
    const cookie = await h.enter(userId, { locale: 'ar' });
    const pages = [
      '',
      '?q=zeppelin',
      '?show=connected',
      '/connect?provider=shopify',
      '/credentials?provider=onlyfans',
      '/credentials?provider=desk&account=rtl-5',
      '/disconnect?provider=acme&account=rtl-1',
      '/disconnect?provider=desk&account=rtl-5',
    ].map((path) => h.page(cookie, `/integrations${path}`));
    const replies = [
      h.act(cookie, 'connect', { provider: 'acme' }),
      h.act(cookie, 'connect', { provider: 'shopify', 'field-shop': '/' }),
      h.act(cookie, 'credentials', { provider: 'onlyfans' }),
      h.get('/integrations/nowhere', cookie),
    ].map(async (reply) => (await reply).text());
    for (const page of [...(await Promise.all([...pages, ...replies]))]) {
      expect(page).toContain('<html lang="ar" dir="rtl">');
      const title = /<title>(.*?)<\/title>/s.exec(page)?.[1] ?? '';
      expect(unsaid(page.replace(title, '').replace(/<p class="brand">.*?<\/p>/s, ''))).toEqual([]);
      expect(unsaid(title.replace(' · Mooring', ''))).toEqual([]);
    }
    const out = await (await h.act(cookie, 'sign-out')).text();
    expect(unsaid(out.replaceAll('Mooring', ''))).toEqual([]);
  });
});
