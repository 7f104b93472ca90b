/** The pages between the authorization request and its answer: sign in, then allow or cancel. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Interaction, type Provider } from 'oidc-provider';
import { consentPage, contentSecurityPolicy, errorPage, loginPage } from './pages.ts';

const MAX_FORM_BYTES = 4096;

/** @returns whether the request was for one of these pages. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, uid, action] =
    /^\/interaction\/([\w-]+)(?:\/(login|allow|cancel))?$/.exec(pathname) ?? [];
  if (!uid) return false;
  try {
    const interaction = await provider.interactionDetails(request, response);
    if (action && request.method === 'POST') {
      await submit(provider, interaction, action, request, response);
    } else if (request.method === 'GET' && !action) {
      await show(provider, interaction, response);
    } else {
      sendPage(response, 405, errorPage('This address takes another method.'));
    }
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    sendPage(response, 400, errorPage('This sign-in is over. Go back to the app and start again.'));
  }
  return true;
}

async function show(
  provider: Provider,
  interaction: Interaction,
  response: ServerResponse,
): Promise<void> {
  const { uid, prompt, params, session } = interaction;
  const client = await provider.Client.find(String(params.client_id));
  const clientName = client?.clientName ?? 'an app';
  const scopes = String(params.scope ?? '').split(' ');
  sendPage(
    response,
    200,
    prompt.name === 'consent' && session?.accountId
      ? consentPage(uid, clientName, session.accountId, scopes)
      : loginPage(uid, clientName),
  );
}

async function submit(
  provider: Provider,
  interaction: Interaction,
  action: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (action === 'cancel') {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  if (action === 'login') {
    const accountId = (await readForm(request)).get('account')?.trim();
    if (!accountId || accountId.length > 64) {
      sendPage(response, 400, errorPage('Give a name of 1 to 64 characters.'));
      return;
    }
    await leaveSession(provider, interaction);
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const { session, params } = interaction;
  if (!session?.accountId) {
    sendPage(response, 400, errorPage('Sign in first.'));
    return;
  }
  // A grant of its own for each consent, so that ending one connection leaves the others alone.
  const grant = new provider.Grant({
    accountId: session.accountId,
    clientId: String(params.client_id),
  });
  grant.addOIDCScope(String(params.scope ?? ''));
  const grantId = await grant.save();
  await provider.interactionFinished(
    request,
    response,
    { consent: { grantId } },
    { mergeWithLastSubmission: true },
  );
}

/**
 * Signing in as somebody else would otherwise run into oidc-provider's log-out page. The old
 * session has nothing that anybody needs: offline grants do not hang on it.
 */
async function leaveSession(provider: Provider, interaction: Interaction): Promise<void> {
  if (!interaction.session) return;
  const session = await provider.Session.findByUid(interaction.session.uid);
  await session?.destroy();
  delete interaction.session;
  await interaction.save(Math.max(1, interaction.exp - Math.floor(Date.now() / 1000)));
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_FORM_BYTES) break;
  }
  return new URLSearchParams(body);
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
  });
  response.end(html);
}
