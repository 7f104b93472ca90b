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

const strings = z.record(z.string(), z.string());

/** A path into a JSON document: `data.user.open_id`, `items.0.id`. */
const path = z.string().min(1);

/** One path, or several whose values are joined with `:` (Slack: team and user). */
const paths = z.union([path, z.array(path).min(1)]);

const seconds = z.number().int().positive();

const url = z.string().min(1);

/** How a request is sent. Default: POST with a form body. */
const requestStyle = z.strictObject({
  method: z.enum(['GET', 'POST']).default('POST'),
  body: z.enum(['form', 'json', 'query']).default('form'),
});

/** Where a token reply holds what; the defaults are RFC 6749's names. */
const replyPaths = z.strictObject({
  accessToken: path.default('access_token'),
  refreshToken: path.default('refresh_token'),
  tokenType: path.default('token_type'),
  scope: path.default('scope'),
  /** Seconds from now; the first path that holds a usable number wins. */
  expiresIn: z.array(path).default(['expires_in']),
  /** Epoch seconds, or an RFC 3339 date. */
  expiresAt: z.array(path).default(['expires_at']),
  refreshExpiresIn: z
    .array(path)
    .default(['refresh_token_expires_in', 'refresh_expires_in', 'x_refresh_token_expires_in']),
  refreshExpiresAt: z.array(path).default(['refresh_token_expires_at']),
  /** Where an error code may stand, also inside a 200. */
  error: z.array(path).default(['error', 'error.code']),
});

const revocation = z.strictObject({
  /** `rfc7009`: form POST with `token`; `bearer`: POST with the token in Authorization only. */
  style: z.enum(['rfc7009', 'bearer']).default('rfc7009'),
  /** Which token is sent; `refresh` falls back to the access token where there is none. */
  token: z.enum(['access', 'refresh']).default('refresh'),
});

const identity = {
  /** Lower case, digits, `-` and `_`; part of URLs and of setting names. */
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use a-z, 0-9, - and _, at most 64'),
  name: z.string().min(1).max(80),
  /** The day on which the provider's own documentation was last read, YYYY-MM-DD. */
  lastVerified: z.iso.date().optional(),
  /** The day after which these endpoints stop working. */
  sunset: z.iso.date().optional(),
  /** Unofficial, may break without notice; shown to people. */
  experimental: z.boolean().default(false),
  /** Key -> path in the profile: what helps a person tell accounts apart. Values become strings. */
  metadata: z.record(z.string().max(40), path).default({}),
};

export const oauth2ProviderSchema = z.strictObject({
  ...identity,
  kind: z.literal('oauth2'),

  // Where: either `issuer` (discovery, RFC 8414 and OpenID), or the endpoints. Endpoints win.
  issuer: url.optional(),
  authorizationUrl: url.optional(),
  tokenUrl: url.optional(),
  /** Where refreshes go, when not to `tokenUrl`. */
  refreshUrl: url.optional(),
  revocationUrl: url.optional(),
  profileUrl: url.optional(),
  /** Placeholders of the URLs above, given when a connection is started. */
  parameters: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
      z.strictObject({
        label: z.string(),
        /** The whole value must match; anchored by the engine. */
        pattern: z.string(),
        default: z.string().optional(),
      }),
    )
    .default({}),
  /** Sent with every request to the provider (Accept, User-Agent, Notion-Version, ...). */
  headers: strings.default({}),

  // Client
  clientAuth: z
    .enum(['client_secret_basic', 'client_secret_post', 'none'])
    .default('client_secret_post'),
  /** What the provider calls `client_id` (TikTok: `client_key`). */
  clientIdParam: z.string().default('client_id'),
  pkce: z.boolean().default(true),

  // Authorization request
  scopes: z.array(z.string().min(1)).default([]),
  scopeParam: z.string().default('scope'),
  scopeSeparator: z.enum([' ', ',', '+']).default(' '),
  authorizationParams: strings.default({}),

  // Token requests
  tokenRequest: requestStyle.prefault({}),
  tokenParams: strings.default({}),
  refreshParams: strings.default({}),
  /** Send the granted scopes again at each refresh (Microsoft). */
  scopeOnRefresh: z.boolean().default(false),
  reply: replyPaths.prefault({}),
  /**
   * A second step after the code exchange, which trades the short-lived token for a long-lived
   * one (Meta). `{access_token}` in a parameter stands for the short-lived token.
   */
  extendedToken: z
    .strictObject({ url, method: z.enum(['GET', 'POST']).default('GET'), params: strings })
    .optional(),

  // Who
  /** Path in the profile, or in the token reply where it starts with `token:`. */
  accountId: paths,
  /** The provider's user behind the account, where that is somebody else (YouTube channels). */
  subject: paths.optional(),
  displayName: z.union([path, z.array(path)]).default([]),
  profileMethod: z.enum(['GET', 'POST']).default('GET'),

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
  /** Codes that mean what `invalid_grant` means. Compared as strings. */
  refusedCodes: z.array(z.string()).default([]),

  // End
  revocation: revocation.prefault({}),
  /** How far a revocation reaches: this token, the grant, or all of the user's grants. */
  revocationReach: z.enum(['token', 'grant', 'user']).default('grant'),
});

export const credentialsProviderSchema = z.strictObject({
  ...identity,
  kind: z.literal('credentials'),
  /** What the user has to give. `secret` fields are never shown again. */
  fields: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/),
      z.strictObject({
        label: z.string(),
        secret: z.boolean().default(true),
        required: z.boolean().default(true),
        maxLength: z.number().int().positive().max(16_384).default(4096),
        pattern: z.string().optional(),
        /** Shown next to the field. */
        help: z.string().optional(),
      }),
    )
    .refine((fields) => Object.keys(fields).length > 0, 'name at least one field'),
  /** The field whose value is the account id at the provider; none: an id is generated. */
  accountIdField: z.string().optional(),
  /** Headers in which a caller would send the credentials; `{field}` stands for a value. */
  requestHeaders: strings.default({}),
});

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
  /** Null for public clients (`clientAuth: none`). */
  clientSecret: string | null;
}
