import { describe, expect, it } from 'vitest';
import {
  type Rewriting,
  readCallPath,
  replyHeaders,
  requestHeaders,
  rewrittenUrl,
  targetOf,
  withCredential,
} from '../../src/calls/rules';
import { AppError } from '../../src/errors';
import { microsoft } from '../../src/providers/records/microsoft';
import { salesforce } from '../../src/providers/records/salesforce';
import { twilio } from '../../src/providers/records/twilio';

const base = 'https://api.acme.example/v1';
const denied = ['auth.revoke', 'oauth/access_token', '*/oauth', 'projects/*/tokens'];

const target = (after: string, from = base): string => {
  try {
    const path = readCallPath(`http://mooring.example/v1/users/u/proxy/acme/a/${after}`, denied);
    return targetOf(from, path);
  } catch (error) {
    return error instanceof AppError ? error.code : 'defect';
  }
};

describe('what ends sessions at Microsoft', () => {
  it.each([
    'v1.0/me/revokeSignInSessions',
    'v1.0/me/microsoft.graph.revokeSignInSessions',
    'beta/users/u-1/revokeSignInSessions',
    'beta/users/u-1/microsoft.graph.revokeSignInSessions',
    "v1.0/users('u-1')/revokeSignInSessions",
    "v1.0/users('u-1')/microsoft.graph.revokeSignInSessions",
  ])('%s is refused', (after) => {
    const url = `http://mooring.example/v1/users/u/proxy/microsoft/a/${after}`;
    expect(() => readCallPath(url, microsoft.apiDeny)).toThrow('ends grants');
  });
});

describe('what holds the auth token of Twilio, and what makes keys', () => {
  const read = (after: string) =>
    readCallPath(`http://mooring.example/v1/users/u/proxy/twilio/a${after}`, twilio.apiDeny);

  it.each([
    ...['', '?x=1', '/', '/?x=1', '//', '/;x', '/%3Bx', '/%2F', '/%252F', '/.json', '//.csv;x'],
    ...['/Keys', '/Keys.json', '/Keys.csv', '/SigningKeys.html', '/Tokens.xml'],
  ])('"%s" is refused', (after) => expect(() => read(after)).toThrow('ends grants'));

  it.each(['/Calls.json', '/x/Keys'])('"%s" is not refused', (after) => {
    expect(read(after).tail).toBe(after.slice(1));
  });
});

describe('what hands out sessions at Salesforce', () => {
  it.each([
    'secur/frontdoor.jsp',
    'services/oauth2/singleaccess',
    'services//oauth2/SingleAccess?redirect_uri=/x',
  ])('%s is refused', (after) => {
    const url = `http://mooring.example/v1/users/u/proxy/salesforce/a/${after}`;
    expect(() => readCallPath(url, salesforce.apiDeny)).toThrow('hands out tokens');
  });
});

describe('the path of a call', () => {
  it.each([
    ['', base],
    ['?x=1', `${base}?x=1`],
    ['me', `${base}/me`],
    ['me?x=1&y=a%20b', `${base}/me?x=1&y=a%20b`],
    ['a//b/', `${base}/a//b/`],
    ['a%2Fb', `${base}/a%2Fb`],
    ['a%zz', `${base}/a%zz`],
    ['a%25b', `${base}/a%25b`],
    ['me?', `${base}/me?`],
    ["me?q='x'", `${base}/me?q=%27x%27`],
    ['me?q=/../..', `${base}/me?q=/../..`],
    ['me?u=https://evil.example/%2e%2e', `${base}/me?u=https://evil.example/%2e%2e`],
    ['a...b/.well-known/..x', `${base}/a...b/.well-known/..x`],
    ['@me', `${base}/@me`],
    ['users/a@b.example', `${base}/users/a@b.example`],
    ['x:y@evil.example/z', `${base}/x:y@evil.example/z`],
    ['https://evil.example/', `${base}/https://evil.example/`],
    ['/evil.example/x', `${base}//evil.example/x`],
    ['a?b?c', `${base}/a?b?c`],
  ])('"%s" goes on as it is', (after, expected) => {
    expect(target(after)).toBe(expected);
  });

  it.each([
    '..',
    '.',
    '../admin',
    'a/../b',
    'a/./b',
    'a/..',
    '%2e%2e/admin',
    '.%2e/admin',
    '%2E%2e',
    '%252e%252e/admin',
    '%2e%2e%2fadmin',
    'a%2f..%2fb',
    'a%2F%2e%2e',
    '..%5cadmin',
    'a%5c..%5cb',
    '..;/admin',
    '..;a=b/admin',
    '%2e%2e%3b/admin',
    'a\\b',
    '..\\admin',
    '\\evil.example',
    'a\tb',
    'a\nb',
    'a%00b',
    'a%0d%0aX-Evil:1',
    'a%250d%250ab',
    'a#b',
    'me?x=1#b',
    'me?x=\r\n1',
    'a b',
    'a"b',
    'a<b',
    'é',
    'me?x=é',
    'me?x="',
    '%252e%252e/%25zz',
  ])('"%s" is refused', (after) => {
    expect(target(after)).toBe('invalid_request');
  });

  it.each(['', 'me', '/evil.example', '@evil.example', ':8080/x', '.evil.example'])(
    'an API without a path of its own keeps its host: "%s"',
    (after) => {
      const url = new URL(target(after, 'https://api.acme.example'));
      expect([url.origin, url.username]).toEqual(['https://api.acme.example', '']);
    },
  );

  it.each([
    'auth.revoke',
    'auth.revoke/',
    'AUTH.Revoke',
    '/auth.revoke',
    'auth%2erevoke',
    'auth%252erevoke',
    'auth.revoke;x=1',
    'auth.revoke?token=1',
    'oauth/access_token',
    'oauth//access_token/x',
    'oauth%2Faccess_token',
    'oauth%5Caccess_token',
    'v26.0/oauth/access_token',
    'v26.0/oauth',
    'auth%252erevoke/%25zz',
    'projects/7/tokens',
    'projects/group%2Fproject/tokens',
    'projects/group%252Fsub%252Fproject/Tokens/1',
    'projects/group%5Cproject//tokens',
  ])('"%s" is denied', (after) => {
    expect(target(after)).toBe('forbidden');
  });

  it.each(['auth.test', 'auth', 'oauth', 'x/auth.revoke', 'auth.revoked', 'projects/tokens/7'])(
    '"%s" is not denied',
    (after) => expect(target(after)).toBe(`${base}/${after}`),
  );

  it('is read from what came, not from what a router makes of it', () => {
    const path = readCallPath(
      'http://localhost:8787/v1/users/a%2Fb/proxy/acme:files/x%3Fy/a%2Fb/c?d=/e/f',
      [],
    );
    expect(path).toEqual({ user: 'a%2Fb', account: 'x%3Fy', tail: 'a%2Fb/c', query: '?d=/e/f' });
  });
});

describe('a credential in the query', () => {
  it.each([
    ['https://a.example/x', 'https://a.example/x?access_token=s%26%2B'],
    ['https://a.example/x?', 'https://a.example/x?access_token=s%26%2B'],
    ['https://a.example/x?b=1?2', 'https://a.example/x?b=1?2&access_token=s%26%2B'],
  ])('%s', (href, expected) => {
    expect(withCredential(href, { access_token: 's&+' })).toBe(expected);
  });
});

describe('the headers of a call', () => {
  const sent = (given: Record<string, string>, credential = { Authorization: 'Bearer token' }) =>
    Object.fromEntries(
      requestHeaders(new Headers(given), credential, { 'Acme-Version': '7', 'User-Agent': 'm' }),
    );

  it('are the caller’s, with the credential and what the record presets', () => {
    expect(sent({ Accept: 'text/csv', 'If-None-Match': '"1"', 'X-Any': 'a' })).toEqual({
      accept: 'text/csv',
      'if-none-match': '"1"',
      'x-any': 'a',
      authorization: 'Bearer token',
      'acme-version': '7',
      'user-agent': 'm',
    });
    expect(sent({ 'acme-version': '8', 'USER-AGENT': 'own' })).toMatchObject({
      'acme-version': '8',
      'user-agent': 'own',
    });
  });

  it.each([
    ...['Connection', 'Keep-Alive', 'Proxy-Authorization', 'TE', 'Trailer', 'Transfer-Encoding'],
    ...['Upgrade', 'Cookie', 'Host', 'Origin', 'Referer', 'Sec-Fetch-Site', 'Sec-GPC'],
    ...['Accept-Encoding', 'Expect', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host'],
    ...['X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'cf-ray', 'Mooring-Token'],
    ...['Mooring-Anything', 'Consistency-Token', 'X-Request-Id', 'Content-Length'],
  ])('%s is not passed on', (name) => {
    expect(Object.keys(sent({ [name]: 'x' })).toSorted()).toEqual([
      'acme-version',
      'authorization',
      'user-agent',
    ]);
  });

  it('never hold what Connection names, nor another credential', () => {
    expect(sent({ Connection: 'close, X-Hop', 'X-Hop': '1' })).not.toHaveProperty('x-hop');
    expect(sent({ Authorization: 'Bearer other' }).authorization).toBe('Bearer token');
    const own = { 'X-Api-Token': 'secret' } as never;
    const headers = sent({ authorization: 'Bearer key', 'x-api-token': 'other' }, own);
    expect(headers).toMatchObject({ 'x-api-token': 'secret' });
    expect(headers).not.toHaveProperty('authorization');
    expect(sent({ Connection: 'authorization' }).authorization).toBe('Bearer token');
  });
});

const rewriting: Rewriting = {
  called: `${base}/list?page=1`,
  bases: new Map([
    ['', base],
    ['files', 'https://files.acme.example'],
  ]),
  provider: 'acme',
  path: { user: 'u%2F1', account: 'a' },
  parameters: ['access_token'],
  secrets: ['secret-token+/'],
};

describe('an address in a reply', () => {
  it.each([
    ['/v1/list?page=2', '/v1/users/u%2F1/proxy/acme/a/list?page=2'],
    ['list?page=2', '/v1/users/u%2F1/proxy/acme/a/list?page=2'],
    [`${base}/x?access_token=1&y=2#z`, '/v1/users/u%2F1/proxy/acme/a/x?y=2#z'],
    [`${base}/x?access%5Ftoken=1`, '/v1/users/u%2F1/proxy/acme/a/x'],
    ['https://files.acme.example/f/1', '/v1/users/u%2F1/proxy/acme:files/a/f/1'],
    ['//files.acme.example/f', '/v1/users/u%2F1/proxy/acme:files/a/f'],
    [base, '/v1/users/u%2F1/proxy/acme/a/'],
    ['/v2/list', 'https://api.acme.example/v2/list'],
    ['https://api.acme.example/v1x', 'https://api.acme.example/v1x'],
    ['https://evil.example/v1?access_token=1', 'https://evil.example/v1'],
    ['https://files.acme.example.evil.example/', 'https://files.acme.example.evil.example/'],
    ['https://files.acme.example@evil.example/', 'https://files.acme.example@evil.example/'],
    ['https://files.acme.example:444/', 'https://files.acme.example:444/'],
    ['http://files.acme.example/', 'http://files.acme.example/'],
    ['https://[', null],
  ])('"%s" becomes "%s"', (value, expected) => {
    expect(rewrittenUrl(value, rewriting)).toBe(expected);
  });
});

describe('the headers of a reply', () => {
  const passed = (given: Record<string, string>) =>
    Object.fromEntries(replyHeaders(new Headers(given), rewriting));

  it('are the provider’s', () => {
    const headers = { 'content-type': 'text/html', etag: '"1"', 'x-ratelimit-remaining': '3' };
    expect(passed(headers)).toEqual(headers);
  });

  it.each([
    ...['Set-Cookie', 'Connection', 'Keep-Alive', 'Transfer-Encoding', 'Upgrade', 'Trailer'],
    ...['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Alt-Svc', 'NEL'],
    ...['Strict-Transport-Security', 'Clear-Site-Data', 'Report-To', 'Reporting-Endpoints'],
    ...['Refresh', 'Service-Worker-Allowed', 'WWW-Authenticate', 'Accept-CH', 'Mooring-Token'],
    ...['Mooring-Answered-By', 'Consistency-Token', 'Cache-Status', 'Cache-Control'],
    ...['Content-Security-Policy', 'CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control'],
    ...['Acme-CDN-Cache-Control', 'Surrogate-Control', 'Surrogate-Key'],
  ])('%s is not passed on', (name) => expect(passed({ [name]: 'x' })).toEqual({}));

  it.each([
    [
      'Bearer error="insufficient_scope", scope="files:read files:write"',
      ', scope="files:read files:write"',
    ],
    [
      'Bearer realm="x", scope=a, error=insufficient_scope, resource_metadata="https://evil.example/"',
      ', scope="a"',
    ],
    ['DPoP error="insufficient_scope", error_description="no"', ''],
    ['Bearer error="insufficient_scope", scope="a\\"', ''],
    [`Bearer error="insufficient_scope", scope="${'x'.repeat(2001)}"`, ''],
    ['Basic realm="x", Bearer error="insufficient_scope"', ''],
  ])('say which scope is missing, and nothing else of %s', (challenge, scope) => {
    expect(passed({ 'WWW-Authenticate': challenge })).toEqual({
      'www-authenticate': `Bearer error="insufficient_scope"${scope}`,
    });
  });

  it.each([
    'Bearer',
    'Basic realm="x"',
    'Negotiate',
    'Bearer error="invalid_token", scope="a"',
    'Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    'Bearer error="insufficient_scope", scope="secret-token+/"',
  ])('pass on nothing of the challenge %s', (challenge) => {
    expect(passed({ 'WWW-Authenticate': challenge })).toEqual({});
  });

  it('name the provider’s request by another name', () => {
    expect(passed({ 'X-Request-Id': 'r-1' })).toEqual({ 'mooring-provider-request-id': 'r-1' });
  });

  it('have their links rewritten', () => {
    const link = `<${base}/list?page=2&access_token=s>; rel="next", <https://evil.example/>; rel="x"`;
    expect(passed({ Link: link }).link).toBe(
      '</v1/users/u%2F1/proxy/acme/a/list?page=2>; rel="next", <https://evil.example/>; rel="x"',
    );
  });

  it('leave out links of a length that no API has, and mend none that is broken', () => {
    const broken = '<'.repeat(5_000);
    expect(passed({ Link: broken }).link).toBe(broken);
    expect(passed({ Link: '<'.repeat(20_000) })).toEqual({});
    expect(passed({ Link: `<${broken}me>` }).link).toBe(
      `${broken}</v1/users/u%2F1/proxy/acme/a/me>`,
    );
  });

  it('never hold the credential', () => {
    const echo = 'Bearer secret-token+/';
    const encoded = encodeURIComponent(echo);
    for (const value of [echo, encoded, `<https://a.example/?t=${encoded}>`]) {
      for (const name of ['X-Echo', 'Location', 'Link', 'X-Request-Id', 'ETag']) {
        expect([name, passed({ [name]: value })]).toEqual([name, {}]);
      }
    }
  });
});
