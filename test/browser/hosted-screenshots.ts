/** `npm run screenshots`: every state of the hosted page, as docs/screenshots/page-*.png. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { PATIENCE_MS } from '../e2e/support/time.ts';
import { launchBrowser } from './support/browser.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { hostedStates } from './support/hosted-states.ts';
import { reloadIn, turnRound } from './support/languages.ts';

const folder = join(import.meta.dirname, '../../docs/screenshots');
const desktop = { width: 1000, height: 760 };
const phone = { width: 390, height: 760 };
const views = [
  { suffix: '', viewport: desktop, colorScheme: 'light' },
  { suffix: '-dark', viewport: desktop, colorScheme: 'dark' },
  { suffix: '-phone', viewport: phone, colorScheme: 'light' },
] as const;
/** The states that are looked at in every view; the others in the first one. */
const everywhere = [
  'connected',
  'needs-reconnect',
  'odd-names',
  'forty-providers',
  'disconnect',
  'credentials-wrong',
  'account-taken',
  'bare-link',
  'denied-without-state',
  'home',
];

/** One state in other languages; `ar` stands for the one that is made up (docs/hosted-page.md). */
const spoken = {
  name: 'needs-reconnect',
  languages: ['de', 'ja', 'ar'],
  views: [
    { suffix: '', viewport: desktop, colorScheme: 'light' },
    { suffix: '-phone-dark', viewport: phone, colorScheme: 'dark' },
  ],
} as const;

describe('the hosted page', () => {
  let deployment: Deployment;
  let browser: Browser;
  beforeAll(async () => {
    [deployment, browser] = await Promise.all([startDeployment(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  it.each(hostedStates)('$name', async ({ name, shows, reach }) => {
    const context = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await reach(page, deployment, `shot-${name}`);
    await page.getByText(shows).first().waitFor();
    for (const { suffix, viewport, colorScheme } of views) {
      if (suffix !== '' && !everywhere.includes(name)) continue;
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(folder, `page-${name}${suffix}.png`) });
    }
    for (const language of name === spoken.name ? spoken.languages : []) {
      await reloadIn(page, language === 'ar' ? 'en' : language);
      if (language === 'ar') await turnRound(page);
      for (const { suffix, viewport, colorScheme } of spoken.views) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const file = `page-${name}-${language}${suffix}.png`;
        await page.screenshot({ path: join(folder, file) });
      }
    }
    await context.close();
  });
});
