/** What the tests of both pages read of them, and how they post a form. */
import type { ApiInit } from '../support/api';

/** Of the Worker itself. */
export const HERE = 'http://localhost:8787';

export const postedForm = (
  headers: Record<string, string>,
  fields: Record<string, string>,
): ApiInit => ({
  method: 'POST',
  token: null,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
});

/** `name=value` of a cookie that a reply sets. */
export const cookieOf = (reply: Response, name: string): string | undefined =>
  reply.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((cookie) => cookie.startsWith(`__Host-${name}=`));

export const formTokenIn = (page: string): string =>
  /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';

/** What a person reads: without tags, entities and repeated white space. */
export const textOf = (page: string): string =>
  page
    .replace(/<style.*?<\/style>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

export async function gzippedSize(text: string): Promise<number> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream('gzip'));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
