/** The way to the provider and back: delays, faults, requests that nobody waits for any more. */

import type { AuthorizationServer, Verdict } from './authorization-server';
import type { Scheduler } from './clock';
import { type Invocation, isScheduled } from './invocation';
import { between, chance, pick } from './random';
import { type Fault, responseTo } from './replies';

export interface ProviderFaults {
  /** Of refreshes: that one takes up to 20 s, and as long again for its answer. */
  slow: number;
  /** Of all other requests. */
  slowOthers: number;
  /** Of refreshes: that one meets one of the faults. */
  faulty: number;
  faults: readonly Fault[];
}

export interface EndpointHost {
  readonly scheduler: Scheduler;
  readonly server: AuthorizationServer;
  readonly providerFaults: ProviderFaults;
  /** It answers nobody. */
  isAway(service: 'provider'): boolean;
  /** It refuses everybody. */
  readonly refusing: boolean;
  /** It answers this account as if the client were wrong. */
  isBlocked(account: string): boolean;
  lifetimeMs(by: Invocation, code: string | null): number | null;
  subjectOf(account: string): string;
  violate(what: string, details: string): void;
  cover(kind: string): void;
  note(text: () => string): void;
}

/** A group's size: no invocation has more requests under way for its refreshes. */
const AT_ONCE = 5;

/**
 * While the provider is away, scheduled refreshes ask no more often than this: two runs side by
 * side open the circuit with a group each, then groups probe after 30 s, 60 s and 120 s. That is
 * 25, and as many again where a grace lets each of them ask twice.
 */
const IN_VAIN = 50;
const IN_VAIN_MS = 5 * 60_000;

/** A day, and six hours twice; clocks differ, and answers are on their way. */
const INFERRED_AFTER_MS = 36 * 60 * 60_000 - 60_000;

const whileAway: readonly Fault[] = ['503', 'connection refused', 'silence, nothing done'];

export class ProviderEndpoints {
  /** By invocation and account. */
  readonly #verdicts = new Map<string, Verdict>();
  /** Node ends the signal of a request only as long as somebody holds the request. */
  readonly #requests = new Set<Request>();
  readonly #underWay = new Map<string, Set<Invocation>>();
  readonly #codes = new Set<string>();
  /** Refused without a cause, and not granted since: once is all that a user must bear. */
  readonly #wronged = new Set<string>();
  /** By account, since it was last granted anything: when a clear refusal was heard. */
  readonly #refused = new Map<string, number[]>();
  readonly #granted: { account: string; at: number }[] = [];
  /** When scheduled refreshes asked, in vain, while the provider was away. */
  readonly askedInVain: number[] = [];

  private readonly host: EndpointHost;

  constructor(host: EndpointHost) {
    this.host = host;
  }

  /** I11: after an outage the rate towards a provider stays bounded. */
  checkRate(): void {
    const asked = this.askedInVain;
    for (const [i, at] of asked.entries()) {
      const before = asked[i - IN_VAIN];
      if (before !== undefined && at - before < IN_VAIN_MS) {
        this.host.violate(
          'I11: an outage was asked too often',
          `${IN_VAIN} requests in ${at - before} ms`,
        );
        return;
      }
    }
    if (asked.length >= 10) this.host.cover('an outage with a crowd');
  }

  verdict(invocation: string, account: string): Verdict | undefined {
    return this.#verdicts.get(`${invocation} ${account}`);
  }

  /**
   * Whether what was heard allows to infer that an account is dead: the same refusal for 36 hours
   * at least, four times, and another account was granted something meanwhile.
   */
  mayInfer(account: string): boolean {
    const refused = this.#refused.get(account) ?? [];
    const [first] = refused;
    const last = refused.at(-1);
    if (first === undefined || last === undefined || refused.length < 4) return false;
    const isOthers = this.#granted.some(
      (grant) => grant.account !== account && grant.at > first && grant.at < last,
    );
    return last - first >= INFERRED_AFTER_MS && isOthers;
  }

  fetchFor(by: Invocation): typeof fetch {
    return async (input) => {
      const request = input as Request;
      this.#requests.add(request);
      const url = new URL(request.url);
      const text = await request.text();
      const params = new URLSearchParams(`${url.search.slice(1)}&${text}`);
      return by.await(() => this.#send(by, url.pathname, params, request));
    };
  }

  #send(
    by: Invocation,
    path: string,
    params: URLSearchParams,
    request: Request,
  ): Promise<Response> {
    const code = params.get('code');
    if (code !== null && this.#codes.has(code)) {
      this.host.violate('I4: a code was exchanged twice', code);
    }
    if (code !== null) this.#codes.add(code);
    if (path !== '/token' || code !== null) {
      return this.#exchange(
        by,
        request.signal,
        () => ({
          response: this.#other(by, path, params, request),
          heard: () => {},
        }),
        { late: path === '/token', slow: this.host.providerFaults.slowOthers },
      );
    }
    return this.#refresh(by, params, request.signal);
  }

  /** Code and revocation always work, if late; a profile may be refused for the moment. */
  #other(by: Invocation, path: string, params: URLSearchParams, request: Request): Response {
    const { server } = this.host;
    if (path === '/revoke') {
      const taken = server.revoke(params.get('token') ?? '');
      if (taken) return new Response('', { status: 200 });
      this.host.cover('a revocation refused what is no live access token');
      return Response.json({ error: 'invalid_token' }, { status: 400 });
    }
    if (path === '/me') {
      const { faulty } = this.host.providerFaults;
      if (this.host.isAway('provider') || (faulty > 0 && chance(by.random, faulty))) {
        this.host.cover('a profile was not to be had');
        return new Response('', { status: 503 });
      }
      const family = server.family(request.headers.get('Authorization'));
      if (!family?.alive) return Response.json({ error: 'invalid_token' }, { status: 401 });
      return Response.json({ id: family.account, sub: family.subject });
    }
    const code = params.get('code') ?? '';
    const [account = ''] = code.split('.');
    const lifetimeMs = this.host.lifetimeMs(by, code);
    const family = server.connect(account, this.host.subjectOf(account), lifetimeMs);
    this.host.note(() => `the server grants family ${family.id} to ${account}`);
    return Response.json(server.tokensOf(family));
  }

  #refresh(by: Invocation, params: URLSearchParams, signal: AbortSignal): Promise<Response> {
    const { host } = this;
    const token = params.get('refresh_token') ?? params.get('access_token') ?? '';
    const account = host.server.family(token)?.account ?? '';
    const sentAt = host.scheduler.now;
    const finish = this.#begin(by, token);
    signal.addEventListener('abort', finish, { once: true });
    return this.#exchange(
      by,
      signal,
      () => {
        const fault = this.#fault(by, account);
        const { reply, issued, verdict } = host.server.answer(fault, token, by, sentAt);
        host.note(
          () =>
            `the server hears ${token} of ${by.name}: ${fault}, ${verdict}${issued ? `, ${issued.token}` : ''}`,
        );
        const response = responseTo(fault, reply);
        const heardRefusal =
          verdict === 'refused' && response instanceof Response && response.status === 400;
        return {
          response,
          heard: () => {
            finish();
            by.hearsAnswer();
            if (issued && ['none', 'torn', 'half', 'half, with an error'].includes(fault)) {
              issued.delivered = true;
            }
            this.#verdicts.set(`${by.name} ${account}`, heardRefusal ? 'refused' : 'failed');
            if (fault === '403 unauthorized_client') {
              const refused = this.#refused.get(account) ?? [];
              this.#refused.set(account, [...refused, host.scheduler.now]);
            }
            if (issued && (fault === 'none' || fault === 'torn')) {
              this.#refused.delete(account);
              this.#granted.push({ account, at: host.scheduler.now });
            }
            if (fault === 'none' || fault === 'torn') this.#wronged.delete(account);
          },
        };
      },
      { late: true, slow: host.providerFaults.slow },
    );
  }

  /** I4, I11: what may be under way at once. */
  #begin(by: Invocation, token: string): () => void {
    const { host } = this;
    const holders = this.#underWay.get(token) ?? new Set();
    this.#underWay.set(token, holders);
    for (const holder of holders) {
      if (holder.alive())
        host.violate(
          'I4: two requests with one refresh token',
          `${token}: ${holder.name} and ${by.name}`,
        );
    }
    holders.add(by);
    by.asking += 1;
    if (by.asking > AT_ONCE) host.violate('I11: too many requests at once', by.name);
    let over = false;
    host.note(() => `${by.name} sends ${token}`);
    return () => {
      if (over) return;
      over = true;
      by.asking -= 1;
      holders.delete(by);
    };
  }

  #fault(by: Invocation, account: string): Fault {
    const { faulty, faults } = this.host.providerFaults;
    if (this.host.isAway('provider')) {
      if (isScheduled(by.kind)) this.askedInVain.push(this.host.scheduler.now);
      return pick(by.random, whileAway);
    }
    if (this.host.refusing) {
      this.host.cover('refused like everybody');
      return 'false refusal';
    }
    if (this.host.isBlocked(account)) {
      this.host.cover('refused as a wrong client');
      return '403 unauthorized_client';
    }
    if (!chance(by.random, faulty)) return 'none';
    const fault = pick(by.random, faults);
    this.host.cover(fault);
    if (fault !== 'false refusal') return fault;
    if (this.#wronged.has(account)) return 'none';
    this.#wronged.add(account);
    return fault;
  }

  /** `late`: what nobody waits for any more may take effect all the same. */
  #exchange(
    by: Invocation,
    signal: AbortSignal,
    effect: () => { response: Response | 'broken' | 'never'; heard: () => void },
    { late, slow }: { late: boolean; slow: number },
  ): Promise<Response> {
    const { scheduler } = this.host;
    const there = delay(by, slow);
    const back = delay(by, slow);
    const tookEffectLate = late && chance(by.random, 0.5);
    return new Promise((resolve, reject) => {
      let over = false;
      signal.addEventListener(
        'abort',
        () => {
          over = true;
          reject(new DOMException('aborted', 'AbortError'));
        },
        { once: true },
      );
      scheduler.after(there, () => {
        if (over && !tookEffectLate) return;
        const { response, heard } = effect();
        if (response === 'never') return;
        scheduler.after(back, () => {
          if (over || !by.alive()) return;
          over = true;
          heard();
          if (response === 'broken') reject(new TypeError('Network connection lost.'));
          else resolve(response);
        });
      });
    });
  }
}

const delay = (by: Invocation, slow: number): number =>
  chance(by.random, slow) ? between(by.random, 2_000, 20_000) : between(by.random, 5, 400);
