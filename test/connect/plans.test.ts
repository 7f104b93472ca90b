import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { deliverRevocations } from '../../src/disconnect/outbox';
import { mechanisms } from '../simulator/mechanisms';
import { simulate } from '../simulator/simulator';
import { clientsOf, configWith, recordAt } from '../support/config';
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

  test('nor does one of a grant that several accounts share', async () => {
    const recorded = recordedDatabase();
    const CLIENT = { id: 'client', secret: 'secret' };
    const redirectUri = 'http://localhost:8787/connect/callback/tenants';
    const record = recordAt('tenants', {
      choices: { connect: 'all', url: 'https://api.tenants.example/accessible', id: 'id' },
      accountId: 'choice:id',
      subject: 'sub',
      scopes: ['read'],
    });
    const j = journey(
      {
        config: configWith({ tenants: record }, clientsOf(['tenants'], CLIENT)),
        db: recorded.db,
        session: () => recorded.db,
      },
      (now) => simulate(mechanisms.tenants, { ...CLIENT, redirectUri }, now),
    );
    const paths = ['one', 'two'].map((id) => `/v1/users/plans-4/integrations/tenants/${id}`);
    for (const ids of [
      ['one', 'two', 'three'],
      ['one', 'two'],
    ]) {
      j.provider.answer('/accessible', () => Response.json(ids.map((id) => ({ id }))));
      expect((await j.connect('plans-4', null, { provider: 'tenants' })).status).toBe(201);
    }
    expect((await j.api(`${paths[0]}/token`)).status).toBe(200);
    expect((await j.api(`${paths[1]}/refresh`, { method: 'POST' })).status).toBe(200);
    for (const path of paths) {
      expect((await j.api(path, { method: 'DELETE' })).status).toBe(200);
    }
    await j.deps.settle();
    expect(await recorded.scans()).toEqual([]);
  });

  test('a scan would be noticed', async () => {
    const recorded = recordedDatabase();
    await recorded.db.select().from(oauthAccounts).where(eq(oauthAccounts.tokenVersion, 1));
    expect(await recorded.scans()).toHaveLength(1);
  });
});
