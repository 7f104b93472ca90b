/**
 * What providers answer besides the plain way, and what Mooring makes of it. A user's account is
 * marked by a refusal only; whatever could be somebody else's trouble leaves it as it is.
 */
import { eq } from 'drizzle-orm';
import { exportJWK, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts } from '../../../src/db/schema';
import { reported } from '../../simulator/evidence';
import { fixtures } from '../../simulator/fixtures';
import { instagram, instagramBare } from '../../simulator/fixtures/instagram';
import { linear } from '../../simulator/fixtures/linear';
import { linkedinWithoutRefresh } from '../../simulator/fixtures/linkedin';
import { salesforceRotating } from '../../simulator/fixtures/salesforce';
import { slack, slackWithoutRotation } from '../../simulator/fixtures/slack';
import { slackUser } from '../../simulator/fixtures/slack-user';
import { youtubeWithoutChannel } from '../../simulator/fixtures/youtube';
import type { Answer, Fixture, Issued, Json, Meaning } from '../../simulator/types';
import { answeredAtRefresh, type Change, clearTables, Traveller } from './support/traveller';
import { wholeWay } from './support/whole-way';

beforeEach(clearTables);

const refreshable = fixtures.filter(({ refresh }) => refresh !== null);

/** Those that take a used refresh token again for a time, where they issue it. */
const replayable = refreshable.flatMap((fixture) =>
  fixture.refresh?.kind === 'refresh_token' &&
  (typeof fixture.refresh.used === 'object' || fixture.refresh.used === 'until_replacement_is_used')
    ? [[fixture.id, fixture, new URL(fixture.refresh.url).pathname] as const]
    : [],
);

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

/** What `npm run provider:check -- --live` has written (scripts/provider-live.ts). */
interface LiveFile {
  provider: string;
  date: string;
  replies: { step: string; status: number; headers: Record<string, string>; body: Json }[];
}

const liveFiles = Object.values(
  import.meta.glob(['../../simulator/live/*.json'], { eager: true }),
).map((module) => module.default as LiveFile);

/** After the grant was ended: what a dead one is really answered. */
const liveCases = liveFiles.flatMap(({ provider, date, replies }) => {
  const fixture = fixtures.find(({ id }) => id === provider);
  if (!fixture) return [];
  return replies
    .filter(({ step }) => step === 'refresh_after_revocation')
    .map(({ status, headers, body }): (typeof cases)[number] => {
      // Where no body could be kept, its length stands there.
      const content = typeof body === 'string' ? { text: body } : body === null ? {} : { body };
      const { date: _, ...kept } = headers;
      const evidence = reported({ page: 'a live check', date });
      const answer = { status, headers: kept, ...content, evidence };
      return [
        `${provider}: a dead token, as it was answered on ${date}`,
        fixture,
        answer,
        'refused',
      ];
    });
});

/**
 * Those whose used refresh token is dead, or ends the grant. Not Strava, which gives the same pair
 * again while the access token has an hour left.
 */
const singleUse = refreshable.flatMap((fixture) =>
  fixture.refresh?.kind === 'refresh_token' &&
  fixture.refresh.sameAboveSeconds === undefined &&
  (fixture.refresh.used === 'dies' || fixture.refresh.used === 'kills_grant')
    ? [[fixture.id, fixture, new URL(fixture.refresh.url).pathname] as const]
    : [],
);

/** What an answer did, as the row, the circuit and the operator's events tell it. */
async function effectOf(traveller: Traveller): Promise<Meaning> {
  const { db } = traveller.deps;
  const row = await traveller.row();
  if (row.lastError === null) return 'granted';
  if (row.state === 'needs_reconnect') return 'refused';
  if (row.unknownSince !== null) return 'unknown';
  if (row.lastErrorCategory === 'operator_fault') return 'operator';
  const odd = await db.select().from(eventLog).where(eq(eventLog.type, 'provider.odd_reply'));
  return odd.length > 0 ? 'odd' : 'transient';
}

const { publicKey } = await generateKeyPair('ES256', { extractable: true });
const anotherKey = (await exportJWK(publicKey)) as JsonWebKey;

describe('an answer to a refresh', { timeout: 30_000 }, () => {
  it.each([...cases, ...liveCases])('%s', async (_, fixture, answer, means) => {
    const traveller = await answeredAtRefresh(fixture, answer);
    expect(await effectOf(traveller)).toBe(means);
    const { status } = await traveller.integration();
    expect(status).toBe(means === 'refused' ? 'needs_reconnect' : 'connected');
  });

  it.each(refreshable.map((fixture) => [fixture.id, fixture] as const))(
    '%s: a client secret that was changed is the operator’s fault, and nobody is marked',
    async (_, fixture) => {
      const traveller = new Traveller(fixture);
      await traveller.connect();
      traveller.simulator.client.secret = 'changed-at-the-provider';
      traveller.simulator.client.publicKey = anotherKey;
      await traveller.reachRefresh();
      const needsSecret =
        fixture.refresh?.kind !== 'extend' ||
        Object.values(fixture.refresh.refresh.params).includes('{client_secret}');
      expect(await effectOf(traveller)).toBe(
        needsSecret ? (fixture.errors.client.means ?? 'operator') : 'granted',
      );
      expect((await traveller.row()).state).toBe('active');
    },
  );

  it.each(refreshable.map((fixture) => [fixture.id, fixture] as const))(
    '%s: a status of 429 or 5xx marks nobody, whatever stands in the body',
    async (_, fixture) => {
      const traveller = new Traveller(fixture);
      await traveller.connect();
      const connected = await traveller.row();
      traveller.begin('refresh');
      for (const status of [429, 500, 502, 503]) {
        await clearTables();
        // As it was connected, and due as it was then.
        const { deps, simulator } = traveller;
        await deps.db.insert(oauthAccounts).values(connected);
        simulator.answerRefreshes({ ...fixture.errors.refresh, status } as Answer<Issued>);
        await traveller.reachRefresh();
        expect(['transient', 'unknown'], `${status}`).toContain(await effectOf(traveller));
        expect((await traveller.row()).state, `${status}`).toBe('active');
      }
    },
  );
});

/** Refreshed by force: the provider did it, and nobody learnt what it gave. */
async function replyLost(fixture: Fixture, path: string, change: Change | null = null) {
  const traveller = new Traveller(fixture, change);
  await traveller.connect();
  traveller.simulator.answer(path, async (_, usual) => {
    await usual();
    throw new TypeError('connection reset');
  });
  await traveller.refresh();
  expect((await traveller.row()).unknownSince).not.toBeNull();
  traveller.simulator.answer(path, null);
  return traveller;
}

describe('a refresh whose reply was lost', { timeout: 30_000 }, () => {
  it.each(replayable)(
    '%s: is asked again with the used token, while the provider takes it',
    async (_, fixture, path) => {
      const traveller = await replyLost(fixture, path);
      await traveller.reachRefresh();
      expect(await traveller.row()).toMatchObject({ unknownSince: null, lastError: null });
      expect(traveller.simulator.accepts(await traveller.token())).toBe(true);
      expect(traveller.simulator.ended()).toEqual([]);
    },
  );

  it.each(singleUse)(
    '%s: is asked again once, and what a used token is answered marks the account',
    async (_, fixture, path) => {
      const traveller = await replyLost(fixture, path);
      const before = traveller.simulator.count('refresh');
      await traveller.reachRefresh();
      expect(traveller.simulator.count('refresh')).toBeGreaterThan(before);
      expect((await traveller.row()).state).toBe(
        fixture.errors.refresh?.means === 'odd' ? 'active' : 'needs_reconnect',
      );
    },
  );

  it('Linear: is lost for good where the record knows of no window', async () => {
    const traveller = await replyLost(linear, '/oauth/token', { reuse: 'revokes_family' });
    await traveller.reachRefresh();
    expect((await traveller.row()).state).toBe('needs_reconnect');
  });
});

describe('another course of the same provider', { timeout: 30_000 }, () => {
  it('Instagram answers the code without its list around it', async () => {
    await wholeWay(instagramBare);
  });

  it('LinkedIn gives no refresh token to most: connected to the end, and told in time', async () => {
    const traveller = new Traveller(linkedinWithoutRefresh);
    await traveller.connect();
    const row = await traveller.row();
    expect(row).toMatchObject({ refreshDueAt: null, refreshToken: null });
    expect(row.noticeDueAt).not.toBeNull();
    expect((await traveller.integration()).status).toBe('connected');
    traveller.deps.clock.set((row.expiresAt ?? 0) + 1);
    expect((await traveller.integration()).status).toBe('expired');
  });

  it('Salesforce with rotation gives a new refresh token each time', async () => {
    await wholeWay(salesforceRotating);
  });

  it('Slack without rotation gives tokens that never end', async () => {
    await wholeWay(slackWithoutRotation);
  });

  it('Slack with a consent that asked for nobody’s own token connects the bot alone', async () => {
    const traveller = new Traveller(slack);
    await traveller.connect();
    const rows = await traveller.deps.db.select().from(oauthAccounts);
    expect(rows.map(({ provider }) => provider)).toEqual(['slack']);
  });

  it('Slack with both tokens in one reply gives the person’s account the person’s token', async () => {
    const both: Fixture = {
      ...slackUser,
      token: {
        ...slackUser.token,
        reply: {
          body: (t) => ({
            ok: true,
            access_token: 'xoxe.xoxb-of-the-bot',
            refresh_token: 'xoxe-1-of-the-bot',
            token_type: 'bot',
            scope: 'team:read',
            expires_in: 60,
            team: { name: 'Ada Ltd', id: 'T9TK3CUKW' },
            authed_user: {
              id: 'U1234',
              scope: t.scopes.join(','),
              access_token: t.accessToken,
              token_type: 'user',
              expires_in: 43_200,
              refresh_token: t.refreshToken,
            },
          }),
          evidence: slackUser.token.reply.evidence,
        },
      },
    };
    await wholeWay(both);
  });

  it('Google without a channel is no account of YouTube, and the grant is given back', async () => {
    const traveller = new Traveller(youtubeWithoutChannel);
    await expect(traveller.connect()).rejects.toThrow(/names no account/);
  });

  it('Instagram does not extend a token of the first day, and is not asked to', async () => {
    const traveller = new Traveller(instagram);
    await traveller.connect();
    const { status } = await traveller.refresh();
    expect(status).toBe(200);
    expect(traveller.simulator.count('refresh')).toBe(0);
  });
});
