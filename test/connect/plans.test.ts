import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { deliverRevocations } from '../../src/disconnect/revocation';
import { clientsOf, configWith } from '../support/config';
import { recordedDatabase } from '../support/plans';
import { type Journey, journey } from './journey';

const config = configWith(
  { slack: { authorizationParams: { user_scope: 'users:read' } } },
  clientsOf(['slack']),
);

/** Slack's bot, and the person with it. */
async function consentToTwo(j: Journey): Promise<void> {
  j.provider.answer('/api/oauth.v2.access', () =>
    Response.json({ access_token: 'bot', authed_user: { access_token: 'person' } }),
  );
  j.provider.answer('/api/auth.test', ({ headers }) =>
    Response.json({ team_id: 'T', user_id: headers.authorization }),
  );
  expect((await j.connect('plans-3', 'code', { provider: 'slack' })).status).toBe(201);
}

describe('every statement of connecting and disconnecting goes by an index', () => {
  test('none scans a table', async () => {
    const recorded = recordedDatabase();
    const j = journey({ config, db: recorded.db, session: () => recorded.db });
    const id = await j.authorize('plans-1', 'code-abe');
    await j.complete('plans-1', id);
    await j.complete('plans-1', id);
    await j.connect('plans-1', 'code-abe', { accountId: 'abe' });
    // Somebody else's account, the wrong user, a denied consent, credentials.
    await j.connect('plans-2', 'code-abe');
    await j.complete('plans-2', await j.authorize('plans-1', 'code-bob'));
    await j.deps.settle();
    await j.api('/v1/users/plans-1/integrations/onlyfans', {
      method: 'PUT',
      json: {
        credentials: {
          auth_id: '1',
          sess: 's',
          x_bc: '0123456789abcdef',
          user_agent: 'Mozilla/5.0',
        },
      },
    });
    await j.connect('plans-1', 'code-cid');
    await j.api('/v1/users/plans-1/integrations/acme/cid', { method: 'DELETE' });
    await consentToTwo(j);
    j.provider.answer('/revoke', () => new Response('', { status: 503 }));
    await j.api('/v1/users/plans-1', { method: 'DELETE' });
    await j.deps.settle();
    await deliverRevocations(j.deps);

    const sent = recorded.sent();
    for (const table of ['oauth_accounts', 'connect_transactions', 'outbox', 'audit_events']) {
      for (const verb of ['insert into', 'delete from']) {
        const start = `${verb} "${table}"`;
        expect(
          sent.filter((text) => text.startsWith(start)),
          start,
        ).not.toEqual([]);
      }
    }
    expect(await recorded.scans()).toEqual([]);
  });

  test('a scan would be noticed', async () => {
    const recorded = recordedDatabase();
    await recorded.db.select().from(oauthAccounts).where(eq(oauthAccounts.tokenVersion, 1));
    expect(await recorded.scans()).toHaveLength(1);
  });
});
