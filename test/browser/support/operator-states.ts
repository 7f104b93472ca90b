/** A deployment with a past, as the operator's page shows it; and the states of that page. */
import type { Page } from 'playwright-core';
import type { Mooring } from '../../e2e/support/mooring.ts';
import type { Deployment } from './deployment.ts';
import { DAY, HOUR, insertRow, MINUTE, type Row } from './rows.ts';

/** So many accounts, their due times spread over `over` ms from `from`. */
async function accounts(
  { worker }: Mooring,
  provider: string,
  count: number,
  { state = 'active', expires = HOUR, failures = 0, from = MINUTE, over = HOUR } = {},
): Promise<void> {
  const now = Date.now();
  await worker.sql(
    `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, refresh_token,
       expires_at, scope, requested_scope, parameters, metadata, state, token_version,
       refresh_due_at, refresh_failures, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT 'user-' || i, ?, lower(hex(randomblob(8))), 's', 'not a token', ?, '[]', '[]', '{}',
       '{}', ?, 1, ? + abs(random() % ?), ?, ?, ? FROM n`,
    count,
    provider,
    now + expires,
    state,
    now + from,
    over,
    failures,
    now,
    now,
  );
}

const tables = [
  'oauth_accounts',
  'refresh_runs',
  'provider_health',
  'audit_events',
  'call_counts',
  'webhook_deliveries',
  'webhook_endpoints',
];

export async function emptyTables({ worker }: Mooring): Promise<void> {
  for (const table of tables) await worker.sql(`DELETE FROM ${table}`);
}

export async function givePast(mooring: Mooring): Promise<void> {
  const now = Date.now();
  await accounts(mooring, 'google', 11_200);
  await accounts(mooring, 'google', 41, { state: 'needs_reconnect', over: 30 * DAY });
  await accounts(mooring, 'google', 900, { expires: -DAY, from: HOUR, over: 22 * HOUR });
  await accounts(mooring, 'spotify', 3_120, { over: 3 * HOUR });
  await accounts(mooring, 'spotify', 212, { expires: -MINUTE, failures: 3, over: 9 * MINUTE });
  await accounts(mooring, 'notion', 864, { over: 12 * HOUR });
  await accounts(mooring, 'notion', 6, { state: 'needs_reconnect', over: DAY });
  await accounts(mooring, 'slack', 310, { over: 20 * HOUR });
  await accounts(mooring, 'dropbox', 57, { over: 4 * HOUR });
  await accounts(mooring, 'acme-crm', 12, { over: 4 * HOUR });

  for (let minute = 58; minute > 0; minute -= 1) {
    if (minute > 21 && minute < 26) continue;
    const bad = minute < 19 ? Math.round(Math.abs(Math.sin(minute)) * 9) : 0;
    const claimed = 30 + Math.round(20 * Math.sin(minute / 7)) + bad;
    const startedAt = now - minute * MINUTE;
    await insertRow(mooring, 'refresh_runs', {
      trigger: minute % 9 === 0 ? 'queue' : 'cron',
      started_at: startedAt,
      ended_at: startedAt + 700 + claimed * 60,
      claimed,
      refreshed: claimed - bad - (minute % 11 === 0 ? 1 : 0),
      refused: minute % 11 === 0 ? 1 : 0,
      failed: bad,
      left: minute % 23 === 0 ? 1 : 0,
    });
  }
  const health = { failed_ids: '[1,2,3,4,5]', updated_at: now };
  await insertRow(mooring, 'provider_health', {
    ...health,
    provider: 'spotify',
    host: 'accounts.spotify.com',
    failures: 5,
    open_until: now + 6.4 * MINUTE,
    open_for: 8 * MINUTE,
    reason: 'http_503',
    reason_category: 'provider_failure',
  });
  await insertRow(mooring, 'provider_health', {
    ...health,
    provider: 'dropbox',
    host: 'api.dropboxapi.com',
    failures: 1,
    open_until: now - MINUTE,
    open_for: 30_000,
    reason: 'invalid_client',
    reason_category: 'operator_fault',
  });
  await insertRow(mooring, 'provider_health', {
    ...health,
    provider: 'notion',
    host: 'api.notion.com',
    failures: 2,
  });
  const answers: Record<string, Record<string, number>> = {
    google: { '2xx': 48_211, '3xx': 120, '4xx': 903, '401': 41, '429': 12, '5xx': 7, none: 2 },
    notion: { '2xx': 3_102, '4xx': 77, '429': 640 },
    spotify: { '2xx': 210, '5xx': 1_384, none: 96 },
    slack: { '2xx': 64 },
  };
  for (const [provider, classes] of Object.entries(answers)) {
    for (const [answer, calls] of Object.entries(classes)) {
      await insertRow(mooring, 'call_counts', {
        hour: now - (now % HOUR),
        provider,
        answer,
        calls,
      });
    }
  }
  const user = {
    user_id: 'auth0|66f0a1c2',
    provider: 'google',
    account_id: '109876543210987654321',
  };
  const happened: [number, Row][] = [
    [200, { type: 'integration.connected', ...user }],
    [
      95,
      {
        type: 'integration.expiring',
        ...user,
        provider: 'linkedin',
        account_id: 'qZ81_x',
        detail: `{"reconnectBy":${now + 7 * DAY},"days":7}`,
      },
    ],
    [64, { type: 'integration.disconnected', ...user, provider: 'slack', account_id: 'T024BE7LD' }],
    [
      41,
      {
        type: 'revocation.gave_up',
        provider: 'dropbox',
        account_id: 'dbid:AAH4',
        detail: '{"attempts":9,"reason":"too_old"}',
      },
    ],
    [
      22,
      {
        type: 'provider.operator_fault',
        provider: 'dropbox',
        detail: '{"code":"invalid_client","host":"api.dropboxapi.com"}',
      },
    ],
    [
      18,
      {
        type: 'provider.circuit_opened',
        provider: 'spotify',
        detail: '{"code":"http_503","host":"accounts.spotify.com"}',
      },
    ],
    [
      11,
      {
        type: 'integration.needs_reconnect',
        ...user,
        user_id: '4711',
        account_id: '100222333444',
        detail: '{"reason":"invalid_grant"}',
      },
    ],
    [3, { type: 'user.erased' }],
  ];
  for (const [minutes, row] of happened) {
    await insertRow(mooring, 'audit_events', { at: now - minutes * MINUTE, ...row });
  }
  // Of endpoints that were taken out: the deployment has none.
  await mooring.worker.sql(
    `INSERT INTO webhook_deliveries (event_id, endpoint, attempts, last_status, due_at, dead_at)
     SELECT id, 'crm', 3, 503, CASE WHEN id % 2 THEN ? END, CASE WHEN id % 2 THEN NULL ELSE ? END
     FROM audit_events WHERE user_id IS NOT NULL`,
    now + HOUR,
    now - HOUR,
  );
  // Something for the cache to have answered.
  for (let i = 0; i < 40; i += 1) await mooring.call('GET', `/v1/users/user-${i % 9}/integrations`);
}

export async function signIn(page: Page, { hosted, mooring }: Deployment): Promise<void> {
  await page.goto(`${hosted}/operator`);
  await page.getByLabel('Service key').fill(mooring.secrets.get('service key') ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Signed in with the key').waitFor();
  // The charts come after it.
  await page.waitForLoadState();
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

export interface OperatorState {
  name: string;
  shows: string;
  reach(page: Page, deployment: Deployment): Promise<void>;
}

/** Every state of the page, for the accessibility tests. */
export const operatorStates: readonly OperatorState[] = [
  {
    name: 'the sign-in',
    shows: 'For those who run this service',
    reach: async (page, { hosted }) => void (await page.goto(`${hosted}/operator`)),
  },
  {
    name: 'a wrong key',
    shows: 'That key is not known here',
    async reach(page, { hosted }) {
      await page.goto(`${hosted}/operator`);
      await page.getByLabel('Service key').fill('not a key');
      await button(page, 'Sign in').click();
    },
  },
  {
    name: 'nothing has happened',
    shows: 'Nobody has connected an account yet',
    async reach(page, deployment) {
      await emptyTables(deployment.mooring);
      await signIn(page, deployment);
      await deployment.mooring.worker.sql('DELETE FROM audit_events');
      await emptyCache(page, 'nobody');
    },
  },
  {
    name: 'a deployment at work',
    shows: 'The provider fails',
    async reach(page, deployment) {
      await emptyTables(deployment.mooring);
      await givePast(deployment.mooring);
      await signIn(page, deployment);
      // What is counted is kept for a minute; a button has it counted anew.
      await emptyCache(page, 'nobody');
      await page.goto(`${deployment.hosted}/operator`);
    },
  },
  {
    name: 'a circuit just closed',
    shows: 'The circuit is closed',
    async reach(page, deployment) {
      await emptyTables(deployment.mooring);
      await givePast(deployment.mooring);
      await signIn(page, deployment);
      await button(page, 'Close the circuit of Spotify accounts.spotify.com').click();
    },
  },
  {
    name: 'what happened to a user',
    shows: 'What happened, newest first',
    async reach(page, deployment) {
      await emptyTables(deployment.mooring);
      await givePast(deployment.mooring);
      await insertRow(deployment.mooring, 'oauth_accounts', {
        user_id: 'auth0|66f0a1c2',
        provider: 'google',
        provider_account_id: '109876543210987654321',
        subject: 's',
        scope: '[]',
        requested_scope: '[]',
        parameters: '{}',
        metadata: '{}',
        state: 'active',
        token_version: 1,
        refresh_failures: 3,
        last_error: 'http_503',
        last_failed_at: Date.now() - 2 * MINUTE,
        refresh_due_at: Date.now() + 9 * MINUTE,
        created_at: Date.now() - 40 * DAY,
        updated_at: Date.now(),
      });
      await signIn(page, deployment);
      await page.getByLabel('A user').fill('auth0|66f0a1c2');
      await button(page, 'Look up the user').click();
    },
  },
  {
    name: 'an address that is not there',
    shows: 'There is nothing here',
    reach: async (page, { hosted }) => void (await page.goto(`${hosted}/operator/nothing`)),
  },
];

export async function emptyCache(page: Page, user: string): Promise<void> {
  await page.getByLabel('Empty the cache of one user').fill(user);
  await button(page, 'Empty').click();
  await page.getByText('The cache holds nothing of this user').waitFor();
}
