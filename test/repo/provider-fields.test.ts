/** A field of a record that nobody reads is a promise that nobody keeps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { credentialsProviderSchema, oauth2ProviderSchema } from '../../src/providers/types';

const root = join(import.meta.dirname, '../..');

/** The code that acts on records: not their shape, their checks, or themselves. */
const readers = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !/^providers\/(types|records|check)\b/.test(file.replaceAll('\\', '/')))
  .map((file) => join(root, 'src', file))
  .concat(join(root, 'scripts/provider-table.ts'), join(root, 'scripts/provider-check.ts'))
  .map((file) => readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''));

/** All fields, the inner ones too: `revocation.tokenParam`. */
function fieldsOf(schema: unknown, prefix = ''): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodRecord) return fieldsOf(inner.def.valueType, prefix);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, one]) => [
    `${prefix}${name}`,
    ...fieldsOf(one, `${prefix}${name}.`),
  ]);
}

function unwrapped(schema: unknown): unknown {
  const wrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wrapped ? unwrapped(schema.def.innerType) : schema;
}

const fields = [...fieldsOf(oauth2ProviderSchema), ...fieldsOf(credentialsProviderSchema)];

describe('the fields of a record', () => {
  it('are each read by the code that acts on records', () => {
    const unread = fields.filter((field) => {
      const name = field.replace(/^.*\./, '');
      return !readers.some((text) => new RegExp(`(?:\\.|[{,]\\s*)${name}\\b`).test(text));
    });
    expect(unread).toEqual([]);
  });

  it('are all seen by this test', () => {
    expect(fields).toEqual(
      expect.arrayContaining(['revocation.tokenParam', 'reply.refreshExpiresAt', 'fields.help']),
    );
  });
});
