/** examples/react in Chromium, built by Vite, beside examples/express and the built Worker. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APP_ORIGIN, freePorts, type Mooring, startMooring } from '../e2e/support/mooring.ts';
import { type Program, startProgram } from '../e2e/support/program.ts';
import { expectAccessible, launchBrowser, openTab, type Tab } from './support/browser.ts';

const root = join(import.meta.dirname, '../..');
const react = join(root, 'examples/react');
const vite = join(root, 'node_modules/vite/bin/vite.js');
const user = 'user-robin';

describe('the settings page of the React example', () => {
  let mooring: Mooring;
  let backend: Program;
  let server: Program;
  let dist: string;
  let origin: string;
  let browser: Browser;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'client/scripts/build.ts')]);
    const [expressPort = 0, port = 0] = await freePorts(2);
    origin = `http://localhost:${port}`;
    mooring = await startMooring({ vars: { APP_ORIGINS: `${origin},${APP_ORIGIN}` } });
    const BACKEND_URL = `http://localhost:${expressPort}`;
    const MOORING_URL = mooring.worker.urls[0] ?? '';
    dist = mkdtempSync(join(tmpdir(), 'mooring-react-example-'));
    const out = ['--outDir', dist, '--logLevel', 'warn'];
    execFileSync(process.execPath, [vite, 'build', '--emptyOutDir', ...out], {
      cwd: react,
      env: { ...process.env, VITE_MOORING_URL: MOORING_URL },
    });
    backend = await startProgram(['app.ts'], {
      cwd: join(root, 'examples/express'),
      url: BACKEND_URL,
      env: {
        MOORING_URL,
        MOORING_KEY: mooring.secrets.get('service key') ?? '',
        JWT_SECRET: mooring.secrets.get('JWT secret') ?? '',
        PORT: String(expressPort),
      },
    });
    server = await startProgram([vite, 'preview', '--port', String(port), '--strictPort', ...out], {
      cwd: react,
      url: origin,
      env: { BACKEND_URL },
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await backend?.stop();
    await mooring?.stop();
    if (dist) rmSync(dist, { recursive: true, force: true });
  });

  beforeEach(async () => {
    tab = await openTab(browser);
    page = tab.page;
    await page.goto(origin);
    await page.getByText('No account is connected.').waitFor();
    await button(page, 'Connect Sandbox').waitFor();
  });
  afterEach(async () => {
    await tab.context.close();
    await mooring.call('DELETE', `/v1/users/${user}`);
  });

  const button = (where: Page, name: string | RegExp) =>
    where.getByRole('button', { name, exact: true });
  const account = (where: Page, text: string) =>
    where.locator('.accounts li').filter({ hasText: text });

  /** The window that a click opens. */
  async function opened(name: string): Promise<Page> {
    const [window] = await Promise.all([
      tab.context.waitForEvent('page'),
      button(page, name).click(),
    ]);
    return window;
  }

  async function consentAs(window: Page, person: string): Promise<void> {
    await window.getByRole('button', { name: person }).click();
    await button(window, 'Allow').click();
  }

  async function connectAs(person: string, name = 'Connect Sandbox'): Promise<void> {
    const window = await opened(name);
    await Promise.all([window.waitForEvent('close'), consentAs(window, person)]);
    await account(page, person).waitFor();
  }

  it('connects, reconnects and disconnects, and shows it in both tabs', async () => {
    const other = await tab.context.newPage();
    await other.goto(origin);
    await connectAs('Ada Fairwind');
    await account(other, 'Ada Fairwind').waitFor();

    await mooring.sandbox.withdraw('ada');
    await mooring.call('POST', `/v1/users/${user}/integrations/sandbox/ada/refresh`);
    await page.reload();
    await account(page, 'Needs to be reconnected').waitFor();
    await connectAs('Ada Fairwind', 'Reconnect');
    await account(page, 'Needs to be reconnected').waitFor({ state: 'detached' });

    await button(other, 'Disconnect Ada Fairwind').click();
    await page.getByText('No account is connected.').waitFor();
    await other.getByText('No account is connected.').waitFor();
    expect(tab.complaints).toEqual([]);
  });

  it('goes on in the same tab where pop-ups are blocked', async () => {
    await page.evaluate('window.open = () => null');
    await button(page, 'Connect Sandbox').click();
    await consentAs(page, 'Ben Harbour');
    await page.getByRole('status').filter({ hasText: 'Ben Harbour is connected.' }).waitFor();
    expect(page.url()).toBe(`${origin}/connected`);
    await page.getByRole('link', { name: 'Back to your accounts' }).click();
    await account(page, 'Ben Harbour').waitFor();
  });

  it('says in both windows that the user denied', async () => {
    const window = await opened('Connect Sandbox');
    await button(window, 'Cancel').click();
    const denied = { hasText: 'You did not allow it.' };
    await window.getByRole('alert').filter(denied).waitFor();
    await page.getByRole('alert').filter(denied).waitFor();
    await button(page, 'Dismiss').click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('says that the session has ended, and works again after the user signed in', async () => {
    await tab.context.route('**/mooring-token', (route) => route.fulfill({ status: 401 }));
    const window = await opened('Connect Sandbox');
    await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor();
    await expect.poll(() => window.isClosed()).toBe(true);
    await tab.context.unroute('**/mooring-token');
    await connectAs('Cleo Marsh');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says that it is offline, and is current once it is back', async () => {
    await tab.context.setOffline(true);
    await page.getByRole('status').filter({ hasText: 'You are offline.' }).waitFor();
    const window = await opened('Connect Sandbox');
    await page.getByRole('alert').filter({ hasText: 'No connection to the network.' }).waitFor();
    await expect.poll(() => window.isClosed()).toBe(true);
    await mooring.connect(user, 'finn');
    await tab.context.setOffline(false);
    await account(page, 'Finn').waitFor();
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
  });

  it('is accessible, light and dark, and fits a phone', async () => {
    await expectAccessible(page);
    await connectAs('Ada Fairwind');
    await expectAccessible(page);
  });
});
