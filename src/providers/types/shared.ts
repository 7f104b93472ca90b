/** What records of all kinds have, and the small shapes that they are made of. */
import * as z from 'zod';

export const strings = z.lazy(() => z.record(z.string(), z.string()));

/** A path into a JSON document: `data.user.open_id`, `items.0.id`. */
export const path = z.lazy(() => z.string().check(z.minLength(1)));

/** One path, or several whose values are joined with `:` (Slack: team and user). */
export const paths = z.lazy(() => z.union([path, z.array(path).check(z.minLength(1))]));

/** One path, or several of which the first that holds something usable wins. */
export const candidates = z.lazy(() =>
  z.pipe(
    z.union([
      z.pipe(
        path,
        z.transform((one) => [one]),
      ),
      z.array(path).check(z.minLength(1)),
    ]),
    z.transform((list): string[] => list),
  ),
);

export const seconds = z.lazy(() => z.int().check(z.positive()));

export const url = z.lazy(() => z.string().check(z.minLength(1)));

/** YYYY-MM-DD. */
const day = z.lazy(() => z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/, 'must be YYYY-MM-DD')));

export const identity = () => ({
  /** Lower case, digits, `-` and `_`; part of URLs and of setting names. */
  id: z.string().check(z.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use a-z, 0-9, - and _, at most 64')),
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  /** The day on which the provider's own documentation was last read. */
  lastVerified: z.optional(day),
  /** The day after which these endpoints stop working. */
  sunset: z.optional(day),
  /** Unofficial, may break without notice; shown to people. */
  experimental: z._default(z.boolean(), false),
});
