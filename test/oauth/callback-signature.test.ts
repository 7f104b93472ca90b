import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedCallback } from '../../src/oauth/callback-signature';
import { clientOf, oauth2Provider } from './support/providers';

const shopify = clientOf(
  oauth2Provider({
    callbackSignature: { param: 'hmac', expect: { shop: '{shop}.myshopify.com' } },
  }),
);
const connection = { shop: 'some-shop' };
const good = {
  code: '0907a61c0c8d55e99db179b68161bc00',
  shop: 'some-shop.myshopify.com',
  state: '0.6784241404160823',
  timestamp: '1337178173',
  host: 'YWRtaW4uc2hvcGlmeS5jb20/',
};

const signed = (params: Record<string, string>, secret = 'secret'): Record<string, string> => {
  const message = Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  return { hmac: createHmac('sha256', secret).update(message).digest('hex'), ...params };
};

const { hmac = '', ...unsigned } = signed(good);

describe('a signed callback', () => {
  it('is taken, in whatever order its parameters come', async () => {
    const query = signed(good);
    expect(await isSignedCallback(shopify, query, connection)).toBe(true);
    const reversed = Object.fromEntries(Object.entries(query).reverse());
    expect(await isSignedCallback(shopify, reversed, connection)).toBe(true);
  });

  it('may be signed in upper case, and hold anything', async () => {
    const { hmac: other = '', ...query } = signed({ ...good, state: 'a&b=c d/ü' });
    const upper = { ...query, hmac: other.toUpperCase() };
    expect(await isSignedCallback(shopify, upper, connection)).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['no signature', unsigned],
    ['an empty signature', { ...good, hmac: '' }],
    ['a signature that is no hex', { ...good, hmac: 'z'.repeat(64) }],
    ['half a signature', { ...good, hmac: hmac.slice(32) }],
    ['another code', { ...good, hmac, code: 'stolen' }],
    ['another state', { ...good, hmac, state: 'x' }],
    ['a parameter more', { ...good, hmac, x: '1' }],
    ['a parameter less', { hmac, code: good.code, shop: good.shop, state: good.state }],
    ['a signature by another key', signed(good, 'other')],
    ['the signature of another shop', signed({ ...good, shop: 'other.myshopify.com' })],
    [
      'a shop that only begins right',
      signed({ ...good, shop: 'some-shop.myshopify.com.evil.example' }),
    ],
    ['no shop', signed({ code: good.code, state: good.state })],
  ])('is refused with %s', async (_, query) => {
    expect(await isSignedCallback(shopify, query, connection)).toBe(false);
  });

  it('is refused where the connection has no such parameter', async () => {
    const query = signed({ ...good, shop: '.myshopify.com' });
    expect(await isSignedCallback(shopify, signed(good), {})).toBe(false);
    expect(await isSignedCallback(shopify, query, { shop: 'some-shop' })).toBe(false);
  });

  it('is not asked for where the record does not', async () => {
    const query = { code: 'c', state: 's' };
    expect(await isSignedCallback(clientOf(oauth2Provider()), query, {})).toBe(true);
  });
});
