/** The authorization endpoint, and the person there: consents at once, if the request is right. */
import { respond } from './answer.ts';
import { faultOf, missingParam } from './request.ts';
import type { Scene } from './simulator.ts';
import type { Authorization } from './types.ts';

export async function authorize(scene: Scene): Promise<Response> {
  const { sent, client, fixture, grants, now } = scene;
  const { authorization } = fixture;
  const visited = sent.url.searchParams;
  const query = authorization.pushed ? asPushed(scene, visited) : visited;
  if (query === null) return scene.refuse('request', 'has no request_uri that is good, or more');
  const { application, clientIdParam: param = 'client_id' } = authorization;
  const named = application ?? { param, id: client.id };
  // A stranger's client or address: an error page, never a redirect (RFC 6749 4.1.2.1).
  if (query.get(named.param) !== named.id) return scene.refuse('client', `has no ${named.param}`);
  if (application && query.has('client_id')) return scene.refuse('request', 'has a client_id');
  const redirectUri = query.get('redirect_uri');
  const { odd } = authorization;
  if (redirectUri !== (odd?.redirectName ?? client.redirectUri)) {
    return scene.refuse('request', `has redirect_uri ${redirectUri}`);
  }
  const state = query.get('state');
  const back = (params: Record<string, string>, refused: string | null) => {
    const url = new URL(client.redirectUri);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    if (state !== null) url.searchParams.set('state', state);
    const redirect = {
      status: 302,
      headers: { Location: url.href },
      evidence: authorization.evidence,
    };
    return refused === null
      ? Response.redirect(url.href, 302)
      : scene.refuseWith(redirect, refused);
  };

  const wrong =
    (sent.method === 'GET' ? null : `is a ${sent.method}`) ??
    (query.get('response_type') === (odd || application ? null : 'code')
      ? null
      : 'has another response_type') ??
    missingParam(query, authorization.params ?? {}) ??
    wrongChallenge(query, authorization);
  if (wrong !== null) return back({ error: 'invalid_request' }, wrong);
  const scopes = scopesOf(query, authorization);
  if (typeof scopes === 'string') return back({ error: 'invalid_scope' }, scopes);

  const offline =
    missingParam(query, authorization.offline ?? {}) === null &&
    (authorization.scope?.offline === undefined || scopes.includes(authorization.scope.offline)) &&
    (grants.all.length === 0 || missingParam(query, authorization.again ?? {}) === null);
  const code = grants.consent(
    { account: scene.account, scopes, consentedAt: now, offline },
    { redirectUri, challenge: query.get('code_challenge'), jkt: query.get('dpop_jkt') },
  );
  const { codeParam = 'code' } = authorization;
  const answer = { [codeParam]: code, ...(state === null ? {} : { state }) };
  return back((await authorization.callback?.(answer, scene)) ?? answer, null);
}

/** RFC 9126 2: what the browser is sent on with comes with a reference, for minutes. */
export async function push(scene: Scene): Promise<Response> {
  const { sent, client, fixture, now, pushed } = scene;
  const demands = fixture.authorization.pushed;
  if (!demands) return scene.refuse('request', 'pushes where nothing can be pushed');
  const fault = await faultOf(sent, demands, client, now);
  if (fault) return scene.refuse(fault.about, fault.reason);
  if (scene.jkt !== null && sent.params.get('dpop_jkt') !== scene.jkt) {
    return scene.refuse('request', 'names another key than it proves');
  }
  if (sent.params.has('request_uri')) return scene.refuse('request', 'pushes a request_uri');
  const reference = `urn:ietf:params:oauth:request_uri:${crypto.randomUUID()}`;
  pushed.set(reference, sent.params);
  return respond(
    {
      status: 201,
      body: { request_uri: reference, expires_in: 60 },
      evidence: demands.evidence,
    },
    scene,
  );
}

/** Null where the browser brings no good reference, or anything beside it (RFC 9126 4). */
function asPushed({ pushed }: Scene, visited: URLSearchParams): URLSearchParams | null {
  const reference = visited.get('request_uri') ?? '';
  const asked = pushed.get(reference) ?? null;
  pushed.delete(reference);
  const names = [...visited.keys()].sort().join();
  return names === 'client_id,request_uri' ? asked : null;
}

function wrongChallenge(query: URLSearchParams, { pkce }: Authorization): string | null {
  const challenge = query.get('code_challenge');
  if (challenge === null) return pkce === 'required' ? 'has no code_challenge' : null;
  if (pkce === 'unknown') return null;
  const isS256 = query.get('code_challenge_method') === 'S256' && challenge.length === 43;
  return isS256 ? null : 'has a code_challenge that is not S256';
}

/** What is asked for, or what is wrong with it. */
function scopesOf(query: URLSearchParams, { scope }: Authorization): readonly string[] | string {
  if (scope === null) {
    return query.has('scope') ? 'asks for scopes of a provider that has none' : [];
  }
  const asked = query.get(scope.param ?? 'scope') ?? '';
  const list = asked === '' ? [] : asked.split(scope.separator);
  const { offered } = scope;
  const unknown = offered === 'any' ? undefined : list.find((name) => !offered.includes(name));
  if (unknown !== undefined) return `asks for the scope "${unknown}"`;
  return list.length === 0 && !scope.optional ? `has no ${scope.param ?? 'scope'}` : list;
}
