import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { sweep } from '../../src/jobs/sweep';
import { checkIntegration, repeatChecks } from '../../src/refresh/check';
import { retryFormerClients } from '../../src/refresh/client-grants';
import { refreshOne } from '../../src/refresh/on-demand';
import { runRefresh } from '../../src/refresh/run';
import { listRuns } from '../../src/refresh/run-log';
import { tokenFor } from '../../src/refresh/token';
import { errorReply } from '../support/provider';
import { hookedDb } from './support/faults';
import { world } from './support/world';

it('no statement of the refresh scans a table', async () => {
  const { db, meter } = hookedDb();
  const { deps, server, due } = world({}, { db, queue: null }, { RUN_SUBREQUESTS: '60' });
  const rows = [];
  for (let i = 0; i < 20; i += 1) rows.push(await due({}, i % 2 === 0 ? 60_000 : 200_000));

  // Granted, refused, a storm, failures, a backlog, a row that is gone, on demand, forced.
  let answers = 0;
  server.answer('/token', () => (answers++ < 12 ? errorReply(400, 'invalid_grant') : null));
  await runRefresh(deps, 'cron');
  deps.clock.advance(60 * 60_000);
  server.answer('/token', () => new Response('', { status: 503 }));
  await runRefresh(deps, 'cron');
  server.answer('/token', null);
  deps.clock.advance(2 * 60 * 60_000);
  await runRefresh(deps, 'cron');
  const wanted = await due({ expiresAt: deps.now() - 1 });
  const key = {
    userId: wanted.userId,
    provider: wanted.provider,
    accountId: wanted.providerAccountId,
  };
  await tokenFor(deps, { ...key, minTtlSeconds: null });
  await refreshOne(deps, key);
  await refreshOne(deps, { ...key, userId: null });
  // A check that is refused, and its repetition that is believed; the refresh between them too.
  server.answer('/me', () => errorReply(401, 'invalid_token'));
  deps.clock.advance(60_000);
  await checkIntegration(deps, key);
  deps.clock.advance(2 * 60_000);
  await repeatChecks(deps);
  const held = server.hold('/token');
  const leaving = await due({}, 20 * 60_000);
  const run = runRefresh(deps, 'cron');
  await held.arrived;
  await deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, leaving.id));
  held.release();
  await run;
  await listRuns(deps.db);
  await retryFormerClients(deps);
  await sweep(deps);
  await deps.settle();

  expect(meter.statements.size).toBeGreaterThan(20);
  const scans: string[] = [];
  for (const text of meter.statements) {
    const holes = text.match(/\?/g)?.length ?? 0;
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
      .bind(...Array(holes).fill(null))
      .all<{ detail: string }>();
    for (const { detail } of plan.results) {
      // Allowed: json_each's list of names, and a bounded subquery's own rows.
      const allowed =
        /VIRTUAL TABLE|CONSTANT ROW|SCAN \(subquery-\d+\)|SCAN (?:due|named)$|SCAN \d+ |COVERING INDEX refresh_runs|USING INDEX refresh_runs_started/;
      if (/^SCAN /.test(detail) && !allowed.test(detail)) scans.push(`${detail}: ${text}`);
    }
  }
  expect(scans).toEqual([]);
});
