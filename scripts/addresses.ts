/**
 * `npm run addresses -- <repository> <docs site>`: where this repository and its docs site are.
 * Both stand in package.json; this writes them wherever else they stand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file that names one of them. */
export const places = [
  'client/package.json',
  'client/README.md',
  'README.md',
  'docs/self-hosting.md',
  'docs/start.md',
  'src/web/home.tsx',
  'test/repo/commands.test.ts',
  // Last: it holds the addresses that are looked for, should this have to be run once more.
  'package.json',
];

export interface Addresses {
  repository: string;
  homepage: string;
}

/** @returns the files that were changed. @throws Error where an address is no https URL */
export function setAddresses(root: string, next: Addresses): string[] {
  for (const address of Object.values(next)) {
    const url = URL.parse(address);
    if (url?.protocol !== 'https:' || address.endsWith('/') || url.search || url.hash) {
      throw new Error(`${address}: an https URL is needed, without a slash at its end`);
    }
  }
  const now = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Addresses;
  return places.filter((place) => {
    const file = join(root, place);
    const text = readFileSync(file, 'utf8');
    const changed = text
      .replaceAll(now.repository, next.repository)
      .replaceAll(now.homepage, next.homepage);
    if (changed !== text) writeFileSync(file, changed);
    return changed !== text;
  });
}

if (import.meta.main) {
  const [repository, homepage] = process.argv.slice(2);
  if (!repository || !homepage) {
    console.error('npm run addresses -- https://github.com/<you>/mooring https://<the docs site>');
    process.exit(1);
  }
  try {
    for (const file of setAddresses(join(import.meta.dirname, '..'), { repository, homepage })) {
      console.log(file);
    }
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
