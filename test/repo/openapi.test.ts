import { describe, expect, it } from 'vitest';
import { errorsOf, openapiDocument } from '../../scripts/openapi';
import { routes } from '../../src/app';
import { errorCodes } from '../../src/errors';
import { fieldsOf } from '../support/requests';

const document = openapiDocument(routes);

describe('assets/openapi.json', () => {
  it('is what the declarations say (npm run openapi writes it anew)', async () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../assets/openapi.json');
  });

  it('has an id of its own for each operation, and each operation once', () => {
    const ids = routes.map((spec) => spec.id);
    expect(new Set(ids).size).toBe(ids.length);
    const operations = routes.map((spec) => `${spec.method} ${spec.path}`);
    expect(new Set(operations).size).toBe(operations.length);
  });

  it('refers only to what is there', () => {
    for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = name
        .split('/')
        .reduce<unknown>(
          (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
          document,
        );
      expect([name, typeof found]).toEqual([name, 'object']);
    }
  });

  it.each(routes.filter(({ path }) => /^.connect.(start|callback)/.test(path)))(
    '$id: the database may be away there too',
    (spec) => expect(errorsOf(spec)).toContain('unavailable'),
  );

  it('documents each parameter of a path', () => {
    for (const spec of routes) {
      const names = Array.from(spec.path.matchAll(/:([A-Za-z]+)/g), ([, name]) => name);
      expect([spec.id, fieldsOf(spec.param).sort()]).toEqual([spec.id, names.sort()]);
    }
  });

  it('every error code is one that clients can rely on: kebab-free, with a 4xx or 5xx', () => {
    for (const [code, [status]] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});
