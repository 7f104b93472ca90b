/**
 * The hosted page in a real browser: opened by an app on another site, against the built Worker and
 * the real authorization server.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { giveAccounts } from './support/accounts.ts';
import type { Customer } from './support/customer.ts';
import { launch } from './support/demo.ts';
import { startHosted } from './support/hosted.ts';
import { open, states } from './support/states.ts';

const screenshots = join(import.meta.dirname, '../../docs/screenshots');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let customer: Customer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the browser complained about, its policy included. */
let complaints: string[] = [];
/** Hosts that anything was asked of. */
let hosts: Set<string>;
let serial = 0;
let user: string;

beforeAll(async () => {
  [customer, browser] = await Promise.all([startHosted(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await customer?.stop();
});

async function enter(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    // Pages that refuse have a status that the browser notes.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host);
  });
}

beforeEach(async () => {
  complaints = [];
  hosts = new Set();
  serial += 1;
  user = `page-${serial}`;
  await enter();
});
afterEach(async () => {
  await context.close();
  // The sandbox's people are few: each test gives theirs back.
  await customer.mooring.call('DELETE', `/v1/users/${user}`);
  expect(complaints).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const visible = (text: string) => page.getByText(text).first().waitFor();
const notice = () => page.locator('.notice b').innerText();

async function connectAs(person: string, label = 'Add app Sandbox'): Promise<void> {
  await button(label).first().click();
  await button(person).click();
  await button('Allow').click();
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
}

describe('the whole way', () => {
  it('opens from another site, connects two accounts, refreshes, disconnects, signs out', async () => {
    await open(page, customer, user);
    await visible('Nothing is connected yet');
    await connectAs('Ada Fairwind');
    expect(await notice()).toBe('Sandbox is connected');
    expect(page.url()).toBe(`${customer.hosted}/integrations`);
    await connectAs('Ben Harbour', 'Add another account Sandbox');
    expect(await page.getByRole('heading', { level: 4 }).allInnerTexts()).toEqual([
      'Ben Harbour',
      'Ada Fairwind',
    ]);
    await button('Refresh now Ada Fairwind, Sandbox').click();
    expect(await notice()).toBe('Refreshed');
    await page.getByRole('link', { name: 'Disconnect Ben Harbour, Sandbox' }).click();
    await button('Disconnect').click();
    expect(await notice()).toBe('Sandbox is disconnected');
    expect(await page.getByRole('heading', { level: 4 }).allInnerTexts()).toEqual(['Ada Fairwind']);
    await button('Sign out').click();
    await visible('You are signed out');
    await page.getByRole('link', { name: /^Back to/ }).click();
    expect(page.url()).toBe(`${customer.origin}/settings`);
    await page.goto(`${customer.hosted}/integrations`);
    await visible('Open this page from your app');
  });

  it('shows an account that was withdrawn at the provider, and reconnects it', async () => {
    await open(page, customer, user);
    await connectAs('Cleo Marsh');
    await customer.mooring.sandbox.withdraw('cleo');
    await button('Refresh now Cleo Marsh, Sandbox').click();
    expect(await notice()).toBe('Please reconnect');
    await visible('Sandbox no longer accepts this connection');
    await connectAs('Cleo Marsh', 'Reconnect Cleo Marsh, Sandbox');
    expect(await notice()).toBe('Sandbox is connected');
    expect(await page.locator('.status').allInnerTexts()).toEqual(['Connected']);
  });

  it('opens in a pop-up', async () => {
    await page.goto(`${customer.opening(user)}&target=_blank`);
    const popup = context.waitForEvent('page');
    await button('Manage connections').click();
    await (await popup).getByRole('heading', { name: 'Connections' }).waitFor();
  });

  it('does not open in a frame', async () => {
    await page.goto(`${customer.opening(user)}&target=inner`);
    await button('Manage connections').click();
    await expect
      .poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:')))
      .toBe(true);
    complaints = complaints.filter((text) => !text.includes('frame'));
    await page.goto(`${customer.hosted}/integrations`);
    await visible('Open this page from your app');
  });

  it('is not reached by a form of another site, even with the cookie there', async () => {
    await giveAccounts(customer.mooring, user, [
      { provider: 'sandbox', accountId: `mine-${user}` },
    ]);
    await open(page, customer, user);
    await page.goto(customer.origin);
    await page.setContent(
      `<form method="post" action="${customer.hosted}/integrations/disconnect"><input name="provider" value="sandbox"><input name="account" value="mine-${user}"><button>Win</button></form>`,
    );
    await button('Win').click();
    await page.getByRole('heading').first().waitFor();
    await page.goto(`${customer.hosted}/integrations`);
    await visible(`mine-${user}`);
  });

  it('asks no host but itself, the app and the provider for anything', async () => {
    await open(page, customer, user);
    await connectAs('Ada Fairwind');
    const known = [customer.hosted, customer.origin, customer.mooring.sandbox.issuer];
    expect([...hosts].sort()).toEqual(known.map((origin) => new URL(origin).host).sort());
  });
});

describe('without JavaScript', () => {
  it('everything works', async () => {
    await context.close();
    await enter({ javaScriptEnabled: false });
    await open(page, customer, user, {});
    await page.getByRole('searchbox').fill('sandbox');
    await button('Search').click();
    await connectAs('Ada Fairwind');
    expect(await notice()).toBe('Sandbox is connected');
    await button('Refresh now Ada Fairwind, Sandbox').click();
    expect(await notice()).toBe('Refreshed');
    await page.getByRole('link', { name: 'Not connected' }).click();
    expect(await page.getByText('Ada Fairwind').count()).toBe(0);
    await page.getByRole('link', { name: /^All/ }).click();
    await page.getByRole('link', { name: 'Disconnect Ada Fairwind, Sandbox' }).click();
    await button('Disconnect').click();
    expect(await notice()).toBe('Sandbox is disconnected');
  });
});

describe('by keyboard alone', () => {
  const focused = () =>
    page.evaluate<string>('document.activeElement.textContent.replace(/\\s+/g, " ").trim()');

  async function tabTo(text: string): Promise<void> {
    for (let presses = 0; presses < 80; presses += 1) {
      if ((await focused()) === text) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to "${text}"`);
  }

  it('connects and disconnects, and the focus is where the news is', async () => {
    await open(page, customer, user);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo('Add app Sandbox');
    await page.keyboard.press('Enter');
    await button('Ada Fairwind').focus();
    await page.keyboard.press('Enter');
    await button('Allow').focus();
    await page.keyboard.press('Enter');
    await visible('Sandbox is connected');
    expect(await focused()).toContain('Sandbox is connected');
    await tabTo('Disconnect Ada Fairwind, Sandbox');
    await page.keyboard.press('Enter');
    await visible('Keep it');
    await tabTo('Disconnect');
    await page.keyboard.press('Enter');
    await visible('Sandbox is disconnected');
    expect(await focused()).toContain('Sandbox is disconnected');
  });

  it('shows where the focus is', async () => {
    await open(page, customer, user);
    await button('Sign out').focus();
    await page.keyboard.press('Tab');
    const outline = await page.evaluate<string>(
      'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth',
    );
    expect(outline).toBe('solid3px');
  });
});

describe.each(states)('$name', ({ name, shows, reach }) => {
  it('has no accessibility faults, light and dark, and fits 320 px', async () => {
    await reach(page, customer, user);
    await visible(shows);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faults()).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
    expect(await faults()).toEqual([]);
  });

  it('is in docs/screenshots (npm run screenshots)', () => {
    expect(existsSync(join(screenshots, `page-${name}.png`))).toBe(true);
  });
});

interface Fault {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** All of axe's rules, those of good practice included. */
async function faults(): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<Fault[]>('axe.run().then((result) => result.violations)');
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  );
}

describe('speed', () => {
  it('one request, under 30 KiB, and painted within a second, with all providers', async () => {
    await giveAccounts(customer.mooring, user, [{ provider: 'google', name: 'Robin' }]);
    await open(page, customer, user, {});
    const requests: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) requests.push(request.url());
    });
    const response = await page.reload();
    const bytes = gzipSync((await response?.body()) ?? '').length;
    await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0');
    const paint = await page.evaluate<number>(
      'performance.getEntriesByName("first-contentful-paint")[0].startTime',
    );
    console.log(
      `hosted page, all providers: ${requests.length} request, ${bytes} bytes of HTML gzipped, first paint after ${Math.round(paint)} ms`,
    );
    expect(requests).toHaveLength(1);
    expect(bytes).toBeLessThan(30 * 1024);
    expect(paint).toBeLessThan(1000);
  });
});
