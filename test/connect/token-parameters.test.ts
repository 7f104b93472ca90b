/**
 * A host that only the token reply names: the provider's own, or nothing is connected; known from
 * then on.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { connectTransactions, oauthAccounts, outbox } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { mechanisms } from '../simulator/mechanisms';
import { simulate } from '../simulator/simulator';
import type { Fixture } from '../simulator/types';
import { clientsOf, configWith } from '../support/config';
import { testDeps } from '../support/deps';
import { marketRecord } from '../support/market';
import { errorReply } from '../support/provider';
import { codeOf, journey } from './journey';

const CLIENT = { id: 'client', secret: 'secret' };
const record = { ...marketRecord, revocationReach: 'token' };

function market(apiDomain?: string) {
  const { token } = mechanisms.market;
  const fixture: Fixture = {
    ...mechanisms.market,
    ...(apiDomain === undefined
      ? {}
      : {
          token: {
            ...token,
            reply: {
              ...token.reply,
              body: (about) => ({ ...token.reply.body(about), api_domain: apiDomain }),
            },
          },
        }),
  };
  const redirectUri = 'http://localhost:8787/connect/callback/market';
  return journey({ config: configWith({ market: record }, clientsOf(['market'], CLIENT)) }, (now) =>
    simulate(fixture, { ...CLIENT, redirectUri }, now),
  );
}

const input = { provider: 'market' };

beforeEach(async () => {
  const { db } = testDeps();
  await db.batch([db.delete(oauthAccounts), db.delete(outbox), db.delete(connectTransactions)]);
});

describe('a host that the token reply names', () => {
  test('is kept with the account', async () => {
    const j = market();
    expect((await j.connect('token-1', null, input)).status).toBe(201);
    expect(await j.deps.db.select().from(oauthAccounts)).toMatchObject([
      { parameters: { api: 'ada.market-api.example' } },
    ]);
  });

  test.each([
    'https://evil.example',
    'https://ada.market-api.example.evil.example',
    '',
    'localhost',
  ])('is not asked where it is %j', async (domain) => {
    const j = market(domain);
    const reply = await j.connect('token-2', null, input);
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
    await j.deps.settle();
    const hosts = new Set(j.provider.requests.map(({ url }) => new URL(url).host));
    expect([...hosts]).toEqual(['market.example']);
    expect(await j.deps.db.select().from(oauthAccounts)).toEqual([]);
  });

  test('is where a grant is given back that nobody finished connecting', async () => {
    const j = market();
    const id = await j.authorize('token-3', null, input);
    j.provider.answer('/me', () => errorReply(503, 'x'));
    expect((await j.complete('token-3', id)).status).toBe(503);
    j.deps.clock.advance(15 * 60_000);
    await runJobs(j.deps, EVERY_MINUTE);
    await j.deps.settle();
    expect(j.provider.to('/revoke').map(({ url }) => new URL(url).host)).toEqual([
      'ada.market-api.example',
      'ada.market-api.example',
    ]);
    expect(await j.deps.db.select().from(outbox)).toEqual([]);
  });
});
