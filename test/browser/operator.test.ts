/** The operator's page in a real browser, against the built Worker. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Customer } from './support/customer.ts';
import { launch } from './support/demo.ts';
import { startHosted } from './support/hosted.ts';
import { empty, emptyTables, givePast, operatorStates, signIn } from './support/operator.ts';
import { open } from './support/states.ts';

const screenshots = join(import.meta.dirname, '../../docs/screenshots');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let customer: Customer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[] = [];
let requests: string[] = [];

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
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
}

beforeEach(async () => {
  complaints = [];
  requests = [];
  await emptyTables(customer.mooring);
  await enter();
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const notice = () => page.locator('.notice b').innerText();
const focused = () =>
  page.evaluate<string>(
    '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.replace(/\\s+/g, " ").trim()',
  );

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('an operator %s', (_, javaScriptEnabled) => {
  it('signs in, runs the refresh, closes a circuit, empties a cache, signs out', async () => {
    await context.close();
    await enter({ javaScriptEnabled });
    await givePast(customer.mooring);
    const user = 'operated';
    await open(page, customer, user);
    await button('Add app Sandbox').click();
    await button('Ben Harbour').click();
    await button('Allow').click();
    await page.getByText('Sandbox is connected').waitFor();
    await customer.mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      user,
    );
    await signIn(page, customer);
    await button('Run the refresh now').click();
    expect(await notice()).toBe('The run took 1 account');
    await page.getByText('By hand').waitFor();
    await button('Close the circuit of Spotify accounts.spotify.com').click();
    expect(await notice()).toBe('The circuit is closed');
    expect(await button(/^Close the circuit of Spotify/).count()).toBe(0);
    await empty(page, user);
    // Told once.
    await page.getByRole('link', { name: 'Load again' }).click();
    await page.getByRole('heading', { name: 'Operations' }).waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
    await button('Sign out').click();
    await page.getByLabel('Service key').waitFor();
    await page.goto(`${customer.hosted}/operator`);
    await page.getByLabel('Service key').waitFor();
    await customer.mooring.call('DELETE', `/v1/users/${user}`);
  });
});

it('asks nobody else for anything, and is one request of under 100 KiB before compression', async () => {
  await givePast(customer.mooring);
  await signIn(page, customer);
  requests = [];
  const response = await page.reload();
  expect(requests).toEqual([`${customer.hosted}/operator`]);
  expect((await response?.body())?.length).toBeLessThan(100 * 1024);
});

it('is not shown in a frame, and a link from another site shows the door', async () => {
  await signIn(page, customer);
  await page.goto(customer.origin);
  await page.evaluate(
    `document.body.innerHTML = '<a href="${customer.hosted}/operator">here</a><iframe src="${customer.hosted}/operator"></iframe>'`,
  );
  await page.waitForTimeout(300);
  expect(complaints.splice(0).join('\n')).toMatch(/frame-ancestors|X-Frame-Options/);
  await page.getByRole('link', { name: 'here' }).click();
  await page.getByLabel('Service key').waitFor();
});

it('works by keyboard alone', async () => {
  await givePast(customer.mooring);
  await page.goto(`${customer.hosted}/operator`);
  const tabTo = async (text: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await focused()) === text) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to "${text}"`);
  };
  await tabTo('Service key');
  await page.keyboard.type(customer.mooring.secrets.get('service key') ?? '');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in with the key').waitFor();
  await tabTo('Close the circuit of Spotify accounts.spotify.com');
  await page.keyboard.press('Enter');
  await page.getByText('The circuit is closed').waitFor();
  // The news has the focus, so that it is read out.
  expect(await focused()).toContain('The circuit is closed');
  await tabTo('Empty the cache of one user');
  await page.keyboard.type('somebody');
  await page.keyboard.press('Enter');
  await page.getByText('The cache holds nothing of this user').waitFor();
});

describe.each(operatorStates)('$name', ({ shows, reach }) => {
  it('has no accessibility faults, light and dark, and fits 320 px', async () => {
    await reach(page, customer);
    await page.getByText(shows).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faults()).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
    expect(await faults()).toEqual([]);
  });
});

it('tells its charts to whoever cannot see them', async () => {
  await givePast(customer.mooring);
  await signIn(page, customer);
  const names = await page
    .getByRole('img')
    .evaluateAll((found: { getAttribute(name: string): string | null }[]) =>
      found.map((one) => one.getAttribute('aria-label')),
    );
  expect(names.join('\n')).toMatch(/refreshes fall due/);
  expect(names.join('\n')).toMatch(/runs since .* refreshed, .* refused, .* failed/);
  expect(names.join('\n')).toMatch(/answers from memory/);
});

it.each(['light', 'dark'])('is in docs/screenshots, %s (npm run screenshots)', (scheme) => {
  expect(existsSync(join(screenshots, `operator-${scheme}.png`))).toBe(true);
});

interface Fault {
  id: string;
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
