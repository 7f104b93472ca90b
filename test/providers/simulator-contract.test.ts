import { acme } from '../simulator/acme';
import { simulate } from '../simulator/simulator';
import { authorizationServerContract } from '../support/authorization-server-contract';

authorizationServerContract('the simulator', () => {
  const client = {
    id: 'client',
    secret: 'secret',
    redirectUri: 'https://app.example/callback',
  };
  const origin = 'https://id.acme.example';
  const { fetch, consent } = simulate(acme({ origin }), client, Date.now);
  return {
    fetch,
    consent,
    endpoints: {
      authorize: `${origin}/authorize`,
      token: `${origin}/token`,
      profile: `${origin}/me`,
      revoke: `${origin}/revoke`,
    },
    client,
    clientAuth: 'basic',
    scope: 'openid offline_access',
    accountIn: (profile) => (profile as { sub: string }).sub,
  };
});
