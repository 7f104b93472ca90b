/**
 * Reads what providers send, JSON or form-encoded, however bent. Pure; never throws.
 *
 * Integers beyond 2^53 come out as strings, digit for digit: Meta's ids are such numbers.
 */

/** Null where the text is neither JSON nor form-encoded. */
export function parseDocument(body: string, contentType: string | null): unknown {
  const text = body.trim();
  if (text === '') return null;
  const json = parseJson(text);
  if (json !== undefined) return json;
  const isForm = contentType?.toLowerCase().includes('application/x-www-form-urlencoded');
  return isForm || /^[\w.~-]+=[^\s<>{}]*$/.test(text) ? parseForm(text) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, exactIntegers);
  } catch {
    // A reviver recurses, so a deeply nested text can overflow where plain parsing does not.
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }
}

/** ECMAScript's JSON.parse source text access: `source` is the number as it was written. */
function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}

/** Of a name that is there twice, the last value that is not empty. */
function parseForm(text: string): Record<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (value !== '' || !form.has(name)) form.set(name, value);
  }
  return Object.fromEntries(form);
}

/**
 * The value at a path such as `data.user.open_id` or `items.0.id`; own properties only. A key may
 * hold dots itself (`https://idp.example.com/uid`): the whole path is taken as a key first.
 * `items[main=true].id` is of the first element that has this value there, as text.
 */
export function valueAt(document: unknown, path: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  const node = document as Record<string, unknown>;
  if (Object.hasOwn(node, path)) return node[path];
  const [, listAt, key = '', wanted, rest] = conditional.exec(path) ?? [];
  if (listAt !== undefined) {
    const list = listAt === '' ? document : valueAt(document, listAt);
    if (!Array.isArray(list)) return undefined;
    const found = list.find(
      (one) => isScalar(valueAt(one, key)) && String(valueAt(one, key)) === wanted,
    );
    return rest === undefined ? found : valueAt(found, rest);
  }
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    const found = Object.hasOwn(node, key) ? valueAt(node[key], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** List, key, value, and what comes after. */
const conditional = /^([^[\]]*)\[([^[\]=]+)=([^[\]]*)\](?:\.(.+))?$/s;

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** One token of JSON; white space and what no JSON has are tokens too. */
const token = /\s+|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\]:,]|[^\s"{}[\]:,]+/y;

/**
 * A string and a literal as RFC 8259 has them; of the control characters, those from U+007F on may
 * stand as they are. Looked at first: an exception costs as much as a page.
 */
const jsonString = /^"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"$/u;
const jsonLiteral = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** Deeper than any reply; what lies deeper is left out. */
const MAX_DEPTH = 32;

interface Frame {
  node: Record<string, unknown> | unknown[];
  /** The key or index at which the next value stands; null: a key comes first. */
  key: string | null;
  size: number;
}

/**
 * What can be read of a text that is no JSON as a whole: cut short, with a warning in front, with
 * `NaN`, with a comma too many. Only complete values are taken: half a token is none. Of a key
 * that is there twice, the last value that is not empty. Null where nothing is found.
 */
export function recoverDocument(body: string): unknown {
  const text = body.trim();
  // A page may hold JSON of its own, which is nobody's reply.
  if (/^<(!doctype|html|\?xml)/i.test(text)) return null;
  const start = text.search(/[{[]\s*["{[]/);
  if (start === -1) return null;
  const root = frameOf(text[start] ?? '');
  const stack = [root];
  token.lastIndex = start + 1;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [piece] = match;
    const frame = stack.at(-1);
    if (!frame) break;
    if (piece === '{' || piece === '[') {
      const inner = frameOf(piece);
      if (stack.length < MAX_DEPTH) put(frame, inner.node);
      stack.push(inner);
    } else if (piece === '}' || piece === ']') {
      stack.pop();
    } else if (piece === ',') {
      frame.size += 1;
      frame.key = Array.isArray(frame.node) ? String(frame.size) : null;
    } else if (piece.startsWith('"')) {
      if (frame.key === null) frame.key = unquote(piece);
      else put(frame, unquote(piece));
    } else if (token.lastIndex < text.length) {
      put(frame, literal(piece));
    }
  }
  return Object.keys(root.node).length === 0 ? null : root.node;
}

const frameOf = (bracket: string): Frame => {
  const array = bracket === '[';
  // No prototype: `__proto__` is then a key like any other.
  return { node: array ? [] : Object.create(null), key: array ? '0' : null, size: 0 };
};

function put({ node, key }: Frame, value: unknown): void {
  if (key === null || value === undefined) return;
  if (Object.hasOwn(node, key) && (value === null || value === '')) return;
  Reflect.set(node, key, value);
}

/** Raw control characters and unknown escapes are taken as they stand. */
const unquote = (piece: string): string =>
  jsonString.test(piece) ? String(JSON.parse(piece)) : piece.slice(1, -1);

/** Undefined for white space, a colon, and what is no value of JSON. */
const literal = (piece: string): unknown =>
  jsonLiteral.test(piece) ? JSON.parse(piece, exactIntegers) : undefined;
