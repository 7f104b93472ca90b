import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { report } from '../../scripts/key-new';
import { parseServiceKey } from '../../src/rights';

const linesOf = (args: string[], settings: Record<string, string> = {}) => {
  const [, key = '', , , entry = ''] = report(args, settings);
  return { key, entry };
};

describe('npm run key:new', () => {
  it.each<[string[], string]>([
    [['app'], ''],
    [['agents', 'read+call@github'], ':read+call@github'],
    [['ops', 'operate'], ':operate'],
    [['one', '@github+slack-user'], '@github+slack-user'],
  ])('%j gives a key of 256 bits and the entry with its hash', (args, limits) => {
    const { key, entry } = linesOf(args);
    expect(key).toMatch(/^[\w-]{43}$/);
    const hash = createHash('sha256').update(key).digest('hex');
    expect(entry).toBe(`${args[0]}:${hash}${limits}`);
    expect(parseServiceKey(entry, 1, () => true)).toMatchObject({ name: args[0], sha256: hash });
    expect(linesOf(args).key).not.toBe(key);
  });

  it('knows providers of one’s own', () => {
    const PROVIDERS = JSON.stringify({ own: { name: 'Own', extends: 'api-key' } });
    expect(linesOf(['a', 'read@own'], { PROVIDERS }).entry).toMatch(/:read@own$/);
    expect(() => linesOf(['a', 'read@own'])).toThrow('not known');
  });

  it.each<[string[], string]>([
    [[], 'npm run key:new'],
    [['a', 'read', 'call'], 'npm run key:new'],
    [['a', 'fly'], 'not known'],
    [['a', 'read+read'], 'twice'],
    [['a', 'operate@github'], 'operate'],
    [['a b', 'read'], 'name:sha256'],
  ])('%j makes none, and says why', (args, says) => {
    expect(() => report(args, {})).toThrow(says);
  });

  it('runs as a script', () => {
    const root = join(import.meta.dirname, '../..');
    const run = (...args: string[]) =>
      execFileSync(
        process.execPath,
        ['--import', './scripts/resolve-src.ts', 'scripts/key-new.ts', ...args],
        { cwd: root, encoding: 'utf8', stdio: 'pipe' },
      );
    expect(run('agents', 'read+call@github')).toMatch(/\nagents:[0-9a-f]{64}:read\+call@github\n$/);
    expect(() => run('agents', 'fly')).toThrow('not known');
  });
});
