/** Records of kind `oauth2`. The default of every field is what the RFCs say, where they do. */
import * as z from 'zod';
import {
  api,
  candidates,
  credentialCheck,
  fields,
  identity,
  limit,
  metadataPaths,
  path,
  paths,
  seconds,
  strings,
  url,
} from './shared';

/** How a request is sent. Default: POST with a form body. */
const requestStyle = z.strictObject({
  method: z.enum(['GET', 'POST']).default('POST'),
  body: z.enum(['form', 'json', 'query']).default('form'),
});

/**
 * How a client proves who it is. `client_secret_basic_raw`: Basic for servers that do not decode
 * (RFC 6749 2.3.1 encodes first). `client_secret_basic_user`: the secret as Basic's user name, with
 * no password (Stripe Apps). `client_secret_bearer`: the secret in `Authorization: Bearer`, the id
 * as a parameter. `client_secret_jwt` and `private_key_jwt`: a signed assertion (RFC 7523).
 * `client_secret_signed`: the secret is a JWT that the client's key signs (Apple).
 */
const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_basic_raw',
  'client_secret_basic_user',
  'client_secret_post',
  'client_secret_bearer',
  'client_secret_jwt',
  'private_key_jwt',
  'client_secret_signed',
  'none',
] as const;

/**
 * Where a token reply holds what; the defaults are RFC 6749's names. Of ends, `access_token:exp`
 * reads the claims of an access token that is a JWT.
 */
const replyPaths = z.strictObject({
  accessToken: candidates.default(['access_token']),
  refreshToken: candidates.default(['refresh_token']),
  tokenType: candidates.default(['token_type']),
  scope: candidates.default(['scope']),
  /** Seconds from now; the first path that holds a usable number wins. */
  expiresIn: candidates.default(['expires_in']),
  /** Epoch seconds, or an RFC 3339 date. */
  expiresAt: candidates.default(['expires_at']),
  refreshExpiresIn: candidates.default([
    'refresh_token_expires_in',
    'refresh_expires_in',
    'x_refresh_token_expires_in',
  ]),
  refreshExpiresAt: candidates.default(['refresh_token_expires_at']),
  /** Where an error code may stand, also inside a 200. Strings and numbers count, else none. */
  error: candidates.default(['error', 'error.code']),
});

const revocation = z.strictObject({
  /** Where the token is sent. `rfc7009`: as `tokenParam`; `bearer`: the access token, as header. */
  style: z.enum(['rfc7009', 'bearer']).default('rfc7009'),
  /**
   * Which token is sent; `access` and `refresh` fall back to the other where there is none. `both`:
   * each in a request of its own. `none`: the account is named by `params` instead (Stripe).
   * Default: `both` where a revocation reaches its token only, `access` for `bearer`, else
   * `refresh`. An access token that has run out is renewed first where only that kind is taken.
   */
  token: z.enum(['access', 'refresh', 'both', 'none']).optional(),
  /** Of `bearer`: the header that carries the token alone, instead of `Authorization: Bearer`. */
  header: z.string().min(1).optional(),
  /** What the provider calls `token` (GitHub: `access_token`). */
  tokenParam: z.string().default('token'),
  method: z.enum(['POST', 'DELETE']).default('POST'),
  /** How parameters are sent. `query` never carries a client secret. */
  body: z.enum(['form', 'json', 'query']).default('form'),
  /**
   * Where it is not the provider's `clientAuth` (for `bearer`: `omit`). `omit`: nothing of the
   * client is sent.
   */
  clientAuth: z.enum([...clientAuthMethods, 'omit']).optional(),
  /** More parameters; a value `{account_id}` stands for the account's id at the provider. */
  params: strings.default({}),
  /** Headers of this request only (Square: `Client {client_secret}`). */
  headers: strings.default({}),
  /**
   * Errors of this endpoint that say that the token is dead already. `http_400` stands for that
   * status without a code.
   */
  deadCodes: z.array(z.string()).default([]),
});

/** RFC 7518 3.1 and RFC 9864. */
const assertionAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'] as const),
] as const;

const scopePattern = z
  .string()
  .regex(/^[^*]*(?:\*[^*]*)?$/, 'may hold one "*"')
  .min(1);

export const oauth2ProviderSchema = z.strictObject({
  ...identity(),
  kind: z.literal('oauth2'),

  // Where: either `issuer` (discovery, RFC 8414 and OpenID), or the endpoints. Endpoints win.
  issuer: url.optional(),
  /**
   * What the metadata names in the place of `issuer`, word for word, where the server has one for
   * each of its tenants (Microsoft's `common`: `.../{tenantid}/v2.0`), and for each placeholder the
   * claim of an ID token that fills it (`tid`).
   */
  issuerTemplate: z.strictObject({ template: url, claims: strings }).optional(),
  /**
   * Instead of `issuer`: the protected resource that tokens are for, whose metadata (RFC 9728)
   * names the authorization server and the scopes. In parameters and headers, `{resource}` then
   * stands for how it names itself, for RFC 8707. Where there is an `issuer` too, that is the
   * server, and the resource is not asked.
   */
  resourceUrl: url.optional(),
  /**
   * Instead of `issuer`: the user names an account in the parameter `account` (a handle, a DID, a
   * server), and the protocol finds its authorization server and confirms whom that names
   * (src/oauth/atproto.ts). Paths read what is confirmed as `identity:did`, `identity:handle` (null
   * where it is not confirmed) and `identity:pds`.
   */
  identityResolution: z
    .strictObject({
      protocol: z.literal('atproto'),
      /** The directory of `did:plc`. */
      plcUrl: url.default('https://plc.directory'),
      /**
       * Answers `?name=&type=TXT` as `application/dns-json`. It learns which handles are asked for.
       */
      dohUrl: url.default('https://cloudflare-dns.com/dns-query'),
    })
    .optional(),
  authorizationUrl: url.optional(),
  tokenUrl: url.optional(),
  /**
   * Where the authorization request is sent before the browser is (RFC 9126): the browser then
   * carries a reference to it and the client's id, nothing else. As the metadata announces unless
   * said.
   */
  pushedAuthorizationRequestUrl: url.optional(),
  /** Where refreshes go, when not to `tokenUrl`. */
  refreshUrl: url.optional(),
  /** May hold `{client_id}`, which needs no declaration (GitHub). */
  revocationUrl: url.optional(),
  profileUrl: url.optional(),
  /**
   * Placeholders of the URLs above, of headers and of all further parameters, given when a
   * connection is started, unless `from` names who says the value.
   */
  parameters: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
      z.strictObject({
        label: z.string(),
        /** The whole value must match; anchored by the engine. */
        pattern: z.string(),
        default: z.string().optional(),
        /**
         * `callback:realmId`: the parameter of that name in the redirect back. `token:api_domain`:
         * a path in the reply to the code exchange. `field:domain`: what the user gave.
         * `choice:id`: a path in what was chosen (`choices`). Checked against the pattern; of an
         * https origin, the host. What is sent before that cannot hold it. `setting:team_id`: the
         * operator's setting `{ID}_TEAM_ID`, which is no secret; without it the provider is not
         * configured.
         */
        from: z
          .string()
          .regex(
            /^(?:(?:callback|field|token|choice):[^:]+|setting:[a-z][a-z0-9_]{0,39})$/,
            'must be "callback:<name>", "field:<name>", "setting:<name>", "token:<path>" or "choice:<path>"',
          )
          .optional(),
      }),
    )
    .default({}),
  /** Sent with every request to the provider (Accept, User-Agent, Notion-Version, ...). */
  headers: strings.default({}),

  // Without a browser
  /**
   * How a token is obtained. All but `authorization_code` need no browser: the user gives `fields`,
   * which are kept and sent again at each refresh. `client_credentials`: the user's own client, in
   * the fields `client_id` and `client_secret` (RFC 6749 4.4). `jwt_bearer`: an assertion that
   * `{ID}_CLIENT_KEY` signs (RFC 7523 2.1); only a service may connect it. `login`: a request of
   * the record's own, whose reply holds the token.
   */
  grant: z
    .enum(['authorization_code', 'client_credentials', 'jwt_bearer', 'login'])
    .default('authorization_code'),
  fields: fields.default({}),
  /**
   * Headers of such a token request. Here and in `tokenParams`, `{field}`, `{base64:one:two}` and
   * `{assertion}` stand for the real ones; one whose field was not given is left out.
   */
  tokenHeaders: strings.default({}),

  // Client
  /**
   * How the client proves who it is. By default what the issuer's metadata announces, of these the
   * first: `client_secret_post`, `client_secret_basic`, `none`, `private_key_jwt`,
   * `client_secret_jwt`; else `client_secret_post`.
   */
  clientAuth: z.enum(clientAuthMethods).optional(),
  /**
   * Where the client comes from. `automatic`: where the settings give none, its id is the address
   * of the document at `/.well-known/oauth-client/{id}`, if the server takes such ids; else it is
   * registered (RFC 7591). Needs an `issuer`, a `resourceUrl`, an `identityResolution` or a
   * `registrationUrl`. With `clientAuth: private_key_jwt` the document holds the public part of
   * `{ID}_CLIENT_KEY`, and there is no client without that.
   */
  clientRegistration: z.enum(['settings', 'automatic']).default('settings'),
  /** Where a client is registered, at each host apart, where no metadata says so (Mastodon). */
  registrationUrl: url.optional(),
  /**
   * Sent there as a form, instead of RFC 7591's document. `{client_name}`, `{client_uri}` and
   * `{redirect_uri}` stand for the real ones.
   */
  registrationParams: strings.default({}),
  /**
   * Scopes that the document or the registration names besides `scopes` and `requiredScopes`, where
   * the server grants no others (RFC 7591 2). None: it names no scopes at all.
   */
  clientScopes: z.array(z.string().min(1)).default([]),
  /** Of what a client signs to prove who it is (RFC 7523 3). */
  clientAssertion: z
    .strictObject({
      /** Default: the key's own (`alg` of a JWK), else by its kind; HS256 with the secret. */
      algorithm: z.enum(assertionAlgorithms).optional(),
      /** `aud`. Default: the issuer where there is one, else the token URL. */
      audience: z.string().min(1).optional(),
      /** `sub` of a `jwt_bearer` assertion; `{field}` stands for a value. Default: as `iss`. */
      subject: z.string().min(1).optional(),
      /** Further claims of it (Google: `scope`). */
      claims: strings.default({}),
      /**
       * `iss`, where it is not the client's id (Apple: the team's); may hold a parameter of a
       * setting.
       */
      issuer: z.string().min(1).optional(),
      lifetimeSeconds: z.int().min(30).max(3600).default(300),
    })
    .prefault({}),
  /** The record whose `{ID}_CLIENT_ID` and `_CLIENT_SECRET` this one uses (Slack's two tokens). */
  clientOf: z.string().optional(),
  /**
   * The parameter by whose value `{ID}_CLIENTS` has the clients, where each host or region has one
   * of its own. Default: the only one that the record has.
   */
  clientParameter: z.string().optional(),
  /** What the provider calls `client_id` (TikTok: `client_key`). */
  clientIdParam: z.string().default('client_id'),
  /** What it calls `client_secret` (TikTok Ads: `secret`). */
  clientSecretParam: z.string().min(1).default('client_secret'),
  /**
   * The redirect URI as the provider wants to see it, where that is not Mooring's own address but a
   * name for it (eBay).
   */
  redirectUri: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'must be printable ASCII without spaces')
    .optional(),
  pkce: z.boolean().default(true),
  /**
   * Tokens are bound to a key of their grant, and each request proves that it is there (RFC 9449).
   * A reply whose `token_type` is another than DPoP is not taken.
   */
  dpop: z.boolean().default(false),

  // Authorization request
  scopes: z.array(z.string().min(1)).default([]),
  /**
   * Asked for besides those that a connection names: without them the account cannot be told
   * (profile, ID token), or no refresh token comes.
   */
  requiredScopes: z.array(z.string().min(1)).default([]),
  scopeParam: z.string().default('scope'),
  /** Scope as requested -> as the reply names it (Google: `email` and its URL). */
  scopeAliases: strings.default({}),
  /** Scopes that replies leave out although they were granted (`offline_access`). */
  unreportedScopes: z.array(z.string()).default([]),
  /**
   * Scope -> the scopes that it includes, all of them: providers leave those out of what they
   * report (GitHub). One `*` stands for the same text on both sides (Shopify: `write_*`, `read_*`).
   */
  impliedScopes: z
    .record(scopePattern, z.array(scopePattern).min(1))
    .refine(
      (implied) =>
        Object.entries(implied).every(
          ([scope, included]) => scope.includes('*') || included.every((one) => !one.includes('*')),
        ),
      'a "*" stands for nothing where the scope itself has none',
    )
    .default({}),
  scopeSeparator: z.enum([' ', ',', '+']).default(' '),
  authorizationParams: strings.default({}),
  /** Names of further parameters that a connection may give values for, also over those above. */
  allowedAuthorizationParams: z.array(z.string().min(1)).default([]),
  /** Under which name a connection's `loginHint` is sent; null: the provider takes none. */
  loginHintParam: z.string().min(1).nullable().default('login_hint'),
  /** What the redirect back calls the authorization code (TikTok Ads: `auth_code`). */
  codeParam: z.string().min(1).default('code'),
  /**
   * Of an authorization code, where it is less than the minutes that are usual (RFC 6749 4.1.2).
   */
  codeLifetimeSeconds: seconds.optional(),

  /**
   * How long a request to the provider may take, where the usual 4 to 12 s are too short: the code
   * exchange, refreshes, the profile, revocations, pushed authorization requests. An attempt has to
   * end within its lease, so there is a bound.
   */
  timeoutSeconds: z.int().min(1).max(20).optional(),

  /**
   * Parameters of the standard that are left out because the provider refuses them, or has other
   * names for them: those stand in `tokenParams` and `refreshParams`, as `{code}` and
   * `{refresh_token}`.
   */
  omitParams: z
    .strictObject({
      authorization: z.array(z.enum(['response_type', 'redirect_uri', 'client_id'])).default([]),
      token: z.array(z.enum(['grant_type', 'code', 'redirect_uri', 'assertion'])).default([]),
      refresh: z.array(z.enum(['grant_type', 'refresh_token'])).default([]),
    })
    .prefault({}),

  // Token requests
  tokenRequest: requestStyle.prefault({}),
  /** `{code}`, `{redirect_uri}`, `{client_id}` and `{client_secret}` stand for the real ones. */
  tokenParams: strings.default({}),
  /** How a refresh is sent; as the code exchange unless said. */
  refreshRequest: requestStyle.optional(),
  /**
   * Sent besides RFC 6749's own parameters, or instead of them where the model is `extend`.
   * `{access_token}`, `{refresh_token}`, `{client_id}`, `{client_secret}` and `{redirect_uri}`
   * stand for the real ones.
   */
  refreshParams: strings.default({}),
  /** Send the granted scopes again at each refresh (Microsoft). */
  scopeOnRefresh: z.boolean().default(false),
  reply: replyPaths.prefault({}),
  /**
   * Records whose tokens may stand in the reply to this one's code exchange, and are then kept as
   * integrations of their own (Slack: the person's beside the bot's). They are asked for by
   * `authorizationParams`, under the other record's `scopeParam`.
   */
  alsoGrants: z.array(z.string()).default([]),
  /**
   * A second step after the code exchange, which trades the short-lived token for a long-lived
   * one (Meta). A parameter `{access_token}` stands for the short-lived token, `{client_id}` and
   * `{client_secret}` for the client.
   */
  extendedToken: z
    .strictObject({ url, method: z.enum(['GET', 'POST']).default('GET'), params: strings })
    .optional(),

  /**
   * The redirect back is signed, besides `state`: `param` is the hex HMAC-SHA256, keyed with the
   * client secret, over the other query parameters, sorted by name, as `name=value` joined with
   * `&` (Shopify). `expect`: what some of them must be; `{name}` stands for the connection's own
   * parameter.
   */
  callbackSignature: z
    .strictObject({ param: z.string().min(1), expect: strings.default({}) })
    .optional(),

  /**
   * What one grant is good for, where that is several things and an integration is one of them (the
   * sites of Jira, the organisations of Xero). Asked for with the access token right after the
   * exchange. Paths with `choice:` read the element.
   */
  choices: z
    .strictObject({
      /**
       * `one`: where there are several, the user chooses. `all`: each is an integration, nobody
       * chooses, and they share the grant.
       */
      connect: z.enum(['one', 'all']).default('one'),
      url,
      method: z.enum(['GET', 'POST']).default('GET'),
      /** Over the record's own. */
      headers: strings.default({}),
      /** Where the list stands; none: the reply is the list. */
      list: path.optional(),
      /** In an element, what names it; the same at each request. */
      id: paths,
      /** In an element, what a person knows it by; the first that is there. None: the id. */
      label: z.union([path, z.array(path)]).default([]),
    })
    .optional(),

  // Who
  /**
   * Path in the profile; in the reply to the code exchange where it starts with `token:`; in the
   * claims of that reply's ID token where it starts with `id_token:`; a value of the connection
   * where it starts with `parameter:`, which needs a proof (src/providers/check.ts).
   * `accounts[main=true].id` is of the first element of a list that has this value there.
   */
  accountId: paths,
  /** The provider's user behind the account, where that is somebody else (YouTube channels). */
  subject: paths.optional(),
  displayName: z.union([path, z.array(path)]).default([]),
  /**
   * Key -> path: what helps a person tell accounts apart. Values become strings. Read when the
   * account is connected; `token:` paths also at each refresh, where its reply holds them.
   */
  metadata: metadataPaths,
  profileMethod: z.enum(['GET', 'POST']).default('GET'),
  /**
   * Where the profile request carries the access token; `query`: as `access_token` (Meta);
   * `none`: where `profileHeaders` or `profileBody` say.
   */
  profileToken: z.enum(['bearer', 'query', 'none']).default('bearer'),
  /** Of the profile request only; values as in `profileBody`. */
  profileHeaders: strings.default({}),
  /** Of a POSTed profile request (GraphQL, introspection); none: an empty body, no content type. */
  profileBody: z
    .strictObject({
      type: z.enum(['json', 'form']),
      /** `{access_token}`, `{client_id}` and `{client_secret}` stand for the real ones. */
      params: strings,
    })
    .optional(),
  /**
   * The request that tells whether an access token is good. Without a `url` it is the profile
   * request, and so it is without this where the account's id comes from the profile. Templates may
   * hold `{access_token}`; where none does, the token goes as a bearer token.
   */
  check: z.strictObject({ url: url.optional(), ...credentialCheck() }).optional(),

  // Calls of the API
  ...api(),
  /**
   * Instead of `apiUrl`: the origin that stands in the account's metadata under this name, if it is
   * https and its whole host matches (Salesforce: `instance_url`).
   */
  apiOrigin: z.strictObject({ metadata: z.string().min(1), hostPattern: z.string() }).optional(),
  /**
   * In which a call carries the token; `{access_token}` stands for it. Headers stay out of logs.
   */
  apiToken: z
    .strictObject({
      headers: strings.default({ Authorization: 'Bearer {access_token}' }),
      query: strings.default({}),
    })
    .prefault({}),

  // Refresh
  /**
   * `static`: the refresh token stays. `rotating`: single use, each refresh brings a new one.
   * `extend`: no refresh token, the access token itself is exchanged while alive (Meta).
   * `none`: tokens do not run out, or nothing renews them.
   */
  refreshModel: z.enum(['static', 'rotating', 'extend', 'none']),
  /**
   * What the server does with a used refresh token, for `rotating`. `grace`: takes it again for
   * `reuseGraceSeconds`; `revokes_family`: kills the grant.
   */
  reuse: z.enum(['grace', 'revokes_family']).default('revokes_family'),
  reuseGraceSeconds: seconds.default(30),
  /** The old access token dies when a new one is issued (GitHub Apps, GitLab). */
  refreshEndsAccessToken: z.boolean().default(false),
  /** Assumed when the reply names no lifetime; none: the token never ends. */
  assumedLifetimeSeconds: seconds.optional(),
  /** No refresh earlier than this after the token was issued (Meta: a day). */
  minTokenAgeSeconds: seconds.optional(),
  /** How long the refresh token lives, where the reply does not say. */
  refreshLifetimeSeconds: seconds.optional(),
  /** `absolute`: counted from consent, no refresh extends it. */
  refreshDeadline: z.enum(['rolling', 'absolute']).default('rolling'),
  /** Grants that an account may have of one client; with one more, the oldest ends silently. */
  maxGrants: limit.optional(),
  /** Access tokens of one grant that are good at once; with one more, the oldest ends silently. */
  maxAccessTokens: limit.optional(),
  /** Codes that mean what `invalid_grant` means. Compared as strings. */
  refusedCodes: z.array(z.string()).default([]),
  /**
   * Statuses, 400 to 499, that mean the same whatever is said. Default: 401 where the user's own
   * credentials are sent; else none.
   */
  refusedStatuses: z.array(z.int().gte(400).lte(499)).optional(),
  /** Codes that mean what `invalid_client` means: the operator's fault, never the user's. */
  operatorCodes: z.array(z.string()).default([]),
  /** Codes that ask to come back later: the request was not carried out. Also in a 200. */
  transientCodes: z.array(z.string()).default([]),
  /** Codes that mean what `server_error` means: it may have been carried out all the same. */
  failureCodes: z.array(z.string()).default([]),

  // End
  revocation: revocation.prefault({}),
  /**
   * How far a revocation reaches: this token, the grant, or all that the user granted the client,
   * also by other records.
   */
  revocationReach: z.enum(['token', 'grant', 'user']).default('grant'),
});
