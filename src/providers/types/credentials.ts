/** Records of kind `credentials`: no OAuth, the user hands something over. */
import * as z from 'zod';
import { identity, strings } from './shared';

export const credentialsProviderSchema = z.lazy(() =>
  z.strictObject({
    ...identity(),
    kind: z.literal('credentials'),
    /** What the user has to give. `secret` fields are never shown again. */
    fields: z
      .record(
        z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/)),
        z.strictObject({
          label: z.string(),
          secret: z._default(z.boolean(), true),
          required: z._default(z.boolean(), true),
          maxLength: z._default(z.int().check(z.positive(), z.lte(16_384)), 4096),
          pattern: z.optional(z.string()),
          /** Shown next to the field. */
          help: z.optional(z.string()),
        }),
      )
      .check(z.refine((fields) => Object.keys(fields).length > 0, 'name at least one field')),
    /** The field whose value is the account id at the provider; none: an id is generated. */
    accountIdField: z.optional(z.string()),
    /**
     * Headers in which a caller would send the credentials; `{field}` stands for a value,
     * `{base64:one:two}` for the Base64 of two values joined with `:` (RFC 7617).
     */
    requestHeaders: z._default(strings, {}),
  }),
);
