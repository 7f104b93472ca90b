/** What the hosted page says of names, scopes and a browser's wishes. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { Caches } from '../../../src/caches';
import { records } from '../../../src/providers/records';
import { providerSchema } from '../../../src/providers/types';
import { prefersPage } from '../../../src/web/hosted/error-page';
import { initials } from '../../../src/web/hosted/integrations-page';
import { permissionSentences, permissionsOf } from '../../../src/web/hosted/permissions';
import { flashMessageWords } from '../../../src/web/hosted/words';
import { english, localeFor } from '../../../src/web/locale';
import { clockAt } from '../../../src/web/ui/times';
import { testDeps } from '../../support/deps';

describe('initials', () => {
  it.each([
    ['Ada Fairwind', 'AF'],
    ['rkeel', 'R'],
    ['robin@keel.example', 'R'],
    ['Ana María de la Cruz', 'AC'],
    ['u/sailor_jane', 'UJ'],
    ['ليلى الحسن', 'لا'],
    ['···', '•'],
    ['', '•'],
    ['<script>', '•'],
  ])('of "%s" are "%s"', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe('what was not refreshed', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const clock = clockAt(new Caches(), now, undefined);
  it.each([
    [null, 'Try again in a few minutes.'],
    [now + 240_000, 'Try again in 4 minutes.'],
    // The page was opened later than that.
    [now, 'Try again in a few minutes.'],
    [now - 120_000, 'Try again in a few minutes.'],
  ])('with another try at %s', (retryAt, words) => {
    const flash = {
      kind: 'not_refreshed',
      provider: 'acme',
      accountId: 'ada',
      name: null,
      code: 'unavailable',
      retryAt,
    } as const;
    const names = { brand: 'Keel', provider: 'Acme', account: 'Ada' };
    expect(flashMessageWords(flash, names, clock).text).toContain(words);
  });
});

describe('permissions', () => {
  it('of every built-in record are told in words', () => {
    for (const record of records) {
      const provider = providerSchema.parse(record);
      const scopes = provider.kind === 'oauth2' ? provider.scopes : [];
      expect([provider.id, permissionsOf(provider.id, scopes).unknown]).toEqual([provider.id, []]);
      expect(permissionSentences(provider, english)).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each([
    ['en', 'Know who you are. See your email address, your name and your picture.'],
    ['de', 'Wissen, wer Sie sind. Ihre E-Mail-Adresse, Ihren Namen und Ihr Bild sehen.'],
    ['es', 'Saber quién eres. Ver tu correo electrónico, tu nombre y tu foto.'],
    ['fr', 'Savoir qui vous êtes. Voir votre adresse e-mail, votre nom et votre photo.'],
    ['ja', '本人の確認。メールアドレス、名前、写真の閲覧。'],
    ['pt', 'Saber quem você é. Ver seu e-mail, seu nome e sua foto.'],
  ])('are sentences in %s', async (language, sentences) => {
    const record = records.find(({ id }) => id === 'google');
    const google = providerSchema.parse({ ...record, scopes: ['openid', 'email', 'profile'] });
    expect(permissionSentences(google, await localeFor(testDeps(), language, undefined))).toBe(
      sentences,
    );
  });

  it('that nobody has words for are named, and names of prototypes are none', () => {
    expect(permissionsOf('acme', ['openid', 'constructor', 'boats.write'])).toEqual({
      known: ['may.know_you'],
      unknown: ['constructor', 'boats.write'],
    });
    expect(permissionsOf('__proto__', ['toString']).unknown).toEqual(['toString']);
  });
});

describe('Accept', () => {
  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html', true],
    ['*/*', false],
    [undefined, false],
    ['', false],
    ['application/json', false],
    ['application/json, text/html', false],
    ['application/problem+json;q=0.1, text/html;q=0.2', true],
    ['text/html;q=0', false],
    ['text/html;q=nonsense', true],
  ])('%s asks for a page: %s', async (accept, expected) => {
    const app = new Hono().get('/', (c) => c.json(prefersPage(c)));
    const headers = accept === undefined ? {} : { Accept: accept };
    expect(await (await app.request('/', { headers })).json()).toBe(expected);
  });
});
