import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { errorsOf, openapiDocument } from '../../scripts/openapi';
import { descriptions, examples } from '../../scripts/openapi-descriptions';
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

  it('describes operations only that are there', () => {
    const ids = new Set(routes.map(({ id }) => id));
    expect(Object.keys(descriptions).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('has an example of each schema that is not made of others', () => {
    const without = Object.entries(document.components?.schemas ?? {}).filter(
      ([, schema]) =>
        !Object.keys(Object(schema)).some((key) => ['examples', 'oneOf', 'allOf'].includes(key)),
    );
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(examples))('the example of %s is one', (name, example) => {
    const schema = z.globalRegistry._idmap.get(name) as z.ZodType | undefined;
    expect(schema?.parse(example)).toEqual(example);
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

  it.each(
    routes.filter(
      ({ path, method }) => method === 'get' && /^.connect.(start|callback)/.test(path),
    ),
  )('$id: the database may be away there too, and a session may be missing', (spec) =>
    expect(errorsOf(spec)).toEqual(expect.arrayContaining(['forbidden', 'unavailable'])),
  );

  it('tells of every route but those that a browser goes to by itself', () => {
    const told = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    const declared = routes
      .filter(({ tag }) => tag !== 'Browser')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`);
    expect(told.toSorted()).toEqual(declared.toSorted());
  });

  it('lets replies grow, and problems too; only what is sent is held to the letter', () => {
    const { schemas = {}, ...components } = document.components ?? {};
    const { sent = [], replied } = Object.groupBy(Object.entries(schemas), ([name]) =>
      name.endsWith('Request') ? 'sent' : 'replied',
    );
    const closed = '"additionalProperties":false';
    expect(JSON.stringify([document.paths, components, replied])).not.toContain(closed);
    for (const [name, schema] of sent) {
      expect([name, schema]).toEqual([
        name,
        expect.objectContaining({ additionalProperties: false }),
      ]);
    }
  });

  it('names the right of each operation that takes one, to each kind of caller it is for', () => {
    const schemes = Object.keys(document.components?.securitySchemes ?? {});
    expect(schemes).toHaveLength(3);
    for (const spec of routes.filter(({ tag }) => tag !== 'Browser')) {
      const path = spec.path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
      const operation = document.paths?.[path]?.[spec.method];
      const security = operation?.security ?? [];
      if (spec.callers === 'anyone') {
        expect([spec.id, security]).toEqual([spec.id, []]);
        continue;
      }
      expect(operation).toMatchObject({
        'x-right': spec.right,
        description: expect.stringContaining(`Right: \`${spec.right}\`.`),
      });
      expect(security).toHaveLength(spec.callers.length);
      for (const [scheme, roles] of security.flatMap((one) => Object.entries(one))) {
        const { right, rightForOneUser = right } = spec;
        const role = scheme === 'serviceKey' ? right : rightForOneUser;
        expect([spec.id, schemes.includes(scheme), roles]).toEqual([spec.id, true, [role]]);
      }
    }
  });

  it('narrows the code of each problem', () => {
    const schemas = Object.keys(document.components?.schemas ?? {});
    expect(schemas).toContain('NeedsReconnectProblem');
    expect(document.components?.schemas?.NeedsReconnectProblem).toMatchObject({
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        { properties: { code: expect.anything() } },
      ],
    });
  });

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
