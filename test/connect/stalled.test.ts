/** D1 that stalls: whoever connects an account is told within seconds. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Database } from '../../src/db/client';
import { fastTime } from '../support/fast-time';
import { journey } from './journey';

/** Whatever is asked of it, no answer comes. */
const stalled: Database = new Proxy(() => {}, {
  get: (_, name) => (name === 'then' ? () => {} : stalled),
  apply: () => stalled,
}) as never;

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ['the link', '/connect/start/some-ticket', null],
  ['the callback', '/connect/callback/acme?state=some-state&code=some-code', null],
  ['the state of a connection', '/v1/users/stalled/connections/some-id', undefined],
])('%s is a 503', async (_, path, token) => {
  const { clock, sleep } = fastTime(50);
  const { api } = journey({ clock, sleep, db: stalled });
  const reply = await api(path, token === null ? { token } : {});
  expect(reply.status).toBe(503);
});
