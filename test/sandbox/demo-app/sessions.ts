/** The demo app's own sessions: who is there, in memory, by an HttpOnly cookie. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Mooring } from '../../../client/src/index.ts';
import { type Backend, type Call, type Called, createBackend } from './mooring.ts';
import { type DemoUser, demoUsers } from './people.ts';

export interface Notice {
  tone: 'good' | 'bad' | 'plain';
  text: string;
}

export interface Session {
  user: DemoUser;
  mooring: Mooring;
  /** Of this person, newest first. */
  calls: readonly Call[];
  /** Shown once. */
  notice: Notice | null;
  /** What an account's API answered. Shown once. */
  called: (Called & { provider: string; accountId: string }) | null;
  use(user: DemoUser): void;
}

const COOKIE = 'dockside';

export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #url: string;
  readonly #serviceKey: string;

  constructor(url: string, serviceKey: string) {
    this.#url = url;
    this.#serviceKey = serviceKey;
  }

  /** The request's session, or a new one with the cookie that starts it. */
  of(request: IncomingMessage): { session: Session; setCookie: string | null } {
    const id = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
    const known = id ? this.#byId.get(id) : undefined;
    if (known) return { session: known, setCookie: null };
    const fresh = randomBytes(18).toString('base64url');
    const session = this.#begin();
    this.#byId.set(fresh, session);
    return { session, setCookie: `${COOKIE}=${fresh}; Path=/; HttpOnly; SameSite=Lax` };
  }

  #begin(): Session {
    const backends = new Map<string, Backend>();
    const backendOf = (user: DemoUser): Backend => {
      const backend = backends.get(user.id) ?? createBackend(this.#url, this.#serviceKey);
      backends.set(user.id, backend);
      return backend;
    };
    return {
      user: demoUsers[0],
      ...backendOf(demoUsers[0]),
      notice: null,
      called: null,
      use(user) {
        this.user = user;
        Object.assign(this, backendOf(user));
      },
    };
  }
}
