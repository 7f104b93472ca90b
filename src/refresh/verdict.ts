/**
 * What refusals mean that come again and again. Pure: no I/O, no clock; facts are passed in, times
 * in ms. `needs_reconnect` follows from
 *
 * - a code for a dead grant, confirmed by a second one (failure.ts);
 * - the client: the grant belongs to another one than is configured, and that one works;
 * - comparison: the same refusal for a day, while the same client was granted something else at the
 *   same token host; then twice more, six hours apart each;
 * - time: the same refusal for 14 days, where there is nobody to compare with.
 *
 * The last two are inferences. So they are bounded (circuit.ts), and such an account is tried on.
 */
import type { AccountRow, ClientGrant } from '../db/schema';
import { DAY_MS, HOUR_MS } from '../time';
import type { FailedOutcome, Outcome, Refusal } from './outcome';

/** Reasons of `needs_reconnect` besides the codes for a dead grant. */
export const CLIENT_CHANGED = 'client_changed';
export const REFUSED_REPEATEDLY = 'refused_repeatedly';

const COMPARED_AFTER_MS = DAY_MS;
const COUNTS_AGAIN_AFTER_MS = 6 * HOUR_MS;
/** The first, one a day later with a grant in between, and two more. */
const COUNTED = 4;
const TIME_MS = 14 * DAY_MS;
/** With so many integrations of a circuit, there is somebody to compare with. */
export const COMPARABLE = 5;
/**
 * A grant counts for a comparison only so long after the first refusal: while a deploy is under way
 * the right and the wrong configuration answer side by side.
 */
const SIDE_BY_SIDE_MS = HOUR_MS;

/** The columns of the row that say how often it was refused in the same way. */
export type RefusalRun = {
  refusal: string;
  refusals: number;
  refusedSince: number;
  refusedAt: number;
};

/** Nothing of a refusal is left: what every new token writes. */
export const noRefusal = {
  refusal: null,
  refusals: 0,
  refusedSince: null,
  refusedAt: null,
  stateConfirmedAt: null,
} as const;

type RefusedRow = Pick<
  AccountRow,
  | 'id'
  | 'refusal'
  | 'refusals'
  | 'refusedSince'
  | 'refusedAt'
  | 'tokenVersion'
  | 'clientId'
  | 'state'
  | 'stateReason'
>;

export interface RefusalFacts {
  now: number;
  /** Of the refusal's status and code. */
  hash: string;
  /** The client that asked. */
  clientId: string;
  /** The last known grant of that client at this token host; null: none is known. */
  lastGrant: Pick<ClientGrant, 'grantedAt' | 'grantedRow'> | null;
  /** The circuit has fewer integrations than COMPARABLE; only looked for where `isOld`. */
  alone: boolean;
  /** False: the accounts of this circuit that may be marked by inference today are marked. */
  mayInfer: boolean;
}

/** `refused`: `reason` is why the user must reconnect. */
export type Refused = {
  kind: 'refused';
  /** By which rule; only the first and second are confirmed by asking again. */
  by: 'code' | 'client' | 'repetition';
  reason: string;
} & FailedOutcome;

export interface Weighed {
  run: RefusalRun;
  failed: Refused | Extract<Outcome, { kind: 'operator' | 'odd' }>;
}

/** An outcome that is a clear refusal. */
export type ClearRefusal =
  | Extract<Outcome, { kind: 'refused' }>
  | (Extract<Outcome, { kind: 'operator' }> & { refusal: Refusal })
  | (Extract<Outcome, { kind: 'odd' }> & { refusal: Refusal });

export const isClearRefusal = (
  outcome: Exclude<Outcome, { kind: 'granted' }>,
): outcome is ClearRefusal =>
  outcome.kind === 'refused' || ('refusal' in outcome && outcome.refusal !== null);

export function weigh(outcome: ClearRefusal, row: RefusedRow, facts: RefusalFacts): Weighed {
  const { code, refusal } = outcome;
  const { clientId, lastGrant, now } = facts;
  const run = runAfter(row, facts);
  const isOtherClients = row.clientId !== null && row.clientId !== clientId;
  if (isOtherClients && refusal.mayBeOtherClients) {
    // Only a client that works proves that it is not simply wrong.
    if (lastGrant !== null && lastGrant.grantedAt > row.tokenVersion) {
      return { run, failed: refused('client', CLIENT_CHANGED, { code, category: 'refused' }) };
    }
    return { run, failed: { kind: 'operator', code, category: 'operator_fault', refusal } };
  }
  if (outcome.kind === 'refused') return { run, failed: refused('code', code, outcome) };
  const isDead =
    facts.mayInfer &&
    ((refusal.leadsTo !== 'nothing' && run.refusals >= COUNTED) ||
      (refusal.leadsTo === 'comparison_or_time' && facts.alone && isOld(run, now)));
  // Once marked it stays so: another refusal is no sign of life.
  if (isDead || isMarked(row)) {
    return {
      run,
      failed: refused('repetition', REFUSED_REPEATEDLY, { code, category: 'refused' }),
    };
  }
  return { run, failed: outcome };
}

const refused = (
  by: Refused['by'],
  reason: string,
  { code, category }: FailedOutcome,
): Refused => ({ kind: 'refused', by, reason, code, category });

/** Marked by comparison or time. */
export const isMarked = ({ state, stateReason }: Pick<AccountRow, 'state' | 'stateReason'>) =>
  state === 'needs_reconnect' && stateReason === REFUSED_REPEATEDLY;

/** Refused in the same way for so long that time may decide. */
export const isOld = ({ refusedSince }: Pick<AccountRow, 'refusedSince'>, now: number): boolean =>
  refusedSince !== null && now - refusedSince >= TIME_MS;

/** The run with this refusal in it. */
function runAfter(row: RefusedRow, facts: RefusalFacts): RefusalRun {
  const { now, hash, clientId, lastGrant } = facts;
  const { refusals, refusedSince, refusedAt } = row;
  const goesOn =
    row.refusal === hash &&
    refusedSince !== null &&
    refusedAt !== null &&
    // A release before these columns writes tokens and leaves them as they are.
    refusedSince >= row.tokenVersion;
  if (!goesOn) return { refusal: hash, refusals: 1, refusedSince: now, refusedAt: now };
  const isOthersGranted =
    lastGrant !== null &&
    lastGrant.grantedRow !== row.id &&
    lastGrant.grantedAt >= refusedSince + SIDE_BY_SIDE_MS &&
    (row.clientId === null || row.clientId === clientId);
  const counts =
    refusals === 1
      ? now - refusedSince >= COMPARED_AFTER_MS && isOthersGranted
      : now - refusedAt >= COUNTS_AGAIN_AFTER_MS;
  const run = { refusal: hash, refusals, refusedSince, refusedAt };
  return counts ? { ...run, refusals: Math.min(refusals + 1, COUNTED), refusedAt: now } : run;
}
