/**
 * Where the repository and its docs site are is said in one place, and written to all others by a
 * script.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { places, setAddresses } from '../../scripts/addresses';
import { files, read, root } from '../support/docs';

const { repository, homepage } = JSON.parse(read('package.json'));
const next = {
  repository: 'https://github.com/harbour/mooring',
  homepage: 'https://docs.harbour.example.com',
};

describe('npm run addresses', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'mooring-addresses-'));
    for (const place of places) cpSync(join(root, place), join(copy, place));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));
  const copied = (place: string) => readFileSync(join(copy, place), 'utf8');

  it('writes both wherever they stand', () => {
    expect(setAddresses(copy, next)).toEqual(places);
    for (const place of places) {
      expect(copied(place)).not.toContain(repository);
      expect(copied(place)).not.toContain(homepage);
    }
    expect(JSON.parse(copied('package.json'))).toMatchObject(next);
    expect(JSON.parse(copied('client/package.json'))).toMatchObject({
      homepage: next.homepage,
      repository: { url: `git+${next.repository}.git` },
    });
    expect(copied('README.md')).toContain(
      `https://deploy.workers.cloudflare.com/?url=${next.repository})`,
    );
  });

  it('can be run again', () => {
    setAddresses(copy, next);
    setAddresses(copy, { repository, homepage });
    for (const place of places) expect(copied(place)).toBe(read(place));
  });

  it('can be run again after it failed in between', () => {
    rmSync(join(copy, 'src/web/home.tsx'));
    expect(() => setAddresses(copy, next)).toThrow('home.tsx');
    cpSync(join(root, 'src/web/home.tsx'), join(copy, 'src/web/home.tsx'));
    setAddresses(copy, next);
    for (const place of places) expect(copied(place)).not.toContain(repository);
  });

  it('says in one line what is wrong with an address', () => {
    const args = ['scripts/addresses.ts', 'http://github.com/you/mooring', next.homepage];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(stderr).toMatch(/^http:\/\/github\.com\/you\/mooring: an https URL is needed.*\n$/);
    expect(status).toBe(1);
  });

  it.each(['http://github.com/you/mooring', 'https://github.com/you/mooring/', 'mooring'])(
    '%s is refused, and nothing is written',
    (address) => {
      expect(() => setAddresses(copy, { ...next, repository: address })).toThrow(address);
      expect(copied('package.json')).toBe(read('package.json'));
    },
  );

  it('knows each file that a reader is shown', () => {
    const naming = files.filter((file) =>
      [repository, homepage].some((one) => read(file).includes(one)),
    );
    expect(naming.filter((file) => !places.includes(file))).toEqual([]);
  });
});
