/**
 * An operator's session: half an hour, begun with a service key. It is stored nowhere: the cookie
 * holds it, sealed by the vault, so that the page opens while the database is away, which is when
 * it is wanted most. It names the key that began it and ends when that key leaves SERVICE_KEYS, or
 * has the right `operate` no more.
 *
 * The cookie is SameSite=Strict: nobody comes to this page from another site and has to be known at
 * once, so a link from elsewhere shows the sign-in.
 *
 * Not promised: that a copy of the cookie ends with a sign-out. It ends with the half hour, or with
 * its key.
 */

import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as z from 'zod';
import { BrowserError } from '../../http/browser-error';
import type { AppEnv } from '../../http/route';
import type { ServiceKey } from '../../rights';
import { MINUTE_MS, SECOND_MS } from '../../time';
import type { SealContext } from '../../vault/vault';
import { cookieAttributes, formTokenOf } from '../session';
import { type OperatorFlash, operatorFlashSchema } from './actions';

export const OPERATOR_SESSION_MS = 30 * MINUTE_MS;

const CONTEXT: SealContext = ['operator_session', 'cookie'];

const COOKIE = 'mooring-operator';
/** What the next page is to show; nothing secret, and nothing that is acted upon. */
const FLASH_COOKIE = 'mooring-operator-notice';
const FLASH_SECONDS = 60;
const attributes = { ...cookieAttributes, sameSite: 'Strict' } as const;

export interface OperatorSession {
  /** Of the service key. */
  name: string;
  /** ms */
  expiresAt: number;
  /** What the page's forms carry. */
  formToken: string;
}

const sealedSchema = z.object({ name: z.string(), sha256: z.string(), expiresAt: z.number() });

/** With the service key that was shown. */
export async function beginOperatorSession(
  c: Context<AppEnv>,
  { name, sha256 }: ServiceKey,
): Promise<void> {
  const { vault, now } = c.get('deps');
  const session = { name, sha256, expiresAt: now() + OPERATOR_SESSION_MS };
  const sealed = await vault.seal(JSON.stringify(session), CONTEXT);
  setCookie(c, COOKIE, sealed, { ...attributes, maxAge: OPERATOR_SESSION_MS / SECOND_MS });
}

/**
 * Null: nobody is signed in here, the session has ended, or its key may not operate any more. The
 * request's log line names the key.
 */
export async function findOperatorSession(c: Context<AppEnv>): Promise<OperatorSession | null> {
  const { config, vault, now } = c.get('deps');
  const sealed = getCookie(c, COOKIE, 'host');
  const opened = sealed ? await vault.open(sealed, CONTEXT).catch(() => null) : null;
  if (!sealed || opened === null) return null;
  const { name, sha256, expiresAt } = sealedSchema.parse(JSON.parse(opened));
  const key = config.serviceKeys.find((key) => key.name === name && key.sha256 === sha256);
  if (!key?.rights.has('operate') || expiresAt <= now()) return null;
  const { rights, providers } = key;
  c.set('caller', { kind: 'service', name, rights, providers });
  return { name, expiresAt, formToken: await formTokenOf(sealed) };
}

/** @throws BrowserError forbidden: `no_session` */
export async function operatorSessionOf(c: Context<AppEnv>): Promise<OperatorSession> {
  const session = await findOperatorSession(c);
  if (session) return session;
  throw new BrowserError('forbidden', 'nobody is signed in', 'no_session');
}

export function endOperatorSession(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, attributes);
  deleteCookie(c, FLASH_COOKIE, attributes);
}

export const setFlashMessage = (c: Context<AppEnv>, flash: OperatorFlash): void =>
  setCookie(c, FLASH_COOKIE, JSON.stringify(flash), { ...attributes, maxAge: FLASH_SECONDS });

export function flashMessageOf(c: Context<AppEnv>): OperatorFlash | null {
  try {
    const text = getCookie(c, FLASH_COOKIE, 'host') ?? 'null';
    return operatorFlashSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Once it is shown. */
export function clearFlashMessage(c: Context<AppEnv>): void {
  if (getCookie(c, FLASH_COOKIE, 'host') !== undefined) deleteCookie(c, FLASH_COOKIE, attributes);
}
