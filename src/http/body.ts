/** Reads a JSON body: the right type, not too large, valid UTF-8, unambiguous JSON. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../errors';
import { JsonError, parseJson } from './json';

export const MAX_BODY_BYTES = 65_536;

/** @throws AppError unsupported_media_type, too_large, invalid_request */
export async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AppError('unsupported_media_type', 'send the body as application/json', {
      headers: { Accept: 'application/json' },
    });
  }
  const bytes = await readBytes(c);
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

const limited = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new AppError('too_large', `a body may have ${MAX_BODY_BYTES} bytes at most`);
  },
});

/** @throws AppError too_large */
export async function readBytes(c: Context): Promise<ArrayBuffer> {
  await limited(c, async () => {});
  return c.req.arrayBuffer();
}
