import { describe, expect, it } from 'vitest';
import { companionClients, companionReply, companionScopes } from '../../src/providers/also-grants';
import { createRegistry } from '../../src/providers/registry';
import { oauth2Provider } from '../oauth/support/providers';

const main = oauth2Provider();
const publicUrl = 'https://mooring.example.com';

describe('where a further grant stands', () => {
  it('is nowhere that the main record reads', () => {
    const other = oauth2Provider({
      reply: {
        accessToken: ['user.access_token', 'access_token'],
        refreshToken: 'user.refresh_token',
        refreshExpiresIn: ['user.refresh_expires_in', 'refresh_expires_in'],
      },
    });
    expect(companionReply(main, other)).toEqual({
      accessToken: ['user.access_token'],
      refreshToken: ['user.refresh_token'],
      refreshExpiresIn: ['user.refresh_expires_in'],
      tokenType: [],
      scope: [],
      expiresIn: [],
      expiresAt: [],
      refreshExpiresAt: [],
      error: [],
    });
  });
});

describe('what is asked for on behalf of a further record', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a,,b,a,', ['a', 'b']],
    ['', []],
    [undefined, []],
  ])('user_scope %o is %o', (asked, scopes) => {
    const asking = oauth2Provider({
      authorizationParams: asked === undefined ? {} : { user_scope: asked },
    });
    const other = oauth2Provider({ scopeParam: 'user_scope', scopeSeparator: ',' });
    expect(companionScopes(asking, other)).toEqual(scopes);
  });
});

describe('which records come along', () => {
  const env = { SLACK_CLIENT_ID: 'id', SLACK_CLIENT_SECRET: 'secret' };
  const along = (settings: Record<string, unknown>, id = 'slack') => {
    const registry = createRegistry({ ...env, ...settings }, publicUrl);
    const provider = registry.get(id);
    return provider?.kind === 'oauth2'
      ? companionClients(registry, provider, {}).map((client) => client.provider.id)
      : undefined;
  };

  it.each<[string, Record<string, unknown>, string[]]>([
    ['with Slack its persons', {}, ['slack-user']],
    ['nobody without a client', { SLACK_CLIENT_ID: '' }, []],
    ['nobody who has another client by now', { 'slack-user': { clientOf: 'acme' } }, []],
    [
      'nobody whose token would stand where the bot has its own',
      { 'slack-user': { reply: {} } },
      [],
    ],
    [
      'nobody whose tokens come from another endpoint',
      { 'slack-user': { tokenUrl: 'https://slack.com/api/other' } },
      [],
    ],
  ])('%s', (_, changes, ids) => {
    const { SLACK_CLIENT_ID, ...records } = changes;
    const acme = { extends: 'slack', name: 'Acme' };
    const settings = {
      ...(SLACK_CLIENT_ID === undefined ? {} : { SLACK_CLIENT_ID }),
      PROVIDERS: { acme, ...records },
      ACME_CLIENT_ID: 'acme',
      ACME_CLIENT_SECRET: 'secret',
    };
    expect(along(settings)).toEqual(ids);
  });

  it('nobody with a record that extends Slack: it has a client of its own', () => {
    const PROVIDERS = { acme: { extends: 'slack', name: 'Acme' } };
    expect(along({ PROVIDERS }, 'acme')).toEqual([]);
  });
});
