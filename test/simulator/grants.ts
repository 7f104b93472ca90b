/** What the simulated provider remembers: consents, codes and tokens. */

export interface Grant {
  scopes: readonly string[];
  consentedAt: number;
  /** Refresh tokens are given. */
  offline: boolean;
  alive: boolean;
}

export interface Code {
  grant: Grant;
  redirectUri: string;
  challenge: string | null;
  used: boolean;
}

export interface Token {
  value: string;
  kind: 'access' | 'refresh';
  grant: Grant;
  issuedAt: number;
  /** ms; null: never. */
  expiresAt: number | null;
  alive: boolean;
  /** Of refresh tokens. */
  usedAt: number | null;
  replacement: { access: Token; refresh: Token } | null;
  /** Of access tokens: seen at the profile endpoint. */
  seen: boolean;
  /** Of access tokens: came from an exchange for a long-lived one. */
  extended: boolean;
}

export class Grants {
  readonly all: Grant[] = [];
  readonly codes = new Map<string, Code>();
  readonly tokens = new Map<string, Token>();
  #serial = 0;
  readonly #prefixes: { access: string; refresh: string };

  constructor(id: string, prefixes: { access: string; refresh: string } | undefined) {
    this.#prefixes = prefixes ?? { access: `${id}-at.`, refresh: `${id}-rt.` };
  }

  consent(grant: Omit<Grant, 'alive'>, code: Pick<Code, 'redirectUri' | 'challenge'>): string {
    const made: Grant = { ...grant, alive: true };
    this.all.push(made);
    // `/`, `+` and `=` have to come through the redirect as they are.
    const value = `code/${this.#next()}+${made.consentedAt}=`;
    this.codes.set(value, { ...code, grant: made, used: false });
    return value;
  }

  issue(
    kind: Token['kind'],
    grant: Grant,
    now: number,
    expiresAt: number | null,
    extended = false,
  ): Token {
    const token: Token = {
      value: `${this.#prefixes[kind]}${this.#next()}-${crypto.randomUUID()}`,
      kind,
      grant,
      issuedAt: now,
      expiresAt,
      alive: true,
      usedAt: null,
      replacement: null,
      seen: false,
      extended,
    };
    this.tokens.set(token.value, token);
    return token;
  }

  /** The token of that value, if it is good at this moment. */
  good(kind: Token['kind'], value: string | null, now: number): Token | null {
    const token = this.tokens.get(value ?? '');
    if (token?.kind !== kind || !token.alive || !token.grant.alive) return null;
    return token.expiresAt === null || token.expiresAt > now ? token : null;
  }

  ofGrant(grant: Grant, kind: Token['kind']): Token[] {
    return [...this.tokens.values()].filter(
      (token) => token.grant === grant && token.kind === kind,
    );
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
