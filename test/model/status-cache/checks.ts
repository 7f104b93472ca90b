/** What must hold of every reply, and of KV when all is quiet (docs/testing.md). */
import { asSnapshot, isFresh, keyOf, type Served } from '../product';
import { profiles } from './plan';
import { contentOfSnapshot, describe, type State, seconds } from './truth';
import { type Isolate, users, type World } from './world';

/** KV's caches, then memory, then clocks and the way back. */
const SPREAD_MS = 60_000 + 5_000 + 1_000;
/** A read that lags: as slow as its time limit allows, then in memory, then as above. */
const READ_MS = 5_000 + 5_000 + 1_000;
/** In ordinary weather, an outdated put is found and replaced in this time, 429s included. */
const REPAIR_MS = 40_000;

export interface Asked {
  askedAt: number;
  atLeast: number;
  /** When a tier's answer was taken, at the earliest; null: just now. */
  judgedFrom: number | null;
}

/** Returns the state that was shown; states are in the order of time. */
export function checkReply(
  world: World,
  isolate: Isolate,
  { snapshot, source }: Served,
  { askedAt, atLeast, judgedFrom }: Asked,
): number | undefined {
  const { truth, scheduler } = world;
  const { userId: user } = snapshot;
  const now = scheduler.now;
  const reply = () => `${describe(snapshot)} from ${source} at ${seconds(now)} in ${isolate.name}`;
  world.note(() => `reply: ${reply()}`);

  if (snapshot.version < atLeast) world.violate('I1: older than the token', reply());
  const shown = truth.shown(snapshot, source === 'origin' && snapshot.version === atLeast);
  if (!shown) {
    world.violate('a state that never was', reply());
    return undefined;
  }
  const outdated = truth.outdatedAt(user, shown);
  const isOld = outdated !== undefined && outdated < askedAt;
  world.cover(
    `${isOld ? 'outdated ' : ''}answer from ${source}${atLeast > 0 ? ' to a token' : ''}`,
  );
  if (source === 'stale') return shown.index;

  const next = truth.next(user, shown);
  if (source === 'origin') {
    const late = atLeast > 0 ? 0 : world.plan.lag;
    if (next && next.from < askedAt - late)
      world.violate('the database is older than that', reply());
  } else {
    const judgedAt = judgedFrom ?? now;
    if (judgedAt >= snapshot.freshUntil) world.violate('I2: past its freshUntil', reply());
    if (next && next.version === shown.version && next.from <= judgedAt) {
      world.violate('I2: from before a quiet refresh', reply());
    }
  }
  if (atLeast === 0 && !truth.reused.has(user)) checkStaleness(world, shown, user, askedAt, reply);
  return shown.index;
}

function checkStaleness(
  world: World,
  shown: State,
  user: string,
  askedAt: number,
  reply: () => string,
): void {
  const { truth, plan } = world;
  const outdatedAt = truth.outdatedAt(user, shown);
  if (outdatedAt === undefined || askedAt <= outdatedAt) return;
  const lagged = outdatedAt + plan.lag + READ_MS;
  const spread = Math.max(lagged, truth.lastHeld(user, shown.version) + SPREAD_MS);
  if (askedAt > spread) world.violate('stale for longer than KV takes to spread', reply());
  if (plan.profile === 'ordinary' && askedAt > lagged + REPAIR_MS + SPREAD_MS) {
    world.violate('stale, and nobody repaired it', reply());
  }
}

/** I3, whenever nothing is under way. */
export function checkKv(world: World): void {
  const { truth, kv, scheduler, plan } = world;
  const profile = profiles[plan.profile];
  if (profile.kv.failing > 0 || profile.deaths || !world.quiet) return;
  for (const user of users) {
    if (truth.reused.has(user)) continue;
    const text = kv.stored(keyOf(user));
    if (text === null) continue;
    const snapshot = asSnapshot(JSON.parse(text));
    if (!snapshot) {
      world.violate('I3: KV holds what is not a snapshot', text);
      continue;
    }
    if (!isFresh(snapshot.freshUntil, scheduler.now)) continue;
    if (truth.mayBeHeld(user, snapshot.version)) continue;
    world.cover('KV looked at in a quiet moment');
    if (contentOfSnapshot(snapshot) !== truth.now(user).content) {
      world.violate(
        'I3: KV holds what is outdated',
        `${describe(snapshot)} at ${seconds(scheduler.now)}`,
      );
    }
  }
}
