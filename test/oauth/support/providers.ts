/** Providers and clients for tests, by the same schema as real ones. */

import type * as z from 'zod';
import { Caches } from '../../../src/caches';
import {
  type OAuth2Client,
  type OAuth2Provider,
  oauth2ProviderSchema,
} from '../../../src/providers/types';

type Input = Partial<z.input<typeof oauth2ProviderSchema>>;

export const oauth2Provider = (changes: Input = {}): OAuth2Provider =>
  oauth2ProviderSchema.parse({
    id: 'acme',
    name: 'Acme',
    kind: 'oauth2',
    authorizationUrl: 'https://id.acme.example/authorize',
    tokenUrl: 'https://id.acme.example/token',
    revocationUrl: 'https://id.acme.example/revoke',
    profileUrl: 'https://id.acme.example/me',
    accountId: 'sub',
    refreshModel: 'rotating',
    ...changes,
  });

export const clientOf = (
  provider: OAuth2Provider,
  changes: Partial<Omit<OAuth2Client, 'provider'>> = {},
): OAuth2Client => ({ provider, clientId: 'client', clientSecret: 'secret', ...changes });

/** A clock that stands still, and ids that are all the same: for what a client signs. */
export const signing = {
  now: () => Date.UTC(2026, 10, 22),
  uuid: () => 'an-id',
  caches: new Caches(),
};

export const endpoints = {
  authorizationUrl: 'https://id.acme.example/authorize',
  tokenUrl: 'https://id.acme.example/token',
  refreshUrl: 'https://id.acme.example/token',
  choicesUrl: null,
  extendedTokenUrl: null,
  revocationUrl: 'https://id.acme.example/revoke',
  profileUrl: 'https://id.acme.example/me',
  issuer: null,
  issuerClaims: null,
  jwksUrl: null,
  clientAuth: 'client_secret_post' as const,
  assertionAudience: 'https://id.acme.example/token',
  issParameter: false,
  parUrl: null,
  parameters: {},
  redirectUri: 'https://mooring.example.com/connect/callback/acme',
  tokenHost: 'id.acme.example',
};
