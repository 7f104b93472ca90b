import { describe, expect, it } from 'vitest';
import { companionFault } from '../../src/providers/also-grants';
import { checkRecord } from '../../src/providers/check';
import { records, templates } from '../../src/providers/records';
import { type OAuth2Provider, type Provider, providerSchema } from '../../src/providers/types';

declare global {
  interface ImportMeta {
    glob(pattern: string[], options: { eager: true }): Record<string, Record<string, unknown>>;
    glob(
      pattern: string[],
      options: { eager: true; query: '?raw'; import: 'default' },
    ): Record<string, string>;
  }
}

/** Every file, whether or not the index names it. */
const modules = import.meta.glob(
  ['../../src/providers/records/*.ts', '!../../src/providers/records/index.ts'],
  { eager: true },
);
const sources = import.meta.glob(
  ['../../src/providers/records/*.ts', '!../../src/providers/records/index.ts'],
  { eager: true, query: '?raw', import: 'default' },
);

const nameOf = (path: string): string => path.replace(/^.*\/(.+)\.ts$/, '$1');

const providers = new Map<string, Provider>();
const files = Object.entries(modules).map(([path, module]) => {
  const [record] = Object.values(module);
  return { path, name: nameOf(path), exports: Object.keys(module), record };
});

/** What a template leaves to the entry that extends it. */
const givenByEntry: Record<string, object> = {
  mcp: { resourceUrl: 'https://mcp.acme.example/mcp', apiUrl: 'https://mcp.acme.example/mcp' },
};

describe.each(files)('the record file $name', ({ path, name, exports, record }) => {
  const provider = providerSchema.parse({ ...(record as object), ...givenByEntry[name] });
  providers.set(name, provider);

  it('has patterns that browsers can use, which compile them under the flag "v"', () => {
    const inputs = Object.values(
      provider.kind === 'oauth2' ? provider.parameters : provider.fields,
    ).map(({ pattern }) => pattern);
    for (const pattern of inputs) expect(() => new RegExp(pattern ?? '', 'v')).not.toThrow();
  });

  it('exports one record, named as the file', () => {
    expect(exports).toHaveLength(1);
    expect(provider.id).toBe(name);
  });

  it('is in the index', () => {
    expect([...records, ...templates]).toContain(record);
  });

  it('holds no secret', () => {
    const params = JSON.stringify(record).match(/"(client_secret|access_token)":"[^"]*"/g) ?? [];
    for (const param of params) expect(param).toMatch(/"\{\w+\}"$/);
  });

  it('says in its header what was read', () => {
    expect(sources[path]).toMatch(/^\/\*\*\n \* \S/);
  });

  it('passes the rules for own providers', () => {
    expect(checkRecord(provider, 'https://mooring.example.com')).toBeNull();
  });

  it('names no plain http URL and no localhost, anywhere', () => {
    const text = JSON.stringify(provider);
    expect(text).not.toMatch(/http:\/\//);
    expect(text).not.toMatch(/localhost|127\.0\.0\.1/);
  });

  it('has metadata keys that a front end can use as names', () => {
    const keys = provider.kind === 'oauth2' ? Object.keys(provider.metadata) : [];
    for (const key of keys) expect(key).toMatch(/^[a-z][A-Za-z]{1,39}$/);
  });

  it('was verified in the past, and ends in a day that exists', () => {
    if (provider.lastVerified) {
      expect(Date.parse(provider.lastVerified)).toBeLessThan(Date.now());
      expect(provider.lastVerified >= '2015-01-01').toBe(true);
    }
    if (provider.sunset) expect(provider.sunset).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});

const oauthProviders = (): OAuth2Provider[] =>
  [...providers.values()].filter((provider) => provider.kind === 'oauth2');

const wrong = (rule: (provider: OAuth2Provider) => boolean): string[] =>
  oauthProviders()
    .filter((provider) => !rule(provider))
    .map(({ id }) => id);

describe('all OAuth records', () => {
  it('show a person which account it is', () => {
    expect(wrong(({ displayName }) => [displayName].flat().length > 0)).toEqual([]);
  });

  it('reach further than the token only where they can revoke at all', () => {
    const mayRevoke = (p: OAuth2Provider) =>
      [p.revocationUrl, p.resourceUrl].some((url) => url !== undefined);
    expect(wrong((p) => mayRevoke(p) || p.revocationReach === 'token')).toEqual([]);
  });

  it('take a refresh token twice only where it is single use to begin with', () => {
    expect(wrong((p) => p.reuse === 'revokes_family' || p.refreshModel === 'rotating')).toEqual([]);
  });

  it('count an absolute end from a lifetime that they name', () => {
    expect(
      wrong((p) => p.refreshDeadline === 'rolling' || p.refreshLifetimeSeconds !== undefined),
    ).toEqual([]);
  });

  it('keep the meanings of codes apart', () => {
    expect(
      wrong(({ refusedCodes, operatorCodes, transientCodes, failureCodes }) => {
        const all = [...refusedCodes, ...operatorCodes, ...transientCodes, ...failureCodes];
        return new Set(all).size === all.length;
      }),
    ).toEqual([]);
  });

  it('refer only to records that exist', () => {
    const ids = new Set(providers.keys());
    expect(
      wrong(({ id, alsoGrants, clientOf }) =>
        [...alsoGrants, clientOf ?? id].every((other) => ids.has(other)),
      ),
    ).toEqual([]);
  });

  it('let come along only what stands apart and is revoked apart', () => {
    expect(
      wrong((main) =>
        main.alsoGrants.every((other) => companionFault(main, providers.get(other)) === null),
      ),
    ).toEqual([]);
  });

  it('have an API that calls reach, but where it would hand out tokens, or there is none', () => {
    expect(wrong((p) => (p.apiUrl ?? p.apiOrigin) !== undefined).sort()).toEqual([
      'apple',
      'facebook',
      'instagram',
      'threads',
    ]);
  });

  it('that keep an access token for themselves know how long it lives', () => {
    const renewed = (p: OAuth2Provider): boolean =>
      p.refreshModel === 'static' || p.refreshModel === 'extend';
    const withoutLifetime = wrong((p) => !renewed(p) || p.assumedLifetimeSeconds !== undefined);
    expect(withoutLifetime.filter((id) => id !== 'reddit')).toEqual([]);
  });
});
