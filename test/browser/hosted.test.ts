/**
 * The hosted page in a real browser: opened by an app on another site, against the built Worker and
 * the real authorization server.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  expectAccessible,
  flashMessage,
  focusedText,
  launchBrowser,
  openTab,
  type Tab,
  tabTo,
  waitForFocus,
} from './support/browser.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { hostedStates, openHostedPage } from './support/hosted-states.ts';
import { reloadIn, turnRound } from './support/languages.ts';
import { giveAccounts } from './support/rows.ts';

const screenshots = join(import.meta.dirname, '../../docs/screenshots');

let deployment: Deployment;
let browser: Browser;
let tab: Tab;
let page: Page;
let serial = 0;
let user: string;

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
  serial += 1;
  user = `page-${serial}`;
  await enter();
});
afterEach(async () => {
  await tab.context.close();
  // The sandbox's people are few: each test gives theirs back.
  await deployment.mooring.call('DELETE', `/v1/users/${user}`);
  expect(tab.complaints).toEqual([]);
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const visible = (text: string) => page.getByText(text).first().waitFor();

async function connectAs(person: string, label = 'Add app Sandbox'): Promise<void> {
  await button(label).first().click();
  await button(person).click();
  await button('Allow').click();
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
  await page.waitForLoadState();
}

describe('the whole way', () => {
  it('opens from another site, connects two accounts, refreshes, disconnects, signs out', async () => {
    await openHostedPage(page, deployment, user);
    await visible('Nothing is connected yet');
    await connectAs('Ada Fairwind');
    expect(await flashMessage(page)).toBe('Sandbox is connected');
    expect(page.url()).toBe(`${deployment.hosted}/integrations`);
    await connectAs('Ben Harbour', 'Add another account Sandbox');
    expect(await page.getByRole('heading', { level: 4 }).allInnerTexts()).toEqual([
      'Ben Harbour',
      'Ada Fairwind',
    ]);
    await button('Refresh now Ada Fairwind, Sandbox').click();
    expect(await flashMessage(page)).toBe('Refreshed');
    await page.getByRole('link', { name: 'Disconnect Ben Harbour, Sandbox' }).click();
    await button('Disconnect').click();
    expect(await flashMessage(page)).toBe('Sandbox is disconnected');
    expect(await page.getByRole('heading', { level: 4 }).allInnerTexts()).toEqual(['Ada Fairwind']);
    await button('Sign out').click();
    await visible('You are signed out');
    await page.getByRole('link', { name: /^Back to/ }).click();
    expect(page.url()).toBe(`${deployment.origin}/settings`);
    await page.goto(`${deployment.hosted}/integrations`);
    await visible('Open this page from your app');
  });

  it('shows an account that was withdrawn at the provider, and reconnects it', async () => {
    await openHostedPage(page, deployment, user);
    await connectAs('Cleo Marsh');
    await deployment.mooring.sandbox.withdraw('cleo');
    await button('Refresh now Cleo Marsh, Sandbox').click();
    expect(await flashMessage(page)).toBe('Please reconnect');
    await visible('Sandbox no longer accepts this connection');
    await connectAs('Cleo Marsh', 'Reconnect Cleo Marsh, Sandbox');
    expect(await flashMessage(page)).toBe('Sandbox is connected');
    expect(await page.locator('.status').allInnerTexts()).toEqual(['Connected']);
  });

  it('opens in a pop-up', async () => {
    await page.goto(`${deployment.opening(user)}&target=_blank`);
    const popup = tab.context.waitForEvent('page');
    await button('Manage connections').click();
    await (await popup).getByRole('heading', { name: 'Connections' }).waitFor();
  });

  it('does not open in a frame', async () => {
    await page.goto(`${deployment.opening(user)}&target=inner`);
    await button('Manage connections').click();
    await expect
      .poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:')))
      .toBe(true);
    await expect.poll(() => tab.complaints.join('\n')).toContain('frame');
    await page.goto(`${deployment.hosted}/integrations`);
    await visible('Open this page from your app');
    tab.complaints = tab.complaints.filter((text) => !text.includes('frame'));
  });

  it('is not reached by a form of another site, even with the cookie there', async () => {
    await giveAccounts(deployment.mooring, user, [
      { provider: 'sandbox', accountId: `mine-${user}` },
    ]);
    await openHostedPage(page, deployment, user);
    await page.goto(deployment.origin);
    await page.setContent(
      `<form method="post" action="${deployment.hosted}/integrations/disconnect"><input name="provider" value="sandbox"><input name="account" value="mine-${user}"><button>Win</button></form>`,
    );
    await button('Win').click();
    await page.getByRole('heading').first().waitFor();
    await page.goto(`${deployment.hosted}/integrations`);
    await visible(`mine-${user}`);
  });

  it('asks no host but itself, the app and the provider for anything', async () => {
    await openHostedPage(page, deployment, user);
    await connectAs('Ada Fairwind');
    const known = [deployment.hosted, deployment.origin, deployment.mooring.sandbox.issuer];
    const asked = new Set(tab.requests.map((url) => new URL(url).host));
    expect([...asked].sort()).toEqual(known.map((origin) => new URL(origin).host).sort());
  });
});

describe('without JavaScript', () => {
  it('everything works', async () => {
    await tab.context.close();
    await enter({ javaScriptEnabled: false });
    await openHostedPage(page, deployment, user, {});
    await page.getByRole('searchbox').fill('sandbox');
    await button('Search').click();
    await connectAs('Ada Fairwind');
    expect(await flashMessage(page)).toBe('Sandbox is connected');
    await button('Refresh now Ada Fairwind, Sandbox').click();
    expect(await flashMessage(page)).toBe('Refreshed');
    await page.getByRole('link', { name: 'Not connected' }).click();
    await page.waitForLoadState();
    expect(await page.getByText('Ada Fairwind').count()).toBe(0);
    await page.getByRole('link', { name: /^All/ }).click();
    await page.getByRole('link', { name: 'Disconnect Ada Fairwind, Sandbox' }).click();
    await button('Disconnect').click();
    expect(await flashMessage(page)).toBe('Sandbox is disconnected');
  });
});

describe('by keyboard alone', () => {
  it('connects and disconnects, and the focus is where the news is', async () => {
    await openHostedPage(page, deployment, user);
    await page.keyboard.press('Tab');
    expect(await focusedText(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Add app Sandbox');
    await page.keyboard.press('Enter');
    await button('Ada Fairwind').focus();
    await page.keyboard.press('Enter');
    await button('Allow').focus();
    await page.keyboard.press('Enter');
    await waitForFocus(page, 'Sandbox is connected');
    await tabTo(page, 'Disconnect Ada Fairwind, Sandbox');
    await page.keyboard.press('Enter');
    await visible('Keep it');
    await tabTo(page, 'Disconnect');
    await page.keyboard.press('Enter');
    await waitForFocus(page, 'Sandbox is disconnected');
  });

  it('shows where the focus is', async () => {
    await openHostedPage(page, deployment, user);
    await button('Sign out').focus();
    await page.keyboard.press('Tab');
    const outline = await page.evaluate<string>(
      'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth',
    );
    expect(outline).toBe('solid3px');
  });
});

describe.each(hostedStates)('$name', ({ name, shows, reach }) => {
  it('has no accessibility faults, light and dark, and fits 320 px', async () => {
    await reach(page, deployment, user);
    await visible(shows);
    await expectAccessible(page);
  });

  it('is in docs/screenshots (npm run screenshots)', () => {
    expect(existsSync(join(screenshots, `page-${name}.png`))).toBe(true);
  });
});

describe('in every language', () => {
  const states = ['needs-reconnect', 'odd-names', 'forty-providers', 'credentials', 'bare-link'];

  it.each(hostedStates.filter(({ name }) => states.includes(name)))(
    '$name has no accessibility faults, light and dark, and fits 320 px',
    async ({ shows, reach }) => {
      await reach(page, deployment, user);
      await visible(shows);
      for (const language of ['de', 'es', 'fr', 'ja', 'pt']) {
        await reloadIn(page, language);
        expect(await page.getAttribute('html', 'lang')).toBe(language);
        await expectAccessible(page);
      }
      await reloadIn(page, 'en');
      await turnRound(page);
      await expectAccessible(page);
    },
  );

  it('begins at the side at which its lines begin', async () => {
    await giveAccounts(deployment.mooring, user, [{ provider: 'google', name: 'Robin' }]);
    await openHostedPage(page, deployment, user);
    const sides = async () => {
      const boxes = await Promise.all(
        ['.face', '.person h4', '.person .status'].map((part) =>
          page.locator(part).first().boundingBox(),
        ),
      );
      return boxes.map((box) => box?.x ?? 0);
    };
    const [face = 0, name = 0, status = 0] = await sides();
    expect([face < name, name < status]).toEqual([true, true]);
    await turnRound(page);
    const [turnedFace = 0, turnedName = 0, turnedStatus = 0] = await sides();
    expect([turnedFace > turnedName, turnedName > turnedStatus]).toEqual([true, true]);
  });
});

describe('speed', () => {
  it('one request and under 30 KiB, with all providers', async () => {
    await giveAccounts(deployment.mooring, user, [{ provider: 'google', name: 'Robin' }]);
    await openHostedPage(page, deployment, user, {});
    tab.requests.length = 0;
    const response = await page.reload();
    const bytes = gzipSync((await response?.body()) ?? '').length;
    await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0');
    const paint = await page.evaluate<number>(
      'performance.getEntriesByName("first-contentful-paint")[0].startTime',
    );
    // Told, not asserted: how long it takes is up to the machine.
    console.log(
      `hosted page, all providers: ${tab.requests.length} request, ${bytes} bytes of HTML gzipped, first paint after ${Math.round(paint)} ms`,
    );
    expect(tab.requests).toHaveLength(1);
    expect(bytes).toBeLessThan(30 * 1024);
  });
});
