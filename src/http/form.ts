/** Reads what an HTML form posts. */
import { AppError } from '../errors';
import { MAX_BODY_BYTES, readAtMost } from './body';

/**
 * Field -> value. A field given twice is ambiguous: refused.
 * @throws AppError unsupported_media_type, too_large, invalid_request
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_media_type', 'send the form url-encoded, as browsers do', {
      headers: { Accept: 'application/x-www-form-urlencoded' },
    });
  }
  const text = new TextDecoder().decode(await readAtMost(request, MAX_BODY_BYTES));
  const fields = [...new URLSearchParams(text)];
  if (new Set(fields.map(([name]) => name)).size < fields.length) {
    throw new AppError('invalid_request', 'a field of the form is there twice');
  }
  return Object.fromEntries(fields);
}
