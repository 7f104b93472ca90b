/**
 * Discord. Source: github.com/discord/discord-api-docs, developers/topics/oauth2.mdx (page of
 * 2026-05-05, repository of 2026-08-06).
 *
 * Revoking any token ends all tokens of that authorization, and a person has one authorization
 * per app: with two connections of one person, only the last one may be revoked. Token and
 * revocation endpoints take forms only. Whether a refresh token can be used twice is not said.
 */
import type { ProviderInput } from '../types';

export const discord = {
  id: 'discord',
  name: 'Discord',
  kind: 'oauth2',
  lastVerified: '2026-08-06',

  authorizationUrl: 'https://discord.com/oauth2/authorize',
  tokenUrl: 'https://discord.com/api/oauth2/token',
  revocationUrl: 'https://discord.com/api/oauth2/token/revoke',
  profileUrl: 'https://discord.com/api/v10/users/@me',
  // The form that Discord asks of every client, `DiscordBot ($url, $versionNumber)`; others may be
  // blocked: github.com/discord/discord-api-docs, developers/reference.mdx, "User Agent", read
  // 2026-11-26. Mooring has no page of its own; an operator names the app's by PROVIDERS.
  headers: { 'User-Agent': 'DiscordBot (https://mooring.invalid, 0.1)' },

  clientAuth: 'client_secret_basic',
  scopes: ['identify'],
  // "identify allows /users/@me": docs.discord.com/developers/topics/oauth2, read 2026-11-26.
  requiredScopes: ['identify'],
  loginHintParam: null,

  // github.com/discord/discord-api-docs, developers/reference.mdx, "Base URL" and "API Versioning",
  // read 2026-11-26.
  apiUrl: 'https://discord.com/api/v10',
  apiDeny: ['oauth2/token'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 7 * 24 * 3600,

  accountId: 'id',
  displayName: ['global_name', 'username'],
  // `avatar` is a hash, not a URL: cdn.discordapp.com/avatars/{id}/{avatar}.png.
  metadata: { name: 'global_name', userName: 'username', avatar: 'avatar' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
