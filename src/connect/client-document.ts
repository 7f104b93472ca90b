/**
 * The document whose address is the client's id where a provider's client is `automatic`
 * (draft-ietf-oauth-client-id-metadata-document): authorization servers fetch it.
 */
import * as z from 'zod';
import { AppError } from '../errors';
import { route } from '../http/route';
import { providerIdSchema } from '../http/validate';
import { publicKeyOf } from '../oauth/client-assertion';
import { clientMetadata } from '../oauth/registration';
import { oauthClientOf } from '../providers/registry';
import { callbackUrl, clientDocumentUrl } from '../providers/urls';

const clientDocument = route(
  {
    id: 'getClientDocument',
    method: 'get',
    path: '/.well-known/oauth-client/:provider',
    tag: 'Service',
    summary: "The metadata of Mooring's client at a provider",
    callers: 'anyone',
    param: z.object({ provider: providerIdSchema }),
    replies: {
      200: {
        description: 'Client metadata as in RFC 7591, with its own address as `client_id`.',
        schema: z
          .object({
            client_id: z.string(),
            client_name: z.string(),
            client_uri: z.string(),
            application_type: z.enum(['native', 'web']),
            redirect_uris: z.array(z.string()),
            grant_types: z.array(z.string()),
            response_types: z.array(z.string()),
            token_endpoint_auth_method: z.string(),
            token_endpoint_auth_signing_alg: z.string().optional(),
            jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
            scope: z.string().optional(),
            dpop_bound_access_tokens: z.literal(true).optional(),
          })
          .meta({
            id: 'ClientDocument',
          }),
      },
    },
    errors: ['provider_not_found', 'provider_not_configured'],
  },
  async ({ param: { provider: id }, deps: { config }, reply }) => {
    const provider = config.providers.get(id);
    if (provider?.kind !== 'oauth2' || provider.clientRegistration !== 'automatic') {
      throw new AppError('provider_not_found', 'no such provider has a client document');
    }
    const { publicUrl } = config;
    const redirectUri = provider.redirectUri ?? callbackUrl(publicUrl, id);
    const { clientAuth = 'none' } = provider;
    const key =
      clientAuth === 'none' ? null : await publicKeyOf(oauthClientOf(config.providers, id, {}));
    return reply(
      200,
      {
        client_id: clientDocumentUrl(publicUrl, id),
        ...clientMetadata(config, provider, redirectUri, clientAuth),
        ...(key === null
          ? {}
          : { token_endpoint_auth_signing_alg: key.alg, jwks: { keys: [key] } }),
      },
      { 'Cache-Control': 'public, max-age=300' },
    );
  },
);

export const clientDocumentRoutes = [clientDocument];
