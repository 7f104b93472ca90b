/**
 * Every state that the hosted page can be in, and how to get there. The screenshots are taken from
 * this list, and the accessibility tests walk it, so that neither can leave one out.
 */
import type { Page } from 'playwright-core';
import type { Deployment, SessionInput } from './deployment.ts';
import { type AccountState, DAY, giveAccounts, HOUR, MINUTE } from './rows.ts';

export interface HostedState {
  name: string;
  /** A heading or text that shows that the page is there. */
  shows: string;
  reach(page: Page, deployment: Deployment, user: string): Promise<void>;
}

const few: SessionInput = {
  providers: ['github', 'google', 'notion', 'reddit', 'slack', 'spotify', 'sandbox'],
};

/** Opens the page as the app does. */
export async function openHostedPage(
  page: Page,
  deployment: Deployment,
  user: string,
  input: SessionInput = few,
) {
  await page.goto(deployment.opening(user, input));
  await page.getByRole('button', { name: 'Manage connections' }).click();
  await page.waitForURL(`${deployment.hosted}/integrations`);
}

const withAccounts =
  (accounts: readonly AccountState[], input: SessionInput = few) =>
  async (page: Page, deployment: Deployment, user: string) => {
    await giveAccounts(deployment.mooring, user, accounts);
    await openHostedPage(page, deployment, user, input);
  };

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

const google: AccountState = {
  provider: 'google',
  name: 'robin@keel.example',
  metadata: { name: 'Robin Keel', userName: 'robin@keel.example' },
  scopes: ['openid', 'email', 'profile'],
};
const github: AccountState = {
  provider: 'github',
  name: 'rkeel',
  metadata: { name: 'Robin Keel', userName: 'rkeel' },
  scopes: ['read:user'],
  expiresIn: null,
  renewable: false,
  refreshed: null,
};
const spotify: AccountState = {
  provider: 'spotify',
  name: 'Robin Keel',
  metadata: { userName: 'rkeel77' },
  scopes: ['user-read-private'],
  refreshExpiresIn: 97 * DAY,
};

const toProvider = async (page: Page) => {
  await button(page, 'Add app Sandbox').first().click();
  await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
};

const connectAs = async (page: Page, person: string) => {
  await toProvider(page);
  await button(page, person).click();
  await button(page, 'Allow').click();
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
};

/** A link of the app's own, up to the provider. */
async function openConnectLink(page: Page, { origin, mooring }: Deployment, user: string) {
  const { body } = await mooring.call<{ connectUrl: string }>(
    'POST',
    `/v1/users/${encodeURIComponent(user)}/connections`,
    { json: { provider: 'sandbox', returnTo: `${origin}/connected` } },
  );
  await page.goto(body.connectUrl);
  await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
}

export const hostedStates: readonly HostedState[] = [
  {
    name: 'empty',
    shows: 'Nothing is connected yet',
    reach: (page, deployment, user) => openHostedPage(page, deployment, user),
  },
  {
    name: 'connected',
    shows: 'Add another account',
    reach: withAccounts([google, github, spotify]),
  },
  {
    name: 'several-accounts',
    shows: 'Robin at work',
    reach: withAccounts([
      { ...google, accountId: 'g1' },
      {
        ...google,
        accountId: 'g2',
        name: 'Robin at work',
        metadata: { email: 'r.keel@harbour.example' },
        connected: 3 * DAY,
      },
      {
        ...google,
        accountId: 'g3',
        name: 'Club treasurer',
        metadata: { email: 'treasurer@rowing.example' },
        connected: 4 * HOUR,
      },
    ]),
  },
  {
    name: 'needs-reconnect',
    shows: 'no longer accepts',
    reach: withAccounts([{ ...google, refused: 'invalid_grant' }, github]),
  },
  {
    name: 'expired',
    shows: 'Access has run out',
    reach: withAccounts([
      {
        ...github,
        provider: 'reddit',
        name: 'u/rkeel',
        metadata: {},
        scopes: ['identity'],
        expiresIn: -3 * HOUR,
      },
    ]),
  },
  {
    name: 'provider-down',
    shows: 'The next try is in',
    reach: withAccounts([
      {
        ...spotify,
        expiresIn: -20 * MINUTE,
        failures: 4,
        error: 'http_503',
        errorCategory: 'provider_failure',
        dueIn: 9 * MINUTE,
        refreshed: 80 * MINUTE,
      },
      github,
    ]),
  },
  {
    name: 'missing-permissions',
    shows: 'You did not allow',
    reach: withAccounts([
      {
        ...google,
        scopes: ['openid'],
        requested: ['openid', 'email', 'https://www.googleapis.com/auth/calendar'],
      },
    ]),
  },
  {
    name: 'odd-names',
    shows: 'Aleksandra',
    reach: withAccounts([
      {
        ...google,
        accountId: 'long',
        name: 'Aleksandra Konstantinopolitańczykowianeczka-Brzęczyszczykiewicz of the Northern Harbour Rowing and Sailing Association (Treasurer)',
        metadata: {
          email: `${'a-very-long-local-part-'.repeat(4)}@subdomain.of.an.organisation.example`,
        },
      },
      { ...google, accountId: '109876543210987654321', name: null, metadata: {} },
      { ...google, accountId: 'emoji', name: '···', metadata: { userName: 'crab' } },
      {
        ...google,
        accountId: 'arabic',
        name: 'ليلى الحسن',
        metadata: { email: 'layla@example.com' },
      },
      {
        ...google,
        accountId: 'script',
        name: '<script>alert(1)</script>',
        metadata: { email: '"><img src=x onerror=alert(1)>' },
      },
    ]),
  },
  {
    name: 'forty-providers',
    shows: 'More apps',
    reach: withAccounts([google, { ...spotify, refused: 'invalid_grant' }], {
      label: 'Robin Keel',
    }),
  },
  {
    name: 'search',
    shows: 'Search apps and accounts',
    async reach(page, deployment, user) {
      await withAccounts([google, spotify], {})(page, deployment, user);
      await page.getByRole('searchbox').fill('git');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=git/);
    },
  },
  {
    name: 'nothing-found',
    shows: 'Nothing here matches',
    async reach(page, deployment, user) {
      await withAccounts([google], {})(page, deployment, user);
      await page.getByRole('searchbox').fill('zeppelin');
      await button(page, 'Search').click();
    },
  },
  {
    name: 'not-configured',
    shows: 'Not available yet',
    reach: (page, deployment, user) =>
      openHostedPage(page, deployment, user, { providers: ['unset', 'github'] }),
  },
  {
    name: 'connecting',
    shows: 'You are being taken to',
    async reach(page, deployment, user) {
      // Without what takes the browser on, so that it can be looked at.
      await page.route('**/integrations/connect', async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, '');
        await route.fulfill({ response, body });
      });
      await openHostedPage(page, deployment, user);
      await button(page, 'Add app Sandbox').click();
      await page.getByRole('heading', { name: 'Connecting to Sandbox' }).waitFor();
    },
  },
  {
    name: 'not-finished',
    shows: 'is not connected yet',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await toProvider(page);
      await page.goto(`${deployment.hosted}/integrations`);
    },
  },
  {
    name: 'just-connected',
    shows: 'Sandbox is connected',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await connectAs(page, 'Ada Fairwind');
    },
  },
  {
    name: 'cancelled',
    shows: 'You cancelled',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await toProvider(page);
      await button(page, 'Cancel').click();
      await page.getByRole('heading', { name: 'Connections' }).waitFor();
    },
  },
  {
    name: 'account-taken',
    shows: 'That account is taken',
    async reach(page, deployment, user) {
      await giveAccounts(deployment.mooring, `${user}-other`, [
        { provider: 'sandbox', accountId: `taken-by-${user}` },
      ]);
      await openHostedPage(page, deployment, user);
      await toProvider(page);
      await page.getByRole('textbox', { name: 'Somebody else' }).fill(`taken-by-${user}`);
      await button(page, 'Sign in').click();
      await button(page, 'Allow').click();
      await page.getByRole('heading', { name: 'Connections' }).waitFor();
    },
  },
  {
    name: 'provider-not-answering',
    shows: 'is not answering',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user, { providers: ['unreachable', 'github'] });
      await button(page, 'Add app Lighthouse').click();
      await page.getByRole('heading', { name: 'Connections' }).waitFor();
    },
  },
  {
    name: 'disconnect',
    shows: 'You can connect it again at any time',
    async reach(page, deployment, user) {
      await withAccounts([google])(page, deployment, user);
      await page.getByRole('link', { name: 'Disconnect robin@keel.example, Google' }).click();
    },
  },
  {
    name: 'disconnected',
    shows: 'is disconnected',
    async reach(page, deployment, user) {
      await withAccounts([github, spotify])(page, deployment, user);
      await page.getByRole('link', { name: 'Disconnect Robin Keel, Spotify' }).click();
      await button(page, 'Disconnect').click();
      await page.getByRole('heading', { name: 'Connections' }).waitFor();
    },
  },
  {
    name: 'refresh-failed',
    shows: 'Not refreshed',
    async reach(page, deployment, user) {
      await withAccounts([{ ...google, provider: 'unreachable' }], { providers: ['unreachable'] })(
        page,
        deployment,
        user,
      );
      await button(page, /^Refresh now/).click();
      await page.getByText('Not refreshed').waitFor();
    },
  },
  {
    name: 'credentials',
    shows: 'secrets are never shown again',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user, { providers: ['onlyfans'] });
      await page.getByRole('link', { name: 'Add app OnlyFans' }).click();
    },
  },
  {
    name: 'credentials-wrong',
    shows: 'Please look again',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user, { providers: ['onlyfans'] });
      await page.getByRole('link', { name: 'Add app OnlyFans' }).click();
      await page.getByLabel('User id').fill('not a number');
      await page.getByLabel('Session').fill('a-session');
      await page.getByLabel('Browser token').fill('short');
      await page.getByLabel('User agent').fill('Mozilla/5.0');
      await button(page, 'Connect').click();
    },
  },
  {
    name: 'parameters',
    shows: 'The shop',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user, { providers: ['shopify'] });
      await page.getByRole('link', { name: 'Add app Shopify' }).click();
    },
  },
  {
    name: 'signed-out',
    shows: 'You are signed out',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await button(page, 'Sign out').click();
    },
  },
  {
    name: 'session-ended',
    shows: 'Your visit has ended',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await deployment.mooring.worker.sql(
        'UPDATE page_sessions SET expires_at = 1 WHERE user_id = ?',
        user,
      );
      await page.reload();
    },
  },
  {
    name: 'home',
    shows: 'This is Mooring',
    async reach(page, deployment) {
      await page.goto(deployment.hosted);
    },
  },
  {
    name: 'bare-link',
    shows: 'Open this page from your app',
    async reach(page, deployment) {
      await page.goto(`${deployment.hosted}/integrations`);
    },
  },
  {
    name: 'opened-twice',
    shows: 'This opening is used up',
    async reach(page, deployment, user) {
      await page.goto(deployment.opening(user));
      await deployment.mooring.worker.sql(
        'UPDATE page_sessions SET expires_at = 1 WHERE user_id = ?',
        user,
      );
      await button(page, 'Manage connections').click();
    },
  },
  {
    name: 'other-origin',
    shows: 'cannot be opened from there',
    async reach(page, deployment, user) {
      // The app's page, under a name that is not on the list.
      const other = deployment.opening(user).replace('127.0.0.1', 'localhost');
      await page.goto(other);
      await button(page, 'Manage connections').click();
    },
  },
  {
    name: 'hidden-origin',
    shows: 'Your browser hides where you come from',
    async reach(page, deployment, user) {
      await page.goto(`${deployment.opening(user)}&policy=no-referrer`);
      await button(page, 'Manage connections').click();
    },
  },
  {
    name: 'other-browser',
    shows: 'Finish where you started',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await toProvider(page);
      await page.context().clearCookies({ name: /^__Host-mooring-browser/ });
      await button(page, 'Cancel').click();
    },
  },
  {
    name: 'replayed',
    shows: 'You have been here before',
    async reach(page, deployment, user) {
      await openHostedPage(page, deployment, user);
      await toProvider(page);
      const callback = page.waitForRequest(/\/connect\/callback\//);
      await button(page, 'Cancel').click();
      const address = (await callback).url();
      await page.getByRole('heading', { name: 'Connections' }).waitFor();
      await page.goto(`${address}&code=another`);
    },
  },
  ...(
    [
      ['denied-without-state', 'Nothing was connected', '?error=access_denied'],
      ['started-elsewhere', 'Start in your app', '?code=a-code&installation_id=1'],
      ['callback-empty', 'There is nothing to finish here', ''],
      ['long-over', 'This took too long', '?code=a-code&state=long-over'],
    ] as const
  ).map(([name, shows, query]) => ({
    name,
    shows,
    async reach(page: Page, deployment: Deployment, user: string) {
      await openConnectLink(page, deployment, user);
      await page.goto(`${deployment.hosted}/connect/callback/sandbox${query}`);
    },
  })),
  {
    name: 'link-too-old',
    shows: 'This link does not work any more',
    async reach(page, deployment) {
      await page.goto(`${deployment.hosted}/connect/start/${'x'.repeat(43)}`);
    },
  },
];
