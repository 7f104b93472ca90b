/**
 * On the hosted page a grant without a browser is a form, and what the operator signs for is not
 * there.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../../src/db/schema';
import { ownClient, simulateFields } from '../../simulator/field-grants';
import { configWith } from '../../support/config';
import { testClock, testDeps } from '../../support/deps';
import { insertAccount } from '../../support/fixtures';
import { textOf } from '../pages';
import { hosted } from './client';

const fields = {
  client_id: { label: 'Client ID', secret: false },
  client_secret: { label: 'Client secret' },
};
const record = {
  name: 'Machines',
  kind: 'oauth2',
  grant: 'client_credentials',
  fields,
  tokenUrl: ownClient.tokenUrl,
  profileUrl: ownClient.profileUrl,
  clientAuth: 'client_secret_basic_raw',
  scopes: ['read', 'write'],
  accountId: 'sub',
  displayName: 'name',
  refreshModel: 'static',
};

function page() {
  const clock = testClock(Date.now());
  const apps = { ...record, name: 'Signed apps', grant: 'jwt_bearer' };
  const config = configWith(
    { machines: record, apps },
    { APPS_CLIENT_ID: 'app', APPS_CLIENT_KEY: '{"kty":"EC","d":"x"}' },
  );
  return hosted({ clock, config, fetch: simulateFields(ownClient, clock.now).fetch });
}

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
});

describe('a grant without a browser, on the page', () => {
  test('is entered, and then an account like any other', async () => {
    const h = page();
    const cookie = await h.enter('fields-1');
    const shown = textOf(await h.page(cookie));
    expect(shown).toContain('Machines');
    expect(shown).not.toContain('Signed apps');
    const form = await h.page(cookie, '/integrations/credentials?provider=machines');
    expect(form).toMatch(
      /type="password"[^>]*name="field-client_secret"|name="field-client_secret"[^>]*type="password"/,
    );

    const wrong = await h.act(cookie, 'credentials', {
      provider: 'machines',
      'field-client_id': 'ada-client',
      'field-client_secret': 'wrong',
    });
    expect(textOf(await wrong.text())).toContain('Machines');
    expect(await testDeps().db.select().from(oauthAccounts)).toEqual([]);
    const done = await h.act(cookie, 'credentials', {
      provider: 'machines',
      'field-client_id': 'ada-client',
      'field-client_secret': 'canary-secret',
    });
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/integrations']);
    const page_ = await h.page(cookie);
    expect(textOf(page_)).toContain('Machine of Ada');
    expect(page_).toContain('/integrations/credentials?provider=machines');
    expect(page_).not.toContain('canary');
  });

  test('that the operator signs for cannot be entered', async () => {
    const h = page();
    const cookie = await h.enter('fields-2');
    const reply = await h.get('/integrations/credentials?provider=apps', cookie);
    expect(reply.status).toBe(404);
  });

  test('nor be replaced by who has it: another field would be signed for all the same', async () => {
    const h = page();
    const cookie = await h.enter('fields-3');
    await insertAccount(testDeps(), {
      userId: 'fields-3',
      provider: 'apps',
      providerAccountId: 'ada',
    });
    const reply = await h.act(cookie, 'credentials', {
      provider: 'apps',
      account: 'ada',
      'field-client_id': 'ada-client',
      'field-client_secret': 'canary-secret',
    });
    expect(reply.status).toBe(404);
    const shown = await h.page(cookie);
    expect(textOf(shown)).toContain('Signed apps');
    expect(shown).not.toContain('/integrations/credentials?provider=apps');
  });

  test('nor is it offered where the app asks for it', async () => {
    const h = page();
    const cookie = await h.enter('fields-4', { providers: ['apps', 'machines'] });
    const shown = await h.page(cookie);
    expect(textOf(shown)).toContain('Machines');
    expect(textOf(shown)).not.toContain('Signed apps');
    expect(shown).not.toContain('/integrations/credentials?provider=apps');
  });

  test('and is told of in words that ask for nothing the page has no button for', async () => {
    const h = page();
    await insertAccount(testDeps(), {
      userId: 'fields-5',
      provider: 'apps',
      providerAccountId: 'ada',
      state: 'needs_reconnect',
      stateReason: 'invalid_grant',
    });
    const cookie = await h.enter('fields-5');
    const shown = textOf(await h.page(cookie));
    expect(shown).toContain('Signed apps no longer accepts this connection.');
    expect(shown).toContain('not on this page');
    for (const said of ['Reconnect to', 'you entered', 'Replace']) {
      expect(shown).not.toContain(said);
    }
    const leaving = await h.page(cookie, '/integrations/disconnect?provider=apps&account=ada');
    expect(textOf(leaving)).not.toContain('you entered');
  });
});
