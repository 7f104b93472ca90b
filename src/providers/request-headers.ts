/** The templates in which credentials are sent, as their record writes them. Pure. */
import { base64Text } from '../crypto';
import { fillTemplate, placeholdersOf } from './templates';
import type { CredentialsProvider } from './types';

/**
 * `{base64:one:two}`: the Base64 of two values joined with `:` (RFC 7617). A text in quotes stands
 * for itself: `{base64:'api':key}`.
 */
const base64Pair = /\{base64:([A-Za-z]\w*|'[^':{}]*'):([A-Za-z]\w*|'[^':{}]*')\}/g;

const isQuoted = (part: string): boolean => part.startsWith("'");

/** The template with each pair as plain placeholders: `{one}:{two}`. */
export const withoutBase64 = (template: string): string =>
  template.replace(base64Pair, (_, ...[one, two]: string[]) =>
    [one, two].map((part = '') => (isQuoted(part) ? '' : `{${part}}`)).join(':'),
  );

export const requestHeadersOf = (
  { requestHeaders }: Pick<CredentialsProvider, 'requestHeaders'>,
  credentials: Readonly<Record<string, string>>,
): Record<string, string> => fillFields(requestHeaders, credentials);

/** Headers or parameters, filled. One that names a field which was not given is left out whole. */
export function fillFields(
  templates: Readonly<Record<string, string>>,
  credentials: Readonly<Record<string, string>>,
): Record<string, string> {
  const fieldValue = (field: string): string =>
    (Object.hasOwn(credentials, field) ? credentials[field] : undefined) ?? '';
  const given = Object.entries(templates).filter(([, template]) =>
    placeholdersOf(withoutBase64(template)).every((field) => fieldValue(field) !== ''),
  );
  return Object.fromEntries(given.map(([name, template]) => [name, fill(template, fieldValue)]));
}

/** Piece by piece, so that what a value holds is never taken for a placeholder. */
function fill(template: string, valueFor: (field: string) => string): string {
  let filled = '';
  let end = 0;
  for (const pair of template.matchAll(base64Pair)) {
    const [whole, one = '', two = ''] = pair;
    filled += fillTemplate(template.slice(end, pair.index), valueFor);
    const [user, password] = [one, two].map((part) =>
      isQuoted(part) ? part.slice(1, -1) : valueFor(part),
    );
    filled += base64Text(`${user}:${password}`);
    end = pair.index + whole.length;
  }
  return filled + fillTemplate(template.slice(end), valueFor);
}
