/**
 * An authorization server: it rotates refresh tokens, ends a family whose token is used again,
 * revokes, and fails in every way that is known of one. It records which token it gave, who got it,
 * and whether that was saved anywhere before its receiver died.
 */
import type { Invocation } from './invocation';
import { type Fault, rotates } from './replies';
import { accessToken, parseToken, refreshToken } from './tokens';

export type Rotation = 'strict' | 'grace' | 'static' | 'extend';

export interface Issued {
  token: string;
  /** Null: given to nobody that we know (an exchange of a code). */
  to: Invocation | null;
  /** It was in an answer that arrived. */
  delivered: boolean;
  /** D1, KV or the queue took it. */
  saved: boolean;
}

/** Whether whoever got it could have kept it, or something has. */
export const isKept = ({ saved, delivered, to }: Issued): boolean =>
  saved || (delivered && !to?.diedAtWork);

export interface Family {
  id: number;
  account: string;
  subject: string;
  alive: boolean;
  /** It died, and nobody could have kept it: an answer was lost, or its receiver died too early. */
  excused: boolean;
  /** Serials of refresh tokens that were used, when for the first time, and what they brought. */
  used: Map<number, { at: number; brought: Issued[] }>;
  serial: number;
  /** Of the newest access token. */
  lifetimeMs: number | null;
  /** Of access tokens, their ends. */
  accessEnds: Map<number, number>;
  /** Its row was disconnected, and not by a reconnect. */
  disconnected: boolean;
  /** It was on the outbox before anybody knew whose it is. */
  received: boolean;
  /** A lease under which its row went away, or was given another grant, with its refresh token. */
  leased: { id: string; until: number; token: string } | null;
}

export interface ServerHost {
  now(): number;
  note(text: () => string): void;
  cover(kind: string): void;
  violate(what: string, details: string): void;
  /** Of the next access token, ms; null: it has no end. `code`: what it is given for. */
  lifetimeMs(by: Invocation, code: string | null): number | null;
  /**
   * A family ends because `token` was used again, which had brought others before. Returns whether
   * nobody could have kept those.
   */
  onReuse(family: Family, token: string, brought: readonly Issued[], sentInTime: boolean): boolean;
  /** What it grants now, as a reply says it; undefined: it does not say. */
  scopeOf(family: Family): string | undefined;
  /** A family ends because `token` was revoked. */
  onRevocation(family: Family, token: string): void;
}

export type Verdict = 'granted' | 'refused' | 'failed';

/** What must be left of a grace when a used token is sent again. */
const LEAST_WAY_MS = 2_500;
/** Two clocks may be this far apart. */
const CLOCKS_MS = 2_500;

export class AuthorizationServer {
  readonly families: Family[] = [];
  readonly #unsaved = new Map<string, Issued>();

  private readonly host: ServerHost;
  readonly rotation: Rotation;
  private readonly graceMs: number;
  private readonly reach: 'token' | 'grant';
  private readonly takes: 'any' | 'access';

  constructor(
    host: ServerHost,
    rotation: Rotation,
    graceMs: number,
    reach: 'token' | 'grant',
    takes: 'any' | 'access' = 'any',
  ) {
    this.host = host;
    this.rotation = rotation;
    this.graceMs = graceMs;
    this.reach = reach;
    this.takes = takes;
  }

  /** `lifetimeMs`: of its access token; null: without end. */
  connect(account: string, subject: string, lifetimeMs: number | null): Family {
    const family: Family = {
      id: this.families.length + 1,
      account,
      subject,
      alive: true,
      excused: false,
      used: new Map(),
      serial: 0,
      lifetimeMs,
      accessEnds: new Map([[0, this.host.now() + (lifetimeMs ?? Number.POSITIVE_INFINITY)]]),
      disconnected: false,
      received: false,
      leased: null,
    };
    this.families.push(family);
    return family;
  }

  family(token: string | null): Family | null {
    const id = parseToken(token)?.family;
    return id === undefined ? null : (this.families[id - 1] ?? null);
  }

  /** What the reply to a code holds. */
  tokensOf(family: Family): Record<string, unknown> {
    return this.#reply(family, this.#refreshSerial(family));
  }

  #refreshSerial(family: Family): number {
    return this.rotation === 'static' ? 0 : family.serial;
  }

  #reply(family: Family, serial: number): Record<string, unknown> {
    return {
      access_token: accessToken(family.id, family.serial),
      token_type: 'bearer',
      scope: this.host.scopeOf(family),
      ...(family.lifetimeMs === null ? {} : { expires_in: family.lifetimeMs / 1000 }),
      ...(this.rotation === 'extend' ? {} : { refresh_token: refreshToken(family.id, serial) }),
    };
  }

  /** Null: refused. */
  refresh(
    token: string,
    by: Invocation,
    sentAt: number,
  ): { reply: Record<string, unknown>; issued: Issued } | null {
    const { host } = this;
    const family = this.family(token);
    const serial = parseToken(token)?.serial;
    if (!family || serial === undefined || !family.alive) return null;
    if (family.disconnected) host.cover('a disconnected grant was refreshed');
    this.#checkLease(family, token, by, sentAt);
    const now = host.now();
    if (this.rotation === 'extend') {
      if ((family.accessEnds.get(serial) ?? 0) <= now) return null;
      return this.#issue(family, by, null);
    }
    if (this.rotation === 'static') return this.#issue(family, by, null);
    const used = family.used.get(serial);
    if (!used) {
      const brought: Issued[] = [];
      family.used.set(serial, { at: now, brought });
      return this.#issue(family, by, brought);
    }
    if (this.rotation === 'grace' && now <= used.at + this.graceMs) {
      host.cover('a token was taken again within the grace');
      return this.#issue(family, by, used.brought);
    }
    // Only the way there was too long; who knows clocks and ways keeps so far from the grace's end.
    const sentInTime = this.rotation === 'grace' && sentAt <= used.at + this.graceMs - LEAST_WAY_MS;
    family.alive = false;
    host.note(() => `the server ends family ${family.id}: ${token} was used again`);
    family.excused = host.onReuse(family, token, used.brought, sentInTime);
    return null;
  }

  /** I4: a refresh token is the lease's holder's to send, also once its row is gone. */
  #checkLease({ leased }: Family, token: string, by: Invocation, sentAt: number): void {
    if (this.rotation === 'static' || leased?.token !== token) return;
    const isHolder = leased.id.startsWith(`${by.name}~`);
    if (isHolder || sentAt >= leased.until - CLOCKS_MS) return;
    this.host.violate('I4: a refresh token was sent under another lease', `${token}, ${by.name}`);
  }

  /** From now on the provider takes nothing of it: its user has ended it there. */
  end(family: Family): void {
    family.alive = false;
    family.excused = true;
    this.host.note(() => `its user ends family ${family.id} at the provider`);
  }

  #issue(family: Family, to: Invocation, brought: Issued[] | null) {
    family.serial += 1;
    family.lifetimeMs = this.host.lifetimeMs(to, null);
    const lives = family.lifetimeMs ?? Number.POSITIVE_INFINITY;
    family.accessEnds.set(family.serial, this.host.now() + lives);
    const serial = this.#refreshSerial(family);
    const issued: Issued = {
      token: refreshToken(family.id, serial),
      to,
      delivered: false,
      saved: false,
    };
    if (brought) {
      brought.push(issued);
      this.#unsaved.set(issued.token, issued);
    }
    return { reply: this.#reply(family, serial), issued };
  }

  /** `text` has been taken by D1, KV or the queue. */
  saved(text: string): void {
    if (this.#unsaved.size === 0) return;
    for (const [token, issued] of this.#unsaved) {
      if (!text.includes(token)) continue;
      issued.saved = true;
      this.#unsaved.delete(token);
    }
  }

  /** False: it takes access tokens only, and this is none that lives. */
  revoke(token: string): boolean {
    const { host } = this;
    const family = this.family(token);
    const serial = parseToken(token)?.serial;
    if (this.takes === 'access') {
      const end = token.startsWith('at') ? family?.accessEnds.get(serial ?? -1) : undefined;
      if (!family?.alive || end === undefined || end <= host.now()) return false;
    }
    // Many servers know nothing of a used token any more.
    if (!family?.alive || serial === undefined) return true;
    if (token.startsWith('rt') && family.used.has(serial)) return true;
    const ended = this.families.filter(
      (one) =>
        one.alive && (one === family || (this.reach === 'grant' && one.subject === family.subject)),
    );
    for (const one of ended) {
      one.alive = false;
      one.excused = true;
      host.note(() => `the server ends family ${one.id}: revoked by ${token}`);
      host.onRevocation(one, token);
    }
    host.cover('a grant was revoked');
    return true;
  }

  /** What a fault makes of a refresh; null: no answer ever. */
  answer(
    fault: Fault,
    token: string,
    by: Invocation,
    sentAt: number,
  ): { reply: Record<string, unknown> | null; issued: Issued | null; verdict: Verdict } {
    if (!rotates(fault)) {
      return {
        reply: null,
        issued: null,
        verdict: fault === 'false refusal' ? 'refused' : 'failed',
      };
    }
    const granted = this.refresh(token, by, sentAt);
    if (!granted) return { reply: null, issued: null, verdict: 'refused' };
    return { ...granted, verdict: 'granted' };
  }

  /** Of a row's token: whether it could be used now. */
  isUsable(token: string): boolean {
    const family = this.family(token);
    const serial = parseToken(token)?.serial;
    if (!family?.alive || serial === undefined) return false;
    if (this.rotation === 'extend') return (family.accessEnds.get(serial) ?? 0) > this.host.now();
    return !family.used.has(serial);
  }

  /** A token that could have been kept, of a grant that nobody has, and was not revoked. */
  heldBySomebody(family: Family): boolean {
    if (!family.alive) return false;
    if (this.rotation === 'static' || this.rotation === 'extend') return true;
    return [...family.used.values()].every(
      ({ brought }) => brought.length === 0 || brought.some(isKept),
    );
  }
}
