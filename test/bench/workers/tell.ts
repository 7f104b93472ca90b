/**
 * The product with a way in for the bench of webhooks: changes that are events, deliveries that
 * wait, ticks with some of the endpoints that WEBHOOKS names, and requests to a receiver without
 * any product.
 */
import type { Bindings } from '../../../src/config.ts';
import worker from '../../../src/index.ts';
import { serviceKey } from '../../support/keys.ts';
import { type Counts, countedD1 } from './counting.ts';
import { makeDue } from './keep.ts';
import { seed } from './seed.ts';

export interface Changed {
  /** D1 rows that were written for the event and its deliveries. */
  rows: number;
  /** When D1 had the change, ms since the epoch. */
  committedAt: number;
}

/** The Worker's settings, with these endpoints only. */
const withEndpoints = (
  env: Bindings & { WEBHOOKS: string },
  names: readonly string[],
): Bindings & { WEBHOOKS: string } => ({
  ...env,
  WEBHOOKS: JSON.stringify(
    Object.fromEntries(
      Object.entries(JSON.parse(env.WEBHOOKS)).filter(([name]) => names.includes(name)),
    ),
  ),
});

/** An account that is new: one event. Ends when its delivery is noted. */
async function change(env: Bindings, account: string): Promise<Changed> {
  const changed: Changed = { rows: 0, committedAt: 0 };
  const counts: Counts = { d1Calls: 0, rowsWritten: 0, kvOperations: 0 };
  const counted = {
    ...env,
    DB: countedD1(env.DB, counts, (query, rowsWritten) => {
      if (!/"(?:audit_events|webhook_\w+)"/.test(query)) return;
      changed.rows += rowsWritten;
      if (/^insert into "audit_events"/.test(query)) changed.committedAt = Date.now();
    }),
  };
  const work: Promise<unknown>[] = [];
  const reply = await worker.fetch(
    new Request(`http://localhost:8787/v1/users/${account}/integrations/keys`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${serviceKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ credentials: { apiKey: 'k' }, accountId: account }),
    }),
    counted,
    { waitUntil: (one: Promise<unknown>) => work.push(one) } as never,
  );
  if (reply.status !== 201) throw new Error(`not stored: ${reply.status} ${await reply.text()}`);
  for (let one = work.shift(); one; one = work.shift()) await one;
  return changed;
}

/** So many deliveries are due, and no other. */
async function wait(env: Bindings, endpoint: string, count: number): Promise<void> {
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)';
  await env.DB.batch([
    env.DB.prepare('DELETE FROM webhook_deliveries'),
    env.DB.prepare(
      `${numbers} INSERT INTO audit_events (at, type, user_id, provider, account_id)
       SELECT ?1, 'integration.connected', 'waiting-' || i, 'keys', 'a' FROM n`,
    ).bind(Date.now(), count),
    env.DB.prepare(
      `INSERT INTO webhook_deliveries (event_id, endpoint, due_at)
       SELECT id, ?1, ?2 FROM audit_events ORDER BY id DESC LIMIT ?3`,
    ).bind(endpoint, Date.now() - 60_000, count),
  ]);
}

async function ideal(url: string, groups: number): Promise<void> {
  const body = JSON.stringify({ id: 'evt_1', type: 'integration.connected', data: {} });
  for (let group = 0; group < groups; group += 1) {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const reply = await fetch(url, { method: 'POST', body });
        await reply.body?.cancel();
      }),
    );
  }
}

const timed = async (work: () => Promise<unknown> | undefined): Promise<{ ms: number }> => {
  const startedAt = Date.now();
  await work();
  return { ms: Date.now() - startedAt };
};

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const text = (name: string): string => searchParams.get(name) ?? '';
    const endpoints = withEndpoints(env, text('endpoints').split(','));
    switch (pathname) {
      case '/seed':
        await seed(env, Number(text('from')), Number(text('count')), { refreshDueAt: Date.now() });
        return Response.json({});
      case '/due':
        await makeDue(env, Number(text('count')));
        return Response.json({});
      case '/wait':
        await wait(env, text('endpoint'), Number(text('count')));
        return Response.json({});
      case '/change':
        return Response.json(await change(endpoints, text('account')));
      case '/tick':
        return Response.json(
          await timed(() =>
            Promise.resolve(
              worker.scheduled(
                { cron: '* * * * *', scheduledTime: Date.now(), noRetry: () => {} },
                { ...endpoints, RUN_SUBREQUESTS: text('subrequests') },
                ctx,
              ),
            ),
          ),
        );
      case '/ideal':
        return Response.json(await timed(() => ideal(text('url'), Number(text('groups')))));
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Bindings & { WEBHOOKS: string }>;
