/** The two replies that a page gives: HTML, and a redirect after an action. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../http/route';
import { ThemeContext, type ThemeName, themeOf } from './theme';

/** A page in its theme, under the theme's policy, in no cache. */
export async function htmlReply(
  c: Context<AppEnv>,
  name: ThemeName,
  page: Child,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const theme = await themeOf(c.get('deps'), name);
  const document = <ThemeContext.Provider value={theme}>{page}</ThemeContext.Provider>;
  return c.html(html`<!doctype html>${document}`, status as ContentfulStatusCode, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': theme.contentSecurityPolicy,
    // Nothing to other sites; to this one, because a form of a page that says `no-referrer` would
    // come with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    ...headers,
  });
}

/** After an action, so that a reload of what follows repeats nothing. */
export function redirectReply(c: Context<AppEnv>, location: string): Response {
  c.header('Cache-Control', 'no-store');
  return c.redirect(location, 303);
}
