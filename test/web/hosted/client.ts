/** The hosted page over the app's routes, as the browser of a user would use it. */
import { expect } from 'vitest';
import type { Deps } from '../../../src/deps';
import { type Journey, journey } from '../../connect/journey';
import type { TestClock } from '../../support/deps';
import { cookieOf, formTokenIn, HERE, postedForm } from '../pages';

export const APP = 'https://app.example.com';
export const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

export interface Hosted extends Journey {
  /** Asks for a token as the app's backend does. */
  token(userId: string, input?: Record<string, unknown>): Promise<string>;
  /** Posts a token as the app's page does. */
  post(token: string, headers?: Record<string, string>): Promise<Response>;
  /** The whole opening; gives the session's cookie. */
  enter(userId: string, input?: Record<string, unknown>): Promise<string>;
  get(path: string, cookie?: string | null, headers?: Record<string, string>): Promise<Response>;
  /** The page's text. */
  page(cookie: string, path?: string): Promise<string>;
  /** Posts a form of the page, with its token. */
  act(cookie: string, action: string, fields?: Record<string, string>): Promise<Response>;
  /** As `act`, with whatever is given. */
  send(
    action: string,
    headers: Record<string, string>,
    fields: Record<string, string>,
  ): Promise<Response>;
}

export function hosted(overrides: Partial<Deps> & { clock?: TestClock } = {}): Hosted {
  const j = journey(overrides);
  const { api } = j;
  const form = (headers: Record<string, string>, fields: Record<string, string>) =>
    postedForm({ ...html, ...headers }, fields);
  const self: Hosted = {
    ...j,
    async token(userId, input = {}) {
      const reply = await api(`/v1/users/${userId}/page-sessions`, {
        method: 'POST',
        json: { label: 'Robin', returnTo: `${APP}/settings`, ...input },
      });
      expect(reply.status, await reply.clone().text()).toBe(201);
      return (await reply.json<{ token: string }>()).token;
    },
    post: (token, headers = {}) =>
      api('/connect/session', form({ Origin: APP, ...headers }, { token })),
    async enter(userId, input) {
      const reply = await self.post(await self.token(userId, input));
      expect(reply.status, await reply.clone().text()).toBe(303);
      return cookieOf(reply, 'mooring-session') ?? '';
    },
    get: (path, cookie = null, headers = {}) =>
      api(path, {
        token: null,
        headers: { ...html, ...headers, ...(cookie === null ? {} : { Cookie: cookie }) },
      }),
    async page(cookie, path = '/integrations') {
      const reply = await self.get(path, cookie);
      expect(reply.status).toBe(200);
      const text = await reply.text();
      await j.deps.settle();
      return text;
    },
    send: (action, headers, fields) => api(`/integrations/${action}`, form(headers, fields)),
    async act(cookie, action, fields = {}) {
      const token = formTokenIn(await self.page(cookie));
      return self.send(action, { Origin: HERE, Cookie: cookie }, { token, ...fields });
    },
  };
  return self;
}
