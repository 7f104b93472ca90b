/** Which language a page speaks, and that each catalog has what English has. */
import { describe, expect, it } from 'vitest';
import { records } from '../../src/providers/records';
import { providerSchema } from '../../src/providers/types';
import { isLanguageTag, languages, localeFor, localeOf, negotiate } from '../../src/web/locale';
import { en, type MessageCatalog } from '../../src/web/messages';
import { testDeps } from '../support/deps';
import { catalogs } from './catalogs';
import { mirrored } from './mirrored';

/** What each message is filled with. */
const namesIn = (messages: MessageCatalog['messages']) =>
  Object.entries(messages).map(([id, text]) => [
    id,
    ...new Set([...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort()),
  ]);

it('there is a file for each language', () => {
  expect(Object.keys(catalogs).sort()).toEqual(languages.toSorted());
});

describe.each(Object.entries(catalogs))(
  'the catalog of %s',
  (language, { formats, direction, messages }) => {
    it('has every message and no other', () => {
      expect(Object.keys(messages).sort()).toEqual(Object.keys(en.messages).sort());
    });

    it('fills each message with the same names', () => {
      const own = new Map(namesIn(messages).map(([id, ...names]) => [id, names]));
      const others = namesIn(en.messages).filter(
        ([id = '', ...names]) => String(own.get(id)) !== String(names),
      );
      expect(others).toEqual([]);
    });

    it('has no empty message, and no white space at an end', () => {
      const wrong = Object.entries(messages).filter(
        ([id, text]) => id !== 'sentence.gap' && (text === '' || text.trim() !== text),
      );
      expect(wrong).toEqual([]);
    });

    it('quotes the button’s own name', () => {
      for (const id of ['not_connected.mismatch.text', 'entry.mismatch.text'] as const) {
        expect(messages[id]).toContain(messages['app.add_account']);
        expect(messages[`${id}.unnamed`]).toContain(messages['app.add_account']);
      }
    });

    it('is known to Intl, with its direction', () => {
      const known = [language, formats];
      expect(Intl.DateTimeFormat.supportedLocalesOf(known)).toEqual(known);
      expect(Intl.RelativeTimeFormat.supportedLocalesOf(known)).toEqual(known);
      expect(Intl.ListFormat.supportedLocalesOf(known)).toEqual(known);
      expect(Intl.Collator.supportedLocalesOf(known)).toEqual(known);
      // TypeScript's library does not have it yet.
      const locale = new Intl.Locale(language) as Intl.Locale & {
        getTextInfo(): { direction: string };
      };
      expect(locale.getTextInfo().direction).toBe(direction);
    });
  },
);

describe('texts of the built-in records', () => {
  const texts = records.flatMap((record) => {
    const provider = providerSchema.parse(record);
    return Object.values(
      provider.kind === 'oauth2' ? provider.parameters : provider.fields,
    ).flatMap((field) => [field.label, ...('help' in field && field.help ? [field.help] : [])]);
  });

  it.each([...new Set(texts)])('"%s" is in the catalogs', (text) => {
    expect(Object.keys(en.messages)).toContain(`record.${text}`);
  });

  it('of an operator’s own record stay as they are', async () => {
    const { recordText } = await localeFor(testDeps(), 'de', undefined);
    expect([recordText('Ship'), recordText('Password')]).toEqual(['Ship', 'Passwort']);
  });
});

describe('the language', () => {
  it.each<[string | null, string | undefined, string, string]>([
    // What the app asks for comes first.
    ['de', 'fr', 'de', 'de-DE'],
    ['de-AT', 'fr', 'de', 'de-AT'],
    ['PT-br', undefined, 'pt', 'pt-BR'],
    ['pt-PT', undefined, 'pt', 'pt-PT'],
    ['de-Latn-CH-1996', undefined, 'de', 'de-Latn-CH'],
    ['ja-JP-u-ca-japanese', undefined, 'ja', 'ja-JP'],
    // Where there is no catalog for it, the browser's counts, then English.
    ['it', 'fr-CA, en;q=0.5', 'fr', 'fr-CA'],
    ['it', 'sv', 'en', 'en-GB'],
    ['it', undefined, 'en', 'en-GB'],
    // The browser's: the highest weight first, and of two with the same the first.
    [null, undefined, 'en', 'en-GB'],
    [null, '', 'en', 'en-GB'],
    [null, 'en', 'en', 'en-GB'],
    [null, 'en-US,en;q=0.9', 'en', 'en-US'],
    [null, 'de-AT,de;q=0.9,en;q=0.8', 'de', 'de-AT'],
    [null, 'en;q=0.1, es-419;q=0.7, fr;q=0.6', 'es', 'es-419'],
    [null, 'sv, fr;q=0.2, de;q=0.2', 'fr', 'fr-FR'],
    [null, 'de;q=0, ja;q=0.001', 'ja', 'ja-JP'],
    [null, 'de;q=0', 'en', 'en-GB'],
    [null, '*, de;q=0.1', 'de', 'de-DE'],
    // The language, not a longer word that begins like it.
    [null, 'des, deu', 'en', 'en-GB'],
    [null, 'x-de, i-de', 'en', 'en-GB'],
    // What cannot be read is passed over.
    [null, ';;;,,,q=1, ,=', 'en', 'en-GB'],
    [null, 'de_DE, ../../etc, fr;q=nonsense', 'fr', 'fr-FR'],
    [null, 'constructor, __proto__, toString', 'en', 'en-GB'],
    [null, '日本語, ja', 'ja', 'ja-JP'],
    [null, `de${'-x'.repeat(8000)}`, 'de', 'de-DE'],
    [null, `${'zz,'.repeat(5000)}fr`, 'fr', 'fr-FR'],
  ])('of "%s" and "%s" is %s, with dates of %s', async (wished, accepted, language, formats) => {
    const locale = await localeFor(testDeps(), wished, accepted);
    expect([locale.language, locale.formats]).toEqual([language, formats]);
  });

  it.each([
    ['de', true],
    ['pt-BR', true],
    ['zh-Hant-TW', true],
    ['de_DE', false],
    ['german', true],
    ['', false],
    ['d', false],
    ['de-', false],
    ['de,en', false],
    ['<b>', false],
  ])('"%s" is a language tag: %s', (tag, expected) => {
    expect(isLanguageTag(tag)).toBe(expected);
  });
});

describe('a name in a sentence', () => {
  const said = (locale: ReturnType<typeof localeOf>, host: string) =>
    locale.t('back.host', { host });

  it('stands apart where it or the page runs right to left', () => {
    expect(said(localeOf('en', en), 'harbour')).toBe('Back to harbour');
    expect(said(localeOf('en', en), 'ليلى')).toBe('Back to \u2068ليلى\u2069');
    expect(said(localeOf('ar', mirrored), 'harbour')).toContain('\u2068harbour\u2069');
  });

  it('is not itself filled, and keeps its dollars', () => {
    expect(said(localeOf('en', en), '{brand} $& $1')).toBe('Back to {brand} $& $1');
  });
});

it('a language whose file cannot be read is English', async () => {
  const deps = testDeps({ assets: null });
  expect(negotiate('de-AT', undefined)).toEqual({ language: 'de', region: 'de-AT' });
  expect((await localeFor(deps, 'de-AT', undefined)).language).toBe('en');
});

it('lists and sentences are joined as the language does', async () => {
  const joined = async (language: string) => {
    const { list, sentences } = await localeFor(testDeps(), language, undefined);
    return [list(['a', 'b', 'c']), sentences('A.', 'B.')];
  };
  expect(await joined('en')).toEqual(['a, b and c', 'A. B.']);
  expect(await joined('de')).toEqual(['a, b und c', 'A. B.']);
  expect(await joined('fr')).toEqual(['a, b et c', 'A. B.']);
  expect(await joined('es')).toEqual(['a, b y c', 'A. B.']);
  expect(await joined('pt')).toEqual(['a, b e c', 'A. B.']);
  expect(await joined('ja')).toEqual(['a、b、c', 'A.B.']);
});
