/** What records of all kinds have, and the small shapes that they are made of. */
import * as z from 'zod';

export const strings = z.record(z.string(), z.string());

/** A path into a JSON document: `data.user.open_id`, `items.0.id`. */
export const path = z.string().min(1);

/** One path, or several whose values are joined with `:` (Slack: team and user). */
export const paths = z.union([path, z.array(path).min(1)]);

/** One path, or several of which the first that holds something usable wins. */
export const candidates = z
  .union([path.transform((one) => [one]), z.array(path).min(1)])
  .transform((list): string[] => list);

/** Ten years at most: what lives longer has no end that anybody knows. */
export const seconds = z.int().positive().lte(315_576_000);

/** How many of something a provider allows. */
export const limit = z.int().positive().lte(1_000_000);

export const url = z.string().min(1);

/** What else of a profile or a check's reply is kept. Key -> path; values become strings. */
export const metadataPaths = z.record(z.string().max(40), path).default({});

/**
 * A request that tells whether a credential is good, and what of its answer says no. Any other
 * answer than a success or a no tells nothing. Values of `headers`, `query` and `body.params` are
 * templates; src/providers/check.ts says what they may hold.
 */
export const credentialCheck = () => ({
  method: z.enum(['GET', 'POST']).default('GET'),
  /** Over the record's own headers. */
  headers: strings.default({}),
  /** Added to the URL. */
  query: strings.default({}),
  /** Of a POST; none: an empty body. */
  body: z.strictObject({ type: z.enum(['json', 'form']), params: strings }).optional(),
  /** 302 and its like: a session that ended is often sent to a page where one signs in. */
  refusedStatuses: z.array(z.int().gte(300).lte(499)).default([401]),
  /** Codes that refuse it whatever the status, also inside a 200. Compared as strings. */
  refusedCodes: z.array(z.string().min(1)).default([]),
  /** Where those codes stand. */
  error: candidates.default(['error', 'error.code']),
});

/** What a user has to give. `secret` fields are never shown again. */
export const fields = z.record(
  z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/),
  z.strictObject({
    label: z.string(),
    secret: z.boolean().default(true),
    required: z.boolean().default(true),
    maxLength: z.int().positive().lte(16_384).default(4096),
    pattern: z.string().optional(),
    /** Shown next to the field. */
    help: z.string().optional(),
  }),
);

/** YYYY-MM-DD. */
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be YYYY-MM-DD');

export const identity = () => ({
  /** Lower case, digits, `-` and `_`; part of URLs and of setting names. */
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use a-z, 0-9, - and _, at most 64'),
  name: z.string().min(1).max(80),
  /** The date of the oldest page of the provider's documentation that the record was made from. */
  lastVerified: day.optional(),
  /** The day after which these endpoints stop working, or are supported no longer. */
  sunset: day.optional(),
  /** Unofficial, may break without notice; shown to people. */
  experimental: z.boolean().default(false),
});

/**
 * What calls of the provider's API need to know (src/calls); `apiUrl` in its absence: there are
 * none.
 */
export const api = () => ({
  /** Where its API begins; placeholders as in the other URLs. A call names what comes after. */
  apiUrl: url.optional(),
  /** Further hosts of the API, by a name that a call gives: `proxy/dropbox:content/...`. */
  apiUrls: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/), url).default({}),
  /** Sent where the caller does not set them itself (versions, `User-Agent`); over `headers`. */
  apiHeaders: strings.default({}),
  /**
   * Paths that end grants or hand out tokens, as they follow `apiUrl` or one of `apiUrls`: each
   * with all that lies below it, whatever the case. `*` stands for one segment; '' is the address
   * itself.
   */
  apiDeny: z
    .array(z.string().regex(/^(?:[a-z0-9._~*-]+(?:\/[a-z0-9._~*-]+)*)?$/, 'is no lower-case path'))
    .default([]),
  /** How long the API may take until it begins to answer, where the usual 30 s do not fit. */
  apiTimeoutSeconds: z.int().min(1).max(300).optional(),
  /** The provider writes the credential into its answers (Meta: into links to the next page). */
  echoesToken: z.boolean().default(false),
});
