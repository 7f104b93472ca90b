/**
 * Builds the OpenAPI 3.1 document from the routes' declarations. At build time: neither JSON Schema
 * nor the document has a place in the Worker. `npm run openapi` writes it to assets/openapi.json
 * (by way of test/repo/openapi.test.ts, which also holds that it is current).
 */
import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { type ErrorCode, errorCodes } from '../src/errors';
import { eventIdSchema, eventName, eventSchemas, eventTypes } from '../src/events/types';
import type { Caller } from '../src/http/caller';
import { problemSchema } from '../src/http/problem';
import type { ReplySpec, RouteSpec, Tag } from '../src/http/route';
import { SERVER_PLACEHOLDER } from '../src/http/routes';
import { headerName } from '../src/http/validate';
import { eventDescriptions, eventExample } from './event-descriptions';
import { descriptionOf, examples } from './openapi-descriptions';

const info = {
  title: 'Mooring',
  version: '1',
  summary: "Keeps an app's users connected to their third-party accounts.",
  description: `Mooring links the users of an app to their accounts at providers (OAuth, API keys), knows the state of each link, and keeps the tokens alive.

**Callers.** The app's backend sends a service key, a user of the app a JWT of the app, an agent or a job a delegation; each as \`Authorization: Bearer\`. Users and delegations reach only their own \`{userId}\`, which they may also write as \`me\`.

**Rights.** \`x-right\` of an operation is the right that it takes: \`read\`, \`connect\`, \`token\`, \`call\` or \`operate\`. A service key has those that SERVICE_KEYS names, or all. A user has \`read\` and \`connect\`, and \`call\` where the deployment allows it. A key may be for some providers only: what it reads is cut to them, and what is of others is \`403 forbidden\`, as is what it lacks a right for.

**Reading your own writes.** Each change and each read carries a \`Consistency-Token\`. Sent with a later read, it makes sure that the answer is not older.

**Errors** are RFC 9457 problem documents. Go by \`code\`. Replies and problems may get further fields.

**Browsers.** \`connectUrl\` of a connection and \`action\` of a page session are addresses that a browser visits; they answer with redirects and pages, and are not part of this document.`,
  license: { name: 'MIT', identifier: 'MIT' },
  contact: { name: 'Whoever runs this deployment' },
};

/** In the order of the document. */
const tags: Record<Exclude<Tag, 'Browser'>, string> = {
  Integrations: "A user's integrations and their state.",
  Connect: 'Linking an account: by OAuth, by credentials, or on the hosted page.',
  Tokens: 'Access tokens and credentials, for the backend.',
  Delegations: 'Tokens for agents, jobs and front ends: one user, few rights.',
  Calls: "A provider's API, called through Mooring.",
  Refresh: 'Refreshes on request, and what the scheduled ones did.',
  Webhooks: 'Events that are delivered to the app, for operators.',
  Cache: 'What the caches hold, for operators.',
  Events: 'What happened, and who is told.',
  Providers: 'What can be connected.',
  Service: 'The service itself.',
};

const securitySchemes = {
  serviceKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      "The app's backend: a key of SERVICE_KEYS. May do what its rights say (`x-right` of each operation), for its providers.",
  },
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A user, with a JWT of the app: only its own `{userId}`, or `me`.',
  },
  delegation: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of `POST /v1/users/{userId}/delegations`: only its `{userId}`, or `me`; its rights among `read` and `call`, and its providers, never more than the key that made it has.',
  },
} as const;

const schemeOf = {
  service: 'serviceKey',
  user: 'userToken',
  delegation: 'delegation',
} as const satisfies Record<Caller['kind'], keyof typeof securitySchemes>;

const requestId = z.string().meta({
  description: 'Names this request in the logs.',
  header: { id: 'RequestId' },
});

export function openapiDocument(routes: readonly RouteSpec[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes.filter(({ tag }) => tag !== 'Browser')) {
    const path = route.path.replaceAll(/:([A-Za-z]+)(?:\{[^}]*\})?/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  const document = createDocument(
    {
      openapi: '3.1.1',
      info,
      servers: [{ url: SERVER_PLACEHOLDER, description: "The deployment's PUBLIC_URL." }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      paths,
      webhooks,
      components: { securitySchemes },
    },
    {
      override: ({ jsonSchema, io }) => {
        // Replies may grow: a client that refuses fields it does not know would break.
        if (io === 'output' && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
        // `format` says it.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
  const schemas = document.components?.schemas ?? {};
  for (const [name, example] of Object.entries(examples)) {
    Object.assign(schemas[name] ?? {}, { examples: [example] });
  }
  for (const type of eventTypes) {
    const told = { description: eventDescriptions[type].means, examples: [eventExample(type)] };
    Object.assign(schemas[eventName(type)] ?? {}, told);
  }
  describeOnce(document);
  return document;
}

/**
 * Of a parameter or a header, zod-openapi writes the description beside its schema and into it: a
 * reference for people would show it twice.
 */
function describeOnce(part: object): void {
  const { description, schema } = part as {
    description?: unknown;
    schema?: { description?: unknown };
  };
  if (description !== undefined && schema?.description === description) delete schema.description;
  for (const inner of Object.values(part)) {
    if (typeof inner === 'object' && inner !== null) describeOnce(inner);
  }
}

/** What is posted to an endpoint of WEBHOOKS: Standard Webhooks (standardwebhooks.com). */
const webhooks: ZodOpenApiPathsObject = Object.fromEntries(
  eventTypes.map((type) => [
    type,
    {
      post: {
        tags: ['Events'],
        operationId: `on.${type}`,
        summary: type,
        description: eventDescriptions[type].means,
        security: [],
        requestParams: {
          header: z.object({
            'webhook-id': eventIdSchema.describe('The event, at every try.'),
            'webhook-timestamp': z.string().describe('When this try was sent, in seconds.'),
            'webhook-signature': z
              .string()
              .describe(
                '`v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between.',
              ),
          }),
        },
        requestBody: {
          required: true,
          content: { 'application/json': { schema: eventSchemas[type] } },
        },
        responses: { '2XX': { description: 'It was taken, and is not sent again.' } },
      },
    },
  ]),
);

function operationOf(route: RouteSpec): ZodOpenApiOperationObject {
  const { param, query, header, json } = route;
  const description = descriptionOf(route.id);
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.callers === 'anyone'
      ? { description, security: [] }
      : {
          description: `${description}\n\nRight: \`${route.right}\`.${route.rightForOneUser ? ` With \`userId\`, \`${route.rightForOneUser}\` is enough.` : ''}`,
          // Of a bearer token these are the roles that it takes (OpenAPI 3.1, "Security
          // Requirement").
          security: route.callers.map((kind) => ({
            [schemeOf[kind]]: [
              kind === 'service' ? route.right : (route.rightForOneUser ?? route.right),
            ],
          })),
          'x-right': route.right,
        }),
    requestParams: {
      ...(param ? { path: param } : {}),
      ...(query ? { query } : {}),
      ...(header ? { header: z.object(renamed(header.shape)) } : {}),
    },
    ...(json
      ? {
          requestBody: {
            required: !json.safeParse(undefined).success,
            content: { 'application/json': { schema: json } },
          },
        }
      : {}),
    responses: Object.fromEntries([
      ...Object.entries(route.replies).map(([status, reply]) => [status, replyOf(reply)]),
      ...problemsOf(route),
      ...(route.passesOn === undefined ? [] : passedOn(route.passesOn)),
    ]),
  };
}

/** `ifNoneMatch` -> `If-None-Match`. */
const renamed = (shape: z.core.$ZodShape): z.core.$ZodShape =>
  Object.fromEntries(
    Object.entries(shape).map(([field, schema]) => [
      headerName(field).replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      schema,
    ]),
  );

const replyOf = ({ description, schema, headers = z.object({}) }: ReplySpec) => ({
  description,
  headers: headers.extend({ 'X-Request-Id': requestId }),
  ...(schema ? { content: { 'application/json': { schema } } } : {}),
});

/** Any status may come; generators look for a success of its own. */
const passedOn = (description: string) =>
  (['2XX', 'default'] as const).map((status) => [
    status,
    {
      description,
      headers: z.object({ 'X-Request-Id': requestId }),
      content: { '*/*': { schema: z.unknown() } },
    },
  ]);

/** The errors a route can give: those of its declaration, and those that follow from it. */
export function errorsOf(route: RouteSpec): ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      ...(route.param || route.query || route.header || route.json || route.form
        ? ['invalid_request' as const]
        : []),
      ...(route.callers === 'anyone' ? [] : ['unauthenticated' as const]),
      ...(route.callers === 'anyone' ? [] : ['forbidden' as const]),
      ...(route.json || route.form ? (['too_large', 'unsupported_media_type'] as const) : []),
      ...(route.limit ? ['rate_limited' as const] : []),
      'method_not_allowed',
      'internal',
      ...(route.callers === 'anyone' ? [] : ['unavailable' as const]),
      ...(route.errors ?? []),
    ]),
  ];
}

const problemHeader = (id: string, description: string) =>
  z.string().optional().meta({ description, header: { id } });

const version = {
  'Consistency-Token': problemHeader('KnownVersion', 'The version as of this answer, where known.'),
};
const retryAfter = { 'Retry-After': problemHeader('RetryAfter', 'Seconds.') };

/** By status. */
export const problemHeaders: Partial<Record<number, z.ZodRawShape>> = {
  400: version,
  401: { 'WWW-Authenticate': z.string().describe('RFC 6750.') },
  404: {
    ...version,
    'Cache-Status': problemHeader('CacheStatusOfRead', 'Of a read, as with its answer.'),
    'Server-Timing': problemHeader('ServerTimingOfRead', 'Of a read, as with its answer.'),
  },
  405: { Allow: z.string().describe('The methods that the path takes.') },
  409: version,
  415: { Accept: z.string().describe('The media type to send.') },
  429: { 'Retry-After': z.string().describe('Seconds.') },
  502: { ...version, ...retryAfter },
  503: { ...version, ...retryAfter },
};

function problemsOf(route: RouteSpec) {
  const byStatus = Map.groupBy(errorsOf(route).toSorted(), (code) => errorCodes[code][0]);
  return Array.from(byStatus, ([status, codes]) => {
    const [code, ...others] = codes;
    const shared = others.length === 0 && code ? problems.get(code) : undefined;
    return [String(status), shared ?? problemOf(status, codes)];
  });
}

const problemOf = (status: number, codes: readonly ErrorCode[]) => ({
  description: codes.map((code) => `${errorCodes[code][1]} (\`${code}\`).`).join(' '),
  headers: z.object({ ...problemHeaders[status], 'X-Request-Id': requestId }),
  content: { 'application/problem+json': { schema: problemSchemaOf(codes) } },
});

/** One problem by its code, or one of several, told apart by it. */
function problemSchemaOf(codes: readonly ErrorCode[]): z.ZodType {
  const [first, ...others] = codes.flatMap((code) => problemSchemas.get(code) ?? []);
  if (!first) throw new Error('a status without a code');
  if (others.length === 0) return first;
  return z.union([first, ...others]).meta({
    override: ({ jsonSchema }) => {
      jsonSchema.oneOf = jsonSchema.anyOf ?? [];
      delete jsonSchema.anyOf;
      jsonSchema.discriminator = {
        propertyName: 'code',
        mapping: Object.fromEntries(
          codes.map((code) => [code, `#/components/schemas/${problemName(code)}`]),
        ),
      };
    },
  });
}

/** `needs_reconnect` -> `NeedsReconnectProblem`. */
const problemName = (code: ErrorCode): string =>
  `${code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Problem`;

const { reason, accounts, choices } = problemSchema.required().shape;
/** Members that a code always comes with. */
const members: { [Code in ErrorCode]?: z.ZodRawShape } = {
  authorization_required: { reason },
  choice_required: { choices },
  several_accounts: { accounts },
};

const problemSchemas: ReadonlyMap<ErrorCode, z.ZodType> = new Map(
  (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const narrowed = z.object({ code: z.literal(code), ...members[code] });
    return [code, z.intersection(problemSchema, narrowed).meta({ id: problemName(code) })];
  }),
);

/** Those of a single code are shared. */
const problems = new Map(
  (Object.keys(errorCodes) as ErrorCode[]).map((code) => [
    code,
    { id: problemName(code), ...problemOf(errorCodes[code][0], [code]) },
  ]),
);
