/**
 * ServiceNow. Sources: docs.servicenow.com, "Manage OAuth tokens" (2025-01-30) for the lives of
 * tokens; support.servicenow.com, KB0791140 (no date) for the refresh that does not move the end of
 * a refresh token; NangoHQ/nango, providers.yaml (2026-08-21) for the addresses; some ten public
 * clients for the revocation, the reply of a dead token, and the address that tells the person,
 * which no page of ServiceNow's has. Read 2026-11-27.
 *
 * Each instance has a host and registers its own clients: SERVICENOW_CLIENTS, by the instance. The
 * administrator may have given tokens other lives; the reply says an access token's. A revocation
 * marks the token that it is sent as expired, and asks for no proof of the client.
 */
import type { ProviderInput } from '../types';

export const servicenow = {
  id: 'servicenow',
  name: 'ServiceNow',
  kind: 'oauth2',
  lastVerified: '2025-01-30',

  authorizationUrl: 'https://{instance}.service-now.com/oauth_auth.do',
  tokenUrl: 'https://{instance}.service-now.com/oauth_token.do',
  revocationUrl: 'https://{instance}.service-now.com/oauth_revoke_token.do',
  profileUrl: 'https://{instance}.service-now.com/api/now/ui/user/current_user',
  parameters: {
    instance: {
      label: 'Instance: its name before .service-now.com',
      pattern: '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?',
    },
  },
  // Known: ignored where the instance does not ask for it.
  pkce: true,

  scopes: ['useraccount'],
  loginHintParam: null,

  apiUrl: 'https://{instance}.service-now.com/api',

  refreshModel: 'static',
  assumedLifetimeSeconds: 1800,
  refreshLifetimeSeconds: 100 * 24 * 3600,
  refreshDeadline: 'absolute',
  // The description first: a dead token is `access_denied` beside the code `server_error`, and so
  // is a wrong client. So neither is listed, and a comparison or time decides.
  reply: { error: ['error_description', 'error'] },

  accountId: ['parameter:instance', 'result.user_sys_id'],
  displayName: ['result.user_display_name', 'result.user_name'],
  metadata: {
    userName: 'result.user_name',
    name: 'result.user_display_name',
    instance: 'parameter:instance',
  },
  revocationReach: 'token',
} as const satisfies ProviderInput;
