import { createMooring, isMooringError } from '@mooring/client';

/** The app's backend has no session of this user, or no longer. */
export class SignedOut extends Error {}

export const mooring = createMooring({
  baseUrl: import.meta.env.VITE_MOORING_URL ?? 'http://localhost:8787',
  // Asked for each request. In your app, keep the JWT until shortly before it expires.
  token: async () => {
    const response = await fetch('/mooring-token');
    if (response.status === 401) throw new SignedOut();
    if (!response.ok) throw new Error(`/mooring-token: ${response.status}`);
    return response.text();
  },
});

/**
 * What went wrong, for the user. `error` is what the hooks have: thrown, or the code of a
 * connection.
 */
export function explain(error: unknown): string {
  if (error instanceof SignedOut || isMooringError(error, 'unauthenticated')) {
    return 'Your session has ended. Sign in again.';
  }
  const code = isMooringError(error) ? error.code : error;
  if (code === 'access_denied') return 'You did not allow it. Nothing was connected.';
  if (code === 'account_linked_to_another_user') {
    return 'This account is connected to another user of this app.';
  }
  if (code === 'account_mismatch') return 'That was another account than the one to reconnect.';
  if (code === 'rate_limited') return 'That was often. Wait a minute, then try again.';
  if (error instanceof TypeError) return 'No connection to the network.';
  return 'That did not work. Try again.';
}
