/**
 * Where a grant goes when D1 is away: a record in KV (`rescue/<attempt id>`, tokens sealed) and a
 * message of its own kind to the queue. Either is enough. Whoever refreshes the row next looks for
 * the record first; the queue's consumer tries until D1 has it.
 */

import * as z from 'zod';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { type Grant, grantSchema } from './grant';

type RescueDeps = Pick<Deps, 'kv' | 'queue' | 'now' | 'sleep' | 'log'>;

const TRY_MS = 2_200;
const LEAST_TRY_MS = 100;
const PAUSE_MS = 300;
const READ_MS = 2_000;
/** An outage of D1 that lasts longer has lost more than this. */
const KEPT_SECONDS = 7 * 86_400;

const PREFIX = 'rescue/';

const keyOf = (leaseId: string): string => PREFIX + leaseId;

/** What goes over REFRESH_QUEUE. A wake-up carries no work: losing or repeating it does no harm. */
export const messageSchema = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('wake') }),
    z.object({ kind: z.literal('rescue'), grant: grantSchema }),
  ]),
);
export type RefreshMessage = z.output<typeof messageSchema>;

/**
 * Whether KV or the queue took it, trying until then. One after the other: five attempts at a time
 * share the six calls that may wait for an answer. Never throws.
 */
export async function saveRescue(deps: RescueDeps, grant: Grant, until: number): Promise<boolean> {
  const { queue } = deps;
  const message: RefreshMessage = { kind: 'rescue', grant };
  const text = JSON.stringify(grant);
  const writes: (() => Promise<unknown>)[] = [
    () => deps.kv.put(keyOf(grant.leaseId), text, { expirationTtl: KEPT_SECONDS }),
    ...(queue ? [() => queue.send(message)] : []),
  ];
  for (let round = 1; ; round += 1) {
    let taken = false;
    for (const write of writes) {
      // The first round has its time in any case; the others what is left.
      const left = Math.max(until - deps.now(), LEAST_TRY_MS);
      const tryMs = round === 1 ? TRY_MS : Math.min(left, TRY_MS);
      taken = (await succeeds(write, tryMs)) || taken;
    }
    if (taken) return true;
    if (deps.now() + PAUSE_MS >= until) return false;
    await deps.sleep(PAUSE_MS);
  }
}

async function succeeds(write: () => Promise<unknown>, ms: number): Promise<boolean> {
  try {
    await withDeadline(write(), ms, 'rescue');
    return true;
  } catch {
    return false;
  }
}

/**
 * The newest record of these attempts, or null.
 *
 * @throws where KV cannot tell: a record may then be there all the same
 */
export async function findRescue(
  deps: Pick<Deps, 'kv'>,
  leaseIds: readonly string[],
): Promise<Grant | null> {
  if (leaseIds.length === 0) return null;
  // "Not there" is cached too, so no longer than KV must.
  const look = deps.kv.get(leaseIds.map(keyOf), { type: 'text', cacheTtl: 30 });
  const texts = await withDeadline(look, READ_MS, 'kv_read');
  let newest: Grant | null = null;
  for (const text of texts.values()) {
    const grant = parse(text);
    if (grant && (newest === null || grant.receivedAt > newest.receivedAt)) newest = grant;
  }
  return newest;
}

/** What KV holds, as far as its listing knows it. Throws what KV throws. */
export async function listRescues(deps: Pick<Deps, 'kv'>, limit: number): Promise<Grant[]> {
  const { keys } = await deps.kv.list({ prefix: PREFIX, limit });
  if (keys.length === 0) return [];
  const texts = await deps.kv.get(
    keys.map(({ name }) => name),
    { type: 'text', cacheTtl: 30 },
  );
  return [...texts.values()].map(parse).filter((grant) => grant !== null);
}

/** After the grant is in its row. Where this fails, the record ends by its own lifetime. */
export async function dropRescue(deps: Pick<Deps, 'kv'>, leaseId: string): Promise<void> {
  await withDeadline(deps.kv.delete(keyOf(leaseId)), TRY_MS, 'kv_delete').catch(() => {});
}

function parse(text: string | null): Grant | null {
  if (text === null) return null;
  try {
    return grantSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
