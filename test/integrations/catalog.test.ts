import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config';
import { providerEntrySchema } from '../../src/integrations/catalog';
import { records } from '../../src/providers/records';
import { api, apiWith, userToken } from '../support/api';
import { testDeps } from '../support/deps';

interface Catalog {
  providers: Record<string, unknown>[];
}

describe('GET /v1/providers', () => {
  it('lists all providers, by id, to the service', async () => {
    const response = await api('/v1/providers');
    expect(response.status).toBe(200);
    const { providers } = await response.json<Catalog>();
    expect(providers.map(({ id }) => id)).toEqual([...records.map(({ id }) => id), 'acme'].sort());
    for (const provider of providers) providerEntrySchema.parse(provider);
  });

  it('lists them to a user as well', async () => {
    const response = await api('/v1/providers', { token: await userToken('catalog-user') });
    expect(response.status).toBe(200);
  });

  it('refuses a caller without proof', async () => {
    const response = await api('/v1/providers', { token: null });
    expect(response.status).toBe(401);
  });

  it('says what has a client here and what has none', async () => {
    const config = readConfig({ ...env, REDDIT_CLIENT_SECRET: '' });
    const response = await apiWith(testDeps({ config }))('/v1/providers');
    const { providers } = await response.json<Catalog>();
    const configured = Object.fromEntries(providers.map(({ id, configured }) => [id, configured]));
    expect(configured).toMatchObject({
      acme: true,
      instagram: true,
      onlyfans: true,
      reddit: false,
      github: false,
    });
  });

  it('tells a form what to ask for, and nothing of how the provider is called', async () => {
    const response = await api('/v1/providers');
    const { providers } = await response.json<Catalog>();
    const onlyfans = providers.find(({ id }) => id === 'onlyfans');
    expect(onlyfans).toMatchObject({
      kind: 'credentials',
      experimental: true,
      fields: {
        sess: { label: 'Session', secret: true, required: true, maxLength: expect.any(Number) },
        x_bc: { pattern: expect.stringContaining('16,128') },
      },
    });
    const text = JSON.stringify(providers);
    expect(text).not.toContain('acme.example');
    // Some scopes are addresses.
    const withoutScopes = providers.map((provider) => ({ ...provider, scopes: [] }));
    expect(JSON.stringify(withoutScopes)).not.toMatch(/\/oauth|authorize\b/);
    expect(text).not.toContain('acme-client');
    expect(text).not.toContain('Cookie');
  });

  it('lists the placeholders that a connect must name', async () => {
    const config = readConfig({
      ...env,
      PROVIDERS: JSON.stringify({
        shops: {
          name: 'Shops',
          kind: 'oauth2',
          authorizationUrl: 'https://{shop}.shops.example/authorize',
          tokenUrl: 'https://{shop}.shops.example/token',
          accountId: 'token:shop_id',
          parameters: { shop: { label: 'Shop', pattern: '[a-z]+' } },
          refreshModel: 'none',
        },
      }),
    });
    const response = await apiWith(testDeps({ config }))('/v1/providers');
    const { providers } = await response.json<Catalog>();
    expect(providers.find(({ id }) => id === 'shops')).toMatchObject({
      parameters: { shop: { label: 'Shop', pattern: '[a-z]+' } },
    });
  });
});
