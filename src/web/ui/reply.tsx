/** The two replies that a page gives: HTML, and a redirect after an action. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../http/route';
import { type Locale, pageLocale } from '../locale';
import { pageTheme, type ThemeDeps, type ThemeName, themeOf } from './theme';

/** A page in its theme and language, as text. It must be sent under the theme's policy. */
export async function renderPage(
  deps: ThemeDeps,
  name: ThemeName,
  locale: Locale,
  page: Child,
): Promise<{ text: string; contentSecurityPolicy: string }> {
  const theme = await themeOf(deps, name);
  const text = await pageTheme.run(theme, () =>
    pageLocale.run(locale, async () => html`<!doctype html>${page}`),
  );
  return { text: text.toString(), contentSecurityPolicy: theme.contentSecurityPolicy };
}

/** A page in its theme and language, under the theme's policy, in no cache. */
export async function htmlReply(
  c: Context<AppEnv>,
  name: ThemeName,
  locale: Locale,
  page: Child,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { text, contentSecurityPolicy } = await renderPage(c.get('deps'), name, locale, page);
  return c.html(text, status as ContentfulStatusCode, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': locale.language,
    ...(name === 'hosted' ? { Vary: 'Accept-Language' } : {}),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
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
