/**
 * Snowflake OAuth for custom clients. Sources: docs.snowflake.com/user-guide: oauth-custom,
 * oauth-snowflake-overview (stored copies without a date) for the endpoints, scopes and refresh
 * tokens for one use; snowflakesolutions.net and
 * metricsign.com/errors/snowflake-oauth-token-expired for the lives of tokens; apache/superset and
 * public clients for the scopes as they are sent. Known: `username` in the token reply, and the
 * header of the SQL API. Read 2026-11-27.
 *
 * Each account has a host and registers its own clients: SNOWFLAKE_CLIENTS, by the account. An
 * access token lives ten minutes, a refresh token as long as the client was given, 90 days at most,
 * counted from the consent. The account that is told is a user's name there. No revocation by the
 * client.
 */
import type { ProviderInput } from '../types';

export const snowflake = {
  id: 'snowflake',
  name: 'Snowflake',
  kind: 'oauth2',

  authorizationUrl: 'https://{account}.snowflakecomputing.com/oauth/authorize',
  tokenUrl: 'https://{account}.snowflakecomputing.com/oauth/token-request',
  parameters: {
    account: {
      label: 'Account: what stands before .snowflakecomputing.com',
      pattern: '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?(?:\\.[a-z0-9\\-]{1,30}){0,3}',
    },
  },
  clientAuth: 'client_secret_basic',

  scopes: ['refresh_token'],
  // Else no refresh token comes.
  requiredScopes: ['refresh_token'],
  loginHintParam: null,

  apiUrl: 'https://{account}.snowflakecomputing.com/api/v2',
  apiHeaders: { 'X-Snowflake-Authorization-Token-Type': 'OAUTH' },

  // For one use where the client is set so.
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  refreshDeadline: 'absolute',

  accountId: ['parameter:account', 'token:username'],
  displayName: 'token:username',
  metadata: { userName: 'token:username', account: 'parameter:account' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
