/** Records of kind `credentials`: no OAuth, the user hands something over. */
import * as z from 'zod';
import {
  api,
  credentialCheck,
  fields,
  identity,
  metadataPaths,
  path,
  paths,
  strings,
  url,
} from './shared';

export const credentialsProviderSchema = z.strictObject({
  ...identity(),
  kind: z.literal('credentials'),
  fields: fields.refine((given) => Object.keys(given).length > 0, 'name at least one field'),
  /** The field whose value is the account id at the provider; none: an id is generated. */
  accountIdField: z.string().optional(),
  /**
   * Headers in which a caller would send the credentials; `{field}` stands for a value,
   * `{base64:one:two}` for the Base64 of two values joined with `:` (RFC 7617), of which one may be
   * a text in quotes (`{base64:'api':apiKey}`).
   */
  requestHeaders: strings.default({}),
  /**
   * Parameters that carry credentials in a call, where the provider takes them in no header; values
   * as in `requestHeaders`.
   */
  requestQuery: strings.default({}),
  /** Of calls. `apiUrl` may hold `{field}`, as the URL of `check`. */
  ...api(),
  /**
   * The request that tells whether credentials are good; it carries `requestHeaders`. Its URL may
   * hold `{field}` for fields that are no secret, and its templates any field. None: they cannot be
   * tried.
   */
  check: z
    .strictObject({
      url,
      ...credentialCheck(),
      /**
       * Path in the reply, `header:<name>` for a header of it, or `field:<name>` for what was
       * given; then the provider says who the account is, and nobody else.
       */
      accountId: paths.optional(),
      displayName: z.union([path, z.array(path)]).default([]),
      metadata: metadataPaths,
    })
    .optional(),
});
