/** Reads bodies that come from anybody: the right type, not too large, unambiguous. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../errors';

export const MAX_BODY_BYTES = 65_536;

/**
 * Besides being JSON it must be unambiguous (no key twice in one object, where parsers differ on
 * who wins), shallow, and free of `__proto__` keys, so that no later copy of an object can turn one
 * into a prototype.
 *
 * @throws AppError unsupported_media_type, too_large, invalid_request
 */
export async function readJson(c: Context): Promise<unknown> {
  const bytes = await readBytes(c, 'application/json', 'send the body as application/json');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw invalid('the body is not valid UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the body is not JSON');
  }
  refuseAmbiguous(text);
  return value;
}

/**
 * What an HTML form posts: field -> value. A field given twice is ambiguous: refused.
 * @throws AppError unsupported_media_type, too_large, invalid_request
 */
export async function readForm(c: Context): Promise<Record<string, string>> {
  const bytes = await readBytes(
    c,
    'application/x-www-form-urlencoded',
    'send the form url-encoded, as browsers do',
  );
  const fields = [...new URLSearchParams(new TextDecoder().decode(bytes))];
  if (new Set(fields.map(([name]) => name)).size < fields.length) {
    throw invalid('a field of the form is there twice');
  }
  return Object.fromEntries(fields);
}

async function readBytes(c: Context, mediaType: string, howTo: string): Promise<ArrayBuffer> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== mediaType) {
    throw new AppError('unsupported_media_type', howTo, { headers: { Accept: mediaType } });
  }
  await limited(c, async () => {});
  return c.req.arrayBuffer();
}

const limited = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new AppError('too_large', `a body may have ${MAX_BODY_BYTES} bytes at most`);
  },
});

/** Deeper than any input of the contract. */
const MAX_DEPTH = 32;

/** Walks the tokens of a text that is known to be valid JSON. Its messages never quote it. */
function refuseAmbiguous(text: string): void {
  // One entry per open bracket: an object's keys so far, or null for an array.
  const open: (Set<string> | null)[] = [];
  for (const [, string, colon, bracket] of text.matchAll(
    /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:)?|([{}[\]])/g,
  )) {
    if (bracket === '{' || bracket === '[') {
      if (open.length === MAX_DEPTH) throw invalid(`the body is over ${MAX_DEPTH} deep`);
      open.push(bracket === '{' ? new Set() : null);
    } else if (bracket) {
      open.pop();
    } else if (string && colon) {
      const key: unknown = JSON.parse(string);
      const keys = open.at(-1);
      if (key === '__proto__') throw invalid('the body holds a key "__proto__"');
      if (typeof key === 'string' && keys?.has(key)) {
        throw invalid('the body holds one key twice in the same object');
      }
      if (typeof key === 'string') keys?.add(key);
    }
  }
}

const invalid = (detail: string): AppError => new AppError('invalid_request', detail);
