/**
 * Random requests made from the routes' declarations (I12): whatever comes, the answer is one that
 * the declaration tells of, never a 500, and what belongs to others stays as it was.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { errorsOf } from '../../scripts/openapi';
import { routes } from '../../src/app';
import type { RouteSpec } from '../../src/http/route';
import { headerName } from '../../src/http/validate';
import { type ApiInit, apiWith, userToken } from '../support/api';
import { arbitraryFor, type JsonSchema, nastyText } from '../support/arbitrary';
import { testDeps } from '../support/deps';
import { type AccountRow, accountRow, insertAccount } from '../support/fixtures';
import { nameOf, paramsOf, pathOf } from '../support/requests';

/** The same at each run; change it to look elsewhere. */
const SEED = 20261122;
const RUNS = 60;

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
  it('answers as declared', async () => {
    const statuses = Object.keys(spec.replies);
    const user = await userToken(`fuzz-${spec.id}`);
    await fc.assert(
      fc.asyncProperty(requestsFor(spec, user), async ({ path, init }) => {
        const reply = await call(path, init);
        const text = await reply.text();
        expect(reply.status).not.toBe(500);
        if (reply.status < 400) {
          expect(statuses).toContain(String(reply.status));
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

interface Call {
  path: string;
  init: ApiInit;
}

/** What may be sent there. */
const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

function requestsFor(spec: RouteSpec, user: string): fc.Arbitrary<Call> {
  const fieldsIn = (schema: z.ZodObject | undefined, nameOf = (field: string) => field) =>
    fc.record(
      Object.fromEntries(
        Object.entries(schema ? (schemaOf(schema).properties ?? {}) : {}).map(([field, one]) => [
          nameOf(field),
          arbitraryFor(one),
        ]),
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
  const type = spec.form ? FORM : spec.json ? 'application/json' : null;
  const sent = spec.form ?? spec.json;
  const body = sent ? arbitraryFor(schemaOf(sent)) : fc.constant(undefined);
  const serviceOnly = spec.callers !== 'anyone' && !spec.callers.includes('user');
  const tokens = serviceOnly ? [undefined] : [undefined, user];
  return fc
    .tuple(
      params,
      fieldsIn(spec.query),
      fieldsIn(spec.header, headerName),
      body,
      fc.constantFrom(...tokens),
    )
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
