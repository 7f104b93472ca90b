/** The page that a browser shows, in another language: loaded anew as a browser of it would. */
import type { Page } from 'playwright-core';
import { mirror } from '../../web/mirrored.ts';

/**
 * Not for what an action has answered: a flash message is told once, a form is not posted again.
 */
export async function reloadIn(page: Page, language: string): Promise<void> {
  await page.setExtraHTTPHeaders({ 'Accept-Language': language });
  await page.reload();
}

/**
 * Turned round, in the made-up language of test/web/mirrored.ts, which the deployed Worker does not
 * speak. Names stay.
 */
export async function turnRound(page: Page): Promise<void> {
  const texts = await page.evaluate<string[]>(`${walk} texts.map((node) => node.data)`);
  const turned = texts.map((text) => mirror(text).replace('←', '→'));
  await page.evaluate(
    `${walk} ${JSON.stringify(turned)}.forEach((text, i) => { texts[i].data = text });
     document.documentElement.lang = 'ar';
     document.documentElement.dir = 'rtl';`,
  );
}

const walk = `
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest('bdi, h3, .brand')) texts.push(walker.currentNode);
  }`;
