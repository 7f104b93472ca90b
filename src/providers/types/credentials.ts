/** Records of kind `credentials`: no OAuth, the user hands something over. */
import * as z from 'zod';
import { api, credentialCheck, identity, metadataPaths, path, paths, strings, url } from './shared';

export const credentialsProviderSchema = z.strictObject({
  ...identity(),
  kind: z.literal('credentials'),
  /** What the user has to give. `secret` fields are never shown again. */
  fields: z
    .record(
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
    )
    .refine((fields) => Object.keys(fields).length > 0, 'name at least one field'),
  /** The field whose value is the account id at the provider; none: an id is generated. */
  accountIdField: z.string().optional(),
  /**
   * Headers in which a caller would send the credentials; `{field}` stands for a value,
   * `{base64:one:two}` for the Base64 of two values joined with `:` (RFC 7617).
   */
  requestHeaders: strings.default({}),
  /**
   * Parameters that carry credentials in a call, where the provider takes them in no header; values as
   * in `requestHeaders`.
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
       * Path in the reply, `header:<name>` for a header of it, or `field:<name>` for what was given;
       * then the provider says who the account is, and nobody else.
       */
      accountId: paths.optional(),
      displayName: z.union([path, z.array(path)]).default([]),
      metadata: metadataPaths,
    })
    .optional(),
});
