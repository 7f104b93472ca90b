/**
 * What providers answer besides the plain way, and what Mooring makes of it. A user's account is
 * marked by a refusal only; whatever could be somebody else's trouble leaves it as it is.
 */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditEvents, oauthAccounts, providerHealth } from '../../src/db/schema';
import { fixtures } from '../simulator/fixtures';
import { instagram, instagramBare } from '../simulator/fixtures/instagram';
import { linkedinWithoutRefresh } from '../simulator/fixtures/linkedin';
import { slack, slackWithoutRotation } from '../simulator/fixtures/slack';
import { slackUser } from '../simulator/fixtures/slack-user';
import { youtubeWithoutChannel } from '../simulator/fixtures/youtube';
import type { Answer, Fixture, Issued, Meaning } from '../simulator/types';
import {
  answeredAtRefresh,
  clearTables,
  type Traveller,
  Traveller as Travels,
  wholeWay,
} from './support/whole-way';

beforeEach(clearTables);

const refreshable = fixtures.filter(({ refresh }) => refresh !== null);

const cases: [name: string, fixture: Fixture, answer: Answer<Issued>, means: Meaning][] =
  refreshable.flatMap((fixture) =>
    (fixture.quirks ?? []).map(
      ({ name, answer, means }): [string, Fixture, Answer<Issued>, Meaning] => [
        `${fixture.id}: ${name}`,
        fixture,
        answer,
        means,
      ],
    ),
  );

/** What an answer did, as the row, the circuit and the operator's events tell it. */
async function effectOf({
  deps,
  row,
}: Pick<Traveller, 'deps'> & { row: Awaited<ReturnType<Traveller['row']>> }): Promise<Meaning> {
  if (row.lastError === null) return 'granted';
  if (row.state === 'needs_reconnect') return 'refused';
  const [health] = await deps.db.select().from(providerHealth);
  if (health?.openUntil !== null && health?.openUntil !== undefined) return 'operator';
  const odd = await deps.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.type, 'provider.odd_reply'));
  return odd.length > 0 ? 'odd' : 'transient';
}

const effect = async (traveller: Traveller): Promise<Meaning> =>
  effectOf({ deps: traveller.deps, row: await traveller.row() });

describe('an answer to a refresh', () => {
  it.each(cases)('%s', async (_, fixture, answer, means) => {
    const traveller = await answeredAtRefresh(fixture, answer);
    expect(await effect(traveller)).toBe(means);
    const { status } = await traveller.integration();
    expect(status).toBe(means === 'refused' ? 'needs_reconnect' : 'connected');
  });

  it.each(refreshable.map((fixture) => [fixture.id, fixture] as const))(
    '%s: a client secret that was changed is the operator’s fault, and nobody is marked',
    async (_, fixture) => {
      const traveller = new Travels(fixture);
      await traveller.connect();
      traveller.simulator.client.secret = 'changed-at-the-provider';
      const { refreshDueAt } = await traveller.row();
      if (refreshDueAt === null) await traveller.refresh();
      else {
        traveller.deps.clock.set(refreshDueAt);
        await traveller.cron();
      }
      const needsSecret =
        fixture.refresh?.kind !== 'extend' ||
        Object.values(fixture.refresh.refresh.params).includes('{client_secret}');
      expect(await effect(traveller)).toBe(
        needsSecret ? (fixture.errors.client.means ?? 'operator') : 'granted',
      );
      expect((await traveller.row()).state).toBe('active');
    },
  );

  it.each([429, 500, 502, 503])(
    'with status %i marks nobody, whatever stands in it',
    async (status) => {
      for (const fixture of refreshable) {
        await clearTables();
        const refusal = fixture.errors.refresh;
        if (!refusal) continue;
        const traveller = await answeredAtRefresh(fixture, {
          ...refusal,
          status,
        } as Answer<Issued>);
        const row = await traveller.row();
        expect([fixture.id, row.state, row.lastError !== null]).toEqual([
          fixture.id,
          'active',
          true,
        ]);
      }
    },
  );
});

describe('another course of the same provider', () => {
  it('Instagram answers the code without its list around it', async () => {
    await wholeWay(instagramBare);
  });

  it('LinkedIn gives no refresh token to most: connected to the end, and told in time', async () => {
    const traveller = new Travels(linkedinWithoutRefresh);
    await traveller.connect();
    const row = await traveller.row();
    expect(row).toMatchObject({ refreshDueAt: null, refreshToken: null });
    expect(row.noticeDueAt).not.toBeNull();
    expect((await traveller.integration()).status).toBe('connected');
    traveller.deps.clock.set((row.expiresAt ?? 0) + 1);
    expect((await traveller.integration()).status).toBe('expired');
  });

  it('Slack without rotation gives tokens that never end', async () => {
    await wholeWay(slackWithoutRotation);
  });

  it('Slack with a consent that asked for nobody’s own token connects the bot alone', async () => {
    const traveller = new Travels(slack);
    await traveller.connect();
    const rows = await traveller.deps.db.select().from(oauthAccounts);
    expect(rows.map(({ provider }) => provider)).toEqual(['slack']);
  });

  it('Slack with both tokens in one reply connects two accounts, each with its own', async () => {
    const both: Fixture = {
      ...slack,
      token: {
        ...slack.token,
        reply: {
          body: (t) => ({
            ok: true,
            access_token: t.accessToken,
            token_type: 'bot',
            scope: t.scopes.join(','),
            bot_user_id: 'U0KRQLJ9H',
            expires_in: 43_200,
            refresh_token: t.refreshToken,
            team: { name: 'Ada Ltd', id: 'T9TK3CUKW' },
            authed_user: {
              id: 'U1234',
              scope: 'users:read',
              access_token: `${t.accessToken}-person`,
              token_type: 'user',
              expires_in: 43_200,
              refresh_token: `${t.refreshToken}-person`,
            },
          }),
          evidence: slackUser.token.reply.evidence,
        },
      },
    };
    const traveller = new Travels(both);
    const { fetch: simulated } = traveller.simulator;
    // The person's token is asked about at the same address.
    traveller.deps.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      const isPerson = request.headers.get('Authorization')?.endsWith('-person');
      if (!isPerson) return simulated(request);
      return Response.json({
        ok: true,
        url: 'https://ada.slack.com/',
        team: 'Ada Ltd',
        user: 'ada',
        team_id: 'T9TK3CUKW',
        user_id: 'U1234',
      });
    }) as typeof fetch;
    await traveller.connect();
    const rows = await traveller.deps.db.select().from(oauthAccounts);
    expect(
      rows.map(({ provider, providerAccountId }) => `${provider} ${providerAccountId}`).sort(),
    ).toEqual(['slack T9TK3CUKW:U0KRQLJ9H', 'slack-user T9TK3CUKW:U1234']);
    expect(rows.every(({ refreshDueAt }) => refreshDueAt !== null)).toBe(true);
  });

  it('Google without a channel is no account of YouTube, and the grant is given back', async () => {
    const traveller = new Travels(youtubeWithoutChannel);
    await expect(traveller.connect()).rejects.toThrow(/names no account/);
  });

  it('Instagram does not extend a token of the first day, and is not asked to', async () => {
    const traveller = new Travels(instagram);
    await traveller.connect();
    const { status } = await traveller.refresh();
    expect(status).toBe(200);
    expect(traveller.simulator.count('refresh')).toBe(0);
  });
});
