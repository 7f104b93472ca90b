/**
 * The record of the provider `market` (test/simulator/mechanisms.ts): a host that only its token
 * reply names.
 */
import { recordAt } from './config';

export const marketApi = {
  label: 'API',
  pattern: '[a-z]+\\.market-api\\.example',
  from: 'token:api_domain',
};

export const marketRecord = recordAt('market', {
  parameters: { api: marketApi },
  clientIdParam: 'app_id',
  clientSecretParam: 'secret',
  redirectUri: 'Ada_Inc-RuName-1',
  codeParam: 'auth_code',
  omitParams: {
    authorization: ['response_type'],
    token: ['grant_type', 'code', 'redirect_uri'],
    refresh: ['grant_type', 'refresh_token'],
  },
  tokenRequest: { body: 'json' },
  tokenParams: { auth_code: '{code}' },
  refreshUrl: 'https://market.example/refresh',
  refreshParams: { token_to_refresh: '{refresh_token}' },
  profileUrl: 'https://{api}/me',
  revocationUrl: 'https://{api}/revoke',
  revocation: { clientAuth: 'omit' },
  accountId: 'accounts[is_default=true].id',
  displayName: 'accounts[is_default=true].name',
  metadata: { api: 'parameter:api' },
  scopes: ['read'],
});
