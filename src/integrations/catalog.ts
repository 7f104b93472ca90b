/** The catalog: what can be connected here, and what a connect form has to ask for. */
import * as z from 'zod';
import { route } from '../http/route';
import { takesFields } from '../providers/by-fields';
import { askedParameters } from '../providers/parameters';
import type { Registry } from '../providers/registry';
import type { Provider } from '../providers/types';
import { allows } from '../rights';

const fieldSchema = z.object({
  label: z.string(),
  secret: z.boolean().describe('Never shown again once given.'),
  required: z.boolean(),
  maxLength: z.number(),
  pattern: z.string().optional().describe('The whole value must match this regular expression.'),
  help: z.string().optional(),
});

const parameterSchema = z.object({
  label: z.string(),
  pattern: z.string().describe('The whole value must match this regular expression.'),
  default: z.string().optional(),
});

export const providerEntrySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['oauth2', 'credentials']),
    configured: z.boolean().describe('False: the operator has given no client for it.'),
    scopes: z.array(z.string()).describe('What is asked for unless a connect says otherwise.'),
    experimental: z.boolean(),
    fields: z.record(z.string(), fieldSchema).optional().describe('Kind `credentials` only.'),
    parameters: z
      .record(z.string(), parameterSchema)
      .optional()
      .describe('What a connect must name besides, such as a shop.'),
  })
  .meta({ id: 'Provider' });

type ProviderEntry = z.output<typeof providerEntrySchema>;

const list = route(
  {
    id: 'listProviders',
    method: 'get',
    path: '/v1/providers',
    tag: 'Providers',
    summary: 'What can be connected',
    callers: ['service', 'user', 'delegation'],
    right: 'read',
    provider: 'handler',
    replies: {
      200: {
        description: 'All providers, by id.',
        schema: z.object({ providers: z.array(providerEntrySchema) }).meta({ id: 'Catalog' }),
      },
    },
  },
  ({ deps, caller, reply }) => {
    const { providers } = deps.config;
    const reachable = providers.all().filter(({ id }) => allows(caller.providers, id));
    const entries = reachable.map((provider) => entryOf(provider, providers));
    return reply(200, { providers: entries }, { 'Cache-Control': 'private, no-cache' });
  },
);

export const catalogRoutes = [list];

/** Endpoints, headers and quirks stay inside: they are of no use to a caller. */
function entryOf(provider: Provider, registry: Registry): ProviderEntry {
  const { id, name, kind, experimental } = provider;
  if (takesFields(provider)) {
    const fields = Object.entries(provider.fields).map(
      ([field, { label, secret, required, maxLength, pattern, help }]) => [
        field,
        {
          label,
          secret,
          required,
          maxLength,
          ...(pattern === undefined ? {} : { pattern }),
          ...(help === undefined ? {} : { help }),
        },
      ],
    );
    return {
      id,
      name,
      kind: 'credentials',
      configured: registry.isConfigured(id),
      scopes: provider.kind === 'oauth2' ? provider.scopes : [],
      experimental,
      fields: Object.fromEntries(fields),
    };
  }
  const parameters = askedParameters(provider);
  return {
    id,
    name,
    kind,
    configured: registry.isConfigured(id),
    scopes: provider.scopes,
    experimental,
    ...(parameters.length === 0
      ? {}
      : {
          parameters: Object.fromEntries(
            parameters.map(([parameter, { label, pattern, default: preset }]) => [
              parameter,
              { label, pattern, ...(preset === undefined ? {} : { default: preset }) },
            ]),
          ),
        }),
  };
}
