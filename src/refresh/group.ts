/**
 * Five attempts in parallel, and what they have in common: what is published of one user is
 * published once, attempts are counted while refusals are, and a storm's marks are taken back. One
 * attempt's failure stops no other.
 */
import type { Deps } from '../deps';
import type { OAuth2Client } from '../providers/types';
import { type Admission, type CircuitKey, circuitOf, type Health } from './circuit';
import type { AttemptResult } from './finish';
import { COMMIT_MS } from './keep';
import type { AccountRow } from './lease';
import { attempt } from './one';
import { persistently } from './persistently';
import { Publication } from './publication';
import { countAttempts, isCounting, unmarkStorm } from './storm';

export interface GroupMember {
  row: AccountRow;
  client: OAuth2Client;
  /** As it was read with the claim. */
  health: Health | undefined;
  admission: Admission;
}

export interface GroupResult {
  refreshed: number;
  refused: number;
  failed: number;
  /** About how many requests to elsewhere it made. */
  cost: number;
}

/** Never throws. */
export async function attemptGroup(
  deps: Deps,
  members: readonly GroupMember[],
): Promise<GroupResult> {
  const publication = new Publication(deps);
  const pending = new Map<string, number>();
  for (const { row } of members) pending.set(row.userId, (pending.get(row.userId) ?? 0) + 1);
  const results = await Promise.all(
    members.map(async (member) => {
      const { row, client, health, admission } = member;
      const options = { client, health, admission, visible: false, usedNow: false };
      const result = await attempt(deps, row, options);
      publication.add(result.snapshot);
      const left = (pending.get(row.userId) ?? 1) - 1;
      pending.set(row.userId, left);
      if (left === 0) await publication.flush(row.userId);
      return { ...member, result };
    }),
  );
  await afterAttempts(deps, results, publication);
  await publication.flushAll();
  return summary(results.map(({ result }) => result));
}

type Attempted = Pick<GroupMember, 'row' | 'client' | 'health'> & { result: AttemptResult };

/** The counting that attempts of a provider share. Never throws. */
export async function afterAttempts(
  deps: Deps,
  attempted: readonly Attempted[],
  publication: Publication,
): Promise<void> {
  try {
    await countUnrefused(deps, attempted);
    const stormy = attempted.filter(({ result }) => isFailed(result, 'storm'));
    for (const provider of new Set(stormy.map(({ row }) => row.provider))) {
      const snapshots = await unmarkStorm(deps, provider, deps.now() + COMMIT_MS);
      for (const snapshot of snapshots) publication.add(snapshot);
    }
  } catch (error) {
    deps.log.warn('attempts_not_counted', {}, error);
  }
}

/** Costs a write only while refusals are being counted. */
async function countUnrefused(deps: Deps, attempted: readonly Attempted[]): Promise<void> {
  const circuits = new Map<string, { key: CircuitKey; counting: boolean; attempts: number }>();
  for (const { row, client, health, result } of attempted) {
    const key = circuitOf(client.provider, row.parameters);
    const name = JSON.stringify(key);
    const circuit = circuits.get(name) ?? { key, counting: false, attempts: 0 };
    const refused = isFailed(result, 'refused') || isFailed(result, 'storm');
    circuit.counting ||= refused || isCounting(health, deps.now());
    if (!refused && !isFailed(result, 'waiting') && result.kind !== 'superseded') {
      circuit.attempts += 1;
    }
    circuits.set(name, circuit);
  }
  for (const { key, counting, attempts } of circuits.values()) {
    if (!counting || attempts === 0) continue;
    await persistently(deps, deps.now() + COMMIT_MS, () => countAttempts(deps.db, key, attempts));
  }
}

export const isFailed = (result: AttemptResult, kind: 'refused' | 'storm' | 'waiting'): boolean =>
  result.kind === 'failed' && result.failed.kind === kind;

function summary(results: readonly AttemptResult[]): GroupResult {
  const total: GroupResult = { refreshed: 0, refused: 0, failed: 0, cost: 0 };
  for (const result of results) {
    // Quiet: the request and the commit. Otherwise also the circuit, or KV and its verification.
    total.cost += result.kind === 'refreshed' && result.snapshot === null ? 2 : 5;
    if (result.kind === 'refreshed') total.refreshed += 1;
    else if (isFailed(result, 'refused')) total.refused += 1;
    else if (result.kind === 'failed' && result.failed.kind !== 'waiting') total.failed += 1;
  }
  return total;
}
