/**
 * What comes from outside is checked here, by the zod schemas of the route's declaration. The
 * names that all routes share are defined once: user, provider, account.
 */

import * as z from 'zod';
import { AppError } from '../errors';
import { faultOfId, MAX_ID_BYTES } from '../ids';

/** More than a person could use; keeps replies to garbage small. */
const MAX_ERRORS = 20;

/** Of an unknown key, which is the only thing of an input that is told back. */
const MAX_KEY_LENGTH = 64;

/** @throws AppError invalid_request that names each wrong field, never its value */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: 'path' | 'query' | 'header' | 'body',
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            path: [...issue.path, key.slice(0, MAX_KEY_LENGTH)],
            message: 'is not known here',
          }))
        : [issue],
    )
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({
      path: [where, ...path]
        .map((part) => (where === 'header' ? headerName(String(part)) : String(part)))
        .join('.'),
      message,
    }));
  throw new AppError('invalid_request', `the ${where} is not as it should be; see "errors"`, {
    errors,
  });
}

/** A header's field in a declaration as its name in HTTP: `ifNoneMatch` -> `if-none-match`. */
export const headerName = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** An opaque name from outside (src/ids.ts). */
const opaqueId = (description: string, example: string) =>
  z
    .string()
    .refine((id) => faultOfId(id) === null, {
      error: ({ input }) => faultOfId(String(input)) ?? '',
    })
    .meta({ minLength: 1, maxLength: MAX_ID_BYTES, description, examples: [example] });

export const userIdSchema = opaqueId("The app's own id of the user; opaque to Mooring.", 'user-1');

export const accountIdSchema = opaqueId("The provider's own id of the account.", 't2_1w72');

export const providerIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'a provider id is a-z, 0-9, "-" and "_", at most 64')
  .meta({ description: 'A provider, by its id in the catalog.', examples: ['reddit'] });

export const userParam = z.object({ userId: userIdSchema });

export const integrationParam = z.object({
  userId: userIdSchema,
  provider: providerIdSchema,
  accountId: accountIdSchema,
});
