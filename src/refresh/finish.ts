/**
 * How an attempt ends: its result, and what follows for the row and for the provider's circuit
 * where it brought no token.
 */
import type { Deps } from '../deps';
import { auditEvent } from '../events/audit';
import type { OAuth2Client } from '../providers/types';
import type { Snapshot } from '../status-cache/snapshot';
import {
  type Admission,
  circuitOf,
  closeCircuit,
  type Health,
  needsClosing,
  recordFailure,
} from './circuit';
import { type Failed, type FailureContext, writeFailure } from './failure';
import { COMMIT_MS } from './keep';
import type { AccountRow } from './lease';
import { persistently } from './persistently';

export type AttemptDeps = Pick<
  Deps,
  | 'config'
  | 'db'
  | 'kv'
  | 'queue'
  | 'vault'
  | 'fetch'
  | 'now'
  | 'random'
  | 'sleep'
  | 'log'
  | 'waitUntil'
>;

export interface AttemptOptions {
  client: OAuth2Client;
  admission: Admission;
  /** The circuit as it was read with the claim. */
  health: Health | undefined;
  /** A forced refresh: its outcome is always visible. */
  visible: boolean;
  /** Somebody is asking for the token right now. */
  usedNow: boolean;
}

/** A token in plain text, for a caller who waits for it. */
export interface AccessToken {
  accessToken: string;
  tokenType: string | null;
  expiresAt: number | null;
  scope: string[];
}

/** `snapshot`: to be published; null where the row was written quietly or not at all. */
export type AttemptResult =
  /** A new access token: in D1, or at least in a rescue record. */
  | { kind: 'refreshed'; token: AccessToken; snapshot: Snapshot | null }
  /** The row has tokens from elsewhere: another refresh, a reconnect, a rescue record. */
  | { kind: 'superseded'; snapshot: Snapshot | null }
  /** Disconnected meanwhile. */
  | { kind: 'gone'; snapshot: null }
  /** `dueAt`: when it is tried again; null: never. */
  | { kind: 'failed'; failed: Failed; dueAt: number | null; snapshot: Snapshot | null };

/** Any answer that is none of the provider's troubles closes its circuit. */
export async function close(
  deps: AttemptDeps,
  row: AccountRow,
  options: AttemptOptions,
): Promise<void> {
  if (!needsClosing(options.health) && options.admission.kind !== 'probe') return;
  const { provider, host } = circuitOf(options.client.provider, row.parameters);
  try {
    await persistently(deps, deps.now() + COMMIT_MS, () => closeCircuit(deps.db, provider, host));
  } catch (error) {
    deps.log.warn('circuit_not_closed', { provider, host }, error);
  }
}

/** Writes a failure into the row, and counts it for the circuit where the provider was asked. */
export async function finishFailed(
  deps: AttemptDeps,
  row: AccountRow,
  failed: Failed,
  options: AttemptOptions,
  more: Partial<FailureContext> & { asked?: boolean } = {},
): Promise<AttemptResult> {
  const about = { provider: row.provider, rowId: row.id, outcome: failed.kind, code: failed.code };
  if (failed.kind !== 'waiting') deps.log.info('refresh_not_granted', about);
  const context: FailureContext = {
    provider: options.client.provider,
    sentAt: null,
    unanswered: false,
    lookedForRescue: false,
    visible: options.visible,
    until: deps.now() + COMMIT_MS,
    ...more,
  };
  const [written, ...others] = await Promise.allSettled([
    writeFailure(deps, row, failed, context),
    more.asked ? countFailure(deps, row, failed, options) : Promise.resolve(),
    failed.kind === 'odd' ? tellOperator(deps, row, failed.code) : Promise.resolve(),
  ]);
  for (const other of others) {
    if (other.status === 'rejected') deps.log.warn('failure_not_counted', about, other.reason);
  }
  if (written.status === 'rejected') {
    deps.log.error('failure_not_written', about, written.reason);
    return { kind: 'failed', failed, dueAt: row.refreshDueAt, snapshot: null };
  }
  const { hit, dueAt, snapshot } = written.value;
  return hit ? { kind: 'failed', failed, dueAt, snapshot } : { kind: 'superseded', snapshot };
}

async function countFailure(
  deps: AttemptDeps,
  row: AccountRow,
  failed: Failed,
  { client, admission }: AttemptOptions,
): Promise<void> {
  // Refusals have their own count, and waiting is no answer.
  if (failed.kind === 'refused' || failed.kind === 'storm' || failed.kind === 'waiting') return;
  const operator = failed.kind === 'operator';
  await recordFailure(deps, circuitOf(client.provider, row.parameters), {
    rowId: row.id,
    code: failed.code,
    operator,
    admission,
  });
}

/** An answer that nobody foresaw is worth a look; once, not at each retry. */
async function tellOperator(deps: AttemptDeps, row: AccountRow, code: string): Promise<void> {
  if (row.refreshFailures > 0) return;
  const at = deps.now();
  const event = { at, type: 'provider.odd_reply', provider: row.provider, detail: { code } };
  await persistently(deps, at + COMMIT_MS, () =>
    deps.db.batch([auditEvent(deps.db, event, undefined)]),
  );
}
