import { describe, expect, it } from 'vitest';
import { requestHeadersOf } from '../../src/providers/request-headers';

const headers = (requestHeaders: Record<string, string>, credentials: Record<string, string>) =>
  requestHeadersOf({ requestHeaders }, credentials);

describe('the headers of credentials', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['a key', 'Bearer {apiKey}', { apiKey: 'k-1' }, 'Bearer k-1'],
    [
      'several values',
      'sess={sess}; auth_id={auth_id}',
      { sess: 's', auth_id: '7' },
      'sess=s; auth_id=7',
    ],
    // RFC 7617 2.
    [
      'Basic',
      'Basic {base64:user:pass}',
      { user: 'Aladdin', pass: 'open sesame' },
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    ],
    // RFC 7617 2.1, in UTF-8.
    ['Basic with more than ASCII', '{base64:u:p}', { u: 'test', p: '123£' }, 'dGVzdDoxMjPCow=='],
    // RFC 7617 2, with a user name that is always the same.
    ['a text in quotes', "Basic {base64:'api':key}", { key: 'k' }, 'Basic YXBpOms='],
    ['an empty one', "{base64:key:''}", { key: 'k' }, 'azo='],
    ['a quoted name of a field', "{base64:'key':key}", { key: 'k' }, 'a2V5Oms='],
    ['no value at all', '2026-01-01', {}, '2026-01-01'],
    ['a value that looks like a placeholder', '{a}', { a: '{b}$&', b: 'x' }, '{b}$&'],
  ])('hold %s', (_, template, credentials, expected) => {
    expect(headers({ Authorization: template }, credentials)).toEqual({ Authorization: expected });
  });

  it.each([
    ['was not given', {}],
    ['is empty', { user_agent: '' }],
    ['stands on a prototype only', Object.create({ user_agent: 'x' })],
  ])('leave a header out whose field %s', (_, more) => {
    const given = headers(
      { Cookie: '{cookie}', 'User-Agent': 'x {user_agent}' },
      Object.assign(more, { cookie: 'c' }),
    );
    expect(given).toEqual({ Cookie: 'c' });
  });
});
