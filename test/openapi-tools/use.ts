/** What generated code has to be good for: the compiler checks it (`npm run openapi:check`). */
import * as sdk from './dist/hey-api/index';
import type { components, operations } from './dist/openapi-typescript';

type Responses = operations['getToken']['responses'];
type Token = Responses[200]['content']['application/json'];
type Conflict = Responses[409]['content']['application/problem+json'];

/** A token is told from credentials by its kind. */
export const secretOf = (token: Token): string | undefined =>
  token.kind === 'oauth2' ? token.accessToken : token.credentials.key;

/** The codes of a status are those that the route gives with it, and no others. */
export function adviceOf(problem: Conflict): string {
  switch (problem.code) {
    case 'needs_reconnect':
      return 'ask the user';
    case 'provider_not_configured':
      return `ask the operator: ${problem.detail}`;
    case 'token_bound':
      return 'call through the proxy';
    default: {
      const never: never = problem;
      return never;
    }
  }
}

export const isUsable = ({ status }: components['schemas']['Integration']): boolean =>
  status === 'connected';

export async function tokenOf(userId: string): Promise<string> {
  const path = { userId, provider: 'reddit', accountId: 'a' };
  const { data, error } = await sdk.getToken({ baseUrl: 'https://mooring.example', path });
  if (data) return data.kind === 'oauth2' ? data.accessToken : JSON.stringify(data.credentials);
  if (error.code === 'needs_reconnect') return error.requestId;
  throw new Error(error.title);
}

// @ts-expect-error: a browser goes there by itself
export const nothing = sdk.startConnection;
