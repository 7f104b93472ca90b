/**
 * The browser's side of an operator's session. Its cookie is SameSite=Strict: nobody comes to this
 * page from another site and has to be known at once, so a link from elsewhere shows the door.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isEqual } from '../../crypto';
import { AppError } from '../../errors';
import { readForm } from '../../http/form';
import type { AppEnv } from '../../http/route';
import { refuseOtherOrigins } from '../hosted/page-visit';
import { formToken } from '../hosted/session';
import { type Notice, noticeSchema } from './actions';
import {
  beginOperatorSession,
  OPERATOR_SESSION_MS,
  type OperatorSession,
  operatorSessionOf,
} from './session';

const COOKIE = 'mooring-operator';
/** What the next page is to tell; nothing secret, and nothing that is acted upon. */
const NOTICE = 'mooring-operator-notice';
const NOTICE_SECONDS = 60;
const attributes = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Strict',
} as const;

export interface OperatorVisit {
  session: OperatorSession;
  /** For the page's own forms. */
  formToken: string;
}

/** @param name of the service key that was shown */
export async function keepOperator(c: Context<AppEnv>, name: string): Promise<void> {
  const sealed = await beginOperatorSession(c.get('deps'), name);
  setCookie(c, COOKIE, sealed, { ...attributes, maxAge: OPERATOR_SESSION_MS / 1000 });
}

export function dropOperator(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, attributes);
  deleteCookie(c, NOTICE, attributes);
}

/** Null: nobody is signed in here. Also tells the request's log who asks. */
export async function operatorOf(c: Context<AppEnv>): Promise<OperatorVisit | null> {
  const sealed = getCookie(c, COOKIE, 'host');
  const session = sealed ? await operatorSessionOf(c.get('deps'), sealed) : null;
  if (!sealed || !session) return null;
  c.set('caller', { kind: 'service', name: session.name });
  return { session, formToken: await formToken(sealed) };
}

/** @throws AppError forbidden: the form does not come from this origin */
export const refuseForeignForm = (c: Context<AppEnv>): void =>
  refuseOtherOrigins(c, (origin) => origin === c.get('deps').config.publicUrl);

/**
 * A form that the page itself has posted.
 * @throws AppError forbidden, and as readForm does
 */
export async function postedByOperator(
  c: Context<AppEnv>,
): Promise<OperatorVisit & { form: Record<string, string> }> {
  refuseForeignForm(c);
  const visit = await operatorOf(c);
  if (!visit) {
    throw new AppError('forbidden', 'nobody is signed in', { situation: 'no_session' });
  }
  const { token = '', ...form } = await readForm(c.req.raw);
  if (!isEqual(token, visit.formToken)) {
    throw new AppError('forbidden', 'this form belongs to a session that is over; load the page', {
      situation: 'form_outdated',
    });
  }
  return { ...visit, form };
}

export const leaveOperatorNotice = (c: Context<AppEnv>, notice: Notice): void =>
  setCookie(c, NOTICE, JSON.stringify(notice), { ...attributes, maxAge: NOTICE_SECONDS });

/** Told once. */
export function takeOperatorNotice(c: Context<AppEnv>): Notice | null {
  const text = getCookie(c, NOTICE, 'host');
  if (text === undefined) return null;
  deleteCookie(c, NOTICE, attributes);
  try {
    return noticeSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
