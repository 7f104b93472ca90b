/**
 * JSON as it may come from anybody. Besides being JSON it must be unambiguous (no key twice in one
 * object, where parsers differ on who wins), shallow, and free of `__proto__` keys, so that no
 * later copy of an object can turn one into a prototype.
 */

/** Deeper than any input of the contract. */
const MAX_DEPTH = 32;

/** Says what is wrong, in words for the caller; never quotes the text. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** @throws JsonError */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError('the body is not JSON');
  }
  inspect(text);
  return value;
}

/** Walks the tokens of a text that is known to be valid JSON. */
function inspect(text: string): void {
  // One entry per open bracket: an object's keys so far, or null for an array.
  const open: (Set<string> | null)[] = [];
  for (const [, string, colon, bracket] of text.matchAll(
    /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:)?|([{}[\]])/g,
  )) {
    if (bracket === '{' || bracket === '[') {
      if (open.length === MAX_DEPTH) throw new JsonError(`the body is over ${MAX_DEPTH} deep`);
      open.push(bracket === '{' ? new Set() : null);
    } else if (bracket) {
      open.pop();
    } else if (string && colon) {
      const key: unknown = JSON.parse(string);
      const keys = open.at(-1);
      if (key === '__proto__') throw new JsonError('the body holds a key "__proto__"');
      if (typeof key === 'string' && keys?.has(key)) {
        throw new JsonError('the body holds one key twice in the same object');
      }
      if (typeof key === 'string') keys?.add(key);
    }
  }
}
