/**
 * A server of the Model Context Protocol, by its address alone: a template for `PROVIDERS`,
 * `{ "linear-mcp": { "extends": "mcp", "url": "https://mcp.linear.app/mcp" } }`.
 *
 * Everything else is discovered, by the protocol's specification of authorization (stored copy of
 * the draft of 2026): RFC 9728, RFC 8414, RFC 8707, client id metadata documents, RFC 7591.
 * modelcontextprotocol/modelcontextprotocol, docs/specification/draft/basic/authorization.
 */
import type { ProviderInput } from '../types';

export const mcp = {
  id: 'mcp',
  name: 'MCP server',
  kind: 'oauth2',
  clientRegistration: 'automatic',
  authorizationParams: { resource: '{resource}' },
  tokenParams: { resource: '{resource}' },
  refreshParams: { resource: '{resource}' },
  unreportedScopes: ['offline_access'],
  // The protocol names no user: an account of its own for each of ours.
  accountId: 'user:id',
  // Where the scopes bring an ID token.
  displayName: ['id_token:email', 'id_token:name', 'id_token:preferred_username'],
  // OAuth 2.1, 4.3.1, for clients without a secret. One that does not change is kept as it is.
  refreshModel: 'rotating',
  revocationReach: 'grant',
} as const satisfies ProviderInput;
