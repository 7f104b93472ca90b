/**
 * Builds the OpenAPI 3.1 document from the routes' own declarations. At build time: neither zod's
 * JSON Schema writer nor the document has a place in the Worker. `npm run openapi` writes it to
 * assets/openapi.json (by way of test/repo/openapi.test.ts, which also holds that it is current).
 */

import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../src/errors';
import type { RouteSpec } from '../src/http/route';
import { headerName } from '../src/http/validate';

type Json = Record<string, unknown>;

interface Shared {
  schemas: Json;
  responses: Json;
  headers: Json;
}

const info = {
  title: 'Mooring',
  version: '1',
  summary: "Keeps an app's users connected to their third-party accounts.",
  license: { name: 'MIT', identifier: 'MIT' },
};

const securitySchemes = {
  serviceKey: {
    type: 'http',
    scheme: 'bearer',
    description: "The app's backend: a key of SERVICE_KEYS. May do everything.",
  },
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A user, with a JWT of the app: only its own `{userId}`, or `me`.',
  },
};

const schemeOf = { service: 'serviceKey', user: 'userToken' } as const;

const problem = {
  type: 'object',
  description: 'RFC 9457. Clients go by `code`.',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errorCodes) },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with an input, field by field.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const requestIdHeader = { $ref: '#/components/headers/RequestId' };

const headers = {
  RequestId: { description: 'Names this request in the logs.', schema: { type: 'string' } },
};

export function openapiDocument(endpoints: readonly RouteSpec[]): Json {
  const shared: Shared = { schemas: { Problem: problem }, responses: {}, headers };
  const paths: Record<string, Json> = {};
  for (const spec of endpoints) {
    const path = spec.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [spec.method]: operation(spec, shared) };
  }
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: '/' }],
    paths,
    components: { ...shared, securitySchemes },
  };
}

function operation(spec: RouteSpec, shared: Shared): Json {
  const { schemas } = shared;
  const docs = spec;
  const parameters = [
    ...parametersOf('path', spec.param, schemas),
    ...parametersOf('query', spec.query, schemas),
    ...parametersOf('header', spec.header, schemas),
  ];
  return {
    operationId: spec.id,
    tags: [docs.tag],
    summary: docs.summary,
    ...(docs.description ? { description: docs.description } : {}),
    security:
      spec.callers === 'anyone' ? [] : spec.callers.map((kind) => ({ [schemeOf[kind]]: [] })),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(spec.json
      ? { requestBody: { required: true, content: jsonContent(spec.json, 'input', schemas) } }
      : {}),
    ...(spec.form
      ? {
          requestBody: {
            required: true,
            content: {
              'application/x-www-form-urlencoded': {
                schema: jsonSchema(spec.form, 'input', schemas),
              },
            },
          },
        }
      : {}),
    responses: { ...replies(docs, schemas), ...problems(spec, shared) },
  };
}

/** Each property of an object schema as a parameter. */
function parametersOf(
  place: 'path' | 'query' | 'header',
  schema: z.core.$ZodType | undefined,
  schemas: Json,
): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input', schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name: place === 'header' ? headerCase(headerName(name)) : name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }));
}

function replies(docs: RouteSpec, schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(docs.replies).map(([status, reply]) => [
      status,
      {
        description: reply.description,
        headers: { 'X-Request-Id': requestIdHeader, ...declaredHeaders(reply.headers) },
        ...(reply.schema ? { content: jsonContent(reply.schema, 'output', schemas) } : {}),
      },
    ]),
  );
}

/** The errors a route can give: those of its declaration, and those that follow from it. */
export function errorsOf(spec: RouteSpec): ErrorCode[] {
  const withUser = spec.path.includes(':userId');
  const restricted = spec.callers !== 'anyone' && (spec.callers.length < 2 || withUser);
  return [
    ...new Set<ErrorCode>([
      ...(spec.param || spec.query || spec.header || spec.json || spec.form
        ? ['invalid_request' as const]
        : []),
      ...(spec.callers === 'anyone' ? [] : ['unauthenticated' as const]),
      ...(restricted ? ['forbidden' as const] : []),
      ...(spec.json || spec.form ? (['too_large', 'unsupported_media_type'] as const) : []),
      ...(spec.limit ? ['rate_limited' as const] : []),
      'internal',
      ...(spec.callers === 'anyone' ? [] : ['unavailable' as const]),
      ...(spec.errors ?? []),
    ]),
  ];
}

/** Each set of codes once, as a shared component. */
function problems(spec: RouteSpec, shared: Shared): Json {
  const byStatus = Map.groupBy(errorsOf(spec), (code) => errorCodes[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const name = codes.toSorted().join('.');
      shared.responses[name] ??= problemOf(status, codes);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function problemOf(status: number, codes: readonly ErrorCode[]): Json {
  const retryAfter = status === 429 || status === 503 ? { 'Retry-After': 'Seconds.' } : {};
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: { 'X-Request-Id': requestIdHeader, ...headersOf(retryAfter) },
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem', properties: { code: { enum: codes } } },
      },
    },
  };
}

const declaredHeaders = (headers: z.ZodObject | undefined): Json =>
  Object.fromEntries(
    Object.entries(headers?.shape ?? {}).map(([name, schema]) => {
      const { description, ...rest } = jsonSchema(schema as z.ZodType, 'output', {});
      return [name, { description, schema: rest }];
    }),
  );

const headersOf = (headers: Record<string, string>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );

const jsonContent = (schema: z.core.$ZodType, io: 'input' | 'output', schemas: Json): Json => ({
  'application/json': { schema: jsonSchema(schema, io, schemas) },
});

/** Schemas with an id (`.meta({ id })`) become shared components. */
function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // Replies may grow: a client that refuses fields it does not know would break.
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  for (const [name, definition] of Object.entries($defs ?? {})) {
    schemas[name] = relocate({ ...definition, id: undefined });
  }
  return relocate(root);
}

/** Points references into the components. */
function relocate(schema: object): Json {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as Json;
}

const headerCase = (name: string): string => name.replaceAll(/\b[a-z]/g, (c) => c.toUpperCase());
