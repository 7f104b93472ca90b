/**
 * A snapshot as the JSON that clients get. It is remembered for as long as no status in it changes,
 * since most hits on memory serve the same again.
 */
import type { JsonText } from '../http/route';
import type { Snapshot } from '../status-cache/snapshot';
import { etagOf } from './etag';
import { statusHoldsUntil } from './status';
import {
  date,
  type IntegrationList,
  type ProviderLookup,
  type StatusOfUser,
  toIntegration,
} from './wire';

interface Rendering {
  /** Of the integrations alone. */
  integrations: string;
  list: RenderedList | null;
  /** ms */
  until: number;
}

export interface RenderedList {
  body: JsonText<IntegrationList>;
  etag: string;
}

const renderings = new WeakMap<Snapshot, Rendering>();

function renderingOf(snapshot: Snapshot, now: number, providers: ProviderLookup): Rendering {
  const known = renderings.get(snapshot);
  if (known && now < known.until) return known;
  const { integrations } = snapshot;
  const rendering = {
    integrations: JSON.stringify(integrations.map((facts) => toIntegration(facts, now, providers))),
    list: null,
    until: Math.min(...integrations.map((facts) => statusHoldsUntil(facts, now))),
  };
  renderings.set(snapshot, rendering);
  return rendering;
}

/** The reply to a read of one user: an IntegrationList. */
export function renderList(
  snapshot: Snapshot,
  now: number,
  providers: ProviderLookup,
): RenderedList {
  const rendering = renderingOf(snapshot, now, providers);
  rendering.list ??= listFrom(snapshot, rendering.integrations);
  return rendering.list;
}

function listFrom({ userId, version, takenAt, freshUntil }: Snapshot, integrations: string) {
  const lasting = { userId, version } satisfies Partial<IntegrationList>;
  const passing = {
    asOf: date(takenAt),
    freshUntil: date(freshUntil),
  } satisfies Partial<IntegrationList>;
  const whole = joined(JSON.stringify(lasting), `{"integrations":${integrations}}`);
  const body = joined(whole, JSON.stringify(passing)) as JsonText<IntegrationList>;
  return { body, etag: etagOf(whole) };
}

/** What a reply about many users says of one of them: a StatusOfUser. */
export function renderStatus(snapshot: Snapshot, now: number, providers: ProviderLookup): string {
  const rest = {
    version: snapshot.version,
    asOf: date(snapshot.takenAt),
  } satisfies Omit<StatusOfUser, 'integrations'>;
  const { integrations } = renderingOf(snapshot, now, providers);
  return joined(JSON.stringify(rest), `{"integrations":${integrations}}`);
}

/** Two objects' JSON into one's; neither is empty. */
const joined = (first: string, second: string): string =>
  `${first.slice(0, -1)},${second.slice(1)}`;
