/**
 * The language of a page: which one, and what it says. Messages stand in messages/, one file a
 * language. There is no library for it: nothing here needs more than names filled in, and plurals
 * occur only in what Intl writes (relative times).
 */
import { createContext, useContext } from 'hono/jsx';
import { parseAccept } from 'hono/utils/accept';
import { de } from './messages/de';
import { type Catalog, type EnglishMessages, en, type MessageId } from './messages/en';
import { es } from './messages/es';
import { fr } from './messages/fr';
import { ja } from './messages/ja';
import { pt } from './messages/pt';

/** By language tag (BCP 47). */
export const catalogs = { en, de, es, fr, ja, pt } satisfies Record<string, Catalog>;

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** What a message is filled with, by name; nothing where it has no names. */
export type ValuesOf<Id extends MessageId> =
  NamesIn<EnglishMessages[Id]> extends never
    ? []
    : [values: Record<NamesIn<EnglishMessages[Id]>, string>];

export interface Locale {
  /** Of the words: `de`. */
  language: string;
  /** Of dates and numbers, with the visitor's region where that is known: `de-AT`. */
  formats: string;
  direction: Catalog['direction'];
  t<Id extends MessageId>(id: Id, ...values: ValuesOf<Id>): string;
  /** A text of a provider's record: in this language where it is one of the built-in texts. */
  recordText(text: string): string;
  /** `a, b and c` */
  list(parts: readonly string[]): string;
  /** One after the other. */
  sentences(...texts: readonly string[]): string;
}

export function localeOf(language: string, catalog: Catalog, formats = catalog.formats): Locale {
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
const isolated = (value: string, direction: Catalog['direction']): string =>
  direction === 'rtl' || RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

export const english = localeOf('en', en);

/**
 * By lookup (RFC 4647 3.4): what is wished for first is looked for first, each tag shortened from its
 * end until there is a catalog for it. English where there is none for any.
 * @param wished a language tag of the app's, which comes first
 * @param acceptLanguage the browser's header; what cannot be read in it is passed over
 */
export function negotiateLocale(
  wished: string | null,
  acceptLanguage: string | undefined,
  among: Readonly<Record<string, Catalog>> = catalogs,
): Locale {
  const accepted = parseAccept(acceptLanguage ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
  for (const range of wished === null ? accepted : [wished, ...accepted]) {
    const subtags = range.split('-').slice(0, MAX_SUBTAGS);
    for (let length = subtags.length; length > 0; length -= 1) {
      const found = catalogFor(subtags.slice(0, length).join('-'), among);
      if (found) return localeOf(...found, formatsFor(range, found[1]));
    }
  }
  return english;
}

/** Language, script and region are three. */
const MAX_SUBTAGS = 8;

const catalogFor = (
  tag: string,
  among: Readonly<Record<string, Catalog>>,
): [string, Catalog] | undefined =>
  Object.entries(among).find(([language]) => language.toLowerCase() === tag.toLowerCase());

/** The visitor's region, and nothing else that a tag may hold. */
function formatsFor(range: string, { formats }: Catalog): string {
  try {
    const { language, script, region } = new Intl.Locale(range);
    if (region === undefined) return formats;
    return [language, script, region].filter((subtag) => subtag !== undefined).join('-');
  } catch {
    return formats;
  }
}

/** A well-formed language tag (BCP 47), whether or not there is a catalog for it. */
export function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Set by renderPage. */
export const LocaleContext = createContext<Locale>(english);

/** Of the page that is rendered. In synchronous components only: no context outlasts an await here. */
export const useLocale = (): Locale => useContext(LocaleContext);
