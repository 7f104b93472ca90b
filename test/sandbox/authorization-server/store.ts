/**
 * What the authorization server remembers: an unbounded Map, because oidc-provider's own memory
 * adapter forgets beyond 1,000 objects and tokens would seem lost. Given a file, it survives a
 * restart, so that accounts connected yesterday still refresh today. Not for production: the whole
 * Map is written at each change, and tokens stand in the file as they are (mode 600).
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  /** ms since the epoch; null = never. */
  expiresAt: number | null;
}

/** Models that hang on a grant and die with it. */
const OF_A_GRANT = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
const WRITE_AFTER_MS = 50;

export class Store {
  readonly #entries: Map<string, Entry>;
  readonly #file: string | null;
  /** Codes and tokens given out by this process: what a test searches for where it must not be. */
  readonly issued = new Set<string>();
  #pending: NodeJS.Timeout | null = null;

  constructor(file: string | null) {
    this.#file = file;
    this.#entries = new Map(file ? readEntries(file) : []);
  }

  /** The factory that oidc-provider asks for one adapter per model. */
  readonly adapter = (model: string): Adapter => {
    const key = (id: string) => `${model}:${id}`;
    return {
      upsert: async (id, payload, expiresIn) => {
        const expiresAt = expiresIn === undefined ? null : Date.now() + expiresIn * 1000;
        this.#entries.set(key(id), { payload, expiresAt });
        // Opaque tokens are stored under themselves.
        if (OF_A_GRANT.has(model)) this.issued.add(id);
        this.#changed();
      },
      find: async (id) => this.#entries.get(key(id))?.payload,
      findByUid: async (uid) => this.#first(model, (payload) => payload.uid === uid),
      findByUserCode: async (code) => this.#first(model, (payload) => payload.userCode === code),
      consume: async (id) => {
        const entry = this.#entries.get(key(id));
        if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
        this.#changed();
      },
      destroy: async (id) => {
        this.#entries.delete(key(id));
        this.#changed();
      },
      revokeByGrantId: async (grantId) => {
        for (const [name, { payload }] of this.#entries) {
          if (payload.grantId === grantId && OF_A_GRANT.has(name.slice(0, name.indexOf(':')))) {
            this.#entries.delete(name);
          }
        }
        this.#changed();
      },
    };
  };

  /** All live objects of one model. */
  all(model: string): AdapterPayload[] {
    const now = Date.now();
    return [...this.#entries]
      .filter(([name, { expiresAt }]) => {
        return name.startsWith(`${model}:`) && (expiresAt === null || expiresAt > now);
      })
      .map(([, { payload }]) => payload);
  }

  /** Writes what is pending; call it before the process ends. */
  flush(): void {
    if (this.#pending) clearTimeout(this.#pending);
    this.#pending = null;
    if (!this.#file) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    // Rename is atomic: a kill in the middle leaves the old file whole.
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#entries]), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }

  #first(model: string, matches: (payload: AdapterPayload) => boolean) {
    return this.all(model).find(matches);
  }

  #changed(): void {
    if (!this.#file || this.#pending) return;
    this.#pending = setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }
}

function readEntries(file: string): [string, Entry][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  try {
    const entries = JSON.parse(text) as [string, Entry][];
    const now = Date.now();
    return entries.filter(([, { expiresAt }]) => expiresAt === null || expiresAt > now);
  } catch {
    throw new Error(`${file} is not readable; delete it to start with an empty server`);
  }
}
