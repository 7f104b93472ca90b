/** What a declaration does for its handler: by types, and when it runs. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { consistencyToken } from '../../src/http/consistency';
import { type AppEnv, jsonText, mount, route } from '../../src/http/route';
import { asDeclared } from '../support/declared';

const replies = {
  200: {
    description: 'A thing.',
    schema: z.object({ name: z.string(), size: z.int().optional() }),
    headers: z.object({ 'Consistency-Token': consistencyToken('Its version.') }),
  },
  204: { description: 'Nothing.' },
} as const;

const base = {
  id: 'getThing',
  method: 'get',
  path: '/things/:id',
  tag: 'Service',
  summary: 'A thing',
  description: 'The one with this id.',
  callers: 'anyone',
  param: z.object({ id: z.string() }),
  query: z.object({ deep: z.literal('1').optional() }),
  header: z.object({ ifNoneMatch: z.string().optional() }),
  replies,
} as const;

const version = { 'Consistency-Token': '3' };

const appOf = (handler: Parameters<typeof route<typeof base>>[1]) =>
  mount(
    new Hono<AppEnv>().use(async (c, next) => {
      c.set('requestId', 'an-id');
      await next();
    }),
    [route(base, handler)],
  );

describe('a handler', () => {
  // The expectations are the compiler's: none of these is called.
  const typed = [
    route(base, ({ reply }) => reply(200, { name: 'a' }, version)),
    route(base, ({ reply }) => reply(200, jsonText({ name: 'a' }), version)),
    route(base, ({ reply }) => reply(204, null)),
    route(base, ({ reply }) => reply(204, null, { 'Cache-Control': 'no-cache' })),
    // @ts-expect-error: a status that is not declared
    route(base, ({ reply }) => reply(201, { name: 'a' }, version)),
    // @ts-expect-error: a missing field
    route(base, ({ reply }) => reply(200, {}, version)),
    // @ts-expect-error: a field that is not declared
    route(base, ({ reply }) => reply(200, { name: 'a', colour: 'red' }, version)),
    // @ts-expect-error: a field of another type
    route(base, ({ reply }) => reply(200, { name: 1 }, version)),
    // @ts-expect-error: JSON of something else
    route(base, ({ reply }) => reply(200, jsonText({ title: 'a' }), version)),
    // @ts-expect-error: text that nobody has called JSON
    route(base, ({ reply }) => reply(200, '{"name":"a"}', version)),
    // @ts-expect-error: no body where there must be one
    route(base, ({ reply }) => reply(200, null, version)),
    // @ts-expect-error: a body where there is none
    route(base, ({ reply }) => reply(204, { name: 'a' })),
    // @ts-expect-error: missing headers
    route(base, ({ reply }) => reply(200, { name: 'a' })),
    // @ts-expect-error: a missing header
    route(base, ({ reply }) => reply(200, { name: 'a' }, {})),
    // @ts-expect-error: a header that is not declared
    route(base, ({ reply }) => reply(200, { name: 'a' }, { ...version, ETag: '"a"' })),
    // @ts-expect-error: a response that is not of reply()
    route(base, () => new Response('{}')),
    route(base, ({ param, query, header, json, caller, reply }) => {
      const inputs: [string, '1' | undefined, string | undefined, undefined, undefined] = [
        param.id,
        query.deep,
        header.ifNoneMatch,
        json,
        caller,
      ];
      return reply(200, { name: String(inputs) }, version);
    }),
    route(
      { ...base, callers: ['service'], right: 'read', provider: 'none' },
      ({ caller, reply }) => {
        const kind: 'service' = caller.kind;
        return reply(200, { name: kind }, version);
      },
    ),
  ];

  it('that answers past its declaration does not compile', () => {
    expect(typed.map(({ id }) => id)).toContain('getThing');
  });
});

describe('a reply', () => {
  it('has its declared status, body and headers, and those that every reply has', async () => {
    const app = appOf(({ param, header, reply }) =>
      reply(200, { name: `${param.id} ${header.ifNoneMatch}` }, version),
    );
    const reply = await app.request('/things/a', { headers: { 'If-None-Match': '"b"' } });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ name: 'a "b"' });
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'application/json',
      'consistency-token': '3',
      'x-request-id': 'an-id',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it('may be JSON that is text already, or empty', async () => {
    const text = appOf(({ reply }) => reply(200, jsonText({ name: 'a' }), version));
    expect(await (await text.request('/things/a')).text()).toBe('{"name":"a"}');
    const empty = await appOf(({ reply }) => reply(204, null)).request('/things/a');
    expect([empty.status, empty.headers.get('Content-Type'), await empty.text()]).toEqual([
      204,
      null,
      '',
    ]);
  });
});

describe('the check of replies in tests', () => {
  const health = new Request('https://mooring.example/health');
  const json = { headers: { 'Content-Type': 'application/json' } };
  const problem = (fields: object, status = 503) =>
    new Response(
      JSON.stringify({
        type: 'urn:mooring:problem:unavailable',
        title: 'Unavailable',
        status,
        detail: 'a',
        code: 'unavailable',
        requestId: 'an-id',
        ...fields,
      }),
      {
        status,
        headers: { 'Content-Type': 'application/problem+json', 'X-Request-Id': 'an-id' },
      },
    );

  it('passes what is declared', async () => {
    const reply = new Response('{"status":"ok"}', json);
    expect(await (await asDeclared(health, reply)).json()).toEqual({ status: 'ok' });
    await asDeclared(health, problem({}));
  });

  it.each<[string, Response]>([
    ['a field that is not declared', new Response('{"status":"ok","more":1}', json)],
    ['a missing field', new Response('{}', json)],
    ['a status that is not declared', new Response('{"status":"ok"}', { ...json, status: 202 })],
    ['another type of body', new Response('{"status":"ok"}')],
    ['an error that is not declared', problem({ code: 'needs_reconnect' }, 409)],
    ['a code of another status', problem({ code: 'internal' })],
    ['a field of a problem that is not declared', problem({ stack: 'at a.ts:1' })],
  ])('refuses %s', async (_, reply) => {
    await expect(asDeclared(health, reply)).rejects.toThrow();
  });

  it('refuses a missing header, and one of another form', async () => {
    const erase = new Request('https://mooring.example/v1/users/u', { method: 'DELETE' });
    const reply = (headers: HeadersInit) => new Response(null, { status: 204, headers });
    await asDeclared(erase, reply({ 'Consistency-Token': '7' }));
    await expect(asDeclared(erase, reply({}))).rejects.toThrow();
    await expect(asDeclared(erase, reply({ 'Consistency-Token': 'x' }))).rejects.toThrow();
  });
});
