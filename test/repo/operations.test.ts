/** What an operator may find in a log or in the audit trail is explained to the operator. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_HOUR, EVERY_MINUTE } from '../../src/jobs/cron';
import { isDeadLetters, retryDelaySeconds } from '../../src/refresh/queue';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'));

const all = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([, name = '']) => name);

describe('docs/operations.md', () => {
  it('explains every log line', () => {
    const lines = sources.flatMap((text) => [
      ...all(text, /\blog\.(?:info|warn|error)\(\s*'([^']+)'/g),
      ...all(text, /\bpatiently\(deps, '([^']+)'/g),
    ]);
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.filter((line) => !page.includes(`\`${line}\``))).toEqual([]);
  });

  it('explains every audit event', () => {
    const events = sources
      .filter((text) => /auditEvent|announcement/.test(text))
      .flatMap((text) => text.split('\n').filter((line) => /\btype: /.test(line)))
      .flatMap((line) => all(line.slice(line.indexOf('type:')), /'([a-z_.]+)'/g));
    expect(events).toContain('needs_reconnect');
    expect(events).toContain('provider.open');
    expect([...events, 'expiring'].filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
  });
});

const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8');

describe('the triggers in wrangler.toml', () => {
  it('are those that the Worker has jobs for', () => {
    const crons = /^crons = (\[.*\])$/m.exec(toml)?.[1] ?? '';
    expect(JSON.parse(crons)).toEqual([EVERY_MINUTE, EVERY_HOUR]);
  });
});

describe('the queues in wrangler.toml', () => {
  const setting = (name: string): string =>
    new RegExp(`^# ${name} = "?([^"\\n]+)"?$`, 'm').exec(toml)?.[1] ?? '';

  it('have a dead letter queue that its consumer knows by its name', () => {
    expect(isDeadLetters(setting('dead_letter_queue'))).toBe(true);
    expect(isDeadLetters('mooring-refresh')).toBe(false);
  });

  it('retry a rescue for days, but not longer than a message is kept', () => {
    const retries = Number(setting('max_retries'));
    const seconds = Array.from({ length: retries }, (_, i) => retryDelaySeconds(i + 1));
    const total = seconds.reduce((sum, one) => sum + one, 0);
    expect(seconds[0]).toBe(30);
    expect(seconds.at(-1)).toBe(3_600);
    expect(total).toBeGreaterThan(3 * 86_400);
    // The default of a queue on the paid plan, less half a day for what comes in between.
    expect(total).toBeLessThan(3.6 * 86_400);
  });
});
