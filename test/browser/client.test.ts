/**
 * The client's React hooks in Chromium, against the built Worker and a real authorization server.
 */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APP_ORIGIN, freePorts, type Mooring, startMooring } from '../e2e/support/mooring.ts';
import { eventually, PATIENCE_MS } from '../e2e/support/time.ts';
import { launchBrowser } from './support/browser.ts';

const app = join(import.meta.dirname, '../../client/test/app.tsx');

describe('the hooks in a browser', () => {
  let mooring: Mooring;
  let server: Server;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let user: string;
  /** Of the app's own session. */
  let isSignedIn = true;
  let users = 0;
  const problems: string[] = [];

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    origin = `http://localhost:${port}`;
    mooring = await startMooring({ vars: { APP_ORIGINS: `${origin},${APP_ORIGIN}` } });
    const { outputFiles } = await build({
      entryPoints: [app],
      bundle: true,
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"development"' },
      write: false,
      logLevel: 'error',
    });
    const script = outputFiles[0]?.text ?? '';
    const html = `<!doctype html><html lang="en" data-mooring="${mooring.worker.urls[0]}"><title>App</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/app.js"></script></html>`;
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', origin);
      if (pathname === '/token') {
        void jwt().then((token) => response.end(token));
      } else if (pathname === '/app.js') {
        response.setHeader('Content-Type', 'text/javascript').end(script);
      } else {
        response.setHeader('Content-Type', 'text/html').end(html);
      }
    }).listen(port, '127.0.0.1');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(null));
    await mooring?.stop();
  });

  const jwt = (): Promise<string> =>
    new SignJWT({ sub: user, exp: Math.floor(Date.now() / 1000) + (isSignedIn ? 60 : -60) })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(mooring.secrets.get('JWT secret')));

  beforeEach(async () => {
    users += 1;
    user = `browser-${users}`;
    isSignedIn = true;
    problems.length = 0;
    context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('weberror', (error) => problems.push(String(error.error())));
    page = await context.newPage();
    await page.goto(origin);
  });
  afterEach(async () => {
    await context.close();
    await mooring.call('DELETE', `/v1/users/${user}`);
    expect(problems).toEqual([]);
  });

  const status = (tab: Page, text: string) =>
    tab.getByRole('status').filter({ hasText: text }).waitFor();
  const accounts = (tab: Page) => tab.getByRole('listitem');
  const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true });

  /** The window that a click opens. */
  async function opened(tab: Page, name: string): Promise<Page> {
    const [window] = await Promise.all([context.waitForEvent('page'), button(tab, name).click()]);
    return window;
  }

  async function consentAs(window: Page, person: string): Promise<void> {
    await window.getByRole('button', { name: person }).click();
    await button(window, 'Allow').click();
  }

  it('connect in a window of its own, which closes; every tab shows it, and a disconnect', async () => {
    const other = await context.newPage();
    await other.goto(origin);
    const window = await opened(page, 'Connect');
    await status(page, 'waiting');
    await Promise.all([window.waitForEvent('close'), consentAs(window, 'Ada Fairwind')]);
    await status(page, 'connected');
    await accounts(page).filter({ hasText: 'Ada Fairwind: connected' }).waitFor();
    await accounts(other).filter({ hasText: 'Ada Fairwind: connected' }).waitFor();

    await button(other, 'Disconnect').click();
    await accounts(other).waitFor({ state: 'detached' });
    await accounts(page).waitFor({ state: 'detached' });
  });

  it('connect in the same tab where no window is allowed, and leave no secret in its address', async () => {
    await page.evaluate('window.open = () => null');
    await button(page, 'Connect').click();
    await consentAs(page, 'Ben Harbour');
    await status(page, 'connected');
    expect(page.url()).toBe(`${origin}/connected`);
    await page.getByRole('link', { name: 'Go on' }).click();
    await accounts(page).filter({ hasText: 'Ben Harbour: connected' }).waitFor();
  });

  it('say that the user denied, in both windows', async () => {
    const window = await opened(page, 'Connect');
    await button(window, 'Cancel').click();
    await status(window, 'failed access_denied');
    await status(page, 'failed access_denied');
  });

  it('show an account that needs a reconnect, and reconnect it', async () => {
    const first = await opened(page, 'Connect');
    await Promise.all([first.waitForEvent('close'), consentAs(first, 'Cleo Marsh')]);
    const account = accounts(page);
    await account.filter({ hasText: 'connected' }).waitFor();
    await mooring.sandbox.withdraw('cleo');
    const path = `/v1/users/${user}/integrations/sandbox/cleo/refresh`;
    expect((await mooring.call('POST', path)).status).toBe(409);
    // A list that was on its way already may be from before.
    await eventually(async () => {
      await page.evaluate('window.dispatchEvent(new Event("visibilitychange"))');
      await account.filter({ hasText: 'needs_reconnect' }).waitFor({ timeout: 1000 });
    });
    const again = await opened(page, 'Reconnect');
    await Promise.all([again.waitForEvent('close'), consentAs(again, 'Cleo Marsh')]);
    await account.filter({ hasText: ': connected' }).waitFor();
  });

  it('say that a session has ended, and go on once there is another', async () => {
    isSignedIn = false;
    const window = await opened(page, 'Connect');
    await status(page, 'failed unauthenticated');
    await expect.poll(() => window.isClosed()).toBe(true);
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'unauthenticated' }).waitFor();
    isSignedIn = true;
    await page.evaluate('window.dispatchEvent(new Event("visibilitychange"))');
    await page.getByRole('alert').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
  });

  it('go on after the network was away', async () => {
    await context.setOffline(true);
    await mooring.connect(user, 'finn');
    await context.setOffline(false);
    await accounts(page).filter({ hasText: 'connected' }).waitFor();
  });
});
