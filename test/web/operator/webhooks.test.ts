/** Endpoints of webhooks on the operator's page, and what happened to one integration. */
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts, webhookDeliveries } from '../../../src/db/schema';
import { deliverWebhooks } from '../../../src/events/deliver';
import { MINUTE_MS as MINUTE } from '../../../src/time';
import { readTimeline } from '../../../src/web/operator/lookup';
import { anew, forgetEvents, receiving, secretOf } from '../../events/support/receiver';
import { hookedDb } from '../../refresh/support/faults';
import { apiWith } from '../../support/api';
import { testDeps } from '../../support/deps';
import { insertAccount } from '../../support/fixtures';
import { textOf } from '../pages';
import { operator, panel } from './client';

beforeEach(async () => {
  const deps = testDeps();
  await deps.db.delete(oauthAccounts);
  await forgetEvents(deps);
});

describe('endpoints', () => {
  it('without any, the page says where events can be read', async () => {
    const o = operator();
    expect(panel(await o.page(await o.enter()), 'webhooks')).toContain(
      'WEBHOOKS names no endpoint. They can be read from GET /v1/events.',
    );
  });

  it('stand in the table with what waits, and no secret or path of theirs', async () => {
    const secret = secretOf('of-the-app');
    const { deps, answer } = receiving({
      app: { secrets: [secret], url: 'https://app.example/canary-path', events: ['user.erased'] },
      gone: { events: ['user.erased'] },
    });
    answer('gone', () => new Response(null, { status: 410 }));
    const invocation = anew(deps);
    await apiWith(invocation)('/v1/users/u1', { method: 'DELETE' });
    await invocation.settle();
    const o = operator({ config: deps.config, clock: deps.clock, fetch: deps.fetch });
    const page = await o.page(await o.enter());
    const shown = panel(page, 'webhooks');
    expect(shown).toContain('app app.example Up to date 0 0 Test app');
    expect(shown).toContain('gone gone.example Disabled It answered 410, just now. 1 0');
    expect(page).not.toContain(secret);
    expect(page).not.toContain('canary-path');
  });

  it('a disabled one is enabled, which is noted; what waits is sent by the next tick', async () => {
    const { deps, received, answer } = receiving({ app: { events: ['user.erased'] } });
    answer('app', () => new Response(null, { status: 410 }));
    const invocation = anew(deps);
    await apiWith(invocation)('/v1/users/u1', { method: 'DELETE' });
    await invocation.settle();
    const o = operator({ config: deps.config, clock: deps.clock, fetch: deps.fetch });
    const cookie = await o.enter();
    const page = await o.done(cookie, 'enable', { endpoint: 'app' });
    expect(textOf(page)).toContain('app is enabled');
    expect(panel(page, 'events')).toContain('An operator enabled an endpoint');
    answer('app', () => new Response(null, { status: 204 }));
    // No more: the reference library goes by the real clock.
    deps.clock.advance(2 * MINUTE);
    await deliverWebhooks(anew(deps), { until: deps.now() + 60_000 });
    expect(received.map(({ body }) => body.type)).toEqual(['user.erased', 'user.erased']);
    expect(panel(await o.page(await o.enter()), 'webhooks')).toContain('Up to date 0 0');
  });

  it('dead letters are sent again, of this endpoint only', async () => {
    const { deps, received } = receiving({ app: { events: ['user.erased'] }, other: {} });
    await deps.db.insert(eventLog).values({ at: deps.now(), type: 'user.erased', userId: 'u1' });
    await deps.db.run(sql`INSERT INTO webhook_deliveries (event_id, endpoint, attempts, dead_at)
      SELECT id, name, 9, ${deps.now()} FROM audit_events, (SELECT 'app' AS name UNION SELECT 'other')`);
    const o = operator({ config: deps.config, clock: deps.clock, fetch: deps.fetch });
    const page = await o.done(await o.enter(), 'dead-letters', { endpoint: 'app' });
    expect(textOf(page)).toContain('1 delivery of app is tried again');
    expect(panel(page, 'webhooks')).toContain('other other.example Failing 0 1');
    expect(panel(page, 'events')).toContain('An operator sent dead letters again');
    await deliverWebhooks(anew(deps), { until: deps.now() + 60_000 });
    expect(
      received.filter(({ body }) => body.type === 'user.erased').map(({ endpoint }) => endpoint),
    ).toEqual(['app']);
  });

  it('a test goes to this endpoint only', async () => {
    const { deps, received } = receiving({ app: { events: ['user.erased'] }, other: {} });
    const o = operator({ config: deps.config, clock: deps.clock, fetch: deps.fetch });
    await deps.db.delete(eventLog);
    const page = await o.done(await o.enter(), 'test', { endpoint: 'app' });
    expect(textOf(page)).toContain('A test is on its way to app');
    const tests = await deps.db
      .select({ endpoint: webhookDeliveries.endpoint })
      .from(webhookDeliveries)
      .innerJoin(eventLog, sql`${eventLog.id} = ${webhookDeliveries.eventId}`)
      .where(sql`${eventLog.type} = 'webhook.test'`);
    const sent = received.filter(({ body }) => body.type === 'webhook.test');
    expect([...tests, ...sent].map(({ endpoint }) => endpoint)).not.toContain('other');
  });

  it.each(['test', 'enable', 'dead-letters'])(
    '%s: one that is not configured is refused in words',
    async (action) => {
      const o = operator();
      const reply = await o.press(await o.enter(), action, { endpoint: 'none' });
      expect(reply.status).toBe(404);
    },
  );
});

describe('the timeline', () => {
  it('of an account: how the row stands, its events, and their deliveries', async () => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', () => new Response(null, { status: 500 }));
    const { userId, providerAccountId } = await insertAccount(deps, {
      refreshFailures: 3,
      lastError: 'http_503',
      lastFailedAt: deps.now() - 120_000,
    });
    const event = { at: deps.now(), userId, provider: 'acme', accountId: providerAccountId };
    const [row] = await deps.db
      .insert(eventLog)
      .values({ ...event, type: 'integration.connected' })
      .returning({ id: eventLog.id });
    await deps.db.insert(eventLog).values([
      { ...event, type: 'integration.connected', accountId: 'another' },
      { ...event, type: 'integration.connected', userId: 'somebody else' },
    ]);
    await deps.db.insert(webhookDeliveries).values({
      eventId: row?.id ?? 0,
      endpoint: 'app',
      attempts: 2,
      lastStatus: 500,
      dueAt: deps.now() + 300_000,
    });
    const o = operator({ config: deps.config, clock: deps.clock, fetch: deps.fetch });
    const cookie = await o.enter();
    const reply = await o.get(
      cookie,
      `/operator/timeline?provider=acme&accountId=${encodeURIComponent(providerAccountId)}`,
    );
    expect(reply.status).toBe(200);
    const page = await reply.text();
    expect(panel(page, 'accounts')).toContain(
      '3 refreshes in a row failed, the last one with http_503, 2 minutes ago.',
    );
    expect(panel(page, 'timeline').match(/Connected/g)).toHaveLength(1);
    expect(panel(page, 'timeline')).toContain(
      'To app: next try in 5 minutes, 2 tries, last answer 500',
    );
    const ofUser = await o.get(cookie, `/operator/timeline?userId=${encodeURIComponent(userId)}`);
    expect(panel(await ofUser.text(), 'timeline').match(/Connected/g)).toHaveLength(2);
  });

  it('of an account that nobody has says whom to look up instead', async () => {
    const o = operator();
    const reply = await o.get(await o.enter(), '/operator/timeline?provider=acme&accountId=none');
    expect(textOf(await reply.text())).toContain('Look up its user.');
  });

  it.each([
    '?provider=Acme&accountId=1',
    '?provider=acme%20&accountId=%201',
    '?userId=%20user-1%20',
  ])('takes what was pasted: "%s"', async (query) => {
    const o = operator();
    const reply = await o.get(await o.enter(), `/operator/timeline${query}`);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toMatch(/<h1>(Acme 1|User user-1)<\/h1>/);
  });

  it.each([
    ['', 'query.provider: is missing'],
    ['?provider=acme', 'query.accountId: is missing'],
    ['?accountId=1', 'query.provider: is missing'],
    ['?userId=%20', 'query.userId: must not be empty'],
    ['?provider=git/hub&accountId=1', 'query.provider: a provider id is a-z'],
  ])('"%s" is answered in words: %s', async (query, words) => {
    const o = operator();
    const reply = await o.get(await o.enter(), `/operator/timeline${query}`);
    expect(reply.status).toBe(400);
    const page = textOf(await reply.text());
    expect(page).toContain(words);
    expect(page).not.toContain('see "errors"');
  });

  it('asks whoever is not signed in to sign in', async () => {
    const o = operator();
    const page = await (await o.get(null, '/operator/timeline?userId=u1')).text();
    expect(page).toContain('Service key');
    expect(page).not.toContain('u1');
  });

  it('reads as many rows, however many events others have', async () => {
    const deps = testDeps();
    const read = async () => {
      const { db, meter } = hookedDb();
      await readTimeline({ ...deps, session: () => db }, { userId: 'u1' });
      return meter.rowsRead;
    };
    const grow = (user: string, count: number) =>
      deps.db.run(sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        INSERT INTO audit_events (at, type, user_id) SELECT i, 'integration.connected', ${user} FROM n`);
    await grow('u1', 50);
    const before = await read();
    await grow('u2', 20_000);
    expect(await read()).toBe(before);
  });
});
