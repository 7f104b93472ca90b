/** The rows that are there when a run begins. */
import { START } from '../kernel/clock';
import { PROVIDER } from '../kernel/config';
import { accessToken, refreshToken } from '../kernel/tokens';
import { seal } from '../kernel/vault';
import { accountContext } from '../product';
import type { Start } from './plan';
import type { World } from './world';

/** Two of three accounts are one user's; in a crowd each further one has a user of its own. */
export const userOf = (account: number): string =>
  account < 2 ? 'ada' : account === 2 ? 'bob' : `user${account}`;

/** An account that was connected a while ago. */
export function insertAccount(world: World, i: number, { dueIn, expiresIn }: Start): void {
  const { d1, server, plan, lifetime } = world;
  const account = `a${i}`;
  const subject = world.subjectOf(account);
  const family = server.connect(account, subject, lifetime);
  const end = START + (plan.rotation === 'extend' ? expiresIn + 3 * 3_600_000 : expiresIn);
  family.accessEnds.set(0, end);
  const sealed = (token: string, field: 'access_token' | 'refresh_token') =>
    seal(0, token, accountContext(PROVIDER, account, field));
  d1.write(
    `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, access_token,
      refresh_token, expires_at, token_type, scope, requested_scope, parameters, metadata, state,
      token_version, refresh_due_at, refresh_failures, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'bearer', '[]', '[]', '{}', '{}', 'active', ?, ?, 0, ?, ?)`,
    userOf(i),
    PROVIDER,
    account,
    subject,
    sealed(accessToken(family.id, 0), 'access_token'),
    plan.rotation === 'extend' ? null : sealed(refreshToken(family.id, 0), 'refresh_token'),
    end,
    end - lifetime,
    START + dueIn,
    START - lifetime,
    START - lifetime,
  );
}
