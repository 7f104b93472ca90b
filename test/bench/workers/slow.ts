/** The product with network times. */
import type { Bindings } from '../../../src/config.ts';
import worker from '../../../src/index.ts';
import { slowD1, slowKv } from './slow-bindings.ts';

const slowEnvs = new WeakMap<Bindings, Bindings>();

/** The same object each time: what the product keeps for an isolate, it keeps by this. */
function slowEnv(env: Bindings): Bindings {
  const known = slowEnvs.get(env);
  if (known) return known;
  const slow = { ...env, DB: slowD1(env.DB), STATUS_CACHE: slowKv(env.STATUS_CACHE) };
  slowEnvs.set(env, slow);
  return slow;
}

export default {
  fetch: (request, env, ctx) => worker.fetch(request, slowEnv(env), ctx),
} satisfies ExportedHandler<Bindings>;
