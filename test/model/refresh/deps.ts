/** What an invocation is handed: the world's services, as that invocation reaches them. */
import { Caches } from '../../../src/caches';
import type { Deps } from '../../../src/deps';
import { MemoryTier } from '../../../src/status-cache/memory';
import type { Replica } from '../kernel/d1';
import { between, chance } from '../kernel/random';
import type { Invocation, Service } from './invocation';
import { plainVault } from './vault';
import { weathers } from './weather';
import type { World } from './world';

const noReplica: Replica = {
  at: () => {
    throw new Error('the refresh reads from the primary only');
  },
};

export function depsOf(world: World, invocation: Invocation): Deps {
  const { mutation, outages } = world;
  const luck = invocation.random;
  const gone = (what: Service) => () => {
    const isGone = outages.isAway(what);
    if (isGone) world.cover(`${what} was away`);
    return isGone;
  };
  const d1 = world.d1.bind(invocation, noReplica, () => 0);
  const { sql } = mutation;
  const db = invocation.database(d1, gone('d1'), sql && ((text) => sql(text, invocation)));
  const location = world.locations[chance(luck, 0.5) ? 0 : 1] ?? world.kv.location();
  const kv = location.bind(invocation);
  const { queue } = world.plan.queue ? world : { queue: null };
  const bound = queue?.bind(invocation) ?? null;
  const guarded = <T>(isAway: () => boolean, failure: string, send: () => Promise<T>) =>
    invocation.await(() => (isAway() ? invocation.unreachable<T>(failure) : send()));
  const kvAway = gone('kv');
  const queueAway = gone('queue');
  return {
    config: world.config,
    db,
    session: () => db,
    kv: {
      get: (key: string) => guarded(kvAway, 'KV GET failed: 503', () => kv.get(key)),
      put: (key: string, text: string, options: KVNamespacePutOptions) =>
        guarded(kvAway, 'KV PUT failed: 503', () => kv.put(key, text, options)),
      delete: (key: string) => guarded(kvAway, 'KV DELETE failed: 503', () => kv.delete(key)),
      list: () =>
        guarded(kvAway, 'KV LIST failed: 503', async () => {
          await world.scheduler.pause(20);
          return { keys: Array.from(world.rescues, (name) => ({ name })), list_complete: true };
        }),
    } as unknown as KVNamespace,
    queue:
      bound &&
      ({
        send: (body: unknown) => guarded(queueAway, 'away', () => bound.send(body)),
        sendBatch: (messages: Iterable<MessageSendRequest<unknown>>) =>
          guarded(queueAway, 'away', () => bound.sendBatch(messages)),
      } as unknown as Queue<unknown>),
    assets: null,
    vault: plainVault(
      () => suspend(world, invocation),
      () => {
        world.seals += 1;
        return world.seals;
      },
    ),
    memory: new MemoryTier(),
    caches: new Caches(),
    fetch: world.endpoint.fetchFor(invocation),
    now: invocation.now,
    random: luck,
    uuid: invocation.uuid,
    sleep: invocation.sleep,
    log: logOf(world, invocation),
    waitUntil: (work) => void invocation.during(work).catch(() => {}),
  };
}

async function suspend(world: World, invocation: Invocation): Promise<void> {
  const { suspended } = weathers[world.calm ? 'calm' : world.plan.weather];
  if (!chance(invocation.random, suspended)) return;
  world.cover('a suspension');
  await invocation.sleep(between(invocation.random, 5_000, 90_000));
}

function logOf(world: World, invocation: Invocation): Deps['log'] {
  const line = (event: string, fields?: object, cause?: unknown) => {
    // What the product logs tells which of its ways a run has taken.
    world.cover(event);
    world.note(
      () =>
        `${invocation.name} logs ${event} ${JSON.stringify(fields ?? {})}${cause ? ` ${cause}` : ''}`,
    );
  };
  const log: Deps['log'] = { info: line, warn: line, error: line, with: () => log };
  return log;
}
