import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config';
import { allowedReturnTo, returnUrl } from '../../src/connect/return-to';

const pagesOf = (...entries: string[]) => entries.map((entry) => new URL(entry));
const origins = pagesOf('https://app.example.com', 'http://localhost:4000');

describe('returnTo is allowed only where its origin is exactly on the list', () => {
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

describe('RETURN_TO', () => {
  const { returnTo: places } = readConfig({
    ...env,
    RETURN_TO:
      ' myapp:// ,com.example.App://,https://*.preview.example.com,https://*.b.example.com/in',
  });
  const allowed = (value: string) => allowedReturnTo(value, origins, places);

  test.each([
    ['myapp://', 'myapp://'],
    ['myapp://done?tab=1#x', 'myapp://done?tab=1#x'],
    ['MyApp://done', 'myapp://done'],
    ['com.example.app://oauth/back', 'com.example.app://oauth/back'],
    [
      'https://pr-12.preview.example.com/done?tab=1',
      'https://pr-12.preview.example.com/done?tab=1',
    ],
    ['https://PR-12.Preview.example.com:443', 'https://pr-12.preview.example.com/'],
    // The host is compared, and kept, as a browser reads it.
    ['https://evil%2epreview.example.com/', 'https://evil.preview.example.com/'],
    ['https://a.b.example.com/in/side', 'https://a.b.example.com/in/side'],
    ['https://app.example.com/settings', 'https://app.example.com/settings'],
  ])('%s is allowed', (given, normal) => {
    expect(allowed(given)).toBe(normal);
  });

  test.each([
    ['no label of its own', 'https://preview.example.com'],
    ['an empty label', 'https://.preview.example.com'],
    ['two labels', 'https://a.b.preview.example.com'],
    ['a label that only ends alike', 'https://evilpreview.example.com'],
    ['a label that ends in a hyphen', 'https://x-.preview.example.com'],
    ['the host as a part', 'https://x.preview.example.com.evil.example'],
    ['the host as a label', 'https://preview.example.com.evil.example'],
    ['a dot at the end', 'https://x.preview.example.com.'],
    ['an encoded dot within the host', 'https://x.preview%2eexample.com.evil.example'],
    ['another port', 'https://x.preview.example.com:8443'],
    ['http', 'http://x.preview.example.com'],
    ['userinfo', 'https://user@x.preview.example.com'],
    ['the host as userinfo', 'https://x.preview.example.com@evil.example'],
    ['a wildcard itself', 'https://*.preview.example.com'],
    ['a path elsewhere', 'https://a.b.example.com/inside'],
    ['a path that climbs', 'https://a.b.example.com/in/%2e%2e/out'],
    ['a scheme without slashes', 'myapp:done'],
    ['a scheme with one slash', 'myapp:/done'],
    ['a scheme with userinfo', 'myapp://user@done'],
    ['a scheme that only begins alike', 'myapp2://done'],
    ['a scheme after white space', ' myapp://done'],
    ['a scheme with a backslash', 'myapp:\\\\done'],
    ['another scheme', 'other://done'],
    ['no scheme', '//x.preview.example.com'],
    ['javascript', 'javascript://x.preview.example.com/%0aalert(1)'],
    ['data', 'data://x.preview.example.com,x'],
    ['file', 'file://x.preview.example.com/etc/passwd'],
    ['blob', 'blob:https://x.preview.example.com/1'],
  ])('%s is refused', (_, given) => {
    expect(allowed(given)).toBeNull();
  });

  test('says nothing of page sessions: without it only APP_ORIGINS counts', () => {
    expect(allowedReturnTo('myapp://done', origins)).toBeNull();
    expect(allowedReturnTo('https://x.preview.example.com', origins)).toBeNull();
  });

  test.each([
    ['myapp://done?tab=1', 'myapp://done?tab=1&connection=c1&completion=s1'],
    ['myapp://', 'myapp://?connection=c1&completion=s1'],
  ])('%s gets its query as any address does', (given, location) => {
    expect(returnUrl(given, { connection: 'c1', completion: 's1' })).toBe(location);
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
