/** The headers in which credentials are sent, as their record writes them. Pure. */
import type { CredentialsProvider } from './types';

/** `{field}`, or `{base64:one:two}`: the Base64 of two values joined with `:` (RFC 7617). */
const placeholder = /\{(?:base64:([A-Za-z]\w*):([A-Za-z]\w*)|([A-Za-z]\w*))\}/g;

/** The fields that a header's template names. */
export const fieldsIn = (template: string): string[] =>
  Array.from(template.matchAll(placeholder), (match) => match.slice(1))
    .flat()
    .filter((field) => field !== undefined);

/** What is left is sent as it stands. */
export const withoutPlaceholders = (template: string): string => template.replace(placeholder, '');

/** A header that names a field which was not given is left out whole. */
export function requestHeadersOf(
  { requestHeaders }: Pick<CredentialsProvider, 'requestHeaders'>,
  credentials: Readonly<Record<string, string>>,
): Record<string, string> {
  const fieldValue = (field: string): string =>
    (Object.hasOwn(credentials, field) ? credentials[field] : undefined) ?? '';
  const given = Object.entries(requestHeaders).filter(([, template]) =>
    fieldsIn(template).every((field) => fieldValue(field) !== ''),
  );
  return Object.fromEntries(
    given.map(([name, template]) => [
      name,
      template.replace(placeholder, (_, first?: string, second?: string, field?: string) =>
        first !== undefined && second !== undefined
          ? base64(`${fieldValue(first)}:${fieldValue(second)}`)
          : fieldValue(field ?? ''),
      ),
    ]),
  );
}

const base64 = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)));
