/**
 * An operator's session: half an hour, begun with a service key. It is stored nowhere: the cookie
 * holds it, sealed by the vault, so that the page opens while the database is away, which is when it
 * is wanted most. It names the key that began it and ends when that key leaves SERVICE_KEYS.
 *
 * Not promised: that a copy of the cookie ends with a sign-out. It ends with the half hour, or with
 * its key.
 */

import * as z from 'zod';
import type { Deps } from '../../deps';
import { MINUTE_MS } from '../../time';
import type { SealContext } from '../../vault/vault';

export const OPERATOR_SESSION_MS = 30 * MINUTE_MS;

const CONTEXT: SealContext = ['operator_session', 'cookie'];

export interface OperatorSession {
  /** Of the service key. */
  name: string;
  /** ms */
  expiresAt: number;
}

const sealedSchema = z.lazy(() =>
  z.object({ name: z.string(), sha256: z.string(), expiresAt: z.number() }),
);

type SessionDeps = Pick<Deps, 'config' | 'vault' | 'now'>;

/**
 * What the cookie holds, for a key that was just shown.
 * @param name of one of the service keys
 */
export function beginOperatorSession(deps: SessionDeps, name: string): Promise<string> {
  const sha256 = deps.config.serviceKeys.find((key) => key.name === name)?.sha256;
  const session = { name, sha256, expiresAt: deps.now() + OPERATOR_SESSION_MS };
  return deps.vault.seal(JSON.stringify(session), CONTEXT);
}

/** Null: it has ended, its key is no longer known, or it was never one. */
export async function operatorSessionOf(
  { config, vault, now }: SessionDeps,
  sealed: string,
): Promise<OperatorSession | null> {
  const opened = await vault.open(sealed, CONTEXT).catch(() => null);
  if (opened === null) return null;
  const { name, sha256, expiresAt } = sealedSchema.parse(JSON.parse(opened));
  const isKnown = config.serviceKeys.some((key) => key.name === name && key.sha256 === sha256);
  return isKnown && expiresAt > now() ? { name, expiresAt } : null;
}
