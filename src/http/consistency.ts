/**
 * `Consistency-Token`: the version a client has seen. Sent back, it makes sure that no answer is
 * older, whatever the caches hold.
 */
import * as z from 'zod';

export const consistencyHeader = z.object({
  consistencyToken: z
    .string()
    .regex(/^\d+$/, 'a Consistency-Token is a number; send one back as it was given')
    .transform((digits) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER))
    .optional()
    .meta({
      description: 'As a former reply gave it: the answer will not be older than that reply.',
      examples: ['7'],
    }),
});

/** As a header of a reply. */
export const consistencyToken = (description: string) =>
  z
    .string()
    .regex(/^\d+$/)
    .meta({ description, examples: ['7'] });

/** Headers of a reply that has a version. */
export const versionHeader = z.object({
  'Consistency-Token': consistencyToken('The version of this answer.'),
});
