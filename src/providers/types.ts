/**
 * What Mooring knows about a provider, as data. The same shape serves the built-in records
 * (`records/`, one file each) and the `PROVIDERS` setting, so an own provider can do whatever a
 * built-in one can. Quirks are named fields; the code that reads them is in src/oauth.
 *
 * URLs may hold placeholders, `https://{shop}.myshopify.com/...`: each is declared in
 * `parameters` with a pattern, filled per connection, and percent-encoded nowhere, because a
 * pattern that lets a `/`, `@` or `:` through would be the mistake.
 */
import * as z from 'zod';
import { credentialsProviderSchema } from './types/credentials';
import { oauth2ProviderSchema } from './types/oauth2';

export { credentialsProviderSchema, oauth2ProviderSchema };

export const providerSchema = z.discriminatedUnion('kind', [
  oauth2ProviderSchema,
  credentialsProviderSchema,
]);

/** A record as it is written: defaults may be left out. */
export type ProviderInput = z.input<typeof providerSchema>;
export type OAuth2Provider = z.output<typeof oauth2ProviderSchema>;
export type CredentialsProvider = z.output<typeof credentialsProviderSchema>;
export type Provider = OAuth2Provider | CredentialsProvider;

/** An OAuth provider together with this deployment's client. */
export interface OAuth2Client {
  provider: OAuth2Provider;
  clientId: string;
  /** Null for public clients (`clientAuth: none`), and for those that prove themselves by a key. */
  clientSecret: string | null;
  /**
   * The settings give none, and it is found or made by `clientRegistration`: this is the one with a
   * document. src/oauth/registration.ts knows which it is.
   */
  isAutomatic?: true;
  /**
   * Of one that was registered: its row, and the client that has taken its place for new
   * connections.
   */
  registeredId?: number;
  successorId?: string;
  /** What signs for the client, where it has a key. */
  clientKey?: ClientKey | undefined;
}

export interface ClientKey {
  /** A private JWK as JSON, or a PKCS #8 PEM. */
  key: string;
  /** `kid` of what it signs; a JWK may have its own. */
  keyId: string | null;
}
