/**
 * A second authorization server, of another code base than the sandbox's (@jmondi/oauth2-server
 * and not oidc-provider), as a process of its own. It has no discovery, joins scopes with commas,
 * answers a dead refresh token with `invalid_request` and a sentence, and revokes a refresh token
 * only with the right hint: what Mooring knows of all that is configuration.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type ToServer =
  | { kind: 'register'; redirectUri: string }
  | { kind: 'withdraw'; account: string };

export type FromServer = { kind: 'listening'; origin: string } | { kind: 'done' };

export interface SecondServer {
  origin: string;
  /** Its process, which is not ours. */
  pid: number;
  /** As an operator enters it when the app is registered. */
  register(redirectUri: string): Promise<void>;
  /** The person takes consent back on the server's own pages. */
  withdraw(account: string): Promise<void>;
  close(): Promise<void>;
}

export async function startSecondServer(client: {
  id: string;
  secret: string;
}): Promise<SecondServer> {
  const child = fork(
    join(import.meta.dirname, 'second-server/main.ts'),
    [client.id, client.secret],
    {
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const listening = await answerOf(child);
  if (listening.kind !== 'listening') throw new Error('the second server does not listen');
  const tell = async (message: ToServer): Promise<void> => {
    const answer = answerOf(child);
    child.send(message);
    await answer;
  };
  return {
    origin: listening.origin,
    pid: child.pid ?? 0,
    register: (redirectUri) => tell({ kind: 'register', redirectUri }),
    withdraw: (account) => tell({ kind: 'withdraw', account }),
    async close() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** @throws where the process ends instead */
async function answerOf(child: ChildProcess): Promise<FromServer> {
  const stop = new AbortController();
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: stop.signal }),
      once(child, 'exit', { signal: stop.signal }).then(([code]) => {
        throw new Error(`the second server ended with ${code}`);
      }),
    ]);
    return message;
  } finally {
    stop.abort();
  }
}

/** The whole of what Mooring is told. */
export const secondProvider = (origin: string): Record<string, unknown> => ({
  name: 'Second server',
  kind: 'oauth2',
  authorizationUrl: `${origin}/authorize`,
  tokenUrl: `${origin}/token`,
  revocationUrl: `${origin}/token/revoke`,
  profileUrl: `${origin}/api/me`,
  clientAuth: 'client_secret_post',
  pkce: true,
  scopes: ['profile.read', 'boats.read'],
  scopeSeparator: ',',
  // A sentence tells a dead token; the code is the same for any other malformed request.
  reply: { error: ['error_description', 'error'] },
  refusedCodes: ['Token has been revoked', 'Token has expired'],
  accountId: 'user.id',
  displayName: 'user.name',
  refreshModel: 'rotating',
  reuse: 'revokes_family',
  refreshEndsAccessToken: true,
  revocationReach: 'grant',
});
