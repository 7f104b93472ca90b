/**
 * Values for fuzzing from a JSON Schema: mostly what the schema asks for, often a little wrong,
 * sometimes not at all what it asks for.
 */
import fc from 'fast-check';

export interface JsonSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
}

/** Texts that have broken other systems. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '.', '..', '../', '/', '\\', '%', '%00', '\u0000', '\r\nX-Evil: 1', '__proto__'],
    ...['constructor', 'toString', 'null', 'true', '0', '-1', '1e308', "' OR 1=1 --", '%25', '_'],
    ...['*', '{{7*7}}', '<script>', '\ud800', 'é', 'e\u0301', '😀', 'x'.repeat(300), 'me', 'acme'],
    ...[
      'javascript:alert(1)',
      '//evil.example',
      'https://app.example.com',
      'https://user@x.example',
    ],
  ),
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const garbage: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, 0, -1, 1e308, [], {}, Number.MAX_SAFE_INTEGER),
);

export function arbitraryFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(schema), weight: 6 }, { arbitrary: garbage, weight: 1 });
}

function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitraryFor));
  switch (schema.type) {
    case 'string':
      return schema.pattern
        ? fc.oneof(fc.stringMatching(new RegExp(schema.pattern, 'u')), nastyText)
        : nastyText;
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: clamp(schema.minimum), max: clamp(schema.maximum ?? 1e6) }),
        fc.double(),
      );
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(arbitraryFor(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return object(schema);
    default:
      return garbage;
  }
}

function object(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const record = fc.record(
    Object.fromEntries(properties.map(([name, inner]) => [name, arbitraryFor(inner)])),
    // Now and then a field that must be there is not.
    { requiredKeys: (schema.required ?? []).slice(0, 1) },
  );
  const values = schema.additionalProperties;
  if (typeof values !== 'object') return record;
  return fc
    .tuple(record, fc.dictionary(nastyText, arbitraryFor(values), { maxKeys: 3 }))
    .map(([known, more]) => ({ ...more, ...known }));
}

const clamp = (limit: number | undefined): number =>
  Math.max(-1e9, Math.min(1e9, Math.trunc(limit ?? 0)));
