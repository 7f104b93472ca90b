import { decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signAssertion } from '../../src/oauth/client-assertion';
import { faultOfKey } from '../../src/providers/client-key';
import type { OAuth2Client } from '../../src/providers/types';
import { clientOf, oauth2Provider, signing } from './support/providers';

const AUDIENCE = 'https://id.acme.example/token';
const currentDate = new Date(signing.now());

const signed = (
  method: string,
  client: Partial<OAuth2Client>,
  record: Parameters<typeof oauth2Provider>[0] = {},
) => signAssertion(signing, clientOf(oauth2Provider(record), client), method, AUDIENCE);

describe('what a client signs', () => {
  it.each(['ES256', 'ES384', 'RS256', 'EdDSA'])(
    'is verified by its public key: a JWK for %s, whose kind says the algorithm',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const key = JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'of-the-jwk' });
      const jwt = await signed('private_key_jwt', {
        clientSecret: null,
        clientKey: { key, keyId: null },
      });
      expect(decodeProtectedHeader(jwt)).toEqual({ alg, kid: 'of-the-jwk' });
      const { payload } = await jwtVerify(jwt, publicKey, { currentDate, audience: AUDIENCE });
      const iat = signing.now() / 1000;
      expect(payload).toEqual({
        iss: 'client',
        sub: 'client',
        aud: AUDIENCE,
        jti: 'an-id',
        iat,
        exp: iat + 300,
      });
    },
  );

  it('may be by a PEM, with what the record says of it', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const clientAssertion = { algorithm: 'ES256', issuer: 'TEAM42', lifetimeSeconds: 60 } as const;
    const jwt = await signed(
      'client_secret_signed',
      { clientSecret: null, clientKey: { key: await exportPKCS8(privateKey), keyId: 'key-7' } },
      { clientAssertion },
    );
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'ES256', kid: 'key-7' });
    const { payload } = await jwtVerify(jwt, publicKey, { currentDate, issuer: 'TEAM42' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  it('may be by the secret', async () => {
    const jwt = await signed('client_secret_jwt', { clientSecret: 'a-secret-of-some-length' });
    const secret = new TextEncoder().encode('a-secret-of-some-length');
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'HS256' });
    await jwtVerify(jwt, secret, { currentDate, audience: AUDIENCE, subject: 'client' });
  });

  it.each([
    ['no key', 'private_key_jwt', undefined, {}],
    ['no secret', 'client_secret_jwt', undefined, {}],
    ['a key of another kind', 'private_key_jwt', 'EC', { clientAssertion: { algorithm: 'RS256' } }],
    ['a text that is no key', 'private_key_jwt', 'canary-key', {}],
  ] as const)(
    'cannot be without: %s; the error quotes nothing',
    async (_, method, given, record) => {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      const key = given === 'EC' ? JSON.stringify(await exportJWK(privateKey)) : given;
      const clientKey = key === undefined ? {} : { clientKey: { key, keyId: null } };
      await expect(
        signed(method, { clientSecret: null, ...clientKey }, record),
      ).rejects.toMatchObject({
        code: 'provider_not_configured',
        message: expect.not.stringContaining('canary'),
      });
    },
  );
});

describe('a key as a setting has it', () => {
  it.each([
    ['{"kty":"EC"}', 'is no private JWK'],
    ['{"kty"', 'is no JSON'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc', 'openssl pkcs8 -topk8'],
    ['-----BEGIN PUBLIC KEY-----\nabc', 'must be a private JWK'],
    ['secret', 'must be a private JWK'],
  ])('%j %s', (key, message) => expect(faultOfKey(key)).toContain(message));

  it('may be a private JWK or a PKCS #8 PEM', () => {
    expect(faultOfKey('{"kty":"EC","d":"x"}')).toBeNull();
    expect(faultOfKey('-----BEGIN PRIVATE KEY-----\nabc')).toBeNull();
  });
});
