/**
 * Bluesky, and every other account of the AT Protocol: at the server that the account itself names.
 * Sources, read 2026-11-27: atproto.com/specs/oauth (2026-06-11), /specs/handle, /specs/did,
 * /specs/permission, in bluesky-social/atproto-website; what the specification leaves to servers,
 * in bluesky-social/atproto of 2026-08-20, packages/oauth/oauth-provider: lifetimes
 * (src/oauth-constants.ts), refusals (src/token/token-manager.ts, src/oauth-provider.ts), and a
 * revocation endpoint, of which the specification says nothing.
 *
 * The client signs: without a key the whole session would end after two weeks. Each session is
 * bound to that key, so another key ends them all. A revocation ends the session of its one
 * consent. Sessions end two years after the consent. A refresh that is refused for whatever reason
 * ends its session too.
 */
import type { ProviderInput } from '../types';

/** In form; src/oauth/atproto.ts looks closer. */
const host = '[A-Za-z0-9\\-.]+\\.[A-Za-z][A-Za-z0-9\\-]*';

export const bluesky = {
  id: 'bluesky',
  name: 'Bluesky',
  kind: 'oauth2',
  lastVerified: '2026-02-17',

  identityResolution: { protocol: 'atproto' },
  parameters: {
    account: {
      label: 'Bluesky handle',
      // A handle, a DID, or the address of a server.
      pattern: `@?${host}|did:(?:plc:[a-z2-7]{24}|web:${host})|https://${host}(?::\\d{1,5})?/?`,
    },
  },

  clientRegistration: 'automatic',
  clientAuth: 'private_key_jwt',
  clientAssertion: { algorithm: 'ES256', lifetimeSeconds: 60 },
  // Others have to be named here before a connection may ask for them.
  clientScopes: ['transition:generic', 'transition:chat.bsky', 'transition:email'],
  dpop: true,

  scopes: ['transition:generic'],
  requiredScopes: ['atproto'],
  loginHintParam: null,

  refreshModel: 'rotating',
  reuse: 'revokes_family',
  refreshEndsAccessToken: true,
  assumedLifetimeSeconds: 300,
  // Three months, of an unused one.
  refreshLifetimeSeconds: 90 * 24 * 3600,
  // The server could not read the client's document.
  operatorCodes: ['invalid_client_metadata'],

  accountId: 'identity:did',
  displayName: ['identity:handle', 'identity:did'],
  metadata: { handle: 'identity:handle', pds: 'identity:pds' },
  apiOrigin: { metadata: 'pds', hostPattern: '.+' },

  revocation: { token: 'refresh' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
