/**
 * Everything a refresh test needs: deps with a simulated provider behind `fetch`, and due accounts.
 */

import { MINUTE_MS as MINUTE } from '../../../src/time';
import { accountContext } from '../../../src/vault/vault';
import type { Simulator } from '../../simulator/simulator';
import { clientsOf, configWith, recordAt } from '../../support/config';
import { type TestDeps, testClock, testDeps } from '../../support/deps';
import {
  type AccountOverrides,
  type AccountRow,
  accountRow,
  insertAccount,
} from '../../support/fixtures';
import { acmeServer } from '../../support/provider';

interface ProviderChange {
  refreshModel?: 'static' | 'rotating' | 'extend';
  /** The simulated provider takes a used refresh token again for so long. */
  reuseGraceSeconds?: number;
  [field: string]: unknown;
}

/** A configuration in which only these providers have a client. */
export function configOfProviders(
  providers: Record<string, ProviderChange>,
  settings: Record<string, string> = {},
) {
  const ids = Object.keys(providers);
  const records = ids.map((id) => [
    id,
    recordAt(id, { revocationUrl: undefined, ...providers[id] }),
  ]);
  return configWith(Object.fromEntries(records), {
    ...clientsOf(['reddit', 'instagram', 'acme'], { id: '', secret: '' }),
    ...clientsOf(ids),
    ...settings,
  });
}

export interface World {
  deps: TestDeps;
  server: Simulator;
  /** Inserts an integration that has been due for so many ms. */
  due(overrides?: AccountOverrides, agoMs?: number): Promise<AccountRow>;
  row(id: number): Promise<AccountRow>;
  tokens(id: number): Promise<{ access: string | null; refresh: string | null }>;
}

let worlds = 0;

/** Each world has its own provider, so that the tests of a file do not claim each other's rows. */
export function world(
  change: ProviderChange = {},
  overrides: Parameters<typeof testDeps>[0] = {},
  settings: Record<string, string> = {},
): World & { provider: string } {
  worlds += 1;
  const clock = overrides.clock ?? testClock(Date.now());
  const provider = `p${worlds}`;
  const config = overrides.config ?? configOfProviders({ [provider]: change }, settings);
  const { refreshModel = 'rotating', reuseGraceSeconds } = change;
  const server = acmeServer(clock.now, {
    rotates: refreshModel === 'rotating',
    ...(reuseGraceSeconds === undefined ? {} : { used: { graceSeconds: reuseGraceSeconds } }),
  });
  const deps = testDeps({ config, fetch: server.fetch, ...overrides, clock });
  const open = async (row: AccountRow, field: 'access_token' | 'refresh_token') => {
    const sealed = field === 'access_token' ? row.accessToken : row.refreshToken;
    return sealed === null
      ? null
      : deps.vault.open(sealed, accountContext(row.provider, row.providerAccountId, field));
  };
  const row = async (id: number) => {
    const found = await accountRow(testDeps(), id);
    if (!found) throw new Error('the row is gone');
    return found;
  };
  return {
    provider,
    deps,
    server,
    due: (account = {}, agoMs = MINUTE) => {
      const now = deps.now();
      return insertAccount(
        { ...deps, db: testDeps().db },
        {
          provider,
          refreshDueAt: now - agoMs,
          expiresAt: now + 10 * MINUTE,
          tokenVersion: now - 50 * MINUTE,
          createdAt: now - 50 * MINUTE,
          ...account,
        },
      );
    },
    row,
    async tokens(id) {
      const found = await row(id);
      return {
        access: await open(found, 'access_token'),
        refresh: await open(found, 'refresh_token'),
      };
    },
  };
}
