/**
 * The roots of `ENCRYPTION_KEYS` and the sub-keys derived from them: HKDF-SHA256, one sub-key per
 * root and purpose, so that what is sealed for one purpose can never open as another.
 */
import { missingSetting, wrongSetting } from '../errors';

interface Root {
  kid: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Keyring {
  /** The ids of the keys; the first one seals. */
  readonly kids: readonly [first: string, ...others: string[]];
  /** The first key of the setting. */
  sealingKey(purpose: string): Promise<{ kid: string; key: Uint8Array }>;
  /** Undefined where no root has this id. */
  openingKey(kid: string, purpose: string): Promise<Uint8Array | undefined>;
}

const setting = 'ENCRYPTION_KEYS';
const howTo =
  'An entry is "id:base64 of 32 bytes"; the first one seals (make one: openssl rand -base64 32)';

/** @throws ConfigError that says which entry is wrong; it never quotes a key. */
export function createKeyring(value: string | undefined): Keyring {
  const roots = parse(value);
  const [first] = roots;
  if (!first) throw missingSetting(setting, howTo);
  // Resolved values only: a cached rejection would break the isolate for good.
  const derived = new Map<string, Uint8Array>();

  async function derive(root: Root, purpose: string): Promise<Uint8Array> {
    const name = `${root.kid}\n${purpose}`;
    const known = derived.get(name);
    if (known) return known;
    const base = await crypto.subtle.importKey('raw', root.bytes, 'HKDF', false, ['deriveBits']);
    const bits = await crypto.subtle.deriveBits(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: new Uint8Array(),
        info: new TextEncoder().encode(`mooring/v1/${purpose}`),
      },
      base,
      256,
    );
    const key = new Uint8Array(bits);
    derived.set(name, key);
    return key;
  }

  return {
    kids: [first.kid, ...roots.slice(1).map(({ kid }) => kid)],
    sealingKey: async (purpose) => ({ kid: first.kid, key: await derive(first, purpose) }),
    async openingKey(kid, purpose) {
      const root = roots.find((candidate) => candidate.kid === kid);
      return root && derive(root, purpose);
    },
  };
}

function parse(value: string | undefined): Root[] {
  const entries = (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const roots: Root[] = [];
  for (const [i, entry] of entries.entries()) {
    const colon = entry.indexOf(':');
    const kid = entry.slice(0, colon);
    if (colon < 1 || !/^[A-Za-z0-9._-]{1,64}$/.test(kid)) {
      throw wrongSetting(setting, `entry ${i + 1} has no usable id. ${howTo}`);
    }
    if (roots.some((root) => root.kid === kid)) {
      throw wrongSetting(setting, `the id "${kid}" is there twice`);
    }
    roots.push({ kid, bytes: decode(entry.slice(colon + 1), kid) });
  }
  return roots;
}

function decode(base64: string, kid: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    throw wrongSetting(setting, `the key "${kid}" is not base64. ${howTo}`);
  }
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  if (bytes.length !== 32) {
    throw wrongSetting(
      setting,
      `the key "${kid}" has ${bytes.length} bytes, 32 are needed. ${howTo}`,
    );
  }
  return bytes;
}
