/** The operator's page over the app's routes, as a browser would use it. */
import { expect } from 'vitest';
import { apiWith, serviceKey } from '../../support/api';
import { type TestDeps, testDeps } from '../../support/deps';
import { cookieOf, formTokenIn, HERE, postedForm, textOf } from '../pages';

export interface Operator {
  deps: TestDeps;
  /** Posts a key as the sign-in does; each client comes from an address of its own. */
  signIn(key: string, headers?: Record<string, string>): Promise<Response>;
  /** The whole signing in; gives the session's cookie. */
  enter(): Promise<string>;
  get(cookie?: string | null, path?: string): Promise<Response>;
  /** The page's HTML, signed in. */
  page(cookie: string): Promise<string>;
  /** Presses a button of the page. Gives its reply. */
  press(cookie: string, action: string, fields?: Record<string, string>): Promise<Response>;
  /** Presses a button, and gives the page that follows, with its flash message. */
  done(cookie: string, action: string, fields?: Record<string, string>): Promise<string>;
  send(
    action: string,
    headers: Record<string, string>,
    fields: Record<string, string>,
  ): Promise<Response>;
}

export function operator(overrides: Parameters<typeof testDeps>[0] = {}): Operator {
  const deps = testDeps(overrides);
  const api = apiWith(deps);
  // All test files share one rate limiter.
  const from = { 'CF-Connecting-IP': `2001:db8::${crypto.randomUUID()}` };
  const self: Operator = {
    deps,
    send: (action, headers, fields) =>
      api(`/operator/${action}`, postedForm({ ...from, ...headers }, fields)),
    signIn: (key, headers = {}) => self.send('session', { Origin: HERE, ...headers }, { key }),
    async enter() {
      const reply = await self.signIn(serviceKey);
      expect(reply.status, await reply.clone().text()).toBe(303);
      await deps.settle();
      return cookieOf(reply, 'mooring-operator') ?? '';
    },
    get: (cookie = null, path = '/operator') =>
      api(path, { token: null, headers: cookie === null ? {} : { Cookie: cookie } }),
    async page(cookie) {
      const reply = await self.get(cookie);
      expect(reply.status).toBe(200);
      return reply.text();
    },
    async press(cookie, action, fields = {}) {
      const token = formTokenIn(await self.page(cookie));
      return self.send(action, { Origin: HERE, Cookie: cookie }, { token, ...fields });
    },
    async done(cookie, action, fields) {
      const reply = await self.press(cookie, action, fields);
      expect(reply.status, await reply.clone().text()).toBe(303);
      expect(reply.headers.get('Location')).toBe('/operator');
      await deps.settle();
      const notice = cookieOf(reply, 'mooring-operator-notice') ?? '';
      return self.page(`${cookie}; ${notice}`);
    },
  };
  return self;
}

/** One panel of the page, by its heading's id; what a person reads. */
export function panel(page: string, id: string): string {
  const start = page.indexOf(`<section aria-labelledby="${id}"`);
  if (start === -1) return '';
  const next = page.indexOf('<section aria-labelledby="', start + 1);
  return textOf(page.slice(start, next === -1 ? undefined : next));
}
