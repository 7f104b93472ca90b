/**
 * A token endpoint for tests: rotates, detects reuse, fails on demand, and tells what it was asked.
 * Accounts are known by the refresh token that `insertAccount` gives them: `refresh-<account>`.
 */

export interface Asked {
  at: number;
  token: string;
  path: string;
}

export class TokenServer {
  readonly asked: Asked[] = [];
  inFlight = 0;
  maxInFlight = 0;
  /** In-flight counts at each arrival. */
  readonly arrivals: number[] = [];
  /** Families that died because a used token was shown again. */
  readonly dead = new Set<string>();
  /** Seconds. */
  lifetime = 3600;
  /** False: the refresh token stays. */
  rotates = true;
  /** Runs before the token is looked at: waits, or throws as a broken connection does. */
  before: (token: string) => void | Promise<void> = () => {};
  /** Replaces the answer, before (`instead`) or after (`after`) the token was rotated. */
  instead: ((token: string) => Response | null) | null = null;
  after: ((token: string, made: Response) => Response | Promise<Response>) | null = null;

  readonly #current = new Map<string, string>();

  constructor(private readonly now: () => number = Date.now) {}

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
    const url = new URL(request.url);
    const token = body.get('refresh_token') ?? url.searchParams.get('access_token') ?? '';
    this.asked.push({ at: this.now(), token, path: url.pathname });
    this.inFlight += 1;
    this.arrivals.push(this.inFlight);
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    try {
      await this.before(token);
      const instead = this.instead?.(token);
      if (instead) return instead;
      const made = this.#grant(token);
      return this.after ? await this.after(token, made) : made;
    } finally {
      this.inFlight -= 1;
    }
  };

  /** The newest refresh token of an account. */
  current(account: string): string {
    return this.#current.get(account) ?? `refresh-${account}`;
  }

  #grant(token: string): Response {
    const [account = '', serial = '0'] = token.replace(/^refresh-/, '').split('~');
    if (this.dead.has(account)) return error(400, 'invalid_grant');
    if (!this.rotates) {
      return json({ access_token: `access-${account}~${this.asked.length}`, ...this.#rest() });
    }
    if (token !== this.current(account)) {
      this.dead.add(account);
      return error(400, 'invalid_grant');
    }
    const next = `refresh-${account}~${Number(serial) + 1}`;
    this.#current.set(account, next);
    return json({
      access_token: `access-${account}~${Number(serial) + 1}`,
      refresh_token: next,
      ...this.#rest(),
    });
  }

  #rest() {
    return { token_type: 'bearer', expires_in: this.lifetime };
  }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

export const error = (status: number, code: string): Response => json({ error: code }, status);

/** A promise that the test settles. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
