/**
 * A provider that takes keys, as its fixture states it: what a request has to carry for each set of
 * credentials, what it answers to those that are good, and what to all others.
 */
import { respond } from './answer.ts';
import { isAt, readRequest } from './request.ts';
import type { About, Answer, Sent } from './types.ts';

type Credentials = Record<string, string>;

/** What of a request is looked at. */
export interface Proof {
  headers?: Record<string, string>;
  query?: Record<string, string>;
  /** Of the body. */
  params?: Record<string, string>;
}

export interface KeyFixture {
  id: string;
  /** `id` null: nothing names the account, so Mooring makes an id. */
  account: { id: string | null; displayName: string | null; shown?: readonly string[] };
  /** Two sets that are good, of the same account. */
  credentials: Credentials;
  next: Credentials;
  /** A set of the right form that is nobody's. */
  wrong: Credentials;
  /** How a request carries a set. */
  proofOf(credentials: Credentials): Proof;
  check: {
    method: 'GET' | 'POST';
    /** For a set, where its host or path follows from it. */
    url: (credentials: Credentials) => string;
    answer: Answer;
    unauthorized: Answer;
  };
  /** Where calls arrive; none: it has no API that is called. */
  apiUrl?: (credentials: Credentials) => string;
  /** More answers to a check, and what they let a reader know. */
  quirks?: readonly { name: string; answer: Answer; means: 'refused' | 'undecided' }[];
}

export interface KeySimulator {
  fetch: typeof fetch;
  fixture: KeyFixture;
  requests: { url: string; method: string; refused: string | null }[];
  /** The person takes all keys back. */
  withdraw(): void;
  /** Answers checks so, whatever they carry; null: as usual again. */
  answerChecks(answer: Answer | null): void;
}

export function simulateKeys(fixture: KeyFixture, clock: () => number): KeySimulator {
  let planted: Answer | null = null;
  let good = [fixture.credentials, fixture.next];
  const requests: KeySimulator['requests'] = [];

  const answer = (sent: Sent): { response: Response; refused: string | null } => {
    const { check, apiUrl } = fixture;
    const client = { id: '', secret: '', redirectUri: '' };
    const about: About = { sent, client, now: clock(), account: fixture.account.id ?? '' };
    const known = [fixture.credentials, fixture.next, fixture.wrong];
    const isCheck = known.some((one) => isAt(sent, check.url(one)));
    const isCall = apiUrl && known.some((one) => sent.url.href.startsWith(`${apiUrl(one)}/`));
    if (!isCheck && !isCall) throw new TypeError(`nobody listens at ${sent.url.host}`);
    if (isCheck && planted) return { response: respond(planted, about), refused: null };
    if (isCheck && sent.method !== check.method) {
      const refused = `is a ${sent.method}, not a ${check.method}`;
      return { response: respond({ ...check.unauthorized, status: 405 }, about), refused };
    }
    const mine = good.some((one) => {
      const here = isCheck
        ? isAt(sent, check.url(one))
        : sent.url.href.startsWith(apiUrl?.(one) ?? '');
      return here && carries(sent, fixture.proofOf(one));
    });
    return mine
      ? { response: respond(check.answer, about), refused: null }
      : { response: respond(check.unauthorized, about), refused: 'carries nothing that is good' };
  };

  return {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const { sent } = await readRequest(new Request(input, init));
      const { response, refused } = answer(sent);
      requests.push({ url: sent.url.href, method: sent.method, refused });
      return response;
    },
    fixture,
    requests,
    withdraw() {
      good = [];
    },
    answerChecks(answer) {
      planted = answer;
    },
  };
}

function carries(sent: Sent, { headers = {}, query = {}, params = {} }: Proof): boolean {
  return (
    Object.entries(headers).every(([name, value]) => sent.headers.get(name) === value) &&
    Object.entries(query).every(([name, value]) => sent.url.searchParams.get(name) === value) &&
    Object.entries(params).every(([name, value]) => sent.params.get(name) === value)
  );
}
