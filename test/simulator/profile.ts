/** The endpoint that tells whose token it is. */
import { respond } from './answer.ts';
import { accountAt, missingHeader, wrongClient } from './request.ts';
import type { Scene } from './simulator.ts';
import type { BehindToken, Profile } from './types.ts';

export async function readProfile(scene: Scene): Promise<Response> {
  const { sent, fixture, grants, client, now } = scene;
  const { profile } = fixture;
  if (!profile) return scene.refuse('request', 'asks for a profile that there is not');
  const wrong =
    (sent.method === profile.method ? null : `is a ${sent.method}, not a ${profile.method}`) ??
    missingHeader(sent, profile.headers ?? {}, client) ??
    wrongQuery(sent.url.searchParams, profile.query ?? {}) ??
    wrongBody(scene, profile);
  if (wrong !== null) return scene.refuseWith({ ...profile.unauthorized, status: 400 }, wrong);
  const proof = profile.client && (await wrongClient(sent, profile.client, client, now));
  if (proof) return scene.refuse('client', proof);
  const token = grants.good('access', tokenOf(scene, profile), now);
  if (!token) return scene.refuseWith(profile.unauthorized, 'has no access token that is good');
  if (token.grant.jkt && token.grant.jkt !== scene.jkt) {
    return scene.refuseWith(profile.unauthorized, 'proves another key than the token is bound to');
  }
  const asked = accountAt(sent, profile.url, fixture.anyHost);
  if (asked !== '' && asked !== token.grant.account) {
    return scene.refuseWith({ ...profile.unauthorized, status: 403 }, `asks about ${asked}`);
  }
  token.seen = true;
  return respond(profile.answer, { ...scene, account: token.grant.account });
}

/** What the grant is good for, or whether it is. */
export function readBehindToken(scene: Scene, list: BehindToken | undefined): Response {
  const { sent, client, grants, now } = scene;
  if (!list) return scene.refuse('request', 'asks for what there is not');
  const wrong = missingHeader(sent, list.headers ?? {}, client);
  if (wrong !== null) return scene.refuseWith({ ...list.unauthorized, status: 400 }, wrong);
  const value = /^Bearer (.+)$/.exec(sent.headers.get('Authorization') ?? '')?.[1] ?? null;
  const token = grants.good('access', value, now);
  if (!token) return scene.refuseWith(list.unauthorized, 'has no access token that is good');
  return respond(list.answer, { ...scene, account: token.grant.account });
}

function tokenOf({ sent, fixture }: Scene, { token }: Profile): string | null {
  if (token === 'bearer') {
    if (fixture.dpop) {
      return /^DPoP (.+)$/.exec(sent.headers.get('Authorization') ?? '')?.[1] ?? null;
    }
    return /^Bearer (.+)$/.exec(sent.headers.get('Authorization') ?? '')?.[1] ?? null;
  }
  if ('query' in token) return sent.url.searchParams.get(token.query);
  if ('header' in token) {
    const { after = '' } = token;
    const value = sent.headers.get(token.header) ?? '';
    return value.startsWith(after) ? value.slice(after.length) : null;
  }
  return sent.params.get(token.param);
}

function wrongQuery(query: URLSearchParams, wanted: Record<string, RegExp>): string | null {
  for (const [name, pattern] of Object.entries(wanted)) {
    if (!pattern.test(query.get(name) ?? '')) return `has ${name}=${query.get(name)} in its query`;
  }
  return null;
}

function wrongBody({ sent }: Scene, { body }: Profile): string | null {
  if (body === undefined) return null;
  if (body === 'none') {
    const isBare = sent.form === 'none' && !sent.headers.has('Content-Type');
    return isBare ? null : 'has a body or a content type';
  }
  if (body === 'form') return sent.form === 'form' ? null : `has a body of kind ${sent.form}`;
  if (sent.form !== 'json') return `has a body of kind ${sent.form}, not json`;
  return wrongQuery(sent.params, body.json);
}
