/** `npm run screenshots`: the pictures in docs/screenshots, from the demo app as it is. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startDemo } from './support/demo.ts';

const desktop = { width: 1160, height: 930 };
const folder = join(import.meta.dirname, '../../docs/screenshots');

it('takes the pictures', async () => {
  const [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
  try {
    const page = await browser.newPage({ viewport: desktop, deviceScaleFactor: 1.5 });
    const button = (name: string | RegExp) => page.getByRole('button', { name });
    const shoot = (name: string) => page.screenshot({ path: join(folder, `${name}.png`) });
    await page.goto(demo.origin);
    for (const [provider, person] of [
      [/Connect Sandbox Short/, 'Cleo Marsh'],
      [/Connect Sandbox tokens/, 'Ben Harbour'],
      [/Connect Sandbox Short/, 'Ada Fairwind'],
    ] as const) {
      await button(provider).click();
      await button(person).click();
      await button('Allow').click();
    }
    await button('Withdraw grant: Cleo Marsh').click();
    await button('Refresh: Cleo Marsh').click();
    await page.getByText('Needs reconnect').waitFor();
    await button('Refresh: Ben Harbour').click();
    await button('Empty the cache').click();
    await button('Take a token: Ada Fairwind').click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(desktop);
      expect(await page.getByRole('heading', { name: 'Your integrations' }).count()).toBe(1);
      await shoot(`demo-${colorScheme}`);
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
});
