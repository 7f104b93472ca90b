import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { docs, withTable } from '../../scripts/provider-table';
import { records } from '../../src/providers/records';
import { credentialsProviderSchema, oauth2ProviderSchema } from '../../src/providers/types';

const page = readFileSync(docs, 'utf8');

describe('docs/providers.md', () => {
  it('has the table that the records make (npm run provider:table writes it anew)', () => {
    expect(withTable(page)).toBe(page);
  });

  it('lists each built-in provider once', () => {
    for (const { id } of records) expect(page.split(`| \`${id}\` |`)).toHaveLength(2);
  });

  it('explains every field of a record', () => {
    const { shape } = oauth2ProviderSchema;
    const fields = [
      ...Object.keys(shape),
      ...Object.keys(credentialsProviderSchema.shape),
      ...Object.keys(shape.revocation.def.innerType.shape).map((field) => `revocation.${field}`),
      ...Object.keys(shape.reply.def.innerType.shape),
    ];
    const known = ['kind', 'revocation'];
    const missing = fields.filter((field) => !page.includes(`\`${field}\``));
    expect(missing.filter((field) => !known.includes(field))).toEqual([]);
  });
});
