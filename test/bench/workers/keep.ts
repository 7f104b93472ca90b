/**
 * The product with a way in for the bench: rows that are due, a cron tick, a queue message, and
 * the same requests to the provider without any product around them. D1 and KV are counted.
 */

import { type Bindings, readConfig } from '../../../src/config.ts';
import worker from '../../../src/index.ts';
import { type Counts, countedD1, countedKv } from './counting.ts';
import { seed } from './seed.ts';

export interface Ran extends Counts {
  ms: number;
}

/** The most that the setting takes: a run ends when nothing is due. */
const MOST_SUBREQUESTS = '10000';

/**
 * So many rows are due just now, so that every refresh is in time to be quiet; all others in a day.
 */
export async function makeDue(env: Bindings, count: number): Promise<void> {
  const now = Date.now();
  await env.DB.batch([
    env.DB.prepare('UPDATE oauth_accounts SET refresh_due_at = ?1').bind(now + 86_400_000),
    env.DB.prepare(
      `UPDATE oauth_accounts SET refresh_due_at = ?1 WHERE id IN (
        SELECT id FROM oauth_accounts ORDER BY last_refreshed_at IS NOT NULL, id LIMIT ?2)`,
    ).bind(now, count),
  ]);
}

async function measured(
  env: Bindings,
  run: (counted: Bindings) => Promise<unknown> | undefined,
): Promise<Ran> {
  const counts: Counts = { d1Calls: 0, rowsWritten: 0, kvOperations: 0 };
  const counted: Bindings = {
    ...env,
    RUN_SUBREQUESTS: MOST_SUBREQUESTS,
    DB: countedD1(env.DB, counts),
    STATUS_CACHE: countedKv(env.STATUS_CACHE, counts),
  };
  // Read now, so that no run pays for it.
  readConfig(counted);
  const startedAt = Date.now();
  await run(counted);
  return { ...counts, ms: Date.now() - startedAt };
}

/** As a run asks the provider: five at a time, and the next five when all have answered. */
async function ideal(tokenUrl: string, groups: number): Promise<{ ms: number }> {
  const startedAt = Date.now();
  for (let group = 0; group < groups; group += 1) {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await fetch(tokenUrl, {
          method: 'POST',
          headers: {
            Authorization: `Basic ${btoa('client:secret')}`,
            'Content-Type': 'application/x-www-form-urlencoded',
          },
          body: 'grant_type=refresh_token&refresh_token=refresh-account-0',
        });
        await response.json();
      }),
    );
  }
  return { ms: Date.now() - startedAt };
}

const wakeUp = (): MessageBatch<unknown> => ({
  queue: 'bench',
  messages: [
    {
      id: '1',
      timestamp: new Date(),
      attempts: 1,
      body: { kind: 'wake' },
      ack: () => {},
      retry: () => {},
    },
  ],
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
  ackAll: () => {},
  retryAll: () => {},
});

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const number = (name: string): number => Number(url.searchParams.get(name));
    switch (url.pathname) {
      case '/seed':
        await seed(env, number('from'), number('count'), { refreshDueAt: Date.now() });
        return Response.json({});
      case '/due':
        await makeDue(env, number('count'));
        return Response.json({});
      case '/cron':
        return Response.json(
          await measured(env, (counted) =>
            Promise.resolve(
              worker.scheduled(
                { cron: '* * * * *', scheduledTime: Date.now(), noRetry: () => {} },
                counted,
                ctx,
              ),
            ),
          ),
        );
      case '/queue':
        return Response.json(
          await measured(env, (counted) => Promise.resolve(worker.queue(wakeUp(), counted, ctx))),
        );
      case '/ideal':
        return Response.json(await ideal(url.searchParams.get('url') ?? '', number('groups')));
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Bindings>;
