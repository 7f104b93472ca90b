/** What rotated tokens were lost by elsewhere, and what providers are known to send. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenReply } from '../../src/oauth/reply';
import { records } from '../../src/providers/records';
import { oauth2ProviderSchema } from '../../src/providers/types';
import { HOUR_MS as HOUR } from '../../src/time';
import { oauth2Provider } from './support/providers';

const now = Date.UTC(2026, 10, 22, 12);
const acme = oauth2Provider();

interface Raw {
  status?: number;
  type?: string | null;
  headers?: Record<string, string>;
}

function read(body: string | object, raw: Raw = {}, provider = acme) {
  const { status = 200, type = 'application/json', headers = {} } = raw;
  return readTokenReply(
    provider,
    {
      status,
      headers: new Headers({ ...(type === null ? {} : { 'Content-Type': type }), ...headers }),
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
    now,
  );
}

const tokens = { access_token: 'a-1', refresh_token: 'r-1' };

describe('tokens', () => {
  it('are read from the reply of RFC 6749 5.1', () => {
    const body = { ...tokens, token_type: 'Bearer', expires_in: 3600, scope: 'read write' };
    expect(read(body)).toEqual({
      accessToken: 'a-1',
      refreshToken: 'r-1',
      tokenType: 'Bearer',
      scopes: ['read', 'write'],
      expiresAt: now + HOUR,
      refreshExpiresAt: null,
      receivedAt: now,
      errorCode: null,
      document: body,
    });
  });

  // oauth4webapi and others refuse each of these after the server has rotated.
  it.each<[string, object, Raw]>([
    ['no token_type', tokens, {}],
    ['an odd token_type', { ...tokens, token_type: { a: 1 } }, {}],
    ['a null id_token', { ...tokens, id_token: null }, {}],
    ['status 201', tokens, { status: 201 }],
    ['no content type', tokens, { type: null }],
    ['a wrong content type', tokens, { type: 'text/html; charset=utf-8' }],
    ['a form content type', tokens, { type: 'application/x-www-form-urlencoded' }],
    ['an odd scope', { ...tokens, scope: { read: true } }, {}],
    ['an odd expires_in', { ...tokens, expires_in: [3600] }, {}],
    ['an error beside them', { ...tokens, error: 'server_error' }, {}],
  ])('survive %s', (_, body, raw) => {
    expect(read(body, raw)).toMatchObject({ accessToken: 'a-1', refreshToken: 'r-1' });
  });

  it.each([null, '', ' ', 'null', 'undefined', 0, false, {}, []])(
    'a refresh token %o is none, so that the stored one is kept (RFC 6749 6; better-auth#8001)',
    (value) => {
      expect(read({ access_token: 'a-1', refresh_token: value }).refreshToken).toBeNull();
    },
  );

  it.each([
    ['cut short after it', '{"access_token":"a-1","refresh_token":"r-1","scope":"re'],
    ['cut short in a number', '{"access_token":"a-1","refresh_token":"r-1","expires_in":36'],
    ['with NaN', '{"access_token":"a-1","expires_in":NaN,"refresh_token":"r-1"}'],
    ['with a comma too many', '{"access_token":"a-1","refresh_token":"r-1",}'],
    ['with a warning in front', '<br />Notice: x{"access_token":"a-1","refresh_token":"r-1"}'],
    ['with something behind', '{"access_token":"a-1","refresh_token":"r-1"}\n<!-- 3 ms -->'],
    ['with a raw line break inside', '{"note":"a\nb","access_token":"a-1","refresh_token":"r-1"}'],
    ['with a bad escape', '{"note":"\\x","access_token":"a-1","refresh_token":"r-1"}'],
    ['with a byte order mark', '\uFEFF{"access_token":"a-1","refresh_token":"r-1"}'],
    [
      'with a key twice, empty at last',
      '{"access_token":"a-1","refresh_token":"r-1","refresh_token":null}',
    ],
    ['with a key twice', '{"access_token":"a-0","access_token":"a-1","refresh_token":"r-1"}'],
    ['with __proto__', '{"__proto__":{"x":1},"access_token":"a-1","refresh_token":"r-1"}'],
  ])('are salvaged from a text %s', (_, body) => {
    expect(read(body)).toMatchObject({ accessToken: 'a-1', refreshToken: 'r-1' });
  });

  it('are salvaged beside values nested 10,000 deep', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const body = `{"access_token":"a-1","junk":${deep},"refresh_token":"r-1"}`;
    expect(read(body)).toMatchObject({ accessToken: 'a-1', refreshToken: 'r-1' });
    expect(read(body.slice(0, -1)).refreshToken).toBe('r-1');
  });

  it('of 64 KB come through whole, as does one in half a megabyte of noise', () => {
    const long = 'x'.repeat(65_536);
    expect(read({ refresh_token: long }).refreshToken).toBe(long);
    expect(read(`{"refresh_token":"${long}","a":`).refreshToken).toBe(long);
    expect(read(`{"noise":"${'\\n'.repeat(250_000)}","refresh_token":"r-1",`).refreshToken).toBe(
      'r-1',
    );
  });

  it.each([
    ['half a token', '{"access_token":"a-1","refresh_token":"r-'],
    ['one at another place', '{"user":{"refresh_token":"r-1"}}'],
    ['one inside an array', '[{"refresh_token":"r-1"}]'],
    ['one inside a string', '{"note":"\\"refresh_token\\":\\"r-1\\"'],
    ['a page', '<!DOCTYPE html><script>var a = {"refresh_token":"r-1"}</script>'],
    ['nothing', ''],
    ['white space', ' \n '],
    ['null', 'null'],
    ['a number', '42'],
    ['a string', '"refresh_token"'],
    ['text', 'Service Unavailable'],
  ])('are not made out of %s', (_, body) => {
    expect(read(body).refreshToken).toBeNull();
  });

  it('are read from a form, as GitHub sends it', () => {
    const body = 'access_token=gho_16C7&scope=repo%2Cgist&token_type=bearer&refresh_token=ghr%2B1';
    for (const type of ['application/x-www-form-urlencoded; charset=utf-8', 'text/plain', null]) {
      expect(read(body, { type })).toMatchObject({
        accessToken: 'gho_16C7',
        refreshToken: 'ghr+1',
        tokenType: 'bearer',
        scopes: ['repo', 'gist'],
      });
    }
  });

  it('stand where the record says', () => {
    const slack = oauth2Provider({
      reply: { accessToken: 'authed_user.access_token', refreshToken: ['x.0.y', 'authed_user.rt'] },
    });
    const body = { access_token: 'bot', authed_user: { access_token: 'a-1', rt: 'r-1' } };
    expect(read(body, {}, slack)).toMatchObject({ accessToken: 'a-1', refreshToken: 'r-1' });
    expect(read(JSON.stringify(body).slice(0, -1), {}, slack).refreshToken).toBe('r-1');
  });

  it('are not looked up on prototypes', () => {
    const odd = oauth2Provider({ reply: { accessToken: 'constructor.name' } });
    expect(read({}, {}, odd).accessToken).toBeNull();
  });
});

describe('the end of a token', () => {
  it.each<[string, object, number | null]>([
    ['a number', { expires_in: 3600 }, HOUR],
    ['a string', { expires_in: '3600' }, HOUR],
    ['a fraction', { expires_in: 3600.5 }, HOUR + 500],
    ['one second', { expires_in: 1 }, 1000],
    ['absent', {}, null],
    ['null', { expires_in: null }, null],
    ['zero, which means never', { expires_in: 0 }, null],
    ['negative', { expires_in: -5 }, null],
    ['negative text', { expires_in: '-5' }, null],
    ['huge', { expires_in: 1e308 }, null],
    ['beyond 2^53', { expires_in: '9007199254740993' }, null],
    ['a word', { expires_in: 'soon' }, null],
    ['empty', { expires_in: '' }, null],
    ['true', { expires_in: true }, null],
    ['epoch seconds', { expires_at: (now + HOUR) / 1000 }, HOUR],
    ['epoch seconds as text', { expires_at: String((now + HOUR) / 1000) }, HOUR],
    ['epoch milliseconds', { expires_at: now + HOUR }, HOUR],
    ['a date', { expires_at: '2026-11-22T13:00:00Z' }, HOUR],
    ['a date in another zone', { expires_at: '2026-11-22T15:00:00+02:00' }, HOUR],
    ['no date', { expires_at: 'tomorrow' }, null],
    ['the past', { expires_at: (now - HOUR) / 1000 }, null],
    ['zero, at', { expires_at: 0 }, null],
    ['a point in time instead (TikTok Shop)', { expires_in: (now + HOUR) / 1000 }, HOUR],
    ['the same in milliseconds', { expires_in: now + HOUR }, HOUR],
    ['the same as text', { expires_in: String(now + HOUR) }, HOUR],
    ['a point in time that is past', { expires_in: (now - HOUR) / 1000 }, null],
    ['ten years', { expires_in: 3650 * 86_400 }, 3650 * 24 * HOUR],
    ['over ten years', { expires_in: 3654 * 86_400 }, null],
    ['over ten years, as a point in time', { expires_in: now / 1000 + 3654 * 86_400 }, null],
    ['over ten years, as a date', { expires_at: '2037-11-22T12:00:00Z' }, null],
    ['the second from which on it is a point in time', { expires_in: 1e9 }, null],
    [
      'both: the lifetime, which needs no clock',
      { expires_in: 60, expires_at: now / 1000 + 999 },
      60_000,
    ],
    ['an unusable lifetime and a date', { expires_in: 0, expires_at: (now + HOUR) / 1000 }, HOUR],
  ])('is read from %s', (_, body, expected) => {
    const { expiresAt } = read({ ...tokens, ...body });
    expect(expiresAt).toBe(expected === null ? null : now + expected);
  });

  describe('that the access token says itself', () => {
    const inToken = oauth2Provider({ reply: { expiresAt: 'access_token:exp' } });
    const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.c2ln`;
    const exp = (now + HOUR) / 1000;

    it.each<[string, object, number | null]>([
      ['is read', { access_token: jwt({ exp }) }, HOUR],
      ['comes after a lifetime', { access_token: jwt({ exp }), expires_in: 60 }, 60_000],
      ['is none where it is past', { access_token: jwt({ exp: exp - 7200 }) }, null],
      ['is none where it is no number', { access_token: jwt({ exp: {} }) }, null],
      ['is none where there is none', { access_token: jwt({}) }, null],
      ['is none of a token that is no JWT', { access_token: 'a-1' }, null],
      ['is none without a token', { access_token: null }, null],
      ["is not the reply's own", { access_token: 'a-1', exp, 'access_token:exp': exp }, null],
    ])('%s', (_, body, expected) => {
      const { expiresAt } = read({ refresh_token: 'r-1', ...body }, {}, inToken);
      expect(expiresAt).toBe(expected === null ? null : now + expected);
    });

    it('is not read by a record that does not say so', () => {
      expect(read({ access_token: jwt({ exp }) }).expiresAt).toBeNull();
    });
  });

  it.each([-1, 1])('is corrected where the clocks differ by %i h', (hours) => {
    const server = now + hours * HOUR;
    const body = { ...tokens, expires_at: (server + 2 * HOUR) / 1000 };
    const headers = { Date: new Date(server).toUTCString() };
    expect(read(body, { headers }).expiresAt).toBe(now + 2 * HOUR);
  });

  it.each(['garbage', ''])('is not corrected by the Date header "%s"', (date) => {
    const body = { ...tokens, expires_at: (now + HOUR) / 1000 };
    expect(read(body, { headers: { Date: date } }).expiresAt).toBe(now + HOUR);
  });

  it('is not made out of half a number', () => {
    expect(read('{"access_token":"a-1","expires_in":36').expiresAt).toBeNull();
  });

  it('survives a text that breaks off later', () => {
    const body = '{"access_token":"a-1","expires_in":3600,"refresh_token":"r-1","sco';
    expect(read(body)).toMatchObject({ expiresAt: now + HOUR, refreshToken: 'r-1' });
  });

  it.each<[object, number | null]>([
    [{ refresh_token_expires_in: 5184000 }, 60 * 24 * HOUR],
    [{ refresh_expires_in: '31536000' }, 365 * 24 * HOUR],
    [{ x_refresh_token_expires_in: 8726400 }, 101 * 24 * HOUR],
    [{ refresh_token_expires_at: (now + HOUR) / 1000 }, HOUR],
    [{ refresh_expires_in: 0 }, null],
    [{ refresh_expires_in: (now + HOUR) / 1000 }, HOUR],
    [{ refresh_expires_in: 12 * 365 * 86_400 }, null],
    [{}, null],
  ])('of refreshing is read from %o', (body, expected) => {
    const { refreshExpiresAt } = read({ ...tokens, ...body });
    expect(refreshExpiresAt).toBe(expected === null ? null : now + expected);
  });
});

describe('scopes', () => {
  it.each<[unknown, string[] | null]>([
    ['read write', ['read', 'write']],
    ['read,write', ['read', 'write']],
    ['read, write', ['read', 'write']],
    [
      ['read', 'write'],
      ['read', 'write'],
    ],
    [
      ['read write', 1, 'admin'],
      ['read', 'write', 'admin'],
    ],
    ['read read', ['read']],
    ['a+b', ['a+b']],
    [
      'https://x.example/auth/a https://x.example/auth/b',
      ['https://x.example/auth/a', 'https://x.example/auth/b'],
    ],
    ['', []],
    [[], []],
    [undefined, null],
    [null, null],
    [{ a: 1 }, null],
    [7, null],
  ])('%o are %o', (scope, expected) => {
    expect(read({ ...tokens, scope }).scopes).toEqual(expected);
  });

  it('are parted at "+" where the provider joins them so', () => {
    const provider = oauth2Provider({ scopeSeparator: '+' });
    expect(read({ ...tokens, scope: 'a+b' }, {}, provider).scopes).toEqual(['a', 'b']);
  });
});

describe('of several places where an error may stand', () => {
  const provider = oauth2ProviderSchema.parse({
    id: 'acme',
    name: 'Acme',
    kind: 'oauth2',
    accountId: 'sub',
    refreshModel: 'rotating',
    reply: { error: ['message', 'reason', 'error'] },
    refusedCodes: ['Token is dead'],
    operatorCodes: ['Who are you?'],
    transientCodes: ['Come back later'],
  });

  it.each([
    [
      'one that the record lists as refused',
      { error: 'x', reason: 'Token is dead' },
      'Token is dead',
    ],
    ['as the operator’s', { message: 'x', error: 'Who are you?' }, 'Who are you?'],
    ['as passing', { message: 'Oh', error: 'Come back later' }, 'Come back later'],
    [
      "the standard's, behind a sentence",
      { message: 'r-1 gone', error: 'invalid_grant' },
      'invalid_grant',
    ],
    [
      "the standard's, behind a word",
      { message: 'Expired', error: 'invalid_grant' },
      'invalid_grant',
    ],
    ['any code, behind a sentence', { message: 'Bad Request', error: 'E_1' }, 'E_1'],
    ['the first of two codes', { reason: 'E_1', error: 'E_2' }, 'E_1'],
    ['nothing, where there are sentences alone', { message: 'a b', reason: 'c d' }, 'unreadable'],
    ['none', { message: '', error: null }, null],
  ])('the one that counts: %s', (_, body, code) => {
    expect(read(body, { status: 400 }, provider).errorCode).toBe(code);
  });
});

describe('errors', () => {
  it.each<[string, object | string, string | null]>([
    ["RFC 6749's", { error: 'invalid_grant', error_description: 'r-1 is dead' }, 'invalid_grant'],
    ['inside a 200', { ok: false, error: 'token_revoked' }, 'token_revoked'],
    ['a number', { message: 'Bad Request', error: 400 }, '400'],
    ['nested', { error: { code: 190, message: 'Error validating access token' } }, '190'],
    ['a sentence, which may quote a token', { error: 'Token r-1 is not known' }, 'unreadable'],
    ['null', { error: null }, null],
    ['false', { error: false }, null],
    ['empty', { error: '' }, null],
    ['zero', { error: 0 }, null],
    ['ok, as TikTok says it', { error: { code: 'ok', message: '' } }, null],
    ['none', tokens, null],
    ['a form', 'error=bad_verification_code&error_description=x', 'bad_verification_code'],
    ['cut short', '{"error":"invalid_grant","error_descr', 'invalid_grant'],
  ])('%s', (_, body, code) => {
    expect(read(body).errorCode).toBe(code);
  });

  it('that are sentences are told where the record lists them', () => {
    const provider = oauth2Provider({ refusedCodes: ['Token is dead'] });
    expect(read({ error: 'Token is dead' }, {}, provider).errorCode).toBe('Token is dead');
  });
});

describe('ids beyond 2^53', () => {
  it.each(['17841405793187218', '9007199254740993', '-9007199254740993', '123456789012345678901'])(
    '%s comes out digit for digit',
    (id) => {
      expect(read(`{"access_token":"a-1","user_id":${id}}`).document).toEqual({
        access_token: 'a-1',
        user_id: id,
      });
      expect(read(`{"access_token":"a-1","user":{"ids":[${id}]},`).document).toEqual({
        access_token: 'a-1',
        user: { ids: [id] },
      });
    },
  );

  it('leave small ones and fractions numbers', () => {
    expect(read('{"a":9007199254740991,"b":1.5,"c":1e3}').document).toEqual({
      a: 9007199254740991,
      b: 1.5,
      c: 1000,
    });
  });
});

describe('the records', () => {
  const provider = (id: string) =>
    oauth2ProviderSchema.parse(records.find((record) => record.id === id));

  it.each([
    ['bare', '{"access_token":"IG1","user_id":17841405793187218,"permissions":["a","b"]}'],
    [
      'in data',
      '{"data":[{"access_token":"IG1","user_id":"17841405793187218","permissions":"a,b"}]}',
    ],
  ])("read Instagram's first reply, %s", (_, body) => {
    expect(read(body, {}, provider('instagram'))).toMatchObject({
      accessToken: 'IG1',
      refreshToken: null,
      scopes: ['a', 'b'],
    });
  });

  it.each([
    ['{"error":{"message":"Session has expired","type":"OAuthException","code":190}}', '190'],
    ['{"error_type":"OAuthException","code":400,"error_message":"Invalid code"}', 'OAuthException'],
  ])("read Instagram's errors", (body, code) => {
    expect(read(body, { status: 400 }, provider('instagram')).errorCode).toBe(code);
  });

  it("read Reddit's refresh, with no refresh token in it (activepieces#14680)", () => {
    const body = {
      access_token: 'a-2',
      token_type: 'bearer',
      expires_in: 86400,
      scope: 'identity',
    };
    expect(read(body, {}, provider('reddit'))).toMatchObject({
      accessToken: 'a-2',
      refreshToken: null,
      expiresAt: now + 24 * HOUR,
      scopes: ['identity'],
    });
  });

  it("read Reddit's errors inside a 200", () => {
    expect(read({ error: 'invalid_grant' }, {}, provider('reddit')).errorCode).toBe(
      'invalid_grant',
    );
  });
});

describe('whatever comes', () => {
  const token = fc
    .string({ minLength: 1, maxLength: 60, unit: 'binary' })
    .filter((text) => text.trim() !== '' && text !== 'null' && text !== 'undefined');
  const junk = fc.dictionary(
    fc.string().filter((key) => key !== 'refresh_token' && key !== 'access_token'),
    fc.jsonValue(),
  );
  const odd = fc.record(
    {
      access_token: fc.jsonValue(),
      token_type: fc.jsonValue(),
      expires_in: fc.jsonValue(),
      expires_at: fc.jsonValue(),
      scope: fc.jsonValue(),
      error: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const raw = fc.record({
    status: fc.integer({ min: 200, max: 599 }),
    type: fc.constantFrom(
      null,
      'application/json',
      'text/html',
      'application/x-www-form-urlencoded',
    ),
  });

  it('a refresh token at the known place of a JSON is never lost', () => {
    fc.assert(
      fc.property(token, junk, odd, raw, fc.nat(), (refresh, noise, rest, how, spaces) => {
        const body = JSON.stringify(
          { ...noise, refresh_token: refresh, ...rest },
          null,
          spaces % 4,
        );
        return read(body, how).refreshToken === refresh;
      }),
      { numRuns: 500 },
    );
  });

  // RFC 8259 7: only those below U+0020 must be escaped.
  it.each(['\u007f', '\u0085'])('nor where it has a control character beside an escape', (one) => {
    const refresh = `${one}\n`;
    const body = `${JSON.stringify({ refresh_token: refresh }).slice(0, -1)},`;
    expect(read(body).refreshToken).toBe(refresh);
  });

  it('nor where the JSON is cut short after it', () => {
    fc.assert(
      fc.property(token, junk, odd, raw, fc.nat(), (refresh, noise, rest, how, cut) => {
        // White space and a BOM around a text are nobody's, so no cut may end in a token's middle.
        const head = JSON.stringify({ refresh_token: refresh }).slice(0, -1);
        const tail = JSON.stringify({ ...noise, ...rest }).slice(1);
        const body = `${head},${tail.slice(0, cut % tail.length)}`;
        return read(body, how).refreshToken === refresh;
      }),
      { numRuns: 500 },
    );
  });

  it('nothing is thrown, and tokens are null or strings that stand in the text', () => {
    const mangled = fc
      .tuple(
        junk,
        odd,
        token,
        fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 3 })), { maxLength: 5 }),
      )
      .map(([noise, rest, refresh, edits]) =>
        edits.reduce(
          (text, [at, piece]) => {
            const place = at % (text.length + 1);
            return text.slice(0, place) + piece + text.slice(place + 1);
          },
          JSON.stringify({ ...noise, ...rest, refresh_token: refresh }),
        ),
      );
    fc.assert(
      fc.property(
        fc.oneof(mangled, fc.string({ unit: 'binary' }), fc.string()),
        raw,
        (body, how) => {
          const { refreshToken, accessToken, expiresAt } = read(body, how);
          for (const found of [refreshToken, accessToken]) {
            expect(found === null || (typeof found === 'string' && found !== '')).toBe(true);
          }
          expect(expiresAt === null || (Number.isSafeInteger(expiresAt) && expiresAt > now)).toBe(
            true,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('an escape that JSON does not have', () => {
  // A random seed found upper-case ones.
  it.each(['\\B', '\\N', '\\U0041', '\\u12', '\\x', '\\'])(
    '%j is taken as it stands',
    (sequence) => {
      const cut = `{"refresh_token":"r-1","odd":"a${sequence}z","access_token":"a-1", oh`;
      expect(read(cut)).toMatchObject({ accessToken: 'a-1', refreshToken: 'r-1' });
    },
  );
});

describe('a hostile reply', () => {
  const size = 60_000;
  it.each([
    ['colons', ':'.repeat(size)],
    ['words', `{"x" ${'a '.repeat(size / 2)}`],
    ['quotes', `{"a${'"'.repeat(size)}`],
    ['open arrays', '['.repeat(size)],
    ['open objects', '{"a":'.repeat(size / 5)],
    ['escapes that are none', `{${'"\\q",'.repeat(size / 5)}`],
    ['many members', `{${Array.from({ length: size / 10 }, (_, i) => `"k${i}":x${i}`).join(',')}}`],
  ])(
    'of %s throws a few exceptions, not one for each piece: each costs as much as a page',
    (_, body) => {
      const { parse } = JSON;
      let thrown = 0;
      JSON.parse = (...args) => {
        try {
          return parse(...args);
        } catch (error) {
          thrown += 1;
          throw error;
        }
      };
      let reply: ReturnType<typeof read>;
      try {
        reply = read(body);
      } finally {
        JSON.parse = parse;
      }
      expect([reply.accessToken, reply.refreshToken]).toEqual([null, null]);
      expect(thrown).toBeLessThan(10);
    },
  );
});
