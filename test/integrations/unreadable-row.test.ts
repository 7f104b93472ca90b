/**
 * One row that holds what nobody can read: what is in it is said as far as it goes, and all else
 * stands.
 */
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { integrationListSchema } from '../../src/integrations/serialization';
import { isolate, listPath } from '../status-cache/support/client';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { operator } from '../web/operator/client';

const faults: [column: string, value: string | number][] = [
  ['scope', '["openid"'],
  ['scope', '{}'],
  ['scope', '[1, null, "openid"]'],
  ['requested_scope', '5'],
  ['parameters', 'null'],
  ['metadata', '{"name":"An'],
  ['metadata', '["x"]'],
  ['metadata', '{"name":{}}'],
  ['expires_at', 9e18],
  ['refresh_expires_at', -9e18],
  ['refresh_due_at', 'soon'],
  ['created_at', 'never'],
  ['updated_at', 9e15],
  ['last_refreshed_at', 9e15],
];

beforeEach(() => testDeps().db.run(sql`DELETE FROM oauth_accounts`));

describe.each(faults)('a row whose %s is %j', (column, value) => {
  const poisoned = async () => {
    const { deps, call } = isolate();
    const userId = `unreadable-${crypto.randomUUID()}`;
    const bad = await insertAccount(deps, { userId });
    const good = await insertAccount(deps, { userId });
    await deps.db.run(
      sql`UPDATE oauth_accounts SET ${sql.raw(column)} = ${value} WHERE id = ${bad.id}`,
    );
    return { deps, call, userId, bad, good };
  };

  test('stands in its user’s list, beside the others', async () => {
    const { call, userId, bad, good } = await poisoned();
    for (let read = 0; read < 2; read += 1) {
      const reply = await call(listPath(userId));
      expect(reply.status, await reply.clone().text()).toBe(200);
      const { integrations } = integrationListSchema.parse(await reply.json());
      expect(integrations.map(({ accountId }) => accountId).sort()).toEqual(
        [bad.providerAccountId, good.providerAccountId].sort(),
      );
    }
  });

  test('stands in the list of all', async () => {
    const { call } = await poisoned();
    const reply = await call('/v1/integrations');
    expect(reply.status, await reply.clone().text()).toBe(200);
    const { integrations } = await reply.json<{ integrations: unknown[] }>();
    expect(integrations).toHaveLength(2);
  });

  test('stands on the operator’s page', async () => {
    const { userId, bad } = await poisoned();
    const page = operator();
    const shown = await page.get(await page.enter(), `/operator/timeline?userId=${userId}`);
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain(bad.providerAccountId);
  });

  test('keeps nobody from the other one’s token, and can be ended', async () => {
    const { call, userId, bad, good } = await poisoned();
    const pathOf = (account: string) => `${listPath(userId)}/acme/${account}`;
    const token = await call(`${pathOf(good.providerAccountId)}/token`);
    expect(token.status, await token.clone().text()).toBe(200);
    const gone = await call(pathOf(bad.providerAccountId), { method: 'DELETE' });
    expect(gone.status, await gone.clone().text()).toBe(200);
  });
});
