/** Placeholders in the texts of records: URLs, parameters, headers, signed values. Pure. */

const placeholder = /\{([A-Za-z]\w*)\}/g;

/** The names of the placeholders in a template, each once. */
export const placeholdersOf = (template: string): string[] => [
  ...new Set(Array.from(template.matchAll(placeholder), ([, name = '']) => name)),
];

/**
 * A template with its placeholders filled, once: what a value holds is not looked at again.
 * @param valueFor of a name, and of the place where its placeholder begins; undefined leaves it
 * there
 */
export const fillTemplate = (
  template: string,
  valueFor: (name: string, at: number) => string | undefined,
): string =>
  template.replace(placeholder, (whole, name: string, at: number) => valueFor(name, at) ?? whole);

/** What is left is sent as it stands. */
export const withoutPlaceholders = (template: string): string => template.replace(placeholder, '');

/** Each of these templates, filled; a placeholder without a value is left there. */
export function fillAll(
  templates: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = new Map(Object.entries(values));
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [
      name,
      fillTemplate(template, (placeholder) => known.get(placeholder)),
    ]),
  );
}
