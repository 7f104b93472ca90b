/**
 * In the place of zod's JSON Schema, in the bundle alone (`alias` in wrangler.toml): the OpenAPI document is
 * an asset that scripts/openapi.ts makes, so the Worker makes no schema, and would carry 6 KiB of it, gzipped.
 */
const none = (): never => {
  throw new Error('the Worker makes no JSON Schema');
};

export const toJSONSchema = none;
export const createToJSONSchemaMethod = (): typeof none => none;
export const createStandardJSONSchemaMethod = (): typeof none => none;
