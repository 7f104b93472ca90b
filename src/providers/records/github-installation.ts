/**
 * GitHub App installation: tokens that act for the app itself, where it is installed. Sources:
 * docs.github.com, apps/creating-github-apps/authenticating-with-a-github-app:
 * generating-an-installation-access-token, generating-a-json-web-token (stored copies without a
 * date); actions/create-github-app-token#76 and some ten public clients for the messages. Read
 * 2026-11-27.
 *
 * Nobody consents in a browser of Mooring's: an app's setup URL or webhook names the installation,
 * and a service connects it. The token of an hour comes for an assertion that the app's key signs
 * (GITHUB_INSTALLATION_CLIENT_ID, the app's client id, and GITHUB_INSTALLATION_CLIENT_KEY; GitHub's
 * file has to be converted to PKCS #8). Since 2026-04-27 such tokens may be long.
 */
import type { ProviderInput } from '../types';

export const githubInstallation = {
  id: 'github-installation',
  name: 'GitHub App installation',
  kind: 'oauth2',
  grant: 'jwt_bearer',

  fields: {
    installation: {
      label: 'Installation ID',
      secret: false,
      maxLength: 20,
      pattern: '[0-9]{1,20}',
    },
  },
  parameters: {
    installation_id: {
      label: 'Installation ID',
      pattern: '[0-9]{1,20}',
      from: 'field:installation',
    },
  },
  tokenUrl: 'https://api.github.com/app/installations/{installation_id}/access_tokens',
  profileUrl: 'https://api.github.com/installation/repositories?per_page=1',
  headers: { Accept: 'application/vnd.github+json', 'User-Agent': 'Mooring (account connections)' },
  clientAssertion: { algorithm: 'RS256', lifetimeSeconds: 300 },
  tokenHeaders: { Authorization: 'Bearer {assertion}' },
  omitParams: { token: ['grant_type', 'assertion'] },
  reply: { accessToken: 'token', error: ['message'] },

  apiUrl: 'https://api.github.com',
  // What an installation token may not reach anyway, and what ends it.
  apiDeny: ['app', 'applications', 'installation/token'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  // By the message, not by the status: 403 is also that of a rate limit, 404 that of a client id
  // that there is not.
  refusedCodes: ['Not Found', 'This installation has been suspended'],
  operatorCodes: ['Integration not found', 'A JSON web token could not be decoded'],

  accountId: 'field:installation',
  displayName: ['repositories.0.owner.login', 'field:installation'],
  metadata: { owner: 'repositories.0.owner.login', installation: 'field:installation' },
  check: { url: 'https://api.github.com/installation/repositories?per_page=1' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
