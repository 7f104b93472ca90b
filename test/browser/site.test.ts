/** The docs site as it is built, in Chromium. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { files } from '../../site/pages.ts';
import { expectAccessible, launchBrowser, openTab, type Tab } from './support/browser.ts';

const BUTTON = 'https://deploy.workers.cloudflare.com/button';
const root = join(import.meta.dirname, '../..');
const dist = join(root, 'site/dist');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** As a static host does it. */
async function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path);
    const body = await readFile(file).catch(() => null);
    response.writeHead(body ? 200 : 404, {
      'Content-Type': types[body ? extname(file) : '.html'] ?? 'application/octet-stream',
    });
    response.end(body ?? (await readFile(join(dist, '404.html'))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Those of the API reference are all made of the same parts. */
const reference = ['/api/', '/api/operations/listintegrations/', '/api/operations/tags/events/'];
const pages = ['/', ...files.map((file) => `/${file}/`), ...reference, '/there-is-no-such-page'];

// axe looks at thousands of elements, three times a page.
describe('the docs site', { timeout: 300_000 }, () => {
  let server: Server;
  let origin: string;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    execFileSync('npm', ['run', '-s', 'site'], {
      cwd: root,
      stdio: 'pipe',
      // Not the test runner's own, which says that this is no production build: there is no search
      // then.
      env: { PATH: process.env.PATH, HOME: process.env.HOME } as unknown as NodeJS.ProcessEnv,
    });
    server = await serve();
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });
  beforeEach(async () => {
    tab = await openTab(browser);
    page = tab.page;
    // The one picture that comes from elsewhere.
    await page.route(BUTTON, (route) =>
      route.fulfill({
        contentType: 'image/svg+xml',
        body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      }),
    );
  });
  afterEach(() => tab.context.close());

  it.each(pages)('%s is accessible, light and dark, and fits a phone', async (path) => {
    await page.goto(origin + path);
    await expectAccessible(page);
    expect(tab.complaints).toEqual([]);
    expect(tab.requests.filter((url) => !url.startsWith(origin) && url !== BUTTON)).toEqual([]);
  });

  it('is searched by keyboard alone', async () => {
    await page.goto(`${origin}/start/`);
    // It is loaded once the browser is idle.
    await page.locator('.pagefind-ui__search-input').waitFor({ state: 'attached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('threat model');
    const told = page.locator('.pagefind-ui__message');
    await told.filter({ hasText: /results? for threat model/ }).waitFor();
    await page.locator('.pagefind-ui__result-link').first().waitFor();
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate('document.activeElement.matches(".pagefind-ui__result-link")')) break;
    }
    const target = await page.evaluate<string>('document.activeElement.getAttribute("href")');
    await page.keyboard.press('Enter');
    await page.waitForURL(origin + target);
    expect(await page.locator('h1').innerText()).not.toBe('Start in five minutes');
  });

  it('a wide table is scrolled by keyboard, on a phone', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(`${origin}/cost/`);
    const table = page.locator('.sl-markdown-content table[tabindex="0"]').first();
    await table.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.evaluate('document.activeElement.scrollLeft')).toBeGreaterThan(0);
  });
});
