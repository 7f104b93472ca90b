/**
 * Page sessions: of users on the hosted page. The app's backend asks for a token for its user; the
 * app's page posts it as a form, once, within a minute; the browser gets a session of half an hour.
 * A link alone starts nothing: whoever could be sent a link could be sent into somebody else's
 * session, and connect accounts there (cross-user session fixation).
 *
 * Token and cookie are stored as hashes only. The session's id is made when it begins, so a token
 * that leaked after its use opens nothing. It ends with the service key that made it: the row names
 * that one, sealed, so that it holds no hash that could be tried.
 *
 * The cookie is SameSite=Lax. It is set in the answer to a cross-site POST, which browsers accept
 * for a top-level navigation (and only there: a request of a script or a frame cannot plant it),
 * and it is sent with the GET that the 303 leads to, and with the one that a provider sends the
 * browser back with. Strict would lose the session at both. It is not sent with a POST from
 * elsewhere; the Origin and the form's token are checked all the same.
 */

import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from 'hono';
import { deleteCookie, generateCookie, getCookie } from 'hono/cookie';
import { allowedReturnTo } from '../../connect/return-to';
import { hashSecret, isSecret, randomSecret } from '../../crypto';
import { d1Read } from '../../db/client';
import { greatest } from '../../db/expressions';
import { type ConnectionError, pageSessions } from '../../db/schema';
import type { Deps } from '../../deps';
import type { Receipt } from '../../disconnect/disconnect';
import { AppError, type ErrorCode } from '../../errors';
import { BrowserError } from '../../http/browser-error';
import type { AppEnv } from '../../http/route';
import { allows, intersection, type ProviderFilter, type ServiceKey } from '../../rights';
import { MINUTE_MS, SECOND_MS } from '../../time';
import type { SealContext } from '../../vault/vault';
import { type Locale, localeFor } from '../locale';
import { cookieAttributes, formTokenOf } from '../session';

export const PAGE_PATH = '/integrations';
export const TOKEN_MS = MINUTE_MS;
export const SESSION_MS = 30 * MINUTE_MS;
/** For the language of an error page, whose reader has waited long enough. */
const LOCALE_MS = SECOND_MS;

const keyContext = (id: string): SealContext => ['page_sessions', id, 'service_key'];

/** Shown once, on the next page. Codes and names; words.ts makes sentences of them. */
export interface HostedFlash {
  kind:
    | 'connecting'
    | 'connected'
    | 'finishing'
    | 'not_connected'
    | 'refreshed'
    | 'not_refreshed'
    | 'disconnected'
    | 'not_disconnected';
  provider: string;
  accountId: string | null;
  /** The account's name, where it may be gone by now. */
  name: string | null;
  /** Why not; or what becomes of the grant. */
  code: ErrorCode | ConnectionError | Receipt | 'unverified' | null;
  /** ms; when it is worth another try. */
  retryAt: number | null;
}

export interface PageSession {
  id: string;
  userId: string;
  label: string;
  /** Which providers are shown, in this order; null: all that are set up. */
  providers: string[] | null;
  /** Those of the service key that made it, then and now. */
  allowedProviders: ProviderFilter;
  returnTo: string;
  locale: Locale;
  flash: HostedFlash | null;
  /** The newest change that the page has shown: reads must not be older. */
  version: number;
  /** ms */
  expiresAt: number;
  /** What the page's forms carry. */
  formToken: string;
}

interface PageSessionInput {
  label: string;
  providers?: string[] | undefined;
  /** The service key that makes it. */
  key: ServiceKey;
  returnTo: string;
  /** Language tag; null: the browser's. */
  locale?: string | undefined;
  /** The newest change that the app knows of; the page will show it. */
  version?: number | undefined;
}

/** @throws AppError invalid_request */
export async function createPageSession(
  { config, db, vault, now: clock }: Deps,
  userId: string,
  { label, providers, key, returnTo, locale, version }: PageSessionInput,
): Promise<{ token: string; expiresAt: number }> {
  const allowed = allowedReturnTo(returnTo, config.returnPages);
  if (allowed === null) {
    throw invalid('returnTo', 'must be an absolute URL that APP_ORIGINS allows');
  }
  const unknown = providers?.find((id) => config.providers.get(id) === undefined);
  if (unknown !== undefined) throw invalid('providers', 'names a provider that is not known here');
  const now = clock();
  const id = randomSecret();
  const token = randomSecret();
  const { name, sha256 } = key;
  const allowedProviders = key.providers && [...key.providers];
  const expiresAt = now + TOKEN_MS;
  await db.insert(pageSessions).values({
    id,
    tokenHash: await hashSecret(token),
    userId,
    label,
    providers: providers ? [...new Set(providers)] : allowedProviders,
    allowedProviders,
    serviceKey: await vault.seal(JSON.stringify({ name, sha256 }), keyContext(id)),
    returnTo: allowed,
    locale: locale ?? null,
    version: version ?? 0,
    createdAt: now,
    expiresAt,
  });
  return { token, expiresAt };
}

/**
 * Trades the token for a session: one conditional update, so of two posts one wins.
 * @returns the secret for the browser's cookie
 * @throws BrowserError forbidden
 */
export async function beginPageSession({ db, now: clock }: Deps, token: string): Promise<string> {
  const now = clock();
  const secret = randomSecret();
  const byToken = eq(pageSessions.tokenHash, await hashSecret(token));
  const begun = await db
    .update(pageSessions)
    .set({ sessionHash: await hashSecret(secret), expiresAt: now + SESSION_MS })
    .where(and(byToken, isNull(pageSessions.sessionHash), gt(pageSessions.expiresAt, now)))
    .returning({ id: pageSessions.id });
  if (begun.length > 0) return secret;
  const [known] = await db
    .select({ returnTo: pageSessions.returnTo })
    .from(pageSessions)
    .where(byToken);
  throw new BrowserError(
    'forbidden',
    'this token was used before, or is older than a minute; open the page from the app again',
    'token_used',
    known?.returnTo,
  );
}

/**
 * @param acceptLanguage the browser's, where the app has asked for no language
 * @throws BrowserError forbidden: `no_session` or `session_ended`
 */
export async function findPageSession(
  deps: Deps,
  secret: string | null,
  acceptLanguage?: string,
): Promise<PageSession> {
  const { db, now } = deps;
  const [row] =
    secret === null
      ? []
      : await d1Read(
          db
            .select()
            .from(pageSessions)
            .where(eq(pageSessions.sessionHash, await hashSecret(secret))),
        );
  if (!row || secret === null) {
    throw new BrowserError(
      'forbidden',
      'no session of this page is under way here; it is opened from the app, by a form',
      'no_session',
    );
  }
  const key = await serviceKeyOf(deps, row);
  if (row.expiresAt <= now() || key === undefined) {
    throw new BrowserError(
      'forbidden',
      'this session has ended; open the page from the app again',
      'session_ended',
      row.returnTo,
    );
  }
  const { id, userId, label, returnTo, version, expiresAt } = row;
  const atFirst = row.allowedProviders && new Set(row.allowedProviders);
  const allowedProviders = intersection(atFirst, key?.providers ?? null);
  const providers =
    row.providers?.filter((id) => allows(allowedProviders, id)) ??
    (allowedProviders && [...allowedProviders]);
  // Written here only.
  const flash = row.notice as HostedFlash | null;
  const formToken = await formTokenOf(secret);
  return {
    id,
    userId,
    label,
    providers,
    allowedProviders,
    returnTo,
    locale: await localeFor(deps, row.locale, acceptLanguage),
    flash,
    version,
    expiresAt,
    formToken,
  };
}

/**
 * The service key that made it, as it is now; undefined where it is gone or may not connect. Null:
 * a Worker before migration 0018 has noted none, and the session ends by its time.
 */
async function serviceKeyOf(
  { config, vault }: Deps,
  { id, serviceKey }: { id: string; serviceKey: string | null },
): Promise<ServiceKey | null | undefined> {
  if (serviceKey === null) return null;
  const opened = await vault.open(serviceKey, keyContext(id)).catch(() => null);
  if (opened === null) return undefined;
  // Written here only.
  const { name, sha256 } = JSON.parse(opened) as Pick<ServiceKey, 'name' | 'sha256'>;
  const key = config.serviceKeys.find((key) => key.name === name && key.sha256 === sha256);
  return key?.rights.has('connect') ? key : undefined;
}

const COOKIE = 'mooring-session';
const attributes = { ...cookieAttributes, sameSite: 'Lax' } as const;

/** Without an age: the server knows the end, and can then say where to go back to. */
export const sessionCookie = (secret: string): string => generateCookie(COOKIE, secret, attributes);

export function deleteSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, attributes);
}

/**
 * The session of this browser.
 * @throws BrowserError forbidden: `no_session` or `session_ended`
 */
export const pageSessionOf = (c: Context<AppEnv>): Promise<PageSession> =>
  findPageSession(c.get('deps'), secretOf(c), acceptLanguageOf(c));

/**
 * The language of an error page: what the app asked for, also where the session is over; what the
 * browser asks for where there is none, or the database is away.
 */
export async function localeOfBrowser(c: Context<AppEnv>): Promise<Locale> {
  const secret = secretOf(c);
  const wished =
    secret === null ? null : await wishedLocale(c.get('deps'), secret).catch(() => null);
  return localeFor(c.get('deps'), wished, acceptLanguageOf(c));
}

async function wishedLocale({ db }: Deps, secret: string): Promise<string | null> {
  const query = db
    .select({ locale: pageSessions.locale })
    .from(pageSessions)
    .where(eq(pageSessions.sessionHash, await hashSecret(secret)));
  const [row] = await d1Read(query, LOCALE_MS);
  return row?.locale ?? null;
}

const acceptLanguageOf = (c: Context<AppEnv>): string | undefined =>
  c.req.header('Accept-Language');

function secretOf(c: Context<AppEnv>): string | null {
  const secret = getCookie(c, COOKIE, 'host');
  return secret !== undefined && isSecret(secret) ? secret : null;
}

/** @param version of the change that was made; the page will show it */
export async function setFlashMessage(
  { db }: Deps,
  { id }: PageSession,
  flash: HostedFlash,
  version = 0,
): Promise<void> {
  await db
    .update(pageSessions)
    .set({
      notice: { ...flash },
      version: greatest(pageSessions.version, version),
    })
    .where(eq(pageSessions.id, id));
}

/** Once it is shown. A newer one stays. */
export async function clearFlashMessage({ db }: Deps, { id, flash }: PageSession): Promise<void> {
  await db
    .update(pageSessions)
    .set({ notice: null })
    .where(and(eq(pageSessions.id, id), eq(pageSessions.notice, { ...flash })));
}

export async function endPageSession({ db }: Deps, { id }: PageSession): Promise<void> {
  await db.delete(pageSessions).where(eq(pageSessions.id, id));
}

const invalid = (field: string, message: string): AppError =>
  new AppError('invalid_request', `${field} ${message}`, {
    errors: [{ path: `body.${field}`, message }],
  });
