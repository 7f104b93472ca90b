import { describe, expect, test } from 'vitest';
import { allowedReturnTo, returnUrl } from '../../src/connect/return-to';

const pagesOf = (...entries: string[]) => entries.map((entry) => new URL(entry));
const origins = pagesOf('https://app.example.com', 'http://localhost:4000');

describe('returnTo is allowed only where its origin is exactly on the list (C7)', () => {
  test.each([
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/settings?tab=1#top', 'https://app.example.com/settings?tab=1#top'],
    ['http://localhost:4000/x', 'http://localhost:4000/x'],
    ['https://APP.example.com:443/x', 'https://app.example.com/x'],
  ])('%s is allowed', (given, normal) => {
    expect(allowedReturnTo(given, origins)).toBe(normal);
  });

  test.each([
    ['another host', 'https://evil.example'],
    ['a subdomain', 'https://x.app.example.com'],
    ['a suffix', 'https://app.example.com.evil.example'],
    ['another port', 'https://app.example.com:8443'],
    ['another scheme', 'http://app.example.com'],
    ['no scheme', '//evil.example'],
    ['no scheme, to the right host', '//app.example.com/x'],
    ['backslashes', '\\\\evil.example'],
    ['a backslash for a slash', 'https:\\\\app.example.com'],
    ['a backslash that ends the host', 'https://evil.example\\@app.example.com'],
    ['a path only', '/done'],
    ['userinfo', 'https://user@app.example.com'],
    ['userinfo that looks like the host', 'https://app.example.com@evil.example'],
    ['a password', 'https://:pw@app.example.com'],
    ['javascript', 'javascript:alert(1)//https://app.example.com'],
    ['data', 'data:text/html,x'],
    ['blob of the right origin', 'blob:https://app.example.com/1'],
    ['white space before it', ' https://app.example.com'],
    ['a tab within', 'https://app.exam\tple.com'],
    ['a line break', 'https://app.example.com/\r\nSet-Cookie: a=b'],
    ['NUL', 'https://app.example.com/\u0000'],
    ['nothing', ''],
    ['null', 'null'],
  ])('%s is refused', (_, given) => {
    expect(allowedReturnTo(given, origins)).toBeNull();
  });
});

describe('an entry with a path bounds returnTo to it', () => {
  const pages = pagesOf('https://app.example.com/connected', 'https://other.example.com/a/');

  test.each([
    'https://app.example.com/connected',
    'https://app.example.com/connected?tab=1#x',
    'https://app.example.com/connected/',
    'https://app.example.com/connected/slack',
    'https://app.example.com/x/../connected',
    'https://other.example.com/a/b',
  ])('%s is allowed', (given) => {
    expect(allowedReturnTo(given, pages)).not.toBeNull();
  });

  test.each([
    ['the root', 'https://app.example.com/'],
    ['a longer name', 'https://app.example.com/connected-elsewhere'],
    ['another case', 'https://app.example.com/Connected'],
    ['dots out of it', 'https://app.example.com/connected/../leak'],
    ['encoded dots out of it', 'https://app.example.com/connected/%2e%2e/leak'],
    ['an encoded slash', 'https://app.example.com/connected/..%2fleak'],
    ['an encoded backslash', 'https://app.example.com/connected/..%5Cleak'],
    ['path parameters that some servers cut off', 'https://app.example.com/connected/..;/leak'],
    ['dots that are encoded twice', 'https://app.example.com/connected/%252e%252e%252fleak'],
    ['dots before a space', 'https://app.example.com/connected/..%20/leak'],
    ['an overlong encoding', 'https://app.example.com/connected/%c0%ae%c0%ae/leak'],
    ['the path as a query', 'https://app.example.com/?/connected'],
    ['the folder itself, without its slash', 'https://other.example.com/a'],
    ['the path at another origin', 'https://other.example.com/connected'],
  ])('%s is refused', (_, given) => {
    expect(allowedReturnTo(given, pages)).toBeNull();
  });

  test('unless the origin stands there too', () => {
    const both = [...pages, ...pagesOf('https://app.example.com')];
    expect(allowedReturnTo('https://app.example.com/settings', both)).not.toBeNull();
  });
});

describe('the way back', () => {
  test('keeps query and fragment of the app', () => {
    expect(
      returnUrl('https://app.example.com/a?tab=1#top', { connection: 'c1', completion: 's1' }),
    ).toBe('https://app.example.com/a?tab=1&connection=c1&completion=s1#top');
  });

  test('replaces what the app left over from an earlier try', () => {
    expect(
      returnUrl('https://app.example.com/?connection=old&completion=old&error=x', {
        connection: 'c1',
        completion: 's1',
      }),
    ).toBe('https://app.example.com/?connection=c1&completion=s1');
    expect(
      returnUrl('https://app.example.com/?error=x&completion=old', {
        connection: 'c1',
        error: 'access_denied',
      }),
    ).toBe('https://app.example.com/?connection=c1&error=access_denied');
  });
});
