import { describe, expect, it } from 'vitest';
import { errorsOf, openapiDocument } from '../../scripts/openapi';
import '../../src/app';
import { errorCodes } from '../../src/errors';
import { endpoints } from '../../src/http/endpoint';
import { fieldsOf } from '../support/requests';

const document = openapiDocument(endpoints);

describe('assets/openapi.json', () => {
  it('is what the declarations say (npm run openapi writes it anew)', async () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../assets/openapi.json');
  });

  it('has an id of its own for each operation, and each operation once', () => {
    const ids = endpoints.map((spec) => spec.id);
    expect(new Set(ids).size).toBe(ids.length);
    const routes = endpoints.map((spec) => `${spec.method} ${spec.path}`);
    expect(new Set(routes).size).toBe(routes.length);
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

  it.each(endpoints.filter(({ path }) => /^.connect.(start|callback)/.test(path)))(
    '$id: the database may be away there too',
    (spec) => expect(errorsOf(spec)).toContain('unavailable'),
  );

  it('documents each parameter of a path', () => {
    for (const spec of endpoints) {
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
