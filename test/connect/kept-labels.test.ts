/** What an account is known by, where it is connected again and not all of it can be asked for. */
import { describe, expect, test } from 'vitest';
import { clientsOf, configWith, recordAt } from '../support/config';
import { type Journey, journey } from './journey';

const record = recordAt('labelled', {
  accountId: 'token:user',
  displayName: 'name',
  metadata: { team: 'token:team', picture: 'picture', plan: 'plan' },
});
const config = configWith({ labelled: record }, clientsOf(['labelled']));

interface Labels {
  displayName: string | null;
  metadata: Record<string, string | null>;
}

async function connect(j: Journey, user: string, profile: object | null, team = 'T1') {
  j.provider.answer('/token', () =>
    Response.json({ access_token: `access-${crypto.randomUUID()}`, user, team }),
  );
  j.provider.answer('/me', () =>
    profile === null ? new Response('', { status: 403 }) : Response.json(profile),
  );
  const reply = await j.connect(user, 'code-ann', { provider: 'labelled' });
  expect(reply.status, await reply.clone().text()).toBe(201);
  const { displayName, metadata } = await reply.json<Labels>();
  return { displayName, metadata };
}

const ann = { name: 'Ann', picture: 'https://labelled.example/ann.png', plan: 'pro' };

describe('an account that is connected again', () => {
  test('keeps what a profile that cannot be had would have said', async () => {
    const j = journey({ config });
    await connect(j, 'labels-1', ann);
    expect(await connect(j, 'labels-1', null, 'T2')).toEqual({
      displayName: 'Ann',
      metadata: { team: 'T2', picture: ann.picture, plan: 'pro' },
    });
  });

  test('and loses what the profile says no more', async () => {
    const j = journey({ config });
    await connect(j, 'labels-2', ann);
    expect(await connect(j, 'labels-2', { plan: 'free' })).toEqual({
      displayName: 'Ann',
      metadata: { team: 'T1', picture: null, plan: 'free' },
    });
  });

  test('for the first time has none of it', async () => {
    const labels = await connect(journey({ config }), 'labels-3', null);
    expect(labels).toEqual({
      displayName: null,
      metadata: { team: 'T1', picture: null, plan: null },
    });
  });
});

test('credentials that cannot be tried now keep what an earlier check has said', async () => {
  const keys = {
    name: 'Keys',
    kind: 'credentials',
    fields: { key: { label: 'Key' } },
    requestHeaders: { Authorization: 'Bearer {key}' },
    check: { url: 'https://keys.example/me', displayName: 'name', metadata: { owner: 'owner' } },
  };
  const j = journey({ config: configWith({ keys }) });
  const put = async () => {
    const reply = await j.api('/v1/users/labels-4/integrations/keys', {
      method: 'PUT',
      json: { credentials: { key: 'access-key' }, accountId: 'k1' },
    });
    expect(reply.status, await reply.clone().text()).toBe(201);
    const { displayName, metadata } = await reply.json<Labels>();
    return { displayName, metadata };
  };
  j.provider.answer('/me', () => Response.json({ name: 'Team key', owner: 'ann' }));
  const known = { displayName: 'Team key', metadata: { owner: 'ann' } };
  expect(await put()).toEqual(known);
  j.provider.answer('/me', () => new Response('', { status: 503 }));
  expect(await put()).toEqual(known);
});
