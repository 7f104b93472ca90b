/**
 * Random requests made from the OpenAPI document (I12): whatever comes, the answer is one that the
 * document tells of, never a 500, and what belongs to others stays as it was.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorsOf, openapiDocument } from '../../scripts/openapi';
import { routes } from '../../src/app';
import type { RouteSpec } from '../../src/http/route';
import { type ApiInit, apiWith, userToken } from '../support/api';
import { arbitraryFor, type JsonSchema, nastyText } from '../support/arbitrary';
import { testDeps } from '../support/deps';
import { type AccountRow, accountRow, insertAccount } from '../support/fixtures';
import { nameOf, paramsOf, pathOf } from '../support/requests';

/** The same at each run; change it to look elsewhere. */
const SEED = 20261122;
const RUNS = 60;

interface Operation {
  parameters?: { name: string; in: string; schema: JsonSchema }[];
  /** By content type. */
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, unknown>;
}

const { paths } = openapiDocument(routes) as {
  paths: Record<string, Record<string, Operation>>;
};

const deps = testDeps({
  fetch: async () => {
    throw new TypeError('the provider is away');
  },
});
const call = apiWith(deps);
let sentinel: AccountRow;

beforeAll(async () => {
  sentinel = await insertAccount(deps, { userId: 'sentinel-user', providerAccountId: 'sentinel' });
});

describe.each(routes.map((spec) => [nameOf(spec), spec] as const))('%s', (_, spec) => {
  it('answers as the document says', async () => {
    const operation = operationOf(spec);
    const user = await userToken(`fuzz-${spec.id}`);
    await fc.assert(
      fc.asyncProperty(requestsFor(spec, operation, user), async ({ path, init }) => {
        const reply = await call(path, init);
        const text = await reply.text();
        expect(reply.status).not.toBe(500);
        if (reply.status < 400) {
          expect(Object.keys(operation.responses)).toContain(String(reply.status));
          return;
        }
        expect(reply.headers.get('Content-Type')).toBe('application/problem+json');
        // A path may come to stand for another route, or none: `..` in it, or an empty part.
        const code = JSON.parse(text).code as ReturnType<typeof errorsOf>[number];
        expect([...errorsOf(spec), 'not_found', 'method_not_allowed', 'invalid_request']).toContain(
          code,
        );
        expect(text).not.toMatch(/\bat .+\.[jt]s:\d+|SQLITE|D1_ERROR/);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    await deps.settle();
    expect(await accountRow(deps, sentinel.id)).toEqual(sentinel);
  });
});

function operationOf(spec: RouteSpec): Operation {
  const operation = paths[spec.path.replaceAll(/:(\w+)/g, '{$1}')]?.[spec.method];
  if (!operation) throw new Error(`${nameOf(spec)} is not in the document`);
  return operation;
}

interface Call {
  path: string;
  init: ApiInit;
}

function requestsFor(spec: RouteSpec, operation: Operation, user: string): fc.Arbitrary<Call> {
  const parameters = operation.parameters ?? [];
  const inPlace = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((parameter) => parameter.in === place)
          .map(({ name, schema }) => [name, arbitraryFor(schema)]),
      ),
      { requiredKeys: [] },
    );
  const params = fc.record(
    Object.fromEntries(
      paramsOf(spec).map((name) => [
        name,
        name === 'userId' ? fc.constantFrom('me', 'fuzz') : nastyText,
      ]),
    ),
  );
  const [[type, { schema }] = [null, { schema: {} }]] = Object.entries(
    operation.requestBody?.content ?? {},
  );
  const body = type === null ? fc.constant(undefined) : arbitraryFor(schema);
  const serviceOnly = spec.callers !== 'anyone' && !spec.callers.includes('user');
  const tokens = serviceOnly ? [undefined] : [undefined, user];
  return fc
    .tuple(params, inPlace('query'), inPlace('header'), body, fc.constantFrom(...tokens))
    .map(([path, query, header, given, token]) => ({
      path: `${pathOf(spec, mapText(path, encodePart))}?${new URLSearchParams(mapText(query, wellFormed))}`,
      init: {
        method: spec.method.toUpperCase(),
        headers: {
          ...mapText(header, headerValue),
          ...(type === null ? {} : { 'Content-Type': type }),
          ...(type === FORM ? { Origin: 'https://app.example.com' } : {}),
        },
        ...(given === undefined
          ? {}
          : { body: type === FORM ? asForm(given) : JSON.stringify(given) }),
        ...(token === undefined ? {} : { token }),
      },
    }));
}

const FORM = 'application/x-www-form-urlencoded';

const asForm = (given: unknown): string =>
  typeof given === 'object' && given !== null
    ? new URLSearchParams(mapText({ ...given }, wellFormed)).toString()
    : wellFormed(String(given));

const mapText = (
  values: Record<string, unknown>,
  encode: (text: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encode(String(value))]));

const wellFormed = (text: string): string => text.toWellFormed();
const encodePart = (text: string): string => encodeURIComponent(text.toWellFormed());
/** What fetch would refuse to send is sent percent-encoded. */
const headerValue = (text: string): string => encodePart(text).slice(0, 500);
