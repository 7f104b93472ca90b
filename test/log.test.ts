import { describe, expect, it } from 'vitest';
import { AppError, missingSetting } from '../src/errors';
import { createLog, describeError } from '../src/log';

const secret = 'canary-token-5f2d';

function recording() {
  const lines: string[] = [];
  const log = createLog(
    (line) => lines.push(line),
    () => Date.UTC(2026, 0, 2, 3, 4, 5),
  );
  return { log, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('a log line', () => {
  it('is one JSON object with level, event, time and the fields', () => {
    const { log, last } = recording();
    log.info('refresh.run_ended', { provider: 'acme', count: 5, left: false, host: null });
    expect(last()).toEqual({
      level: 'info',
      event: 'refresh.run_ended',
      time: '2026-01-02T03:04:05.000Z',
      provider: 'acme',
      count: 5,
      left: false,
      host: null,
    });
  });

  it('stays one line and one object whatever a field holds (log injection)', () => {
    const { log, last } = recording();
    log.info('refresh.run_ended', { provider: 'a\r\n{"level":"error","event":"forged"}' });
    expect(last().event).toBe('refresh.run_ended');
    expect(last().provider).toContain('\r\n');
  });

  it('carries the fields of the log it was made from', () => {
    const { log, last } = recording();
    const inner = log.with({ requestId: 'r1' }).with({ provider: 'acme' });
    inner.warn('kv.read_failed', { ms: 7 });
    expect(last()).toMatchObject({ level: 'warn', requestId: 'r1', provider: 'acme', ms: 7 });
    log.info('revocation.sent');
    expect(last()).not.toHaveProperty('requestId');
  });
});

describe('an error in the log', () => {
  it('of our own tells its code and detail', () => {
    expect(describeError(new AppError('provider_error', 'no profile'))).toEqual({
      error: 'provider_error',
      detail: 'no profile',
    });
    expect(describeError(missingSetting('DB', 'bind one'))).toMatchObject({
      detail: 'DB is missing; bind one',
    });
  });

  it.each([
    ['an Error', new Error(`request with ${secret} failed`)],
    ['an Error over several lines', new Error(`first\n    second ${secret}\nthird ${secret}`)],
    ['a TypeError', new TypeError(secret)],
    ['a cause within', new Error('outer', { cause: new Error(secret) })],
    ['a SyntaxError of JSON.parse', parseFailure()],
    ['a string', secret],
    ['an object', { message: secret, code: secret }],
    ['one that names itself', Object.assign(new Error('x'), { name: 'Odd' })],
  ])('of somebody else never shows its text: %s', (_, error) => {
    const { log, last } = recording();
    log.error('refresh.attempt_failed', { provider: 'acme' }, error);
    expect(JSON.stringify(last())).not.toContain(secret);
    expect(last()).toMatchObject({ level: 'error', event: 'refresh.attempt_failed' });
  });

  it('tells where it came from', () => {
    const { log, last } = recording();
    log.error('refresh.attempt_failed', {}, new Error('x'));
    expect(last().frames).toContain('at ');
  });

  function parseFailure(): unknown {
    try {
      return JSON.parse(secret);
    } catch (error) {
      return error;
    }
  }
});
