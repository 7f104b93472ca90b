/**
 * The product with a way in for the bench: accounts, tokens that have run out, and how many calls
 * to D1 were made.
 */

import type { Bindings } from '../../../src/config.ts';
import worker from '../../../src/index.ts';
import { type Counts, countedD1 } from './counting.ts';
import { seed } from './seed.ts';

const counts: Counts = { d1Calls: 0, rowsWritten: 0, kvOperations: 0 };

let counted: Bindings | undefined;

/** The same object each time: what the product keeps for an isolate, it keeps by this. */
const countedEnv = (env: Bindings): Bindings => {
  counted ??= { ...env, DB: countedD1(env.DB, counts) };
  return counted;
};

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const number = (name: string): number => Number(url.searchParams.get(name));
    switch (url.pathname) {
      case '/seed':
        await seed(env, number('from'), number('count'), { refreshDueAt: Date.now() + 600_000 });
        return Response.json({});
      case '/expire':
        await env.DB.prepare(
          'UPDATE oauth_accounts SET expires_at = ?1, refresh_due_at = ?1 WHERE provider_account_id = ?2',
        )
          .bind(Date.now() - 1, url.searchParams.get('account'))
          .run();
        return Response.json({});
      case '/counts': {
        const { d1Calls } = counts;
        counts.d1Calls = 0;
        return Response.json({ d1Calls });
      }
      default:
        return worker.fetch(request, countedEnv(env), ctx);
    }
  },
} satisfies ExportedHandler<Bindings>;
