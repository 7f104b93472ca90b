/** The Worker: requests, the cron tick, the queue. */
import { app } from './app';
import type { Bindings } from './config';
import { createRootLog, depsOf } from './isolate';
import { consumeDeadLetters, isDeadLetters } from './refresh/dead-letters';
import { consume } from './refresh/queue';
import { tick } from './tick';

/** Every line of one invocation names it. */
const invocationLog = (trigger: 'cron' | 'queue') =>
  createRootLog({ trigger, invocation: crypto.randomUUID() });

export default {
  fetch: app.fetch,
  scheduled: (_controller, env, ctx) => tick(depsOf(env, ctx, invocationLog('cron'))),
  queue: (batch, env, ctx) => {
    const take = isDeadLetters(batch.queue) ? consumeDeadLetters : consume;
    return take(batch, depsOf(env, ctx, invocationLog('queue')));
  },
} satisfies ExportedHandler<Bindings>;
