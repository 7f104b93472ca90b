/**
 * The consent of a server (oidc-provider) that nobody looks at: one form, which signs in whoever it
 * names.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';

/** Who somebody is, and that they allow it. @returns whether the request was for it */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? [];
  if (uid === undefined) return false;
  const interaction = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    await allow(provider, interaction, request, response);
  } else {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<form method="post" action="/interaction/${uid}"><input name="account"></form>`);
  }
  return true;
}

async function allow(
  provider: Provider,
  { params }: Interaction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accountId = new URLSearchParams(await bodyOf(request)).get('account') ?? '';
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  const scope = String(params.scope ?? '');
  grant.addOIDCScope(scope);
  if (params.resource !== undefined) grant.addResourceScope(String(params.resource), scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response, { login: { accountId }, consent });
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
