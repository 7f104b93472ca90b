/** Lists that are read page by page: what all of them share. */
import * as z from 'zod';

const MAX_PAGE = 1_000;

/** Of a query. */
export const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, `a whole number from 1 to ${MAX_PAGE}`)
  .transform(Number)
  .refine((limit) => limit <= MAX_PAGE, `a whole number from 1 to ${MAX_PAGE}`)
  .optional()
  .meta({
    description: 'How many at most; 100 unless said.',
    override: ({ jsonSchema }) => {
      Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: MAX_PAGE });
      delete jsonSchema.pattern;
    },
  });

export const DEFAULT_PAGE = 100;
