/** Configurations of tests, by the same reader as real ones. */
import { env } from 'cloudflare:workers';
import { type Config, readConfig } from '../../src/config';

type Settings = Record<string, string>;

/** Records besides those of the test settings, as an operator says them in PROVIDERS. */
export const configWith = (providers: Record<string, unknown>, settings: Settings = {}): Config =>
  readConfig({
    ...env,
    PROVIDERS: JSON.stringify({ ...JSON.parse(env.PROVIDERS), ...providers }),
    ...settings,
  });

/** The settings that give each of these providers a client. */
export const clientsOf = (
  ids: readonly string[],
  client = { id: 'client', secret: 'secret' },
): Settings =>
  Object.fromEntries(
    ids.flatMap((id) => {
      const prefix = id.toUpperCase().replaceAll('-', '_');
      return [
        [`${prefix}_CLIENT_ID`, client.id],
        [`${prefix}_CLIENT_SECRET`, client.secret],
      ];
    }),
  );

/** A record whose endpoints are at a host of its own, with the paths of Acme's. */
export const recordAt = (id: string, changes: Record<string, unknown> = {}) => ({
  name: id,
  kind: 'oauth2',
  authorizationUrl: `https://${id}.example/authorize`,
  tokenUrl: `https://${id}.example/token`,
  revocationUrl: `https://${id}.example/revoke`,
  profileUrl: `https://${id}.example/me`,
  accountId: 'sub',
  refreshModel: 'rotating',
  ...changes,
});

/** A record that says its issuer and no endpoint, and what is to be discovered there. */
export const recordByIssuer = (issuer: string) => ({
  name: 'Oidc',
  kind: 'oauth2',
  issuer,
  accountId: 'sub',
  refreshModel: 'rotating',
});

export const serverMetadata = (issuer: string, more: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/me`,
  ...more,
});
