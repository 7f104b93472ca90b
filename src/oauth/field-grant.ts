/**
 * A token without a browser: by the user's own client (RFC 6749 4.4), by an assertion of the
 * operator's (RFC 7523 2.1), or by a request of the record's own. What the user gave takes the
 * place of the refresh token: it is sent again each time, and stays.
 */
import { fillFields, withoutBase64 } from '../providers/request-headers';
import { placeholdersOf } from '../providers/templates';
import type { OAuth2Client } from '../providers/types';
import { type Signing, signAssertion } from './client-assertion';
import type { Endpoints } from './endpoints';
import {
  authenticateClient,
  type ClientProof,
  headersOf,
  requestOf,
  standardParams,
  withHeaders,
} from './request';
import type { Outgoing } from './send';

/** RFC 7523 2.1. */
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * The token request.
 * @param fields what the user gave
 * @throws AppError provider_not_configured where the client's key cannot sign
 */
export async function fieldRequest(
  deps: Signing,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'refreshUrl' | 'parameters'> & ClientProof,
  fields: Readonly<Record<string, string>>,
): Promise<Outgoing> {
  const { provider } = client;
  const { tokenParams, tokenHeaders, scopes, scopeParam, scopeSeparator } = provider;
  const scope = scopes.length === 0 ? {} : { [scopeParam]: scopes.join(scopeSeparator) };
  const standard: Record<string, string> = {
    authorization_code: {},
    client_credentials: { grant_type: 'client_credentials', ...scope },
    jwt_bearer: { grant_type: JWT_BEARER, assertion: '{assertion}' },
    login: {},
  }[provider.grant];
  const templates = { ...standardParams(standard, provider.omitParams.token), ...tokenParams };
  const wanted = [...Object.values(templates), ...Object.values(tokenHeaders)].flatMap((one) =>
    placeholdersOf(withoutBase64(one)),
  );
  const { subject, claims } = provider.clientAssertion;
  const known = { ...endpoints.parameters, ...fields };
  const assertion = wanted.includes('assertion')
    ? await signAssertion(deps, client, 'private_key_jwt', endpoints.assertionAudience, {
        ...fillFields(claims, known),
        ...(subject === undefined ? {} : fillFields({ sub: subject }, known)),
      })
    : '';
  const values = { ...known, assertion };
  const params = fillFields(templates, values);
  const headers = headersOf(provider, endpoints.parameters);
  if (provider.grant === 'client_credentials') {
    const own = {
      ...client,
      clientId: fields.client_id ?? '',
      clientSecret: fields.client_secret ?? '',
    };
    await authenticateClient(deps, own, endpoints, params, headers);
  }
  return withHeaders(
    requestOf(endpoints.refreshUrl, provider.tokenRequest, params, headers),
    fillFields(tokenHeaders, values),
  );
}
