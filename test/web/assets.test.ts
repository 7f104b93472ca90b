/** The files in assets/: where they are, and where they are not. */
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/deps';
import { api, apiWith } from '../support/api';
import { testDeps } from '../support/deps';
import { hosted } from './hosted/client';

type Assets = NonNullable<Deps['assets']>;

const away: Assets = { fetch: () => Promise.reject(new Error('assets are away')) };
const broken: Assets = { fetch: async () => new Response('oops', { status: 500 }) };
const hanging: Assets = { fetch: () => new Promise(() => {}) };

describe('assets', () => {
  it.each([
    ['are not bound', null],
    ['cannot be reached', away],
    ['answer with an error', broken],
    ['do not answer', hanging],
  ])(
    'that %s: the page works, without icons and styles; there is no document',
    async (_, assets) => {
      const h = hosted({ assets });
      const cookie = await h.enter('u1');
      const reply = await h.get('/integrations', cookie);
      expect(reply.status).toBe(200);
      const page = await reply.text();
      expect(page).toContain('<h3>Reddit</h3>');
      expect(page).toContain('<span class="mono" aria-hidden="true">R</span>');
      expect(page).not.toContain('<svg class="icon"');
      expect(page).not.toContain('.card{');

      const deps = testDeps({ assets });
      const document = await apiWith(deps)('/openapi.json', { token: null });
      expect(document.status).toBe(503);
      expect(Number(document.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect((await document.json<{ code: string }>()).code).toBe('unavailable');
      expect(deps.logLines.filter((line) => line.includes('assets.not_read'))).toHaveLength(
        assets === null ? 0 : 1,
      );
    },
  );

  it('that are there again are in the next page, inline, and let in by its policy', async () => {
    const h = hosted();
    const cookie = await h.enter('u1');
    const reply = await h.get('/integrations', cookie);
    const page = await reply.text();
    expect(page).toContain('<svg class="icon"');
    const css = page.slice(page.indexOf('<style>') + 7, page.indexOf('</style>'));
    expect(css).toContain('.card{');
    expect(css).toContain('--accent:');
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(css));
    const named = btoa(String.fromCharCode(...new Uint8Array(hash)));
    expect(reply.headers.get('Content-Security-Policy')).toContain(`'sha256-${named}'`);
  });

  it('are read once, not for each page', async () => {
    const { caches } = testDeps();
    const first = hosted({ caches });
    await first.page(await first.enter('u1'));
    const h = hosted({ caches, assets: away });
    const page = await h.page(await h.enter('u1'));
    expect(page).toContain('<svg class="icon"');
    expect(page).toContain('.card{');
    expect(h.deps.logLines.join()).not.toContain('assets.not_read');
  });
});

describe('no file is answered but by the Worker', () => {
  it.each([
    '/provider-icons.json',
    '/page.css',
    '/operator.css',
    '/assets/openapi.json',
    '/index.html',
  ])('%s is not found', async (path) => {
    expect((await api(path, { token: null })).status).toBe(404);
  });

  it('/openapi.json is one of its routes, with its headers and its methods', async () => {
    const reply = await api('/openapi.json', { token: null });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Type')).toBe('application/json');
    expect(reply.headers.get('Cache-Control')).toBe('public, max-age=300');
    expect(reply.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await api('/openapi.json', { token: null, method: 'POST' })).status).toBe(405);
  });
});
