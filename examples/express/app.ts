import { createMooring, isMooringError, returnedConnection } from '@mooring/client';
import { verifyWebhook } from '@mooring/client/webhooks';
import express, { type ErrorRequestHandler } from 'express';
import { SignJWT } from 'jose';

const { MOORING_URL, MOORING_KEY, JWT_SECRET, WEBHOOK_SECRET = '', PORT = '3000' } = process.env;
const { APP_URL = `http://localhost:${PORT}` } = process.env;
if (!MOORING_URL || !MOORING_KEY || !JWT_SECRET) {
  throw new Error('MOORING_URL, MOORING_KEY and JWT_SECRET are needed: see .env.example');
}

const mooring = createMooring({ baseUrl: MOORING_URL, token: MOORING_KEY });

/** Who is signed in. In your app, its own session says so. */
const userId = 'user-robin';

const app = express();

// Before any parser of bodies: the signature is over the bytes as they came.
app.post('/webhooks/mooring', express.raw({ type: '*/*' }), async (request, response) => {
  const { headers, body } = request;
  const event = await verifyWebhook({ headers, body }, WEBHOOK_SECRET).catch(() => null);
  if (!event) {
    response.sendStatus(400);
    return;
  }
  process.stdout.write(`${event.type}\n`);
  response.sendStatus(204);
});

// A click on "Connect": where the browser goes.
app.post('/connect/:provider', async (request, response) => {
  const { connectUrl } = await mooring.user(userId).connections.create({
    provider: request.params.provider,
    returnTo: new URL('/connected', APP_URL).href,
  });
  response.redirect(303, connectUrl);
});

// The browser is back. It is completed for the user whom the session knows, never for one whom the
// address names.
app.get('/connected', async (request, response) => {
  const back = returnedConnection(new URL(request.originalUrl, 'http://localhost'));
  if (back?.completion !== undefined)
    await mooring.user(userId).connections.complete(back.id, back);
  // The address holds a secret.
  response.set('Referrer-Policy', 'no-referrer');
  response.redirect(303, back?.error === undefined ? '/' : '/?failed');
});

// What is connected. Never older than what this backend has done.
app.get('/accounts', async (_request, response) => {
  response.json((await mooring.user(userId).integrations()).integrations);
});

app.delete('/accounts/:provider/:accountId', async (request, response) => {
  const { provider, accountId } = request.params;
  await mooring.user(userId).account(provider, accountId).disconnect();
  response.sendStatus(204);
});

// A call of the provider's API: the token stays in Mooring. `?account=` says which, where there
// are several.
app.get('/profile', async ({ query }, response) => {
  const accountId = typeof query.account === 'string' ? query.account : undefined;
  const reply = await mooring.user(userId).account('sandbox', accountId).fetch('/me');
  response.status(reply.status).json(await reply.json());
});

// For a page that asks Mooring itself (../react): it then sees this user's accounts only.
app.get('/mooring-token', async (_request, response) => {
  const jwt = await new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5 minutes')
    .sign(new TextEncoder().encode(JWT_SECRET));
  response.set('Cache-Control', 'no-store').type('text').send(jwt);
});

app.get('/', (_request, response) => {
  response.send(`<!doctype html><html lang="en"><title>Accounts</title>
<form method="post" action="/connect/sandbox"><button>Connect Sandbox</button></form>
<a href="/accounts">What is connected</a>, <a href="/profile">my profile there</a></html>`);
});

const problems: ErrorRequestHandler = (error, _request, response, next) => {
  // There is no account, or its grant has ended: the user has to connect first.
  if (isMooringError(error, 'authorization_required')) {
    response.status(409).json({ reconnect: error.problem.reason });
  } else if (isMooringError(error, 'several_accounts')) {
    response.status(409).json({ accounts: error.problem.accounts });
  } else if (isMooringError(error)) {
    response.status(502).json({ code: error.code, requestId: error.requestId });
  } else {
    next(error);
  }
};
app.use(problems);

app.listen(Number(PORT), (error) => {
  // The port is taken, most often.
  if (error) throw error;
  process.stdout.write(`${APP_URL}\n`);
});
