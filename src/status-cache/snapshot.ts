/**
 * A snapshot: all integrations of one user as facts. It is what the tiers hold, so it never
 * contains a token. What a person calls status depends on the time and is derived when served
 * (src/integrations/status.ts).
 *
 * What KV holds is checked by hand: a schema's check was a fifth of a hit in KV.
 */
import { type FailureCategory, failureCategories } from '../db/schema';

/** All times are ms. */
export interface Snapshot {
  /** Format of this value. Older formats are misses. */
  v: 1;
  userId: string;
  version: number;
  takenAt: number;
  freshUntil: number;
  /** Newest connection first. */
  integrations: Facts[];
}

export interface Facts {
  provider: string;
  accountId: string;
  displayName: string | null;
  state: 'active' | 'needs_reconnect';
  stateReason: string | null;
  scopes: string[];
  requestedScopes: string[];
  metadata: Record<string, string | null>;
  /** End of the access token. */
  expiresAt: number | null;
  /** End of what can renew it: the refresh token, or the token itself where it is extended. */
  refreshExpiresAt: number | null;
  /** There is a refresh token, or the token itself can be extended. */
  renewable: boolean;
  refreshDueAt: number | null;
  refreshFailures: number;
  lastError: string | null;
  /** What kind of failure that is; null where a Worker before this field wrote the snapshot. */
  lastErrorCategory: FailureCategory | null;
  /**
   * A check found the credential good. False where a Worker before this field wrote the snapshot.
   */
  verified: boolean;
  connectedAt: number;
  updatedAt: number;
  lastRefreshedAt: number | null;
}

/** Of one account; undefined where the user has none such. */
export const factsIn = (
  { integrations }: Snapshot,
  { provider, accountId }: { provider: string; accountId: string | null },
): Facts | undefined =>
  integrations.find((one) => one.provider === provider && one.accountId === accountId);

/** A parsed value of KV as a snapshot; null where it is of another format, or not ours. */
export const asSnapshot = (value: unknown): Snapshot | null =>
  isObject(value) && hasFields(value, snapshotFields)
    ? { ...value, integrations: value.integrations.map(withLatestFields) }
    : null;

const withLatestFields = (facts: Facts): Facts => ({
  ...facts,
  lastErrorCategory: failureCategories.find((one) => one === facts.lastErrorCategory) ?? null,
  verified: facts.verified === true,
});

type Check = (value: unknown) => boolean;
type Fields<Whole> = { [Field in keyof Whole]: Check };

function hasFields<Whole>(
  value: Record<string, unknown>,
  fields: Fields<Whole>,
): value is Record<string, unknown> & Whole {
  for (const field in fields) if (!fields[field](value[field])) return false;
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
/** The last moment that a Date can be (ECMA-262 21.4.1.1), ms. */
const LAST_DATE_MS = 8.64e15;
const isTime: Check = (value) => typeof value === 'number' && Math.abs(value) <= LAST_DATE_MS;
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTimeOrNull: Check = (value) => value === null || isTime(value);
const areTexts: Check = (value) => Array.isArray(value) && value.every(isText);

const factsFields: Fields<Facts> = {
  provider: isText,
  accountId: isText,
  displayName: isTextOrNull,
  state: (value) => value === 'active' || value === 'needs_reconnect',
  stateReason: isTextOrNull,
  scopes: areTexts,
  requestedScopes: areTexts,
  metadata: (value) => isObject(value) && Object.values(value).every(isTextOrNull),
  expiresAt: isTimeOrNull,
  refreshExpiresAt: isTimeOrNull,
  renewable: (value) => typeof value === 'boolean',
  refreshDueAt: isTimeOrNull,
  refreshFailures: Number.isFinite,
  lastError: isTextOrNull,
  // A Worker before this field left it out: `withLatestFields` looks at it.
  lastErrorCategory: () => true,
  // The same.
  verified: () => true,
  connectedAt: isTime,
  updatedAt: isTime,
  lastRefreshedAt: isTimeOrNull,
};

const snapshotFields: Fields<Snapshot> = {
  v: (value) => value === 1,
  userId: isText,
  version: Number.isFinite,
  takenAt: isTime,
  freshUntil: isTime,
  integrations: (value) =>
    Array.isArray(value) && value.every((one) => isObject(one) && hasFields(one, factsFields)),
};
