/**
 * The language of a page: which one, and what it says. English stands in messages.ts, each other
 * language in a file of assets/messages, which is read when it is first asked for. There is no
 * library for it: nothing here needs more than names filled in, and plurals occur only in what Intl
 * writes (relative times).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { parseAccept } from 'hono/utils/accept';
import { type AssetDeps, readAsset } from '../http/assets';
import { type EnglishMessages, en, type MessageCatalog, type MessageId } from './messages';

/** By language tag (BCP 47): those of assets/messages, and English. */
export const languages = ['en', 'de', 'es', 'fr', 'ja', 'pt'];

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** What a message is filled with, by name; nothing where it has no names. */
type ValuesOf<Id extends MessageId> =
  NamesIn<EnglishMessages[Id]> extends never
    ? []
    : [values: Record<NamesIn<EnglishMessages[Id]>, string>];

export interface Locale {
  /** Of the words: `de`. */
  language: string;
  /** Of dates and numbers, with the visitor's region where that is known: `de-AT`. */
  formats: string;
  direction: MessageCatalog['direction'];
  t<Id extends MessageId>(id: Id, ...values: ValuesOf<Id>): string;
  /** A text of a provider's record: in this language where it is one of the built-in texts. */
  recordText(text: string): string;
  /** `a, b and c` */
  list(parts: readonly string[]): string;
  /** One after the other. */
  sentences(...texts: readonly string[]): string;
}

export function localeOf(
  language: string,
  catalog: MessageCatalog,
  formats = catalog.formats,
): Locale {
  const { direction, messages } = catalog;
  let listFormat: Intl.ListFormat | undefined;
  const t = (id: MessageId, values: Readonly<Record<string, string>> = {}): string =>
    messages[id].replace(/\{(\w+)\}/g, (_, name: string) =>
      isolated(values[name] ?? '', direction),
    );
  return {
    language,
    formats,
    direction,
    t,
    recordText: (text) => {
      const id = `record.${text}`;
      return Object.hasOwn(messages, id) ? messages[id as MessageId] : text;
    },
    list(parts) {
      listFormat ??= new Intl.ListFormat(formats);
      return listFormat.format(parts);
    },
    sentences: (...texts) => texts.join(messages['sentence.gap']),
  };
}

/** So that a name of the other direction does not turn what is around it (UAX 9, 2.4). */
const isolated = (value: string, direction: MessageCatalog['direction']): string =>
  direction === 'rtl' || RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

export const english = localeOf('en', en);

/** Language, and what dates follow: the visitor's region, where one is said. */
interface Choice {
  language: string;
  region: string | null;
}

/**
 * By lookup (RFC 4647 3.4): what is wished for first is looked for first, each tag shortened from
 * its end until it is a language of the page. English where there is none for any.
 * @param wished a language tag of the app's, which comes first
 * @param acceptLanguage the browser's header; what cannot be read in it is passed over
 */
export function negotiate(wished: string | null, acceptLanguage: string | undefined): Choice {
  const accepted = parseAccept(acceptLanguage ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
  for (const range of wished === null ? accepted : [wished, ...accepted]) {
    const subtags = range.toLowerCase().split('-').slice(0, MAX_SUBTAGS);
    for (let length = subtags.length; length > 0; length -= 1) {
      const tag = subtags.slice(0, length).join('-');
      const language = languages.find((one) => one.toLowerCase() === tag);
      if (language !== undefined) return { language, region: regionalTag(range) };
    }
  }
  return { language: 'en', region: null };
}

/** More than language, script and region. */
const MAX_SUBTAGS = 8;

/** Language, script and region, and nothing else that a tag may hold; null without a region. */
function regionalTag(range: string): string | null {
  try {
    const { language, script, region } = new Intl.Locale(range);
    if (region === undefined) return null;
    return [language, script, region].filter((subtag) => subtag !== undefined).join('-');
  } catch {
    return null;
  }
}

/** By language. */
const catalogs = () => new Map<string, MessageCatalog>();

/** As `negotiate` chooses; English while the language's file cannot be read. */
export async function localeFor(
  deps: AssetDeps,
  ...asked: Parameters<typeof negotiate>
): Promise<Locale> {
  const { language, region } = negotiate(...asked);
  const catalog = language === 'en' ? en : await catalogOf(deps, language);
  return catalog ? localeOf(language, catalog, region ?? catalog.formats) : english;
}

async function catalogOf(deps: AssetDeps, language: string): Promise<MessageCatalog | null> {
  const known = deps.caches.of(catalogs).get(language);
  if (known) return known;
  const text = await readAsset(deps, `messages/${language}.json`);
  if (text === null) return null;
  // Its shape is held by the tests.
  const catalog: MessageCatalog = JSON.parse(text);
  deps.caches.of(catalogs).set(language, catalog);
  return catalog;
}

/** A well-formed language tag (BCP 47), whether or not there is a catalog for it. */
export function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Of the page that is rendered. Set by renderPage. */
export const pageLocale = new AsyncLocalStorage<Locale>();

export const useLocale = (): Locale => pageLocale.getStore() ?? english;
