/** A provider of a known latency, and the settings that name it to the Worker. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Provider {
  tokenUrl: string;
  /** PROVIDERS, for the Worker: refresh tokens that are good for one use. */
  settings: Record<string, string>;
  stop(): Promise<void>;
}

/** The provider `bench` at this origin, and its client. */
export const settingsOf = (
  origin: string,
  record: Readonly<Record<string, unknown>>,
): Record<string, string> => ({
  BENCH_CLIENT_ID: 'client',
  BENCH_CLIENT_SECRET: 'secret',
  PROVIDERS: JSON.stringify({
    bench: {
      name: 'Bench',
      kind: 'oauth2',
      authorizationUrl: `${origin}/authorize`,
      tokenUrl: `${origin}/token`,
      accountId: 'sub',
      refreshModel: 'rotating',
      ...record,
    },
  }),
});

export async function startProvider(latencyMs: number): Promise<Provider> {
  const thread = new Worker(join(import.meta.dirname, 'provider-thread.ts'), {
    workerData: { latencyMs },
  });
  const [origin] = (await once(thread, 'message')) as [string];
  return {
    tokenUrl: `${origin}/token`,
    settings: settingsOf(origin, {
      profileUrl: `${origin}/me`,
      displayName: 'name',
      scopes: ['openid'],
      clientAuth: 'client_secret_basic',
      pkce: true,
      reuse: 'revokes_family',
      revocationReach: 'grant',
    }),
    async stop() {
      await thread.terminate();
    },
  };
}
