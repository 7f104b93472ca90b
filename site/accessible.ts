/**
 * What the theme and its reference leave to be desired (axe): changed in the built pages, because
 * none of it can be set. test/browser/site.test.ts looks at the result.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

const changes: readonly [RegExp, string][] = [
  // What stands on the screen has to be in the name that is said aloud, with its blanks (WCAG 2.2,
  // 2.5.3).
  [/aria-label="Search"(?= aria-keyshortcuts)/g, 'aria-label="Search Ctrl K"'],
  [/(>Search<\/span>)(<kbd[^>]*>)(<kbd[^>]*>Ctrl<\/kbd>)(<kbd)/g, '$1 $2$3 $4'],
  // Markdown has no table without a heading, and no first column without one.
  [/<th( [^>]*)?><\/th>/g, '<td$1></td>'],
  // A level is left out before it.
  [/<h5( class="sl-openapi-examples-heading[^>]*)>([^<]*)<\/h5>/g, '<p$1>$2</p>'],
];

export const accessible: AstroIntegration = {
  name: 'accessible',
  hooks: {
    'astro:build:done': ({ dir }) => {
      const folder = fileURLToPath(dir);
      for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.html')) continue;
        const path = join(folder, file);
        const html = readFileSync(path, 'utf8');
        const changed = changes.reduce((text, [what, by]) => text.replace(what, by), html);
        if (changed !== html) writeFileSync(path, changed);
      }
    },
  },
};

/** What is wider than the page scrolls: by keyboard only what can have the focus does. */
export const scrollable = `
const mark = () => {
  for (const element of document.querySelectorAll('.sl-markdown-content :is(table, pre)')) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  }
};
mark();
addEventListener('resize', mark);
`;
