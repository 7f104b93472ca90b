import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Bindings } from '../../src/config';
import { eventLog } from '../../src/db/schema';
import worker from '../../src/index';
import type { SealedGrant } from '../../src/refresh/commit';
import { consumeDeadLetters } from '../../src/refresh/queue';
import { runRefresh } from '../../src/refresh/run';
import { hookedDb, keptQueue } from './support/faults';
import { world } from './support/world';

const DEAD = 'mooring-refresh-dead';

/** Bodies as the queue delivers them. */
const batchOf = (queue: string, bodies: unknown[], attempts = 1) =>
  createMessageBatch(
    queue,
    bodies.map((body, i) => ({ id: String(i), timestamp: new Date(), attempts, body })),
  );

/** A grant that only the queue has: D1 was away when it came. */
async function stranded() {
  const { db, hooks } = hookedDb();
  const { queue, sent } = keptQueue();
  const w = world({}, { db, queue });
  const account = await w.due();
  const away = (text: string) => {
    if (text.includes('"access_token" = ?')) throw new Error('Network connection lost.');
  };
  hooks.before = away;
  await runRefresh(w.deps, 'cron');
  const message = sent.find((body) => (body as { kind: string }).kind === 'rescue') as {
    grant: SealedGrant;
  };
  hooks.before = () => {};
  const events = () => w.deps.db.select().from(eventLog).where(eq(eventLog.provider, w.provider));
  return { ...w, account, message, events, hooks, away };
}

async function deliver(
  deps: Parameters<typeof consumeDeadLetters>[1],
  body: unknown,
  attempts = 1,
) {
  const batch = batchOf(DEAD, [body], attempts);
  const ctx = createExecutionContext();
  await consumeDeadLetters(batch, deps);
  return getQueueResult(batch, ctx);
}

describe('a dead letter', () => {
  it('that rescues a grant still puts it into its row, and the operator is told', async () => {
    const { deps, account, message, tokens, events } = await stranded();
    const result = await deliver(deps, message);
    expect(result.explicitAcks).toEqual(['0']);
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
    expect(await events()).toMatchObject([
      {
        type: 'rescue.dead_letter',
        userId: null,
        detail: { rowId: account.id, receivedAt: message.grant.receivedAt, recovered: true },
      },
    ]);
    const line = deps.logLines.find((text) => text.includes('"queue.dead_letter"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', kind: 'rescue', attempts: 1 });
    expect(deps.logLines.join()).not.toContain(message.grant.refreshToken);
  });

  it('comes back while D1 is away, and tells the operator once', async () => {
    const { deps, message, events, hooks, away, account, tokens } = await stranded();
    hooks.before = away;
    const first = await deliver(deps, message);
    expect(first.retryMessages).toEqual([{ msgId: '0' }]);
    const later = await deliver(deps, message, 40);
    expect(later.retryMessages).toEqual([{ msgId: '0' }]);
    expect(await events()).toMatchObject([{ detail: { recovered: false } }]);
    hooks.before = () => {};
    expect((await deliver(deps, message, 41)).explicitAcks).toEqual(['0']);
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
    expect(await events()).toMatchObject([
      { detail: { recovered: false } },
      { detail: { recovered: true } },
    ]);
  });

  it('does not come back for an event that could not be written', async () => {
    const { deps, message, hooks } = await stranded();
    hooks.before = (text) => {
      if (text.includes('audit_events')) throw new Error('Network connection lost.');
    };
    expect((await deliver(deps, message)).explicitAcks).toEqual(['0']);
    expect(deps.logLines.join()).toContain('events.not_written');
  });

  it.each([
    ['a wake-up', { kind: 'wake' }, 'wake'],
    ['what nobody can read', { kind: 'of tomorrow' }, 'unreadable'],
  ])('of %s is let go, and logged', async (_, body, kind) => {
    const { deps, due, server } = world();
    await due();
    expect((await deliver(deps, body)).explicitAcks).toEqual(['0']);
    expect(server.requests).toEqual([]);
    expect(JSON.parse(deps.logLines[0] ?? '{}')).toMatchObject({
      event: 'queue.dead_letter',
      kind,
    });
  });
});

describe('the entry point of the queues', () => {
  it.each([
    ['mooring-refresh', 'queue.message_unreadable'],
    [DEAD, 'queue.dead_letter'],
  ])('takes what comes from %s', async (queue, event) => {
    const lines: unknown[] = [];
    const { log } = console;
    console.log = (line: unknown) => lines.push(line);
    try {
      const batch = batchOf(queue, [{ kind: 'of tomorrow' }]);
      const ctx = createExecutionContext();
      await worker.queue(batch, env as Bindings, ctx);
      const result = await getQueueResult(batch, ctx);
      expect(result).toMatchObject({ outcome: 'ok', explicitAcks: ['0'], retryMessages: [] });
    } finally {
      console.log = log;
    }
    expect(lines.join()).toContain(`"event":"${event}"`);
  });
});
