/**
 * What the sessions of both pages share: the cookies' attributes, the token that each form carries
 * against cross-site request forgery, and the check of a form's origin.
 */
import type { Context } from 'hono';
import { hashSecret, isEqual } from '../crypto';
import { readForm } from '../http/body';
import { BrowserError } from '../http/browser-error';
import type { AppEnv } from '../http/route';

/** With the `__Host-` prefix: this host only, `/`, Secure. */
export const cookieAttributes = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
} as const;

/**
 * The hidden field of every form. It is a hash of the cookie's secret, so it needs no storage, ends
 * with the session, and does not reveal the secret.
 */
export const formTokenOf = (secret: string): Promise<string> => hashSecret(`form:${secret}`);

/**
 * A form that a page of this Worker has posted in its session.
 * @param sessionOf throws where there is none
 * @throws BrowserError forbidden, and as readForm does
 */
export async function readPostedForm<Session extends { formToken: string }>(
  c: Context<AppEnv>,
  sessionOf: (c: Context<AppEnv>) => Promise<Session>,
): Promise<{ session: Session; form: Record<string, string> }> {
  refuseForeignForm(c);
  const session = await sessionOf(c);
  const { token = '', ...form } = await readForm(c);
  if (!isEqual(token, session.formToken)) {
    throw new BrowserError(
      'forbidden',
      'this form belongs to a session that is over; load the page',
      'form_outdated',
    );
  }
  return { session, form };
}

/** @throws BrowserError forbidden: the form does not stand on a page of this Worker */
export const refuseForeignForm = (c: Context<AppEnv>): void =>
  refuseOtherOrigins(c, (origin) => origin === c.get('deps').config.publicUrl);

/**
 * Browsers name the origin in every POST. `null` is what they send for a page whose
 * Referrer-Policy is `no-referrer` or `same-origin`, or that stands in a sandboxed frame: it could
 * be anybody's.
 *
 * @throws BrowserError forbidden
 */
export function refuseOtherOrigins(
  c: Context<AppEnv>,
  isAllowed: (origin: string) => boolean,
): void {
  const origin = c.req.header('origin');
  if (origin === undefined) {
    throw new BrowserError(
      'forbidden',
      'the request names no origin; it must come from a form',
      'origin_missing',
    );
  }
  if (origin === 'null') {
    throw new BrowserError(
      'forbidden',
      'the form came with "Origin: null": the page it stands on must not have Referrer-Policy no-referrer or same-origin; strict-origin is good',
      'origin_null',
    );
  }
  if (!isAllowed(origin)) {
    throw new BrowserError(
      'forbidden',
      'forms from this origin are not taken',
      'origin_not_allowed',
    );
  }
  // Sent by browsers only, and only truthfully. A frame would not show the page anyway.
  const destination = c.req.header('sec-fetch-dest');
  if (destination !== undefined && destination !== 'document') {
    throw new BrowserError(
      'forbidden',
      'the page opens in a window of its own, not in a frame',
      'framed',
    );
  }
}
