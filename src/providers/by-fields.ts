/** Who is connected by what a user enters, without a browser at the provider. Pure. */
import type { CredentialsProvider, OAuth2Provider, Provider } from './types';

export type FieldProvider = OAuth2Provider & {
  grant: Exclude<OAuth2Provider['grant'], 'authorization_code'>;
};

/** A token is obtained with what the user gave, and again at each refresh. */
export const isByFields = (provider: Provider | undefined): provider is FieldProvider =>
  provider?.kind === 'oauth2' && provider.grant !== 'authorization_code';

/** The user enters something: a key that is sent as it is, or what a token is obtained with. */
export const takesFields = (
  provider: Provider | undefined,
): provider is CredentialsProvider | FieldProvider =>
  provider?.kind === 'credentials' || isByFields(provider);

/** A token is obtained with a signature of the operator's key. */
export const isSignedFor = (provider: Provider | undefined): boolean =>
  provider?.kind === 'oauth2' && provider.grant === 'jwt_bearer';

/** What the operator's key opens is not for a user to name. */
export const mayBeEntered = (
  provider: Provider | undefined,
): provider is CredentialsProvider | FieldProvider =>
  takesFields(provider) && !isSignedFor(provider);
