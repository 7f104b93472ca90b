/** The token endpoint: codes, refreshes, and Meta's exchanges. */
import { idTokenOf, respond } from './answer.ts';
import type { Grant, Token } from './grants.ts';
import { faultOf, missingParam } from './request.ts';
import type { Scene } from './simulator.ts';
import type { Answer, Extending, Issued, Refreshing } from './types.ts';

export async function exchangeCode(scene: Scene): Promise<Response> {
  const { sent, fixture, grants, client, now } = scene;
  const { token, refresh: renewal } = fixture;
  const fault = await faultOf(sent, token, client, now);
  if (fault) return scene.refuse(fault.about, fault.reason);
  const { params } = sent;
  const { codeParam } = token;
  if (params.get('grant_type') !== (codeParam === undefined ? 'authorization_code' : null)) {
    return scene.refuse('request', `has grant_type=${params.get('grant_type')}`);
  }
  const code = grants.code(params.get(codeParam ?? 'code'), now);
  if (!code || code.used) return scene.refuse('code', code ? 'uses a code twice' : 'has no code');
  code.used = true;
  const { grant, request } = code;
  const redirectUri = codeParam === undefined ? request?.redirectUri : null;
  if (request && params.get('redirect_uri') !== redirectUri) {
    return scene.refuse('code', 'has another redirect_uri');
  }
  const checksVerifier = request && fixture.authorization.pkce !== 'unknown';
  if (checksVerifier && request.challenge !== (await challengeOf(params.get('code_verifier')))) {
    return scene.refuse('code', 'has no verifier, or another one, for its challenge');
  }
  if (request?.jkt && request.jkt !== scene.jkt) {
    return scene.refuse('code', 'proves another key than the code is for');
  }
  grant.jkt = scene.jkt;
  grant.offline &&= missingParam(params, token.offline ?? {}) === null;
  const access = grants.issue('access', grant, now, endAfter(now, token.lifetimeSeconds));
  const refresh =
    renewal?.kind === 'refresh_token' && grant.offline
      ? grants.issue('refresh', grant, now, refreshEnd(renewal, grant, now))
      : null;
  return grantedBy(scene, token.reply, access, refresh);
}

/** RFC 7636 4.6; null where there is no verifier, as there was no challenge then. */
async function challengeOf(verifier: string | null): Promise<string | null> {
  if (verifier === null) return null;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export function refresh(scene: Scene): Promise<Response> | Response {
  const { fixture } = scene;
  if (fixture.refresh?.kind === 'extend') return renewExtended(scene, fixture.refresh);
  if (fixture.refresh?.kind === 'refresh_token') return renew(scene, fixture.refresh);
  return scene.refuse('request', 'refreshes what cannot be refreshed');
}

async function renew(scene: Scene, renewal: Refreshing): Promise<Response> {
  const { sent, grants, client, now } = scene;
  const { params } = sent;
  const fault = await faultOf(sent, renewal, client, now);
  if (fault) return scene.refuse(fault.about, fault.reason);
  const wrong =
    (renewal.tokenParam !== undefined && params.has('grant_type') ? 'has a grant_type' : null) ??
    (params.get('grant_type') === 'refresh_token' || renewal.url !== scene.fixture.token.url
      ? null
      : 'has no grant_type=refresh_token') ??
    (renewal.redirectUri && params.get('redirect_uri') !== client.redirectUri
      ? 'has no redirect_uri'
      : null) ??
    (renewal.scope && !params.get('scope') ? 'has no scope' : null);
  if (wrong !== null) return scene.refuse('request', wrong);
  const sentToken = grants.token(params.get(renewal.tokenParam ?? 'refresh_token'), now);
  if (scene.planted) return plant(scene, scene.planted, sentToken?.grant ?? null);
  const token = grants.good('refresh', sentToken?.value ?? null, now);
  if (!token) return scene.refuse('refresh', 'has a refresh token that is dead or unknown');
  if (token.grant.jkt && token.grant.jkt !== scene.jkt) {
    return scene.refuse('refresh', 'proves another key than the token is bound to');
  }
  if (token.usedAt !== null && renewal.used !== 'stays') {
    const again = useAgain(renewal, token, token.usedAt, now);
    if (again === 'kill') token.grant.alive = false;
    if (again !== 'take') return scene.refuse('refresh', 'uses a refresh token twice');
    if (token.replacement) {
      return grantedBy(scene, renewal.reply, token.replacement.access, token.replacement.refresh);
    }
  }

  const current = grants.ofGrant(token.grant, 'access').at(-1);
  const left = ((current?.expiresAt ?? 0) - now) / 1000;
  if (current && renewal.sameAboveSeconds !== undefined && left > renewal.sameAboveSeconds) {
    return grantedBy(scene, renewal.reply, current, token);
  }
  if (current && now - current.issuedAt < (renewal.leastAgeSeconds ?? 0) * 1000) {
    return scene.refuse('request', 'refreshes too soon after the last time');
  }
  if (renewal.endsAccessToken) {
    for (const old of grants.ofGrant(token.grant, 'access')) old.alive = false;
  }
  const access = grants.issue('access', token.grant, now, endAfter(now, renewal.lifetimeSeconds));
  const end = refreshEnd(renewal, token.grant, now);
  token.usedAt = now;
  if (!renewal.rotates) {
    token.expiresAt = end;
    return grantedBy(scene, renewal.reply, access, token);
  }
  const replacement = grants.issue('refresh', token.grant, now, end);
  token.replacement = { access, refresh: replacement };
  return grantedBy(scene, renewal.reply, access, replacement);
}

function useAgain(
  { used }: Refreshing,
  { replacement }: Token,
  usedAt: number,
  now: number,
): 'take' | 'refuse' | 'kill' {
  if (used === 'kills_grant') return 'kill';
  if (used === 'dies' || used === 'stays') return 'refuse';
  if (used === 'until_replacement_is_used') {
    const isUsed = replacement?.refresh.usedAt !== null || replacement.access.seen;
    return isUsed ? 'refuse' : 'take';
  }
  return now <= usedAt + used.graceSeconds * 1000 ? 'take' : 'refuse';
}

/** The short-lived token for a long-lived one. */
export function extend(scene: Scene): Response {
  const renewal = scene.fixture.refresh;
  if (renewal?.kind !== 'extend') return scene.refuse('request', 'extends nothing');
  const token = presented(scene, renewal.exchange.params);
  return token instanceof Response ? token : extended(scene, renewal, token);
}

function renewExtended(scene: Scene, renewal: Extending): Response {
  const token = presented(scene, renewal.refresh.params);
  if (token instanceof Response) return token;
  const isFirst = !token.extended;
  const oneAddress = renewal.refresh.url === renewal.exchange.url;
  if (isFirst && !oneAddress) return scene.refuse('refresh', 'refreshes a short-lived token');
  if (!isFirst) {
    if (scene.planted) return plant(scene, scene.planted, token.grant);
    if (scene.now - token.issuedAt < (renewal.leastAgeSeconds ?? 0) * 1000) {
      return scene.refuse('request', 'refreshes a token that is not old enough');
    }
  }
  return extended(scene, renewal, token);
}

function extended(scene: Scene, renewal: Extending, { grant }: Token): Response {
  const { grants, now } = scene;
  const access = grants.issue('access', grant, now, endAfter(now, renewal.lifetimeSeconds), true);
  return grantedBy(scene, renewal.reply, access, null);
}

/** The live access token in the query, beside the parameters that are wanted there. */
function presented(scene: Scene, wanted: Record<string, string>): Token | Response {
  const { sent, grants, client, now } = scene;
  const query = sent.url.searchParams;
  let value: string | null = null;
  for (const [name, expected] of Object.entries(wanted)) {
    const given = query.get(name);
    if (expected === '{access_token}') value = given;
    else if (expected === '{client_id}' || expected === '{client_secret}') {
      const own = expected === '{client_id}' ? client.id : client.secret;
      if (given !== own) return scene.refuse('client', `has no ${name}`);
    } else if (given !== expected) return scene.refuse('request', `has ${name}=${given}`);
  }
  return (
    grants.good('access', value, now) ??
    scene.refuse('refresh', 'has a token that is dead or unknown')
  );
}

const endAfter = (now: number, seconds: number | null): number | null =>
  seconds === null ? null : now + seconds * 1000;

function refreshEnd(renewal: Refreshing, grant: Grant, now: number): number | null {
  const seconds = renewal.refreshLifetimeSeconds ?? null;
  return endAfter(renewal.countedFromConsent ? grant.consentedAt : now, seconds);
}

/** An answer that was put in; it tells of tokens that are good, should it tell of any. */
function plant(scene: Scene, answer: Answer<Issued>, grant: Grant | null): Response {
  if (!grant) return scene.refuse('refresh', 'has a refresh token that is unknown');
  const { grants, now } = scene;
  const access = grants.issue('access', grant, now, null);
  const refreshed = grants.ofGrant(grant, 'refresh').at(-1) ?? null;
  return grantedBy(scene, answer, access, refreshed);
}

function grantedBy(
  scene: Scene,
  reply: Answer<Issued>,
  access: Token,
  refreshed: Token | null,
): Response {
  const { sent, client, now } = scene;
  return respond(reply, {
    sent,
    client,
    now,
    accessToken: access.value,
    refreshToken: refreshed?.value,
    secondsLeft: access.expiresAt === null ? null : (access.expiresAt - now) / 1000,
    refreshExpiresAt: refreshed?.expiresAt ?? null,
    account: access.grant.account,
    scopes: access.grant.scopes,
    idToken: (claims) =>
      idTokenOf({ aud: client.id, exp: Math.floor(now / 1000) + 3600, ...claims }),
  });
}
