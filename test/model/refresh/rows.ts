/** Rows that are there before the code under test comes to them. */
import { accountContext, transactionContext } from '../../../src/vault/vault';
import { START } from '../kernel/clock';
import type { Start } from './plan';
import { PROVIDER } from './provider';
import { accessToken, refreshToken } from './tokens';
import { seal } from './vault';
import type { World } from './world';

/** Two of three accounts are one user's. */
export const userOf = (account: number): string => (account < 2 ? 'ada' : 'bob');

/** An account that was connected a while ago. */
export function insertAccount(
  { d1, server, plan, subjectOf }: World,
  i: number,
  { dueIn, expiresIn }: Start,
): void {
  const account = `a${i}`;
  const subject = subjectOf(account);
  const family = server.connect(account, subject);
  const lifetime = server.lifetimeMs;
  const end = START + (plan.rotation === 'extend' ? expiresIn + 3 * 3_600_000 : expiresIn);
  family.accessEnds.set(0, end);
  const sealed = (token: string, field: 'access_token' | 'refresh_token') =>
    seal(0, token, accountContext(PROVIDER, account, field));
  d1.look(
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

/** A connection whose user has come back from the provider. */
export function insertTransaction(
  { d1, scheduler }: World,
  id: string,
  user: string,
  account: string,
): void {
  const sealed = (text: string, field: 'code' | 'verifier') =>
    seal(0, text, transactionContext(id, field));
  d1.look(
    `INSERT INTO connect_transactions (id, ticket_hash, user_id, provider, requested_scope,
      parameters, state, verifier, code, created_at, expires_at)
     VALUES (?, ?, ?, ?, '[]', '{}', 'authorized', ?, ?, ?, ?)`,
    id,
    id,
    user,
    PROVIDER,
    sealed('verifier', 'verifier'),
    sealed(`${account}.${id}`, 'code'),
    scheduler.now,
    scheduler.now + 10 * 60_000,
  );
}
