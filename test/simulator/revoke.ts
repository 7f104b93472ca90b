/** The revocation endpoint, in whatever form the provider has it. */
import { respond } from './answer.ts';
import type { Token } from './grants.ts';
import { missingHeader, wrongClient } from './request.ts';
import type { Scene } from './simulator.ts';
import type { Revocation } from './types.ts';

export async function revoke(scene: Scene): Promise<Response> {
  const { sent, fixture, client, grants } = scene;
  const { revocation } = fixture;
  if (!revocation) return scene.refuse('request', 'revokes where nothing can be revoked');
  if (sent.method !== revocation.method) {
    return scene.refuse('request', `is a ${sent.method}, not a ${revocation.method}`);
  }
  const header = missingHeader(sent, revocation.headers ?? {}, client);
  if (header !== null) return scene.refuse('request', header);
  const { clientIdParam, clientSecretParam } = revocation;
  const proof = await wrongClient(
    sent,
    revocation.client,
    client,
    scene.now,
    clientIdParam,
    clientSecretParam,
  );
  if (proof !== null) return scene.refuse('client', proof);

  if (revocation.token.in === 'account') {
    if (sent.params.get(revocation.token.name) !== fixture.account.id) {
      return scene.refuseWith(revocation.unknown, 'names no account');
    }
    for (const grant of grants.all) grant.alive = false;
    return respond(revocation.answer, scene);
  }
  const token = grants.token(tokenOf(scene, revocation), scene.now);
  if (!token || !isWanted(revocation, token)) {
    return scene.refuseWith(revocation.unknown, 'has no token of the kind that is wanted');
  }
  // One that has run out is not known any more.
  if (!grants.good(token.kind, token.value, scene.now)) return respond(revocation.unknown, scene);
  token.alive = false;
  if (revocation.ends === 'grant') token.grant.alive = false;
  return respond(revocation.answer, scene);
}

function tokenOf({ sent }: Scene, { token }: Revocation): string | null {
  switch (token.in) {
    case 'bearer':
      return /^Bearer (.+)$/.exec(sent.headers.get('Authorization') ?? '')?.[1] ?? null;
    case 'query':
      return sent.url.searchParams.get(token.name);
    case 'form':
    case 'json':
      return sent.form === token.in ? sent.params.get(token.name) : null;
    case 'account':
      return null;
  }
}

function isWanted({ token: wanted }: Revocation, { kind }: Token): boolean {
  if (wanted.in === 'bearer') return wanted.kind === 'any' || kind === 'access';
  return wanted.in === 'account' || wanted.kind === 'any' || wanted.kind === kind;
}
