const mooring = (method: string, path: string, json?: object) =>
  fetch(`${process.env.MOORING_URL}/v1/users/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${process.env.MOORING_KEY}`,
      'Content-Type': 'application/json',
    },
    body: json ? JSON.stringify(json) : null,
  });

/** "Connect" was clicked: where to send the browser. */
export async function connect(userId: string, provider: string, returnTo: string) {
  const reply = await mooring('POST', `${userId}/connections`, { provider, returnTo });
  const { connectUrl } = (await reply.json()) as { connectUrl: string };
  return connectUrl;
}

/** The browser is back at `returnTo`: finish, for the user that your own session knows. */
export const connected = (userId: string, query: URLSearchParams) =>
  mooring('POST', `${userId}/connections/${query.get('connection')}/complete`, {
    completion: query.get('completion'),
  });

/** A job needs the account: a token that works now, or a problem that says why there is none. */
export const token = (userId: string, provider: string, accountId: string) =>
  mooring('GET', `${userId}/integrations/${provider}/${accountId}/token`);

/** Or the job calls the provider's API through Mooring, and never holds a token. */
export const call = (userId: string, provider: string, path: string) =>
  mooring('GET', `${userId}/proxy/${provider}/-/${path}`);
