/**
 * Every D1 call of a refresh fails in turn, before or after it took effect, once or from then on,
 * with KV and the queue in several states. Whatever happens, the grant survives: no token is shown
 * twice to a server that kills the family for it, and the newest one ends up in the row.
 */
import { describe, expect, it } from 'vitest';
import { consume } from '../../src/refresh/queue';
import { runRefresh } from '../../src/refresh/run';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { countedKv, hookedDb, keptQueue } from './support/faults';
import { world } from './support/world';

interface Fault {
  call: number;
  when: 'before' | 'after';
  /** How many calls fail from there on. */
  calls: number;
  kv: boolean;
  queue: 'none' | 'late' | 'down';
  /** How long the integration has been due: quiet or visible. */
  ago: number;
}

async function survives(fault: Fault): Promise<void> {
  const { db, hooks } = hookedDb();
  const { kv, state: kvState } = countedKv();
  const { queue, sent, state: queueState } = keptQueue();
  const { deps, server, due, row, tokens } = world(
    {},
    { db, kv, queue: fault.queue === 'none' ? null : queue },
  );
  const account = await due({}, fault.ago);
  let call = 0;
  const maybe = () => {
    if (call >= fault.call && call < fault.call + fault.calls) {
      throw new Error('Network connection lost.');
    }
  };
  hooks.before = () => {
    call += 1;
    if (fault.when === 'before') maybe();
  };
  hooks.after = () => {
    if (fault.when === 'after') maybe();
  };
  kvState.down = !fault.kv;
  queueState.down = fault.queue === 'down';
  await runRefresh(deps, 'cron');
  await deps.settle();
  hooks.before = () => {};
  hooks.after = () => {};
  kvState.down = false;
  queueState.down = false;

  for (let minutes = 0; minutes < 30; minutes += 1) {
    deps.clock.advance(MINUTE);
    await runRefresh(deps, 'cron');
    // The queue comes late, and twice, but before the access token has lived out.
    if (minutes === 6 || minutes === 7) {
      const messages = sent.map((body) => ({ body, attempts: 1, ack() {}, retry() {} }));
      await consume({ messages } as unknown as MessageBatch<unknown>, deps);
    }
    await deps.settle();
  }
  const name = JSON.stringify(fault);
  expect(server.ended(), name).toEqual([]);
  const shown = server.requests.map(({ token }) => token);
  expect(new Set(shown).size, name).toBe(shown.length);
  expect(shown.length, name).toBeGreaterThan(0);
  expect((await tokens(account.id)).refresh, name).toBe(server.newest(account.providerAccountId));
  expect(await row(account.id), name).toMatchObject({
    state: 'active',
    lastError: null,
    unknownSince: null,
    leaseId: null,
  });
}

describe('a refresh survives', () => {
  const calls = [1, 2, 3, 4, 5, 6];
  for (const ago of [MINUTE, 200_000]) {
    for (const when of ['before', 'after'] as const) {
      it(`a failure ${when} any one call (due ${ago / 1000} s ago)`, async () => {
        for (const call of calls) {
          await survives({ call, when, calls: 1, kv: true, queue: 'none', ago });
        }
      });

      it(`D1 away from any call on, with KV (due ${ago / 1000} s ago, ${when})`, async () => {
        for (const call of calls) {
          await survives({ call, when, calls: 99, kv: true, queue: 'none', ago });
        }
      }, 20_000);

      it(`D1 away from any call on, with the queue only (due ${ago / 1000} s ago, ${when})`, async () => {
        for (const call of calls) {
          await survives({ call, when, calls: 99, kv: false, queue: 'late', ago });
        }
      }, 20_000);

      it(`D1 away for a dozen calls, and nothing else there (due ${ago / 1000} s ago, ${when})`, async () => {
        for (const call of calls) {
          await survives({ call, when, calls: 12, kv: false, queue: 'down', ago });
        }
      }, 20_000);
    }
  }
});
