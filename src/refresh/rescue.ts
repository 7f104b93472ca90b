/**
 * Where a grant goes when D1 is away: a record in KV (`rescue/<attempt id>`, tokens sealed) and a
 * message of its own kind to the queue. Either is enough. Whoever refreshes the row next looks for
 * the record first; the queue's consumer tries until D1 has it.
 */
import * as z from 'zod';
import { withDeadline } from '../db/deadline';
import type { Deps } from '../deps';
import { type Grant, grantSchema } from './grant';

type RescueDeps = Pick<Deps, 'kv' | 'queue' | 'now' | 'sleep' | 'log'>;

const TRY_MS = 2_200;
const PAUSE_MS = 300;
const READ_MS = 2_000;
/** An outage of D1 that lasts longer has lost more than this. */
const KEPT_SECONDS = 7 * 86_400;

const keyOf = (leaseId: string): string => `rescue/${leaseId}`;

/** What goes over REFRESH_QUEUE. A wake-up carries no work: losing or repeating it does no harm. */
export const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('wake') }),
  z.object({ kind: z.literal('rescue'), grant: grantSchema }),
]);
export type RefreshMessage = z.output<typeof messageSchema>;

/** Whether KV or the queue took it, trying until then. Never throws. */
export async function saveRescue(deps: RescueDeps, grant: Grant, until: number): Promise<boolean> {
  for (;;) {
    const message: RefreshMessage = { kind: 'rescue', grant };
    const text = JSON.stringify(grant);
    const { queue } = deps;
    const writes: (() => Promise<unknown>)[] = [
      () => deps.kv.put(keyOf(grant.leaseId), text, { expirationTtl: KEPT_SECONDS }),
      ...(queue ? [() => queue.send(message)] : []),
    ];
    const taken = await Promise.allSettled(
      writes.map(async (write) => withDeadline(write(), TRY_MS, 'rescue')),
    );
    if (taken.some(({ status }) => status === 'fulfilled')) return true;
    if (deps.now() + PAUSE_MS >= until) return false;
    await deps.sleep(PAUSE_MS);
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
