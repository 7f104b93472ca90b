/**
 * The reply to a read of statuses, with all its headers at once: to set them one by one costs more
 * than to make the answer.
 */
import { matchesEtag } from '../integrations/etag';
import type { Answer } from '../integrations/list';
import { standardHeaders } from './reply-headers';

/** 304 without a body where the client has this very answer. */
export function answerReply(
  request: Request,
  answer: Answer<unknown>,
  requestId: string,
): Response {
  const known = matchesEtag(request.headers.get('if-none-match'), answer.headers.ETag);
  return new Response(known ? null : answer.body, {
    status: known ? 304 : 200,
    headers: {
      ...standardHeaders(request.url),
      ...answer.headers,
      ...(known ? {} : { 'Content-Type': 'application/json' }),
      'X-Request-Id': requestId,
    },
  });
}
