import { beforeEach, describe, expect, it } from 'vitest';
import { records } from '../../../src/providers/records';
import { fixtures } from '../../simulator/fixtures';
import { apiWith } from '../../support/api';
import { configWith } from '../../support/config';
import { testDeps } from '../../support/deps';
import { clearTables } from './support/traveller';
import { wholeWay } from './support/whole-way';

beforeEach(clearTables);

describe('the whole way', { timeout: 30_000 }, () => {
  it.each(fixtures.map((fixture) => [fixture.id, fixture] as const))(
    'of %s',
    async (_, fixture) => {
      const simulator = await wholeWay(fixture);
      expect(simulator.count('code')).toBe(fixture.refresh ? 2 : 1);
      expect(simulator.count('unknown')).toBe(0);
    },
  );

  it('is gone by every record of kind oauth2 that has a browser', () => {
    // The others' way: test/connect/field-grant.test.ts.
    const ids = records
      .filter((record) => record.kind === 'oauth2' && record.grant === undefined)
      .map(({ id }) => id);
    expect(fixtures.map(({ id }) => id).sort()).toEqual(ids.sort());
  });
});

interface Kept {
  provider: string;
  what: string;
  /** In PROVIDERS; null: a built-in record as it is. */
  record: Record<string, unknown> | null;
  credentials: Record<string, string>;
  next: Record<string, string>;
  headers: Record<string, string>;
}

const kept: Kept[] = [
  {
    provider: 'onlyfans',
    what: 'a built-in record of a session',
    record: null,
    credentials: {
      auth_id: '123456789012',
      sess: 'abc123',
      x_bc: 'f00dfeedf00dfeed',
      user_agent: 'Mozilla/5.0 (X11)',
    },
    next: {
      auth_id: '123456789012',
      sess: 'def456',
      x_bc: 'f00dfeedf00dfeed',
      user_agent: 'Mozilla/5.0 (X11)',
    },
    headers: {
      Cookie: 'sess=def456; auth_id=123456789012',
      'x-bc': 'f00dfeedf00dfeed',
      'User-Agent': 'Mozilla/5.0 (X11)',
    },
  },
  {
    provider: 'exa',
    what: 'a built-in record of a key that nobody can try',
    record: null,
    credentials: { apiKey: 'key-1' },
    next: { apiKey: 'key-2' },
    headers: { 'x-api-key': 'key-2' },
  },
  {
    provider: 'keys',
    what: 'the template of an API key',
    record: { extends: 'api-key', name: 'Keys Inc.' },
    credentials: { apiKey: 'key-1' },
    next: { apiKey: 'key-2' },
    headers: { Authorization: 'Bearer key-2' },
  },
  {
    provider: 'old',
    what: 'the template of a name and a password',
    record: { extends: 'basic', name: 'Old Co.' },
    credentials: { username: 'ada', password: 'one' },
    next: { username: 'ada', password: 'pÿ' },
    // RFC 7617 2.1, in UTF-8.
    headers: { Authorization: 'Basic YWRhOnDDvw==' },
  },
  {
    provider: 'cookies',
    what: 'the template of a session',
    record: { extends: 'session', name: 'Cookies Ltd.' },
    credentials: { cookie: 'a=1', user_agent: 'Mozilla/5.0' },
    // The user agent is left out, and so is its header.
    next: { cookie: 'a=2' },
    headers: { Cookie: 'a=2' },
  },
];

describe('the way of credentials, which no provider is asked about', { timeout: 30_000 }, () => {
  it.each(kept)('$provider: $what', async ({ provider, record, credentials, next, headers }) => {
    const deps = testDeps({ config: configWith(record ? { [provider]: record } : {}) });
    const api = apiWith(deps);
    const path = `/v1/users/ada/integrations/${provider}`;
    const put = (given: Record<string, string>, account: Record<string, string> = {}) =>
      api(path, { method: 'PUT', json: { credentials: given, ...account } });

    const first = await put(credentials);
    expect(first.status, await first.clone().text()).toBe(201);
    const { accountId, status } = await first.json<{ accountId: string; status: string }>();
    expect(status).toBe('connected');
    expect((await put({})).status).toBe(400);
    // Named, it is replaced; where the record names none, another key is another account.
    const named = provider === 'onlyfans' ? {} : { accountId };
    expect((await put(next, named)).status).toBeLessThan(300);

    const one = `${path}/${encodeURIComponent(accountId)}`;
    const token = await api(`${one}/token`);
    expect(await token.json()).toEqual({ kind: 'credentials', credentials: next, headers });
    expect((await api(`${one}/refresh`, { method: 'POST' })).status).toBe(400);
    const listed = await api('/v1/users/ada/integrations', {
      headers: { 'Consistency-Token': token.headers.get('Consistency-Token') ?? '' },
    });
    expect(await listed.json()).toMatchObject({ integrations: [{ provider, accountId }] });

    const gone = await api(one, { method: 'DELETE' });
    expect(await gone.json()).toEqual({ revocation: 'not_supported' });
    expect((await api(`${one}/token`)).status).toBe(404);
    await deps.settle();
  });

  it('is gone by every record of kind credentials that has no check', () => {
    const ids = records
      .filter((record) => record.kind === 'credentials' && record.check === undefined)
      .map(({ id }) => id);
    expect(ids.filter((id) => !kept.some(({ provider }) => provider === id))).toEqual([]);
  });
});
