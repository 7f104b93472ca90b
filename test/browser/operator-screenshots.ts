/** `npm run screenshots`: the operator's page, as docs/screenshots/operator-*.png. */
import { join } from 'node:path';
import { it } from 'vitest';
import { PATIENCE_MS } from '../e2e/support/time.ts';
import { launchBrowser } from './support/browser.ts';
import { startDeployment } from './support/deployment.ts';
import { operatorStates } from './support/operator-states.ts';

const folder = process.env.SCREENSHOTS ?? join(import.meta.dirname, '../../docs/screenshots');
const desktop = { width: 1000, height: 720 };
const phone = { width: 390, height: 760 };
/** Which states are looked at, and under which names. */
const shots: Readonly<Record<string, string>> = {
  'a deployment at work': 'operator',
  'nothing has happened': 'operator-empty',
  'a wrong key': 'operator-sign-in',
  'what happened to a user': 'operator-timeline',
};

it('takes the pictures of the operator’s page', async () => {
  const [deployment, browser] = await Promise.all([startDeployment(), launchBrowser()]);
  try {
    for (const { name, shows, reach } of operatorStates) {
      const file = shots[name];
      if (file === undefined) continue;
      const context = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await reach(page, deployment);
      await page.getByText(shows).first().waitFor();
      for (const [suffix, viewport, colorScheme] of [
        ['light', desktop, 'light'],
        ['dark', desktop, 'dark'],
        ['phone', phone, 'light'],
      ] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.screenshot({ path: join(folder, `${file}-${suffix}.png`), fullPage: true });
      }
      await context.close();
    }
  } finally {
    await browser.close();
    await deployment.stop();
  }
});
