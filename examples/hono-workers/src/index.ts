import {
  createMooring,
  isMooringError,
  memoryVersions,
  returnedConnection,
  type Transport,
} from '@mooring/client';
import { Hono } from 'hono';
import { html } from 'hono/html';

interface Env {
  Bindings: {
    /** The service binding. */
    MOORING: Transport;
    MOORING_KEY: string;
  };
}

/** The newest version of each user, for all requests that this isolate answers. */
const versions = memoryVersions();

/** Who is signed in. In your app, its own session says so. */
const currentUser = ({ MOORING, MOORING_KEY }: Env['Bindings']) =>
  createMooring({
    // No name that is looked up: the binding leads to Mooring.
    baseUrl: 'https://mooring.internal',
    token: MOORING_KEY,
    transport: MOORING,
    versions,
  }).user('user-robin');

const app = new Hono<Env>();

app.get('/', (c) =>
  c.html(html`<!doctype html><html lang="en"><title>Accounts</title>
<form method="post" action="/connect/sandbox"><button>Connect Sandbox</button></form>
<a href="/accounts">What is connected</a>, <a href="/profile">my profile there</a></html>`),
);

// A click on "Connect": where the browser goes.
app.post('/connect/:provider', async (c) => {
  const { connectUrl } = await currentUser(c.env).connections.create({
    provider: c.req.param('provider'),
    returnTo: new URL('/connected', c.req.url).href,
  });
  return c.redirect(connectUrl, 303);
});

// The browser is back. It is completed for the user whom the session knows, never for one whom the
// address names.
app.get('/connected', async (c) => {
  const back = returnedConnection(c.req.url);
  if (back?.completion !== undefined) await currentUser(c.env).connections.complete(back.id, back);
  // The address holds a secret.
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(back?.error === undefined ? '/' : '/?failed', 303);
});

// What is connected. Never older than what this isolate has done.
app.get('/accounts', async (c) => c.json((await currentUser(c.env).integrations()).integrations));

app.delete('/accounts/:provider/:accountId', async (c) => {
  const { provider, accountId } = c.req.param();
  await currentUser(c.env).account(provider, accountId).disconnect();
  return c.body(null, 204);
});

// A call of the provider's API: the token stays in Mooring. `?account=` says which, where there
// are several.
app.get('/profile', async (c) => {
  const account = currentUser(c.env).account('sandbox', c.req.query('account'));
  const { status, headers, body } = await account.fetch('/me');
  return new Response(body, {
    status,
    headers: { 'Content-Type': headers.get('Content-Type') ?? 'application/json' },
  });
});

app.onError((error, c) => {
  // There is no account, or its grant has ended: the user has to connect first.
  if (isMooringError(error, 'authorization_required')) {
    return c.json({ reconnect: error.problem.reason }, 409);
  }
  if (isMooringError(error, 'several_accounts')) {
    return c.json({ accounts: error.problem.accounts }, 409);
  }
  if (isMooringError(error)) return c.json({ code: error.code, requestId: error.requestId }, 502);
  throw error;
});

export default app;
