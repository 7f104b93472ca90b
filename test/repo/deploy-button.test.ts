/**
 * What a deploy button makes of this repository. It asks for each name in .dev.vars.example that is
 * not commented out, fills in what stands behind it, and shows the words of package.json beside it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { settingNames } from '../../src/config';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const example = read('.dev.vars.example');
const { cloudflare, repository, scripts } = JSON.parse(read('package.json'));
const required = ['PUBLIC_URL', 'APP_ORIGINS', 'ENCRYPTION_KEYS', 'SERVICE_KEYS'];

describe('.dev.vars.example', () => {
  it('asks for what no deployment can do without, and for nothing else', () => {
    expect(Object.keys(parseEnv(example)).sort()).toEqual(required.toSorted());
  });

  it('fills in nothing', () => {
    expect(Object.values(parseEnv(example)).join('')).toBe('');
  });

  it('lists every setting', () => {
    const listed = Array.from(example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm), ([, name]) => name);
    expect(settingNames.filter((name) => !listed.includes(name))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe('cloudflare.bindings in package.json', () => {
  it('describes each setting that is asked for, and each resource that is made', () => {
    const { d1_databases, kv_namespaces } = unstable_readConfig({
      config: join(root, 'wrangler.toml'),
    });
    const resources = [...d1_databases, ...kv_namespaces].map(({ binding }) => binding);
    expect(Object.keys(cloudflare.bindings)).toEqual([...resources, ...required]);
    for (const { description } of Object.values<{ description: string }>(cloudflare.bindings)) {
      expect(description).toMatch(/\.$/);
    }
  });
});

describe('the button', () => {
  it('leads to this repository', () => {
    const url = `https://deploy.workers.cloudflare.com/?url=${repository}`;
    expect(read('README.md')).toContain(`(${url})`);
    expect(read('docs/self-hosting.md')).toContain(`(${url})`);
  });

  it('runs the migrations before the Worker, by the name of the binding', () => {
    expect(scripts.deploy).toMatch(/^wrangler d1 migrations apply DB --remote && wrangler deploy/);
  });
});
