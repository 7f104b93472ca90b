/** The operator's page in a real browser, against the built Worker. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  expectAccessible,
  flashMessage,
  launchBrowser,
  openTab,
  type Tab,
  tabTo,
  waitForFocus,
} from './support/browser.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { openHostedPage } from './support/hosted-states.ts';
import {
  emptyCache,
  emptyTables,
  givePast,
  operatorStates,
  signIn,
} from './support/operator-states.ts';

const screenshots = join(import.meta.dirname, '../../docs/screenshots');

let deployment: Deployment;
let browser: Browser;
let tab: Tab;
let page: Page;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([startDeployment(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
});

async function enter(options?: BrowserContextOptions): Promise<void> {
  tab = await openTab(browser, options);
  ({ page } = tab);
}

beforeEach(async () => {
  await emptyTables(deployment.mooring);
  await enter();
});
afterEach(async () => {
  await tab.context.close();
  expect(tab.complaints).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole('button', { name });

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('an operator %s', (_, javaScriptEnabled) => {
  it('signs in, runs the refresh, closes a circuit, empties a cache, signs out', async () => {
    await tab.context.close();
    await enter({ javaScriptEnabled });
    await givePast(deployment.mooring);
    const user = 'operated';
    await openHostedPage(page, deployment, user);
    await button('Add app Sandbox').click();
    await button('Ben Harbour').click();
    await button('Allow').click();
    await page.getByText('Sandbox is connected').waitFor();
    await deployment.mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      user,
    );
    await signIn(page, deployment);
    await button('Run the refresh now').click();
    expect(await flashMessage(page)).toBe('The run took 1 account');
    await page.getByText('By hand').waitFor();
    await button('Close the circuit of Spotify accounts.spotify.com').click();
    expect(await flashMessage(page)).toBe('The circuit is closed');
    expect(await button(/^Close the circuit of Spotify/).count()).toBe(0);
    await emptyCache(page, user);
    // Told once.
    await page.getByRole('link', { name: 'Load again' }).click();
    await page.getByRole('heading', { name: 'Operations' }).waitFor();
    await page.waitForLoadState();
    expect(await page.locator('.notice').count()).toBe(0);
    await button('Sign out').click();
    await page.getByLabel('Service key').waitFor();
    await page.goto(`${deployment.hosted}/operator`);
    await page.getByLabel('Service key').waitFor();
    await deployment.mooring.call('DELETE', `/v1/users/${user}`);
  });
});

it('asks nobody else for anything, and is one request of under 100 KiB before compression', async () => {
  await givePast(deployment.mooring);
  await signIn(page, deployment);
  tab.requests.length = 0;
  const response = await page.reload();
  expect(tab.requests).toEqual([`${deployment.hosted}/operator`]);
  expect((await response?.body())?.length).toBeLessThan(100 * 1024);
});

it('is not shown in a frame, and a link from another site shows the sign-in', async () => {
  await signIn(page, deployment);
  await page.goto(deployment.origin);
  await page.evaluate(
    `document.body.innerHTML = '<a href="${deployment.hosted}/operator">here</a><iframe src="${deployment.hosted}/operator"></iframe>'`,
  );
  const refused = /frame-ancestors|X-Frame-Options/;
  await expect.poll(() => tab.complaints.join('\n')).toMatch(refused);
  await page.getByRole('link', { name: 'here' }).click();
  await page.getByLabel('Service key').waitFor();
  tab.complaints = tab.complaints.filter((text) => !refused.test(text));
});

it('works by keyboard alone', async () => {
  await givePast(deployment.mooring);
  await page.goto(`${deployment.hosted}/operator`);
  await tabTo(page, 'Service key');
  await page.keyboard.type(deployment.mooring.secrets.get('service key') ?? '');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in with the key').waitFor();
  await tabTo(page, 'Close the circuit of Spotify accounts.spotify.com');
  await page.keyboard.press('Enter');
  // The news has the focus, so that it is read out.
  await waitForFocus(page, 'The circuit is closed');
  await tabTo(page, 'Empty the cache of one user');
  await page.keyboard.type('somebody');
  await page.keyboard.press('Enter');
  await page.getByText('The cache holds nothing of this user').waitFor();
});

describe.each(operatorStates)('$name', ({ shows, reach }) => {
  it('has no accessibility faults, light and dark, and fits 320 px', async () => {
    await reach(page, deployment);
    await page.getByText(shows).first().waitFor();
    await expectAccessible(page);
  });
});

it('tells its charts to whoever cannot see them', async () => {
  await givePast(deployment.mooring);
  await signIn(page, deployment);
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
