/** A backend: what the package's types have to allow, and what they have to refuse. */
import {
  createMooring,
  type ErrorCode,
  type Integration,
  isMooringError,
  type Mooring,
  memoryVersions,
  type ProblemOf,
  returnedConnection,
  type Transport,
  type VersionStore,
} from '@mooring/client';
import { type MooringEvent, verifyWebhook, WebhookError } from '@mooring/client/webhooks';

declare const binding: Transport;
declare const maybe: string | undefined;

const versions: VersionStore = memoryVersions(10);
export const mooring: Mooring = createMooring({
  baseUrl: new URL('https://mooring.internal'),
  token: async () => 'key',
  transport: binding,
  versions,
  // Members that may be left out may be undefined, whatever the compiler's options say.
  retry: { limit: undefined, maxDelay: 3 },
  answers: undefined,
});

export async function connect(userId: string): Promise<string> {
  const user = mooring.user(userId);
  const { connectUrl } = await user.connections.create({
    provider: 'github',
    returnTo: 'https://app.example.com/connected',
    scopes: undefined,
    accountId: maybe,
  });
  // @ts-expect-error: no such member
  await user.connections.create({ provider: 'github', returnTo: '', scope: 'repo' });
  // @ts-expect-error: returnTo is needed
  await user.connections.create({ provider: 'github' });
  return connectUrl;
}

export async function connected(userId: string, url: string): Promise<Integration | string> {
  const back = returnedConnection(url);
  if (back === null) return 'nothing';
  if (back.error !== undefined) return back.error;
  return mooring.user(userId).connections.complete(back.id, back);
}

export async function call(userId: string): Promise<unknown> {
  const sole = mooring.user(userId).account('github', maybe);
  // @ts-expect-error: which one?
  void sole.disconnect;
  const account = mooring.user(userId).account('github', '583231');
  const accountId: string = account.accountId;
  try {
    await sole.token({ scopes: ['repo'], returnTo: maybe });
    const token = await account.token({ minTtl: 60 });
    if (token.kind === 'credentials') return Object.keys(token.credentials);
    // @ts-expect-error: an access token has none
    void token.credentials;
    return [accountId, token.accessToken, await (await sole.fetch('/user')).json()];
  } catch (error) {
    if (isMooringError(error, 'authorization_required')) {
      const problem: ProblemOf<'authorization_required'> = error.problem;
      const code: 'authorization_required' = error.code;
      const reason: string = problem.reason;
      return [code, reason, problem.connection?.connectUrl];
    }
    if (isMooringError(error, 'several_accounts', 'call_not_supported')) {
      // @ts-expect-error: one of two
      const code: 'several_accounts' = error.code;
      return [code, error.problem.code === 'several_accounts' && error.problem.accounts.length];
    }
    // @ts-expect-error: no such code
    if (isMooringError(error, 'authorisation_required')) return null;
    if (isMooringError(error)) {
      const code: ErrorCode = error.code;
      return [code, error.status, error.retryAfter, error.requestId];
    }
    throw error;
  }
}

export async function everyRoute(): Promise<number> {
  const { data } = await mooring.api.GET('/v1/refresh/runs');
  // @ts-expect-error: no such route
  await mooring.api.GET('/v1/nothing');
  return data?.runs.length ?? 0;
}

export async function lastEvent(after: string | undefined): Promise<string | undefined> {
  let last = after;
  for await (const event of mooring.operator.events({ after, type: 'connection.failed' })) {
    last = event.id;
    // @ts-expect-error: which type?
    void event.data.connectionId;
    if (event.type === 'connection.failed') void event.data.connectionId;
  }
  return last;
}

export async function webhook(request: Request): Promise<MooringEvent | null> {
  try {
    const event = await verifyWebhook(request, ['whsec_a', 'whsec_b'], { tolerance: undefined });
    if (event.type === 'integration.needs_reconnect') {
      const reason: string | undefined = event.data.reason;
      await mooring.user(event.data.userId).integrations({ atLeast: event.data.version });
      return reason === undefined ? event : null;
    }
    return event;
  } catch (error) {
    if (error instanceof WebhookError && error.code === 'wrong_signature') return null;
    throw error;
  }
}
