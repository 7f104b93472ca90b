import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors';
import { MAX_BODY_BYTES, readJson } from '../../src/http/body';

const post = (body: BodyInit | null, type: string | null = 'application/json'): Request => {
  const request = new Request('https://mooring.example/', { method: 'POST', body });
  request.headers.delete('content-type');
  if (type !== null) request.headers.set('content-type', type);
  return request;
};

/** As a route reads it. */
async function read(request: Request): Promise<unknown> {
  let outcome: Promise<unknown> | undefined;
  const app = new Hono().post('*', async (c) => {
    outcome = readJson(c);
    await outcome.catch(() => null);
    return c.body(null);
  });
  await app.fetch(request);
  return outcome;
}

async function refusal(request: Request): Promise<AppError> {
  const error = await read(request).then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return error;
}

describe('a JSON body', () => {
  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8'])(
    'is taken as %s',
    async (type) => {
      expect(await read(post('{"a":[1,{"b":null}]}', type))).toEqual({ a: [1, { b: null }] });
    },
  );

  it.each([
    null,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'json',
  ])('is not taken as %s: 415', async (type) => {
    expect((await refusal(post('{}', type))).code).toBe('unsupported_media_type');
  });

  it.each<[string, BodyInit | null]>([
    ['nothing', null],
    ['an empty text', ''],
    ['a half', '{"a":'],
    ['two documents', '{}{}'],
    ['a comment', '{/* */}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a byte order mark', '\ufeff\ufeff{}'],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])],
    ['an overlong encoding', new Uint8Array([0x22, 0xc0, 0xaf, 0x22])],
    ['a lone surrogate in bytes', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['10,000 arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['10,000 objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['33 deep', '['.repeat(33) + ']'.repeat(33)],
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a key twice in a nested object', '[{"x":{"a":1,"b":2,"a":3}}]'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__, escaped and nested', '{"a":[{"\\u005f_proto__":1}]}'],
  ])('%s is a 400', async (_, body) => {
    expect((await refusal(post(body))).code).toBe('invalid_request');
  });

  it('the same key in different objects is no fault, nor is a text that looks like keys', async () => {
    const text = '{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"\\"a\\":1,{[\\\\","d":"__proto__"}';
    expect(await read(post(text))).toEqual(JSON.parse(text));
  });

  it('32 deep is no fault', async () => {
    expect(await read(post('['.repeat(32) + ']'.repeat(32)))).toBeDefined();
  });

  it('may have 65,536 bytes, and not one more', async () => {
    const text = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
    expect(await read(post(text(MAX_BODY_BYTES)))).toBeTypeOf('string');
    expect((await refusal(post(text(MAX_BODY_BYTES + 1)))).code).toBe('too_large');
    // Counted in bytes: fewer characters than the limit.
    expect((await refusal(post(`"${'é'.repeat(40_000)}"`))).code).toBe('too_large');
  });

  it('that never ends is refused as soon as it is too large', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 10_000;
        controller.enqueue(new Uint8Array(10_000).fill(0x20));
      },
    });
    expect((await refusal(post(endless))).code).toBe('too_large');
    expect(sent).toBeLessThan(200_000);
  });

  it('a false Content-Length above the limit is refused without reading', async () => {
    const request = post('{}');
    request.headers.set('content-length', '999999');
    expect((await refusal(request)).code).toBe('too_large');
  });
});
