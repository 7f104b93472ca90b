import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { connectTransactions } from '../../src/db/schema';
import { configWith } from '../support/config';
import { codeOf, journey } from './journey';

/** A provider that signs its callbacks as Shopify does. */
const config = () =>
  configWith(
    {
      shops: {
        name: 'Shops',
        kind: 'oauth2',
        authorizationUrl: 'https://{shop}.shops.example/authorize',
        tokenUrl: 'https://{shop}.shops.example/token',
        profileUrl: 'https://{shop}.shops.example/me',
        parameters: { shop: { label: 'Shop', pattern: '[a-z]+' } },
        callbackSignature: { param: 'hmac', expect: { shop: '{shop}.shops.example' } },
        accountId: 'sub',
        refreshModel: 'rotating',
      },
    },
    { SHOPS_CLIENT_ID: 'shops', SHOPS_CLIENT_SECRET: 'shops-secret' },
  );

async function started(userId: string) {
  const j = journey({ config: config() });
  const input = { provider: 'shops', parameters: { shop: 'mine' } };
  const { id, connectUrl } = await j.begin(userId, input);
  const { location, cookie } = await j.open(connectUrl);
  const sent = {
    code: 'code-kim',
    host: 'bWluZQ==',
    shop: 'mine.shops.example',
    state: location.searchParams.get('state') ?? '',
    timestamp: '1337178173',
    empty: '',
  };
  const stateOf = async () => {
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    return [row?.state, row?.code === null];
  };
  return { j, id, cookie, sent, stateOf };
}

function signed(sent: Record<string, string>, secret = 'shops-secret'): Record<string, string> {
  const message = Object.entries(sent)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  return { ...sent, hmac: createHmac('sha256', secret).update(message).digest('hex') };
}

describe('a callback of a provider that signs them', () => {
  test('is taken, whatever else is signed, and the connection can be completed', async () => {
    const { j, id, cookie, sent } = await started('signed-1');
    const reply = await j.callback(signed(sent), cookie, 'shops');
    expect(reply.status, await reply.clone().text()).toBe(303);
    expect((await j.complete('signed-1', id)).status).toBe(201);
  });

  test.each<[string, (sent: Record<string, string>) => Record<string, string>]>([
    ['is not signed', (sent) => sent],
    ['is signed by somebody else', (sent) => signed(sent, 'acme-secret')],
    ['holds another code', (sent) => ({ ...signed(sent), code: 'code-evil' })],
    ['is for another shop', (sent) => signed({ ...sent, shop: 'other.shops.example' })],
    ['is an error that nobody signed', ({ state = '' }) => ({ state, error: 'access_denied' })],
  ])(
    'that %s is refused, keeps no code, and leaves the rightful one its turn',
    async (_, forge) => {
      const { j, cookie, sent, stateOf } = await started('signed-2');
      const reply = await j.callback(forge(sent), cookie, 'shops');
      expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
      expect(reply.headers.get('Location')).toBeNull();
      expect(await stateOf()).toEqual(['started', true]);
      expect(j.provider.requests).toEqual([]);
      expect((await j.callback(signed(sent), cookie, 'shops')).status).toBe(303);
    },
  );
});
