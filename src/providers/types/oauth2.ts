/** Records of kind `oauth2`. The default of every field is what the RFCs say, where they do. */
import * as z from 'zod';
import { candidates, identity, path, paths, seconds, strings, url } from './shared';

/** How a request is sent. Default: POST with a form body. */
const requestStyle = z.lazy(() =>
  z.strictObject({
    method: z._default(z.enum(['GET', 'POST']), 'POST'),
    body: z._default(z.enum(['form', 'json', 'query']), 'form'),
  }),
);

/** Where a token reply holds what; the defaults are RFC 6749's names. */
const replyPaths = z.lazy(() =>
  z.strictObject({
    accessToken: z._default(candidates, ['access_token']),
    refreshToken: z._default(candidates, ['refresh_token']),
    tokenType: z._default(candidates, ['token_type']),
    scope: z._default(candidates, ['scope']),
    /** Seconds from now; the first path that holds a usable number wins. */
    expiresIn: z._default(candidates, ['expires_in']),
    /** Epoch seconds, or an RFC 3339 date. */
    expiresAt: z._default(candidates, ['expires_at']),
    refreshExpiresIn: z._default(candidates, [
      'refresh_token_expires_in',
      'refresh_expires_in',
      'x_refresh_token_expires_in',
    ]),
    refreshExpiresAt: z._default(candidates, ['refresh_token_expires_at']),
    /** Where an error code may stand, also inside a 200. Strings and numbers count, else none. */
    error: z._default(candidates, ['error', 'error.code']),
  }),
);

const revocation = z.lazy(() =>
  z.strictObject({
    /** Where the token is sent. `rfc7009`: as `tokenParam`; `bearer`: the access token, as header. */
    style: z._default(z.enum(['rfc7009', 'bearer']), 'rfc7009'),
    /**
     * Which token is sent; `refresh` falls back to the access token where there is none. `none`:
     * the account is named by `params` instead (Stripe).
     */
    token: z._default(z.enum(['access', 'refresh', 'none']), 'refresh'),
    /** What the provider calls `token` (GitHub: `access_token`). */
    tokenParam: z._default(z.string(), 'token'),
    method: z._default(z.enum(['POST', 'DELETE']), 'POST'),
    /** How parameters are sent. `query` never carries a client secret. */
    body: z._default(z.enum(['form', 'json', 'query']), 'form'),
    /**
     * Where it is not the provider's `clientAuth` (for `bearer`: `omit`). `omit`: nothing of the
     * client is sent. `client_secret_bearer`: the secret in `Authorization: Bearer`, the id as a
     * parameter (Stripe).
     */
    clientAuth: z.optional(
      z.enum(['client_secret_basic', 'client_secret_post', 'client_secret_bearer', 'none', 'omit']),
    ),
    /** More parameters; a value `{account_id}` stands for the account's id at the provider. */
    params: z._default(strings, {}),
  }),
);

export const oauth2ProviderSchema = z.lazy(() =>
  z.strictObject({
    ...identity(),
    kind: z.literal('oauth2'),

    // Where: either `issuer` (discovery, RFC 8414 and OpenID), or the endpoints. Endpoints win.
    issuer: z.optional(url),
    authorizationUrl: z.optional(url),
    tokenUrl: z.optional(url),
    /** Where refreshes go, when not to `tokenUrl`. */
    refreshUrl: z.optional(url),
    /** May hold `{client_id}`, which needs no declaration (GitHub). */
    revocationUrl: z.optional(url),
    profileUrl: z.optional(url),
    /** Placeholders of the URLs above, given when a connection is started. */
    parameters: z._default(
      z.record(
        z.string().check(z.regex(/^[a-z][a-z0-9_]{0,31}$/)),
        z.strictObject({
          label: z.string(),
          /** The whole value must match; anchored by the engine. */
          pattern: z.string(),
          default: z.optional(z.string()),
        }),
      ),
      {},
    ),
    /** Sent with every request to the provider (Accept, User-Agent, Notion-Version, ...). */
    headers: z._default(strings, {}),

    // Client
    clientAuth: z._default(
      z.enum(['client_secret_basic', 'client_secret_post', 'none']),
      'client_secret_post',
    ),
    /** The record whose `{ID}_CLIENT_ID` and `_CLIENT_SECRET` this one uses (Slack's two tokens). */
    clientOf: z.optional(z.string()),
    /** What the provider calls `client_id` (TikTok: `client_key`). */
    clientIdParam: z._default(z.string(), 'client_id'),
    pkce: z._default(z.boolean(), true),

    // Authorization request
    scopes: z._default(z.array(z.string().check(z.minLength(1))), []),
    scopeParam: z._default(z.string(), 'scope'),
    /** Scope as requested -> as the reply names it (Google: `email` and its URL). */
    scopeAliases: z._default(strings, {}),
    /** Scopes that replies leave out although they were granted (`offline_access`). */
    unreportedScopes: z._default(z.array(z.string()), []),
    scopeSeparator: z._default(z.enum([' ', ',', '+']), ' '),
    authorizationParams: z._default(strings, {}),

    // Token requests
    tokenRequest: z.prefault(requestStyle, {}),
    tokenParams: z._default(strings, {}),
    /** How a refresh is sent; as the code exchange unless said. */
    refreshRequest: z.optional(requestStyle),
    /**
     * Sent besides RFC 6749's own parameters, or instead of them where the model is `extend`.
     * A value `{access_token}`, `{client_id}`, `{client_secret}` or `{redirect_uri}` stands for the
     * real one.
     */
    refreshParams: z._default(strings, {}),
    /** Send the granted scopes again at each refresh (Microsoft). */
    scopeOnRefresh: z._default(z.boolean(), false),
    reply: z.prefault(replyPaths, {}),
    /**
     * Records whose tokens may stand in the reply to this one's code exchange, and are then kept as
     * integrations of their own (Slack: the person's beside the bot's). They are asked for by
     * `authorizationParams`, under the other record's `scopeParam`.
     */
    alsoGrants: z._default(z.array(z.string()), []),
    /**
     * A second step after the code exchange, which trades the short-lived token for a long-lived
     * one (Meta). A parameter `{access_token}` stands for the short-lived token, `{client_id}` and
     * `{client_secret}` for the client.
     */
    extendedToken: z.optional(
      z.strictObject({ url, method: z._default(z.enum(['GET', 'POST']), 'GET'), params: strings }),
    ),

    /**
     * The redirect back is signed, besides `state`: `param` is the hex HMAC-SHA256, keyed with the
     * client secret, over the other query parameters, sorted by name, as `name=value` joined with
     * `&` (Shopify). `expect`: what some of them must be; `{name}` stands for the connection's own
     * parameter.
     */
    callbackSignature: z.optional(
      z.strictObject({ param: z.string().check(z.minLength(1)), expect: z._default(strings, {}) }),
    ),

    // Who
    /**
     * Path in the profile; in the reply to the code exchange where it starts with `token:`; in the
     * claims of that reply's ID token where it starts with `id_token:`.
     */
    accountId: paths,
    /** The provider's user behind the account, where that is somebody else (YouTube channels). */
    subject: z.optional(paths),
    displayName: z._default(z.union([path, z.array(path)]), []),
    /**
     * Key -> path: what helps a person tell accounts apart. Values become strings. Read when the
     * account is connected, not at refreshes.
     */
    metadata: z._default(z.record(z.string().check(z.maxLength(40)), path), {}),
    profileMethod: z._default(z.enum(['GET', 'POST']), 'GET'),
    /**
     * Where the profile request carries the access token; `query`: as `access_token` (Meta);
     * `none`: where `profileHeaders` or `profileBody` say.
     */
    profileToken: z._default(z.enum(['bearer', 'query', 'none']), 'bearer'),
    /** Of the profile request only; values as in `profileBody`. */
    profileHeaders: z._default(strings, {}),
    /** Of a POSTed profile request (GraphQL, introspection); none: an empty body, no content type. */
    profileBody: z.optional(
      z.strictObject({
        type: z.enum(['json', 'form']),
        /** `{access_token}`, `{client_id}` and `{client_secret}` stand for the real ones. */
        params: strings,
      }),
    ),

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
    reuse: z._default(z.enum(['grace', 'revokes_family']), 'revokes_family'),
    reuseGraceSeconds: z._default(seconds, 30),
    /** The old access token dies when a new one is issued (GitHub Apps, GitLab). */
    refreshEndsAccessToken: z._default(z.boolean(), false),
    /** Assumed when the reply names no lifetime; none: the token never ends. */
    assumedLifetimeSeconds: z.optional(seconds),
    /** No refresh earlier than this after the token was issued (Meta: a day). */
    minTokenAgeSeconds: z.optional(seconds),
    /** How long the refresh token lives, where the reply does not say. */
    refreshLifetimeSeconds: z.optional(seconds),
    /** `absolute`: counted from consent, no refresh extends it. */
    refreshDeadline: z._default(z.enum(['rolling', 'absolute']), 'rolling'),
    /** Codes that mean what `invalid_grant` means. Compared as strings. */
    refusedCodes: z._default(z.array(z.string()), []),
    /** Codes that mean what `invalid_client` means: the operator's fault, never the user's. */
    operatorCodes: z._default(z.array(z.string()), []),
    /** Codes that ask to come back later: the request was not carried out. Also in a 200. */
    transientCodes: z._default(z.array(z.string()), []),
    /** Codes that mean what `server_error` means: it may have been carried out all the same. */
    failureCodes: z._default(z.array(z.string()), []),

    // End
    revocation: z.prefault(revocation, {}),
    /** How far a revocation reaches: this token, the grant, or all of the user's grants. */
    revocationReach: z._default(z.enum(['token', 'grant', 'user']), 'grant'),
    /** Records whose grants end with this one's where both have the same client (Google, YouTube). */
    sharesGrantWith: z._default(z.array(z.string()), []),
  }),
);
