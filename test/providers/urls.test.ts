import { describe, expect, it } from 'vitest';
import { placeholdersOf } from '../../src/providers/templates';
import { checkEndpoint, fillPlaceholders } from '../../src/providers/urls';

const deployed = 'https://mooring.example.com';
const local = 'http://localhost:8787';

describe('which endpoints are called', () => {
  it.each([
    ['https://id.acme.example/token', deployed],
    ['https://id.acme.example:8443/token?realm=a', deployed],
    ['https://id.acme.example./token', deployed],
    ['https://{shop}.myshopify.com/admin/oauth/access_token', deployed],
    ['https://{host}/oauth/token', deployed],
    ['https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token', deployed],
    ['http://localhost:4010/token', local],
    ['http://127.0.0.1:4010/token', local],
    ['http://[::1]:4010/token', local],
    ['https://localhost:4010/token', local],
    ['https://id.acme.example/token', local],
  ])('%s is allowed where PUBLIC_URL is %s', (url, publicUrl) => {
    expect(checkEndpoint(url, publicUrl)).toBeNull();
  });

  it.each([
    ['http://id.acme.example/token', deployed, 'https'],
    ['http://id.acme.example/token', local, 'https'],
    ['http://localhost:4010/token', deployed, 'PUBLIC_URL does not'],
    ['https://localhost/token', deployed, 'PUBLIC_URL does not'],
    ['ftp://localhost/token', local, 'https'],
    ['javascript:alert(1)', local, 'https'],
    ['data:text/plain,x', deployed, 'https'],
    ['/token', deployed, 'not a URL'],
    ['https://', deployed, 'not a URL'],
    ['https://user:secret@id.acme.example/token', deployed, 'user name'],
    ['https://user@id.acme.example/token', deployed, 'user name'],
    ['https://id.acme.example/token#part', deployed, 'fragment'],
    ['https://id.acme.example/token#', deployed, 'fragment'],
    ['https://id.acme.example\\@evil.example/', deployed, 'backslash'],
    ['https://id.acme.example/a b', deployed, 'white space'],
    ['https://127.0.0.1/token', deployed, 'PUBLIC_URL does not'],
    ['https://2130706433/token', deployed, 'PUBLIC_URL does not'],
    ['https://127.1.2.3/token', local, 'IP address'],
    ['https://10.0.0.8/token', deployed, 'IP address'],
    ['https://0x0a000008/token', deployed, 'IP address'],
    ['https://169.254.169.254/latest', deployed, 'IP address'],
    ['https://192.168.1.1/token', local, 'IP address'],
    ['https://[fd00::1]/token', deployed, 'IP address'],
    ['https://[fe80::1]/token', deployed, 'IP address'],
    ['https://[::ffff:10.0.0.1]/token', deployed, 'IP address'],
    ['https://0.0.0.0/token', deployed, 'IP address'],
    ['https://id.localhost/token', deployed, 'public host'],
    ['https://printer.local/token', deployed, 'public host'],
    ['https://metadata.google.internal/token', deployed, 'public host'],
    ['https://localhost./token', deployed, 'public host'],
    ['https://vault.internal../token', deployed, 'public host'],
    ['https://intranet/token', deployed, 'public host'],
    ['{scheme}://id.acme.example/token', deployed, 'elsewhere'],
    ['https://{user}@id.acme.example/token', deployed, 'user name'],
    ['https://id.acme.example/token?shop={shop}', deployed, 'elsewhere'],
    ['https://id.acme.example/{Shop}', deployed, 'brace'],
    ['https://id.acme.example/{shop', deployed, 'brace'],
    ['http://{host}/token', local, 'https'],
  ])('%s is refused where PUBLIC_URL is %s: %s', (url, publicUrl, message) => {
    expect(checkEndpoint(url, publicUrl)).toContain(message);
  });
});

describe('placeholders', () => {
  it('are named once each', () => {
    expect(placeholdersOf('https://{shop}.example/{shop}/{realm}')).toEqual(['shop', 'realm']);
  });

  it('are filled in host and path', () => {
    expect(
      fillPlaceholders('https://{shop}.acme.example/{tenant}/token', {
        shop: 'my-shop',
        tenant: 'a_b~1.2',
      }),
    ).toBe('https://my-shop.acme.example/a_b~1.2/token');
  });

  it.each([
    ['host', { shop: 'evil.example/' }],
    ['host', { shop: 'evil.example#' }],
    ['host', { shop: 'evil.example?' }],
    ['host', { shop: 'user@evil.example' }],
    ['host', { shop: 'evil.example:80' }],
    ['host', { shop: 'evil\\' }],
    ['host', { shop: '.evil' }],
    ['host', { shop: 'e v' }],
    ['host', { shop: '%2f' }],
    ['host', { shop: 'ünï' }],
    ['host', { shop: '' }],
    ['host', {}],
    ['path', { tenant: '..' }],
    ['path', { tenant: '.' }],
    ['path', { tenant: 'a/b' }],
    ['path', { tenant: 'a%2fb' }],
    ['path', { tenant: 'a?b' }],
    ['path', { tenant: '' }],
  ])('in the %s never take a value that would change the URL: %o', (where, values) => {
    const url =
      where === 'host'
        ? 'https://{shop}.acme.example/token'
        : 'https://id.acme.example/{tenant}/token';
    expect(fillPlaceholders(url, values)).toBeNull();
  });

  it('are not looked up on a prototype', () => {
    expect(fillPlaceholders('https://{constructor}.acme.example/', {})).toBeNull();
  });
});
