/**
 * Teeth: records that are wrong on purpose, each by one field, said in PROVIDERS. None of them gets
 * the whole way, so a record that does is right as far as its fixture is.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { fixtures } from '../../simulator/fixtures';
import { type Change, clearTables, type Step, WrongWay } from './support/traveller';
import { wholeWay } from './support/whole-way';

beforeEach(clearTables);

const wrong: [provider: string, what: string, change: Change, failsAt: Step][] = [
  // Addresses
  ['discord', 'another token host', { tokenUrl: 'https://discordapp.example/token' }, 'connect'],
  [
    'figma',
    'refreshes at the token URL',
    { refreshUrl: 'https://api.figma.com/v1/oauth/token' },
    'refresh',
  ],
  [
    'tiktok',
    'no slash at the end',
    { tokenUrl: 'https://open.tiktokapis.com/v2/oauth/token' },
    'connect',
  ],
  [
    'facebook',
    'another Graph version',
    { profileUrl: 'https://graph.facebook.com/v2.0/me?fields=id,name,picture' },
    'connect',
  ],

  [
    'linkedin-ads',
    'a list without its version',
    {
      choices: { url: 'https://api.linkedin.com/rest/adAccounts', list: 'elements', id: 'id' },
    },
    'connect',
  ],
  [
    'google-ads',
    'the whole resource name',
    {
      choices: {
        url: 'https://googleads.googleapis.com/v26/customers:listAccessibleCustomers',
        list: 'resourceNames',
        id: 'value',
      },
      accountId: ['choice:value', 'sub'],
    },
    'connect',
  ],

  [
    'apple',
    'refreshes as often as its token ends',
    { reply: {}, minTokenAgeSeconds: 3600 },
    'token',
  ],
  ['apple', 'no posted redirect', { authorizationParams: {} }, 'connect'],
  [
    'apple',
    'the client in the place of the team',
    {
      clientAssertion: { algorithm: 'ES256', audience: 'https://appleid.apple.com' },
    },
    'connect',
  ],
  [
    'amazon-seller',
    'a client beside the application',
    { omitParams: { authorization: ['response_type'] } },
    'connect',
  ],

  // Authorization request
  ['reddit', 'no duration=permanent', { authorizationParams: {} }, 'refresh'],
  ['google', 'no access_type=offline', { authorizationParams: { prompt: 'consent' } }, 'refresh'],
  [
    'google',
    'no prompt=consent, seen at the second consent',
    { authorizationParams: { access_type: 'offline' } },
    'reconnect',
  ],
  ['dropbox', 'no token_access_type=offline', { authorizationParams: {} }, 'refresh'],
  ['atlassian', 'no audience', { authorizationParams: { prompt: 'consent' } }, 'connect'],
  ['notion', 'no owner=user', { authorizationParams: {} }, 'connect'],
  [
    'microsoft',
    'no offline_access',
    { scopes: ['openid', 'User.Read'], requiredScopes: [] },
    'refresh',
  ],
  ['tiktok', 'the scopes joined with spaces', { scopeSeparator: ' ' }, 'reconnect'],
  ['reddit', 'the scopes joined with commas', { scopeSeparator: ',' }, 'reconnect'],
  ['slack-user', 'the scopes in the bot’s parameter', { scopeParam: 'scope' }, 'connect'],
  ['x', 'no PKCE', { pkce: false }, 'connect'],
  ['airtable', 'no PKCE', { pkce: false }, 'connect'],
  ['tiktok', 'client_id instead of client_key', { clientIdParam: 'client_id' }, 'connect'],

  // Token requests
  [
    'linkedin',
    'Basic where only the body counts',
    { clientAuth: 'client_secret_basic' },
    'connect',
  ],
  ['x', 'the secret in the body', { clientAuth: 'client_secret_post' }, 'connect'],
  ['spotify', 'the secret in the body', { clientAuth: 'client_secret_post' }, 'connect'],
  [
    'notion',
    'a form instead of JSON',
    { tokenRequest: { method: 'POST', body: 'form' } },
    'connect',
  ],
  ['notion', 'no Notion-Version', { headers: {} }, 'connect'],
  [
    'discord',
    'JSON instead of a form',
    { tokenRequest: { method: 'POST', body: 'json' } },
    'connect',
  ],
  [
    'hubspot',
    'parameters in the URL',
    { tokenRequest: { method: 'POST', body: 'query' } },
    'connect',
  ],
  [
    'discord',
    'a user agent of another form',
    { headers: { 'User-Agent': 'Mooring (account connections, 0.1)' } },
    'connect',
  ],
  ['reddit', 'a user agent of nobody', { headers: {} }, 'connect'],
  ['shopify', 'no expiring=1', { tokenParams: {} }, 'token'],
  [
    'shopify',
    'a signature over another parameter',
    { callbackSignature: { param: 'signature' } },
    'connect',
  ],
  [
    'shopify',
    'another shop in the redirect',
    { callbackSignature: { param: 'hmac', expect: { shop: 'other.myshopify.com' } } },
    'connect',
  ],
  ['gitlab', 'no redirect_uri at refreshes', { refreshParams: {} }, 'refresh'],
  ['microsoft', 'no scope at refreshes', { scopeOnRefresh: false }, 'refresh'],
  [
    'instagram',
    'the last step as the second one',
    {
      extendedToken: {
        url: 'https://graph.instagram.com/access_token',
        params: { grant_type: 'ig_refresh_token', access_token: '{access_token}' },
      },
    },
    'connect',
  ],
  [
    'instagram',
    'POST for the extension',
    { refreshRequest: { method: 'POST', body: 'form' } },
    'refresh',
  ],
  [
    'threads',
    'Instagram’s grant type',
    { refreshParams: { grant_type: 'ig_refresh_token', access_token: '{access_token}' } },
    'refresh',
  ],

  // Replies
  ['instagram', 'the token where RFC 6749 has it', { reply: {} }, 'connect'],
  ['slack-user', 'the token at the top', { reply: {} }, 'connect'],
  ['google', 'no aliases of scopes', { scopeAliases: {} }, 'connect'],
  ['microsoft', 'scopes that are never reported', { unreportedScopes: [] }, 'connect'],
  ['atlassian', 'scopes that are never reported', { unreportedScopes: [] }, 'connect'],
  ['salesforce', 'a lifetime of ten hours', { assumedLifetimeSeconds: 36_000 }, 'token'],
  [
    'kick',
    'the lifetime under another name',
    { reply: { expiresIn: 'lifetime' }, assumedLifetimeSeconds: 60 },
    'token',
  ],

  // Who
  ['tiktok', 'the id at the top of the profile', { accountId: 'open_id' }, 'connect'],
  ['tiktok', 'the id of the developer’s person', { accountId: 'data.user.union_id' }, 'connect'],
  ['instagram', 'the id of the app’s scope', { accountId: 'id' }, 'connect'],
  ['slack', 'the team without the user', { accountId: 'team_id' }, 'connect'],
  ['microsoft', 'the id of Graph', { accountId: 'id' }, 'connect'],
  ['youtube', 'no subject', { subject: 'items.0.id' }, 'token'],
  [
    'youtube',
    'not mine',
    { profileUrl: 'https://www.googleapis.com/youtube/v3/channels?part=id,snippet' },
    'connect',
  ],
  ['stripe', 'the id from the profile’s name', { accountId: 'business_profile.name' }, 'connect'],
  ['twitch', 'no Client-Id', { profileHeaders: {} }, 'connect'],
  ['dropbox', 'a GET for the profile', { profileMethod: 'GET' }, 'connect'],
  ['dropbox', 'a body', { profileBody: { type: 'json', params: { a: 'b' } } }, 'connect'],
  [
    'linear',
    'a query without the organization',
    { profileBody: { type: 'json', params: { query: '{ viewer { id } }' } } },
    'connect',
  ],
  ['shopify', 'a bearer token', { profileToken: 'bearer', profileHeaders: {} }, 'connect'],
  ['instagram', 'a bearer token', { profileToken: 'bearer' }, 'connect'],
  [
    'hubspot',
    'introspection without the secret',
    { profileBody: { type: 'form', params: { token: '{access_token}' } } },
    'connect',
  ],
  [
    'patreon',
    'no fields asked for',
    { profileUrl: 'https://www.patreon.com/api/oauth2/v2/identity' },
    'connect',
  ],
  ['discord', 'a picture that is not there', { metadata: { picture: 'picture' } }, 'connect'],

  // Refresh
  ['google', 'never refreshed', { refreshModel: 'none' }, 'refresh'],
  [
    'github',
    'refreshed although nothing can be',
    { refreshModel: 'rotating', assumedLifetimeSeconds: 3600 },
    'token',
  ],
  [
    'stripe',
    'refreshed although nothing should be',
    { refreshModel: 'static', assumedLifetimeSeconds: 3600 },
    'token',
  ],
  ['instagram', 'rotating', { refreshModel: 'rotating' }, 'refresh'],
  ['atlassian', 'the code without its sentence', { reply: {} }, 'refused'],
  ['facebook', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['github-app', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['reddit', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['linkedin', 'the code without its sentence', { reply: {} }, 'refused'],
  ['shopify', 'the code without its sentence', { reply: {} }, 'refused'],
  ['slack', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['twitch', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['x', 'no code for a dead token', { refusedCodes: [] }, 'refused'],
  ['strava', 'errors where RFC 6749 has them', { reply: {} }, 'refused'],

  // End
  [
    'reddit',
    'another address to revoke at',
    { revocationUrl: 'https://www.reddit.com/api/v1/revoke' },
    'disconnect',
  ],
  ['github', 'revoked as RFC 7009 says', { revocation: {} }, 'disconnect'],
  [
    'github',
    'the token under RFC 7009’s name',
    {
      revocation: {
        method: 'DELETE',
        body: 'json',
        token: 'access',
        clientAuth: 'client_secret_basic',
      },
    },
    'disconnect',
  ],
  [
    'github',
    'the secret in the body',
    {
      revocation: {
        method: 'DELETE',
        body: 'json',
        token: 'access',
        tokenParam: 'access_token',
        clientAuth: 'client_secret_post',
      },
    },
    'disconnect',
  ],
  ['linear', 'the token under RFC 7009’s name', { revocation: {} }, 'disconnect'],
  ['dropbox', 'the token in a form', { revocation: {} }, 'disconnect'],
  ['tiktok', 'the refresh token', { revocation: { token: 'refresh' } }, 'disconnect'],
  ['twitch', 'the refresh token', { revocation: { token: 'refresh' } }, 'disconnect'],
  ['kick', 'the token in a form', { revocation: { clientAuth: 'none' } }, 'disconnect'],
  ['facebook', 'a POST', { revocation: { style: 'bearer', token: 'access' } }, 'disconnect'],
  [
    'stripe',
    'the token instead of the account',
    { revocation: { token: 'access', clientAuth: 'client_secret_bearer' } },
    'disconnect',
  ],
  [
    'stripe',
    'the key in the body',
    { revocation: { token: 'none', params: { stripe_user_id: '{account_id}' } } },
    'disconnect',
  ],
  ['strava', 'the secret in the body', { revocation: {} }, 'disconnect'],
  ['notion', 'a form', { revocation: { token: 'access' } }, 'disconnect'],
];

describe('a wrong record does not get the whole way', { timeout: 30_000 }, () => {
  it.each(wrong)('%s: %s', async (id, _, change, failsAt) => {
    const fixture = fixtures.find((one) => one.id === id);
    if (!fixture) throw new Error(`no fixture ${id}`);
    const error = await wholeWay(fixture, change).then(
      () => 'it went the whole way',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(WrongWay);
    expect(`${(error as WrongWay).step}: ${(error as WrongWay).message}`).toMatch(
      new RegExp(`^${failsAt}:`),
    );
  });
});
