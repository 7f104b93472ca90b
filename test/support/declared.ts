/**
 * Holds a reply to its route's declaration: the status is one of its own, headers and body have
 * what the declaration says and nothing else, and an error is one that the route can give.
 */
import { TrieRouter } from 'hono/router/trie-router';
import { getPath } from 'hono/utils/url';
import { expect } from 'vitest';
import * as z from 'zod';
import { errorsOf, problemHeaders } from '../../scripts/openapi';
import { routes } from '../../src/app';
import { isCallPath } from '../../src/calls/routes';
import { errorCodes } from '../../src/errors';
import { problemSchema } from '../../src/http/problem';
import { standardHeaders } from '../../src/http/reply-headers';
import type { ReplySpec, Route } from '../../src/http/route';

const router = new TrieRouter<Route>();
for (const route of routes) {
  router.add(route.method.toUpperCase(), route.path, route);
  if (route.mayEndWithSlash) router.add(route.method.toUpperCase(), `${route.path}/`, route);
}

/** What a request can get before it has come to its route. */
const beforeTheRoute = ['invalid_request', 'not_found', 'method_not_allowed', 'internal'];

/** The reply as it came. Pages are not looked at. */
export async function asDeclared(request: Request, reply: Response): Promise<Response> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const [[route] = []] = router.match(method, getPath(request))[0];
  const where = `${request.method} ${route?.path ?? '(no route)'}`;
  const copy = reply.clone();
  if (route?.passesOn !== undefined && reply.headers.get('Mooring-Answered-By') === 'provider') {
    return reply;
  }
  const declared = route?.replies[reply.status];
  if (declared) await expectDeclared(where, declared, copy, request.method === 'HEAD');
  else if (reply.status >= 400 && !isPage(reply)) {
    await expectProblem(where, route, copy, isCallPath(getPath(request)));
  } else if (route && !isPage(reply)) expect.fail(`${where} does not declare ${reply.status}`);
  return reply;
}

const isPage = (reply: Response): boolean =>
  reply.headers.get('Content-Type')?.startsWith('text/html') ?? false;

/** Besides those of the declaration. */
const anyReply = [
  ...Object.keys(standardHeaders('https://mooring.example')),
  'Content-Length',
  'Content-Type',
  'X-Request-Id',
  // Of CORS, where a page asks.
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
].map((name) => name.toLowerCase());

function expectHeaders(where: string, declared: z.ZodObject, reply: Response) {
  const names = new Map(Object.keys(declared.shape).map((name) => [name.toLowerCase(), name]));
  const headers = Array.from(reply.headers).flatMap(([name, value]) =>
    anyReply.includes(name) && !names.has(name) ? [] : [[names.get(name) ?? name, value] as const],
  );
  const { error } = declared.strict().safeParse(Object.fromEntries(headers));
  expect([where, reply.status, error?.issues]).toEqual([where, reply.status, undefined]);
}

async function expectDeclared(where: string, spec: ReplySpec, reply: Response, isHead: boolean) {
  expectHeaders(where, spec.headers ?? z.object({}), reply);
  const text = await reply.text();
  if (!spec.schema) {
    if (!spec.type) expect([where, text]).toEqual([where, '']);
    return;
  }
  expect(reply.headers.get('Content-Type')).toBe('application/json');
  if (isHead) return;
  // zod leaves `__proto__` out of a record; a user may have this id.
  const body: unknown = JSON.parse(text.replaceAll('"__proto__":', '"proto":'));
  // What a schema does not know, it leaves out.
  expect([where, spec.schema.parse(body)]).toEqual([where, body]);
}

async function expectProblem(
  where: string,
  route: Route | undefined,
  reply: Response,
  isOfCall: boolean,
) {
  const declared = z.object(problemHeaders[reply.status] ?? {});
  const answeredBy = { 'Mooring-Answered-By': z.literal('mooring') };
  expectHeaders(where, isOfCall ? declared.extend(answeredBy) : declared, reply);
  const text = await reply.text();
  expect([where, reply.headers.get('Content-Type')]).toEqual([where, 'application/problem+json']);
  if (text === '') return;
  const problem: unknown = JSON.parse(text);
  const parsed = problemSchema.parse(problem);
  expect([where, parsed]).toEqual([where, problem]);
  expect(errorCodes[parsed.code][0]).toBe(reply.status);
  expect(parsed.status).toBe(reply.status);
  expect(parsed.requestId).toBe(reply.headers.get('X-Request-Id'));
  // The pages are no declared routes.
  if (route) expect([...beforeTheRoute, ...errorsOf(route)]).toContain(parsed.code);
}
