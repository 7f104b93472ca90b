/**
 * Requests made from the routes' declarations: what every route must stand is tried on every one.
 */

import * as z from 'zod';
import type { RouteSpec } from '../../src/http/route';

/** Well-formed values for the parameters of paths. */
export const someParams: Record<string, string> = {
  userId: 'victim',
  provider: 'acme',
  accountId: 'victim-account',
  id: 'a-connection',
  eventId: 'evt_1',
  endpoint: 'app',
  ticket: 'a-ticket',
  path: 'api/v1/me',
};

/** The path with its parameters filled in. Values are already percent-encoded. */
export function pathOf(spec: RouteSpec, params: Record<string, string> = {}): string {
  return spec.path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => {
    const value = params[name] ?? someParams[name];
    if (value === undefined) throw new Error(`no sample for :${name} of ${spec.path}`);
    return value;
  });
}

export const paramsOf = (spec: RouteSpec): string[] =>
  Array.from(spec.path.matchAll(/:(\w+)/g), ([, name = '']) => name);

export const nameOf = (spec: RouteSpec): string => `${spec.method.toUpperCase()} ${spec.path}`;

/** Of an object schema; none where there is no schema, or another kind. */
export function fieldsOf(schema: unknown): string[] {
  if (schema instanceof z.ZodPrefault) return fieldsOf(schema.def.innerType);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
