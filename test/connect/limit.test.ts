/** MAX_INTEGRATIONS_PER_USER: what is refused beyond it, and what never is. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts, outbox } from '../../src/db/schema';
import { configWith } from '../support/config';
import { insertAccount } from '../support/fixtures';
import { hosted } from '../web/hosted/client';
import { textOf } from '../web/pages';
import { codeOf, type Journey, journey } from './journey';

const limited = (max: number, records: Record<string, unknown> = {}) =>
  configWith(records, { MAX_INTEGRATIONS_PER_USER: String(max) });

const countOf = (j: Journey, userId: string) =>
  j.deps.db.$count(oauthAccounts, eq(oauthAccounts.userId, userId));

const vendor = { vendor: { name: 'Vendor', kind: 'credentials', fields: { key: { label: 'K' } } } };

const begin = (j: Journey, userId: string, more: Record<string, unknown> = {}) =>
  j.api(`/v1/users/${userId}/connections`, {
    method: 'POST',
    json: { provider: 'acme', returnTo: 'https://app.example.com/done', ...more },
  });

const put = (j: Journey, userId: string, accountId: string) =>
  j.api(`/v1/users/${userId}/integrations/vendor`, {
    method: 'PUT',
    json: { credentials: { key: 'k' }, accountId },
  });

describe('a user with as many integrations as is allowed', () => {
  test('is told so before anybody consents, where it could only be one more', async () => {
    const j = journey({ config: limited(1) });
    await insertAccount(j.deps, { userId: 'full-1', provider: 'reddit' });
    const reply = await begin(j, 'full-1');
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'too_many_integrations']);
    expect(await reply.text()).toContain('1 integrations, the most');
  });

  test('connects an account again, also where nobody knew before which one comes back', async () => {
    const j = journey({ config: limited(1) });
    expect((await j.connect('full-2', 'code-ann')).status).toBe(201);
    expect((await j.connect('full-2', 'code-ann')).status).toBe(201);
    expect((await j.connect('full-2', 'code-ann', { accountId: 'ann' })).status).toBe(201);
    expect(await countOf(j, 'full-2')).toBe(1);
  });

  test('gets no other account, and what the provider granted is owed its revocation', async () => {
    const j = journey({ config: limited(1) });
    expect((await j.connect('full-3', 'code-bea')).status).toBe(201);
    const id = await j.authorize('full-3', 'code-cid');
    const reply = await j.complete('full-3', id);
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'too_many_integrations']);
    expect(await codeOf(await j.complete('full-3', id))).toBe('too_many_integrations');
    expect(await countOf(j, 'full-3')).toBe(1);
    await j.deps.settle();
    const isAlive = j.provider.accepts('access-cid-1');
    const owed = await j.deps.db.select().from(outbox).where(eq(outbox.accountId, 'cid'));
    expect(isAlive && owed.length === 0).toBe(false);
  });

  test('two connects at once: one of them', async () => {
    const j = journey({ config: limited(2) });
    await insertAccount(j.deps, { userId: 'full-4' });
    const ids = [await j.authorize('full-4', 'code-dan'), await j.authorize('full-4', 'code-eva')];
    const replies = await Promise.all(ids.map((id) => j.complete('full-4', id)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await countOf(j, 'full-4')).toBe(2);
  });

  test('hands in credentials anew, but no further ones', async () => {
    const j = journey({ config: limited(1, vendor) });
    expect((await put(j, 'full-5', 'first')).status).toBe(201);
    expect((await put(j, 'full-5', 'first')).status).toBe(201);
    const reply = await put(j, 'full-5', 'second');
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'too_many_integrations']);
    expect(await countOf(j, 'full-5')).toBe(1);
  });

  test("somebody else's account is still told as such", async () => {
    const j = journey({ config: limited(1, vendor) });
    expect((await put(j, 'full-6', 'taken')).status).toBe(201);
    await insertAccount(j.deps, { userId: 'full-7' });
    expect(await codeOf(await put(j, 'full-7', 'taken'))).toBe('account_linked_to_another_user');
  });

  test('reads on the hosted page what to do', async () => {
    const h = hosted({ config: limited(1) });
    await insertAccount(h.deps, { userId: 'full-8', provider: 'reddit' });
    const cookie = await h.enter('full-8');
    const reply = await h.act(cookie, 'connect', { provider: 'acme' });
    expect(reply.status).toBe(303);
    expect(textOf(await h.page(cookie))).toContain('You have too many accounts here');
  });

  test('has room again after a disconnect', async () => {
    const j = journey({ config: limited(1, vendor) });
    expect((await put(j, 'full-9', 'old')).status).toBe(201);
    await j.api('/v1/users/full-9/integrations/vendor/old', { method: 'DELETE' });
    expect((await put(j, 'full-9', 'new')).status).toBe(201);
  });
});
