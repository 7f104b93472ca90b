/**
 * The browser's side of a page session: its cookie, where a form may come from, and what a form of
 * the page must carry.
 *
 * The cookie is SameSite=Lax. It is set in the answer to a cross-site POST, which browsers accept
 * for a top-level navigation (and only there: a request of a script or a frame cannot plant it), and
 * it is sent with the GET that the 303 leads to, and with the one that a provider sends the browser
 * back with. Strict would lose the session at both. It is not sent with a POST from elsewhere; the
 * Origin and the form's token are checked all the same.
 */
import type { Context } from 'hono';
import { deleteCookie, generateCookie, getCookie } from 'hono/cookie';
import { isEqual, isSecret } from '../../crypto';
import { AppError } from '../../errors';
import { readForm } from '../../http/form';
import type { AppEnv } from '../../http/route';
import { formToken, pageSessionOf } from './session';
import type { Visit } from './visit';

/** With the `__Host-` prefix: this host only, `/`, Secure. */
const COOKIE = 'mooring-session';
const attributes = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
} as const;

const secretOf = (c: Context<AppEnv>): string | null => {
  const secret = getCookie(c, COOKIE, 'host');
  return secret !== undefined && isSecret(secret) ? secret : null;
};

/** Without an age: the server knows the end, and can then say where to go back to. */
export const sessionCookie = (secret: string): string => generateCookie(COOKIE, secret, attributes);

export function dropSession(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, attributes);
}

/** @throws AppError forbidden: there is no session, or it has ended */
export async function visitOf(c: Context<AppEnv>): Promise<Visit> {
  const secret = secretOf(c);
  const session = await pageSessionOf(c.get('deps'), secret);
  return { session, formToken: await formToken(secret ?? '') };
}

/**
 * A form that the page itself has posted.
 * @throws AppError forbidden, and as readForm does
 */
export async function postedBy(
  c: Context<AppEnv>,
): Promise<Visit & { form: Record<string, string> }> {
  refuseOtherOrigins(c, (origin) => origin === c.get('deps').config.publicUrl);
  const visit = await visitOf(c);
  const { token = '', ...form } = await readForm(c.req.raw);
  if (!isEqual(token, visit.formToken)) {
    throw new AppError('forbidden', 'this form belongs to a visit that is over; load the page', {
      situation: 'form_outdated',
    });
  }
  return { ...visit, form };
}

/**
 * Browsers name the origin in every POST. `null` is what they send for a page whose
 * Referrer-Policy is `no-referrer` or `same-origin`, or that stands in a sandboxed frame: it could
 * be anybody's.
 *
 * @throws AppError forbidden
 */
export function refuseOtherOrigins(
  c: Context<AppEnv>,
  isAllowed: (origin: string) => boolean,
): void {
  const origin = c.req.header('origin');
  if (origin === undefined) {
    throw new AppError('forbidden', 'the request names no origin; it must come from a form', {
      situation: 'origin_missing',
    });
  }
  if (origin === 'null') {
    throw new AppError(
      'forbidden',
      'the form came with "Origin: null": the page it stands on must not have Referrer-Policy no-referrer or same-origin; strict-origin is good',
      { situation: 'origin_null' },
    );
  }
  if (!isAllowed(origin)) {
    throw new AppError('forbidden', 'forms from this origin are not taken', {
      situation: 'origin_not_allowed',
    });
  }
  // Sent by browsers only, and only truthfully. A frame would not show the page anyway.
  const destination = c.req.header('sec-fetch-dest');
  if (destination !== undefined && destination !== 'document') {
    throw new AppError('forbidden', 'the page opens in a window of its own, not in a frame', {
      situation: 'framed',
    });
  }
}
