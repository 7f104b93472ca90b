/**
 * The read that the product is bought for, before anything is set up for a request: a user whose
 * token was verified here a moment ago asks for its own integrations, and memory has them. Whatever
 * is out of the ordinary gives null; then the app answers, which would say the very same of what is
 * answered here, and takes longer.
 */
import type { Bindings } from '../config';
import type { Deps } from '../deps';
import { listFromMemory } from '../integrations/list';
import { countReads } from '../status-cache/analytics';
import { answerReply } from './answer';
import { requestIdOf } from './request-id';
import { rememberedUser } from './user-token';

const BEARER = 'Bearer ';

export function answerFromMemory(
  request: Request,
  env: Bindings,
  deps: Pick<Deps, 'config' | 'memory' | 'now'> | null,
): Response | null {
  const { headers, url, method } = request;
  const authorization = headers.get('authorization');
  if (!deps || method !== 'GET' || !authorization?.startsWith(BEARER)) return null;
  const userId = rememberedUser(authorization.slice(BEARER.length), deps);
  // A browser's request to another origin is the app's: what it is allowed, CORS says.
  if (userId === null || !asksForListOf(userId, url) || headers.has('origin')) return null;
  const token = headers.get('consistency-token') ?? '0';
  if (!/^\d{1,15}$/.test(token)) return null;

  try {
    const answer = listFromMemory(deps, userId, Number(token), {
      onServed: (served) => countReads(env, 'listIntegrations', served),
    });
    return answer && answerReply(request, answer, requestIdOf(headers));
  } catch {
    // Outside the app nobody would make a problem of it, or log it.
    return null;
  }
}

/** In the spelling that clients use; any other way to write the same path is the app's. */
function asksForListOf(userId: string, url: string): boolean {
  const path = url.slice(url.indexOf('/', 'https://'.length));
  return (
    path === '/v1/users/me/integrations' ||
    path === `/v1/users/${encodeURIComponent(userId)}/integrations`
  );
}
