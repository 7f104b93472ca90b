/** The two replies that a page gives: HTML, and a redirect after an action. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../http/route';
import type { Theme } from './theme';

/** HTML, which is in no cache, under the theme's policy. */
export const htmlReply = (
  c: Context<AppEnv>,
  { contentSecurityPolicy }: Theme,
  page: JSX.Element,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response | Promise<Response> =>
  c.html(html`<!doctype html>${page}`, status as ContentfulStatusCode, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
    // Nothing to other sites; to this one, because a form of a page that says `no-referrer` would
    // come with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    ...headers,
  });

/** After an action, so that a reload of what follows repeats nothing. */
export function redirectReply(c: Context<AppEnv>, location: string): Response {
  c.header('Cache-Control', 'no-store');
  return c.redirect(location, 303);
}
