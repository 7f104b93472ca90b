/**
 * Mastodon, at the server that the user names. Sources: mastodon/documentation, methods/apps,
 * methods/oauth, api/oauth-scopes (stored copies, the newest after 4.4), methods/accounts for
 * verify_credentials; mastodon/documentation#1098 for scopes: those of a request must stand word
 * for word among those of the client. Read 2026-11-27.
 *
 * Each server registers clients by itself, for whoever asks. Tokens do not end. PKCE is looked at
 * from 4.3 on. Before 4.3 a server could forget a client that nobody had used.
 */
import type { ProviderInput } from '../types';

const of = (area: string, names: string) => names.split(' ').map((name) => `${area}:${name}`);

/** Those of 3.1 and later, without the administrators'; a server refuses a client for others. */
const scopes = [
  ...['read', 'write', 'follow', 'push'],
  ...of('read', 'accounts blocks bookmarks favourites filters follows lists mutes'),
  ...of('read', 'notifications search statuses'),
  ...of('write', 'accounts blocks bookmarks conversations favourites filters follows lists'),
  ...of('write', 'media mutes notifications reports statuses'),
];

export const mastodon = {
  id: 'mastodon',
  name: 'Mastodon',
  kind: 'oauth2',

  authorizationUrl: 'https://{host}/oauth/authorize',
  tokenUrl: 'https://{host}/oauth/token',
  revocationUrl: 'https://{host}/oauth/revoke',
  profileUrl: 'https://{host}/api/v1/accounts/verify_credentials',
  parameters: {
    host: {
      label: 'Mastodon server',
      pattern: '(?:[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9\\-]{0,61}[a-z0-9]',
    },
  },
  clientRegistration: 'automatic',
  registrationUrl: 'https://{host}/api/v1/apps',
  registrationParams: {
    client_name: '{client_name}',
    redirect_uris: '{redirect_uri}',
    scopes: scopes.join(' '),
    website: '{client_uri}',
  },

  scopes: ['read:accounts'],
  // What the profile request asks for.
  requiredScopes: ['read:accounts'],
  allowedAuthorizationParams: ['force_login', 'lang'],
  loginHintParam: null,
  apiUrl: 'https://{host}/api',

  refreshModel: 'none',

  accountId: ['parameter:host', 'id'],
  displayName: ['display_name', 'username'],
  metadata: {
    userName: 'acct',
    url: 'url',
    picture: 'avatar',
    host: 'parameter:host',
  },
  // Doorkeeper gives the token that a consent with the same scopes already has, so to end one that
  // came to nothing could end the integration's.
  revocationReach: 'grant',
} as const satisfies ProviderInput;
