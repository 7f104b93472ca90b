/** A deployment without its settings: what a person sees, and what a program gets. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import type { Bindings } from '../../src/config';
import { apiRequest } from '../support/api';
import { testDeps } from '../support/deps';
import { textOf } from './pages';

const secret = 'c4n4ry-c4n4ry-c4n4ry';
const fresh = { PUBLIC_URL: '', APP_ORIGINS: '', ENCRYPTION_KEYS: '', SERVICE_KEYS: '' };

/** Of a deployment with these settings; as a browser asks, unless told. */
function open(path: string, settings: Record<string, unknown>, accept = 'text/html,*/*;q=0.8') {
  const { log } = testDeps();
  const request = apiRequest(path, { token: null, headers: { Accept: accept } });
  const bindings = { ...env, ...settings } as Bindings;
  return createApp(undefined, () => log).fetch(request, bindings, createExecutionContext());
}

describe('a Worker that was deployed without settings', () => {
  it.each(['/', '/health', '/operator', '/integrations', '/connect/start/x', '/nothing'])(
    'GET %s is a page that names each one, and says what to do',
    async (path) => {
      const reply = await open(path, fresh);
      expect(reply.status).toBe(500);
      expect(reply.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
      expect(reply.headers.get('Cache-Control')).toBe('no-store');
      const text = textOf(await reply.text());
      for (const name of ['PUBLIC_URL', 'ENCRYPTION_KEYS', 'SERVICE_KEYS']) {
        expect(text).toContain(`${name} is missing`);
      }
      expect(text).toContain('npm run setup');
      expect(text).toContain('npx wrangler secret put');
      expect(text).toContain('openssl rand');
      expect(text).toContain('You reached this Worker at http://localhost:8787');
    },
  );

  it.each(['/health', '/v1/users/a/integrations'])(
    '%s is, for a program, a problem that names each one',
    async (path) => {
      for (const accept of ['*/*', 'application/json']) {
        const reply = await open(path, fresh, accept);
        expect(reply.status).toBe(500);
        const { code, detail } = await reply.json<Record<string, string>>();
        expect(code).toBe('internal');
        for (const name of ['PUBLIC_URL', 'ENCRYPTION_KEYS', 'SERVICE_KEYS']) {
          expect(detail).toContain(`${name} is missing`);
        }
      }
    },
  );

  it('has the style of the pages, runs nothing and loads nothing', async () => {
    const reply = await open('/', fresh);
    expect(reply.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    const page = await reply.text();
    expect(page).toContain('.card{');
    expect(page).not.toMatch(/<script|<iframe|<form|<img/);
  });
});

describe('a setting that is wrong', () => {
  it('stands on the page beside those that are missing, and its value does not', async () => {
    const reply = await open('/', {
      ...fresh,
      PUBLIC_URL: `https://x.example/${secret}`,
      APP_ORIGINS: secret,
      SERVICE_KEYS: `app:${secret}`,
      PROVIDERS: `{"own":"${secret}"}`,
    });
    const page = await reply.text();
    const text = textOf(page).replaceAll(' :', ':');
    for (const name of ['PUBLIC_URL', 'APP_ORIGINS', 'SERVICE_KEYS', 'PROVIDERS.own']) {
      expect(text).toContain(`${name}:`);
    }
    expect(text).toContain('ENCRYPTION_KEYS is missing');
    expect(page).not.toContain(secret);
  });

  it('no page is shown any more once all are right', async () => {
    expect((await open('/', {})).status).toBe(200);
  });
});
