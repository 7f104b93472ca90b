/**
 * What tests ask about afterwards: every request to the token endpoint, how many were there at the
 * same time, which refresh tokens were presented (as hashes, never the tokens), what was revoked.
 */
import { createHash } from 'node:crypto';

export interface TokenRequest {
  /** ms since the epoch; `endedAt` null while under way. */
  startedAt: number;
  endedAt: number | null;
  clientId: string | null;
  grantType: string | null;
  /** What the header `X-Process` says, for tests that tell several clients apart. */
  process: string | null;
  /** Whose tokens were given out; null where none were. */
  accountId: string | null;
  /** SHA-256, hex, of the refresh token or code that was presented. */
  presented: string | null;
  status: number | null;
  error: string | null;
  /** How many token requests were under way when this one came, itself included. */
  inFlight: number;
}

export interface Revocation {
  at: number;
  clientId: string | null;
  presented: string | null;
  status: number;
}

/** What the server does to token requests on purpose. */
export interface Behaviour {
  /** Wait so long before a token request is looked at. */
  latencyMs: number;
  /** Wait so long with the reply, after the tokens were rotated. */
  replyMs?: number;
  /**
   * `unavailable`: 503 before anything happened. `lost`: the request is done, tokens rotate, and
   * the connection is cut instead of the reply.
   */
  failure: 'none' | 'unavailable' | 'lost';
  /** How many token requests fail so; then none. */
  failures: number;
}

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export class Traffic {
  tokenRequests: TokenRequest[] = [];
  revocations: Revocation[] = [];
  /**
   * PKCE verifiers that came with a code: the only secrets kept as they are, for tests to look for.
   */
  readonly verifiers = new Set<string>();
  inFlight = 0;
  behaviour: Behaviour = { latencyMs: 0, failure: 'none', failures: 0 };

  begin(process: string | null): TokenRequest {
    this.inFlight += 1;
    const request: TokenRequest = {
      startedAt: Date.now(),
      endedAt: null,
      clientId: null,
      grantType: null,
      process,
      accountId: null,
      presented: null,
      status: null,
      error: null,
      inFlight: this.inFlight,
    };
    this.tokenRequests.push(request);
    return request;
  }

  end(request: TokenRequest): void {
    this.inFlight -= 1;
    request.endedAt = Date.now();
  }

  /** The failure that the next token request has to show. */
  nextFailure(): Behaviour['failure'] {
    if (this.behaviour.failures <= 0) return 'none';
    this.behaviour.failures -= 1;
    return this.behaviour.failure;
  }

  forget(): void {
    this.tokenRequests = [];
    this.revocations = [];
  }
}
