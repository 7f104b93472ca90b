/**
 * Environments of wrangler.toml: bindings are not inherited, and a forgotten one is found too late.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';

interface Queue {
  queue: string;
  dead_letter_queue?: string;
}

/** What differs. wrangler's own type does not come with it. */
interface Environment {
  name: string;
  targetEnvironment?: string;
  routes?: object[];
  vars: object;
  d1_databases: { database_name: string }[];
  ratelimits: { namespace_id: string }[];
  queues: { producers?: Queue[]; consumers?: Queue[] };
}

const config = join(import.meta.dirname, '../../wrangler.toml');
const read = (env?: string): Environment =>
  unstable_readConfig(env === undefined ? { config } : { config, env }, { hideWarnings: true });

/**
 * What an environment has of its own, without which it would share the data or the domain of
 * another.
 */
function withoutIdentity(env: string | undefined) {
  const { d1_databases, ratelimits, queues, routes, targetEnvironment, name, ...rest } = read(env);
  const suffix = env === undefined || env === 'production' ? '' : `-${env}`;
  const bare = (text: string | undefined) => {
    if (suffix === '') return text;
    expect(text).toContain(suffix);
    return text?.replace(suffix, '');
  };
  return {
    ...rest,
    name: bare(name),
    d1: d1_databases.map((database) => ({
      ...database,
      database_name: bare(database.database_name),
    })),
    limits: ratelimits.map(({ namespace_id, ...limit }) => limit),
    producers: queues.producers?.map((queue) => ({ ...queue, queue: bare(queue.queue) })),
    consumers: queues.consumers?.map((consumer) => ({
      ...consumer,
      queue: bare(consumer.queue),
      dead_letter_queue: consumer.dead_letter_queue && bare(consumer.dead_letter_queue),
    })),
  };
}

describe('wrangler.toml', () => {
  it.each(['production', 'staging', 'preview'])(
    '%s has every binding, limit and trigger of the top level',
    (env) => {
      expect(withoutIdentity(env)).toEqual(withoutIdentity(undefined));
    },
  );

  it('production is the Worker of the top level, with its data and its limits', () => {
    const { targetEnvironment: _, ...production } = read('production');
    const { targetEnvironment: __, ...top } = read();
    expect(production).toEqual(top);
  });

  it('no limit is counted together with another', () => {
    const ids = ['production', 'staging', 'preview'].flatMap((env) =>
      read(env).ratelimits.map(({ namespace_id }) => namespace_id),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('no variable stands here: `wrangler secret put` refuses a name that is a variable', () => {
    expect(read().vars).toEqual({});
  });
});
