/** `GET /`: what answers here. */
import { describe, expect, it } from 'vitest';
import { homepage } from '../../package.json';
import { DOCS_URL } from '../../src/web/home';
import { api } from '../support/api';
import { textOf } from './pages';

describe('GET /', () => {
  it('says what this is, to anyone', async () => {
    const reply = await api('/', { token: null });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    const page = await reply.text();
    expect(page).toMatch(/^<!doctype html><html lang="en" dir="ltr">/i);
    expect(textOf(page)).toContain('keep its users connected to their accounts');
  });

  it('leads to the document, the operator’s page and the health, which are there', async () => {
    const page = await (await api('/', { token: null })).text();
    const links = Array.from(page.matchAll(/<a [^>]*href="(\/[^"]*)"/g), ([, href = '']) => href);
    expect(links).toEqual(['/openapi.json', '/operator', '/health']);
    for (const link of links) {
      expect((await api(link, { token: null })).status).toBe(200);
    }
  });

  it('leads to the docs site', async () => {
    expect(DOCS_URL).toBe(homepage);
    expect(await (await api('/', { token: null })).text()).toContain(`<a href="${DOCS_URL}">`);
  });

  it('loads nothing, runs nothing, and stands in no frame', async () => {
    const reply = await api('/', { token: null });
    const policy = reply.headers.get('Content-Security-Policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const page = await reply.text();
    expect(page.replace(`href="${DOCS_URL}"`, '')).not.toMatch(/<script|<iframe|https?:\/\//);
    expect(page).toContain('prefers-color-scheme:dark');
  });

  it('takes no other method', async () => {
    const reply = await api('/', { method: 'POST', token: null });
    expect([reply.status, reply.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });
});
