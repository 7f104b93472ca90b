/** Reads what an HTML form posts. */
import type { Context } from 'hono';
import { AppError } from '../errors';
import { readBytes } from './body';

/**
 * Field -> value. A field given twice is ambiguous: refused.
 * @throws AppError unsupported_media_type, too_large, invalid_request
 */
export async function readForm(c: Context): Promise<Record<string, string>> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_media_type', 'send the form url-encoded, as browsers do', {
      headers: { Accept: 'application/x-www-form-urlencoded' },
    });
  }
  const text = new TextDecoder().decode(await readBytes(c));
  const fields = [...new URLSearchParams(text)];
  if (new Set(fields.map(([name]) => name)).size < fields.length) {
    throw new AppError('invalid_request', 'a field of the form is there twice');
  }
  return Object.fromEntries(fields);
}
