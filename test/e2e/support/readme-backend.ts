import { createMooring, returnedConnection } from '@mooring/client';

const mooring = createMooring({
  baseUrl: process.env.MOORING_URL ?? '',
  token: process.env.MOORING_KEY ?? '',
});

/** "Connect" was clicked: where to send the browser. */
export async function connect(userId: string, provider: string, returnTo: string) {
  const { connections } = mooring.user(userId);
  return (await connections.create({ provider, returnTo })).connectUrl;
}

/** The browser is back at `returnTo`: finish, for the user that your own session knows. */
export async function connected(userId: string, url: string) {
  const back = returnedConnection(url);
  if (back?.completion === undefined) throw new Error(back?.error ?? 'nobody came back');
  return mooring.user(userId).connections.complete(back.id, back);
}

/** A job needs the account: a token that works now, or an error that says why there is none. */
export const token = (userId: string, provider: string) =>
  mooring.user(userId).account(provider).token();

/** Or the job calls the provider's API through Mooring, and never holds a token. */
export const call = (userId: string, provider: string, path: string) =>
  mooring.user(userId).account(provider).fetch(path);
