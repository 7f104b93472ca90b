/** What the simulated provider remembers: consents, codes and tokens. */
import { idTokenOf } from './answer.ts';
import type { Fixture, IssuedKind } from './types.ts';

export interface Grant {
  account: string;
  scopes: readonly string[];
  consentedAt: number;
  /** Refresh tokens are given. */
  offline: boolean;
  alive: boolean;
  /** The thumbprint of the key that its tokens are bound to. */
  jkt?: string | null;
  /** In the order in which they were issued. */
  tokens: Token[];
}

export interface Code {
  grant: Grant;
  /** Null: it was issued before the simulation began, and is not checked. */
  request: { redirectUri: string; challenge: string | null; jkt?: string | null } | null;
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
  readonly #fixture: Fixture;
  readonly #codes = new Map<string, Code>();
  readonly #tokens = new Map<string, Token>();
  readonly #prefixes: { access: string; refresh: string };
  readonly #serials = new Map<string, number>();
  #serial = 0;

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
    this.#prefixes = fixture.prefixes ?? {
      access: `${fixture.id}-at.`,
      refresh: `${fixture.id}-rt.`,
    };
  }

  consent(
    given: Pick<Grant, 'account' | 'scopes' | 'consentedAt' | 'offline'>,
    request: NonNullable<Code['request']>,
  ): string {
    const grant = this.#grant(given);
    const value = this.#value('code', grant);
    this.#codes.set(value, { grant, request, used: false });
    return value;
  }

  issue(
    kind: Token['kind'],
    grant: Grant,
    now: number,
    expiresAt: number | null,
    extended = false,
  ): Token {
    const value = this.#value(kind, grant);
    const isJwt = kind === 'access' && this.#fixture.accessTokens === 'jwt' && expiresAt !== null;
    const sent = isJwt ? idTokenOf({ jti: value, exp: Math.ceil(expiresAt / 1000 - 0.5) }) : value;
    return this.#add(sent, kind, grant, now, expiresAt, extended);
  }

  code(value: string | null, now: number): Code | null {
    const known = this.#codes.get(value ?? '');
    const account = known ? null : this.#issuedBefore('code', value);
    if (value === null || account === null) return known ?? null;
    const grant = this.#grant({ account, scopes: [], consentedAt: now, offline: true });
    const code: Code = { grant, request: null, used: false };
    this.#codes.set(value, code);
    return code;
  }

  /** The token of that value, dead or alive. */
  token(value: string | null, now: number): Token | null {
    const known = this.#tokens.get(value ?? '');
    if (known || value === null) return known ?? null;
    for (const kind of ['access', 'refresh'] as const) {
      const account = this.#issuedBefore(kind, value);
      if (account === null) continue;
      const grant =
        this.all.findLast((one) => one.account === account) ??
        this.#grant({ account, scopes: [], consentedAt: now, offline: true });
      return this.#add(value, kind, grant, now, null, false);
    }
    return null;
  }

  /** The token of that value, if it is good at this moment. */
  good(kind: Token['kind'], value: string | null, now: number): Token | null {
    const token = this.token(value, now);
    if (token?.kind !== kind || !token.alive || !token.grant.alive) return null;
    return token.expiresAt === null || token.expiresAt > now ? token : null;
  }

  ofGrant(grant: Grant, kind: Token['kind']): Token[] {
    return grant.tokens.filter((token) => token.kind === kind);
  }

  #grant(given: Pick<Grant, 'account' | 'scopes' | 'consentedAt' | 'offline'>): Grant {
    const grant: Grant = { ...given, alive: true, tokens: [] };
    this.all.push(grant);
    return grant;
  }

  #add(
    value: string,
    kind: Token['kind'],
    grant: Grant,
    issuedAt: number,
    expiresAt: number | null,
    extended: boolean,
  ): Token {
    const token: Token = {
      value,
      kind,
      grant,
      issuedAt,
      expiresAt,
      alive: true,
      usedAt: null,
      replacement: null,
      seen: false,
      extended,
    };
    grant.tokens.push(token);
    this.#tokens.set(value, token);
    return token;
  }

  #issuedBefore(kind: IssuedKind, value: string | null): string | null {
    return value === null ? null : (this.#fixture.issuedBefore?.(kind, value) ?? null);
  }

  #value(kind: IssuedKind, { account, consentedAt }: Grant): string {
    const { issuedAs } = this.#fixture;
    if (issuedAs) {
      const key = `${kind} ${account}`;
      const serial = (this.#serials.get(key) ?? 0) + 1;
      this.#serials.set(key, serial);
      return issuedAs(kind, account, serial);
    }
    this.#serial += 1;
    // `/`, `+` and `=` have to come through the redirect as they are.
    if (kind === 'code') return `code/${this.#serial}+${consentedAt}=`;
    return `${this.#prefixes[kind]}${this.#serial}-${crypto.randomUUID()}`;
  }
}
