/** The raw reads of KV with network times. */
import { app } from './kv.ts';
import { slowKv } from './slow-bindings.ts';
import type { BareEnv } from './verify.ts';

export default {
  fetch: (request, env, ctx) =>
    app.fetch(request, { ...env, STATUS_CACHE: slowKv(env.STATUS_CACHE) }, ctx),
} satisfies ExportedHandler<BareEnv>;
