/**
 * Over sockets: the simulator, and real servers: two of different code bases, and one that is
 * strict.
 */
import { randomBytes } from 'node:crypto';
import { Browser, consent } from '../e2e/support/browser.ts';
import { acme } from '../simulator/acme.ts';
import { simulate } from '../simulator/simulator.ts';
import { authorizationServerContract } from '../support/authorization-server-contract.ts';
import { listen } from '../support/provider-server.ts';
import { startAuthorizationServer } from './authorization-server/index.ts';
import { startSecondServer } from './second-server.ts';
import { strictClient } from './strict-client.ts';

const client = {
  id: 'contract',
  secret: randomBytes(24).toString('hex'),
  redirectUri: 'http://localhost:9/callback',
};
const atClient = (url: URL) => url.href.startsWith(client.redirectUri);

authorizationServerContract('oidc-provider', async () => {
  const { secret, redirectUri, id } = client;
  const server = await startAuthorizationServer({
    port: 0,
    clients: [{ id, name: 'A test', secret, redirectUris: [redirectUri], accessTokenSeconds: 600 }],
  });
  return {
    fetch,
    endpoints: {
      authorize: `${server.issuer}/auth`,
      token: `${server.issuer}/token`,
      profile: `${server.issuer}/me`,
      revoke: `${server.issuer}/token/revocation`,
    },
    client,
    clientAuth: 'basic',
    scope: 'openid profile email offline_access',
    authorizationParams: { prompt: 'consent' },
    async consent(url, account) {
      const browser = new Browser();
      return (await consent(browser, await browser.open(url), account, atClient)).url;
    },
    accountIn: (profile) => (profile as { sub: string }).sub,
    close: () => server.close(),
  };
});

authorizationServerContract('oidc-provider, strict', async () => {
  const { redirectUri, id } = client;
  let issuer = '';
  const strict = await strictClient(client, () => issuer);
  const server = await startAuthorizationServer({
    port: 0,
    clients: [
      {
        id,
        name: 'A test',
        secret: '',
        publicKey: strict.publicKey,
        redirectUris: [redirectUri],
        accessTokenSeconds: 600,
      },
    ],
  });
  issuer = server.issuer;
  return {
    fetch: strict.fetch,
    endpoints: {
      authorize: `${issuer}/auth`,
      token: `${issuer}/token`,
      profile: `${issuer}/me`,
      revoke: `${issuer}/token/revocation`,
    },
    client,
    clientAuth: 'post',
    tokenType: 'dpop',
    scope: 'openid profile email offline_access',
    authorizationParams: { prompt: 'consent' },
    async consent(url, account) {
      const browser = new Browser();
      const visited = await strict.pushed(url);
      if (visited instanceof Response) throw new Error(await visited.text());
      return (await consent(browser, await browser.open(visited), account, atClient)).url;
    },
    accountIn: (profile) => (profile as { sub: string }).sub,
    close: () => server.close(),
  };
});

authorizationServerContract('@jmondi/oauth2-server', async () => {
  const server = await startSecondServer(client);
  await server.register(client.redirectUri);
  return {
    fetch,
    endpoints: {
      authorize: `${server.origin}/authorize`,
      token: `${server.origin}/token`,
      profile: `${server.origin}/api/me`,
      revoke: `${server.origin}/token/revoke`,
    },
    client,
    clientAuth: 'post',
    scope: 'profile.read,boats.read',
    async consent(url, account) {
      const browser = new Browser();
      const page = await browser.open(url);
      return (await browser.submit(page, '/consent/[0-9a-f-]+', { account }, atClient)).url;
    },
    accountIn: (profile) => (profile as { user: { id: string } }).user.id,
    reuseKeepsGrant: true,
    deadToken: 'invalid_request',
    close: () => server.close(),
  };
});

authorizationServerContract('the simulator over a socket', async () => {
  const { origin, simulator, close } = await listen((at) =>
    simulate(acme({ origin: at }), client, Date.now),
  );
  return {
    fetch,
    endpoints: {
      authorize: `${origin}/authorize`,
      token: `${origin}/token`,
      profile: `${origin}/me`,
      revoke: `${origin}/revoke`,
    },
    client,
    clientAuth: 'basic',
    scope: 'openid offline_access',
    consent: simulator.consent,
    accountIn: (profile) => (profile as { sub: string }).sub,
    close,
  };
});
