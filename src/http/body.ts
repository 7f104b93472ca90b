/** Reads a JSON body: the right type, not too large, valid UTF-8, unambiguous JSON. */
import { AppError } from '../errors';
import { JsonError, parseJson } from './json';

export const MAX_BODY_BYTES = 65_536;

/** @throws AppError unsupported_media_type, too_large, invalid_request */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AppError('unsupported_media_type', 'send the body as application/json', {
      headers: { Accept: 'application/json' },
    });
  }
  const bytes = await readAtMost(request, MAX_BODY_BYTES);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new AppError('invalid_request', 'the body is not valid UTF-8');
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new AppError('invalid_request', error.message);
    throw error;
  }
}

/** Counts what arrives: Content-Length may be missing or wrong. */
export async function readAtMost(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new AppError('too_large', `a body may have ${limit} bytes at most`);
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
