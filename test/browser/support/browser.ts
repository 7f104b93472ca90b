/** A real browser, and what all its tests look at. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import { PATIENCE_MS } from '../../e2e/support/time.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `CHROMIUM` names another one. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath) {
    throw new Error('no Chromium here: install it, or say where it is with CHROMIUM=/path');
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** One page, in a context of its own. */
export interface Tab {
  context: BrowserContext;
  page: Page;
  /** What the browser complained about, its policy included. */
  complaints: string[];
  /** Addresses that anything was asked of. */
  requests: string[];
}

export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const tab: Tab = { context, page, complaints: [], requests: [] };
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', (message) => {
    // Pages that refuse have a status that the browser notes.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
      tab.complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => tab.complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) tab.requests.push(request.url());
  });
  return tab;
}

/** Title of the message box. The rest of the page is there too then. */
export async function flashMessage(page: Page): Promise<string> {
  await page.waitForLoadState();
  return page.locator('.notice b').innerText();
}

/** Text of what has the focus; of a field, its label's. */
export const focusedText = (page: Page): Promise<string> =>
  page.evaluate<string>(
    '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.replace(/\\s+/g, " ").trim()',
  );

/** Until what says `text` has the focus. */
export const waitForFocus = (page: Page, text: string): Promise<void> =>
  expect.poll(() => focusedText(page)).toContain(text);

/** Presses Tab until what says `text` has the focus. */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await focusedText(page)) === text) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to "${text}"`);
}

/** No accessibility faults, light and dark, and it fits 320 px (WCAG 2.2, 1.4.10). */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faultsOf(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
  expect(await faultsOf(page)).toEqual([]);
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Fault {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** All of axe's rules, those of good practice included. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<Fault[]>('axe.run().then((result) => result.violations)');
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  );
}
