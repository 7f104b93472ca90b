/** How the hosted page answers: with HTML under its policy, or with a 303 back to the list. */
import type { Context } from 'hono';
import { checkRateLimit, type RateLimited } from '../../http/rate-limit';
import type { AppEnv } from '../../http/route';
import { themeOf } from '../ui/theme';
import { leaveNotice, type Notice, PAGE_PATH, type PageSession } from './session';

export async function showPage(c: Context<AppEnv>, html: string): Promise<Response> {
  const { contentSecurityPolicy } = await themeOf(c.get('deps'));
  return c.html(html, 200, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
    // Nothing to other sites; to this one, because a form of a page that says `no-referrer` would
    // come with `Origin: null`.
    'Referrer-Policy': 'same-origin',
  });
}

/** After an action: a reload of what follows repeats nothing. */
export async function backToPage(
  c: Context<AppEnv>,
  session: PageSession,
  { notice, version }: Told,
): Promise<Response> {
  await leaveNotice(c.get('deps'), session, notice, version);
  c.header('Cache-Control', 'no-store');
  return c.redirect(PAGE_PATH, 303);
}

export interface Told {
  notice: Notice;
  /** Of the change that was made; the page will show it. */
  version?: number;
}

/** The limits of users hold on the page too. @throws AppError rate_limited */
export const limitAction = (
  c: Context<AppEnv>,
  what: RateLimited,
  { userId }: PageSession,
): Promise<void> => checkRateLimit(c.env, what, { kind: 'user', userId });
