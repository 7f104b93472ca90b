/** What an operator may find in a log or in the audit trail is explained to the operator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../src/events/types';
import { EVERY_HOUR, EVERY_MINUTE } from '../../src/jobs/cron';
import { logEvents } from '../../src/log';
import { isDeadLetters, retryDelaySeconds } from '../../src/refresh/queue';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
/** What stands between this heading, or bold words, and the next. */
function section(begin: string, end: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`docs/operations.md has no ${begin} ... ${end}`);
  return page.slice(from, to);
}

/** Names in backticks that are of a kind. */
const named = (text: string, kind: RegExp): string[] =>
  Array.from(text.matchAll(/`([\w.]+)`/g), ([, name = '']) => name).filter((name) =>
    kind.test(name),
  );

describe('docs/operations.md', () => {
  it.each([
    ['error', '**Look at these.**', '**These explain.**'],
    ['warn', '**These explain.**', '**These only tell.**'],
    ['info', '**These only tell.**', "## The operator's page"],
  ] as const)('explains every log line of the level %s, where it belongs', (level, begin, end) => {
    const text = section(begin, end);
    expect(logEvents[level].filter((event) => !text.includes(`\`${event}\``))).toEqual([]);
  });

  it('explains every event, and none that is not there', () => {
    const text = section('## Audit events', '## Log lines');
    const explained = named(
      text,
      /^(integration|connection|user|provider|operator|revocation|rescue|webhook)\./,
    );
    const listed = explained.filter((name) => name !== 'provider.open');
    expect([...new Set(listed)].sort()).toEqual([...eventTypes].sort());
  });

  it('names no log line that is not there', () => {
    const all: readonly string[] = Object.values(logEvents).flat();
    const text = section('## Log lines', "## The operator's page");
    const areas = new Set(all.map((event) => event.split('.')[0]));
    const ofAnArea = (name: string) => areas.has(name.split('.')[0]) && name.includes('.');
    const others = named(text, /^[a-z_]+\.[a-z_0-9]+$/)
      .filter(ofAnArea)
      .filter((name) => !all.includes(name) && !eventTypes.some((type) => type === name));
    expect(others).toEqual([]);
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
