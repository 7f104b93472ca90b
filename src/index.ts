/** The Worker: requests, cron, the queue. */
import { app } from './app';
import type { Bindings } from './config';
import { createRootLog, depsOf } from './isolate';
import { runJobs } from './jobs/cron';
import { consume, consumeDeadLetters, isDeadLetters } from './refresh/queue';

/** Every line of one invocation names it. */
const invocationLog = (trigger: 'cron' | 'queue') =>
  createRootLog({ trigger, invocation: crypto.randomUUID() });

export default {
  fetch: app.fetch,
  scheduled: ({ cron }, env, ctx) => runJobs(depsOf(env, ctx, invocationLog('cron')), cron),
  queue: (batch, env, ctx) => {
    const take = isDeadLetters(batch.queue) ? consumeDeadLetters : consume;
    return take(batch, depsOf(env, ctx, invocationLog('queue')));
  },
} satisfies ExportedHandler<Bindings>;
