/** The hosted page in a deployment that has set up everything, in a brand of its own. */
import { records } from '../../../src/providers/records/index.ts';
import { type Customer, startCustomer } from './customer.ts';

const setting = (id: string): string => id.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/** A wheel, in the brand's colour. */
const logo = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#5b4bd1"/><g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"><circle cx="16" cy="16" r="6"/><path d="M16 5v22M5 16h22M8.2 8.2l15.6 15.6M23.8 8.2 8.2 23.8"/></g></svg>',
).toString('base64')}`;

/** Own providers next to the sandbox's: one that is not set up, and one that does not answer. */
const more = {
  unset: {
    name: 'Chart Room',
    kind: 'oauth2',
    issuer: 'http://localhost:9',
    accountId: 'sub',
    refreshModel: 'rotating',
  },
  unreachable: {
    name: 'Lighthouse',
    kind: 'oauth2',
    issuer: 'http://localhost:9',
    accountId: 'sub',
    refreshModel: 'rotating',
    scopes: ['openid', 'profile'],
  },
};

export async function startHosted(): Promise<Customer> {
  const clients = records
    .filter(({ kind }) => kind === 'oauth2')
    .flatMap(({ id }) => [
      [`${setting(id)}_CLIENT_ID`, 'a-client'],
      [`${setting(id)}_CLIENT_SECRET`, 'a-secret'],
    ]);
  return startCustomer({
    providers: more,
    vars: {
      ...Object.fromEntries(clients),
      UNREACHABLE_CLIENT_ID: 'a-client',
      UNREACHABLE_CLIENT_SECRET: 'a-secret',
      BRAND_NAME: 'Dockside',
      BRAND_LOGO: logo,
      BRAND_ACCENT: '#5b4bd1',
    },
  });
}
