/**
 * Page sessions: visits to Mooring's own page. The app's backend asks for a token for its user; the
 * app's page posts it as a form, once, within a minute; the browser gets a session of half an hour.
 * A link alone starts nothing: whoever could be sent a link could be sent into somebody else's
 * session, and connect accounts there (cross-user session fixation).
 *
 * Token and cookie are stored as hashes only. The session's id is made when it begins, so a token
 * that leaked after its use opens nothing.
 */

import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { allowedReturnTo } from '../../connect/return-to';
import { hashSecret, randomSecret } from '../../crypto';
import { pageSessions } from '../../db/schema';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { MINUTE_MS } from '../../time';

export const PAGE_PATH = '/integrations';
export const TOKEN_MS = MINUTE_MS;
export const SESSION_MS = 30 * MINUTE_MS;

/** Something the page tells once. Codes and names; src/web/words.ts makes sentences of them. */
export interface Notice {
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
  code: string | null;
  /** ms; when it is worth another try. */
  retryAt: number | null;
}

export interface PageSession {
  id: string;
  userId: string;
  label: string;
  /** Which providers are shown, in this order; null: all that are set up. */
  providers: string[] | null;
  returnTo: string;
  notice: Notice | null;
  /** What this visit has seen: reads must not be older. */
  version: number;
  expiresAt: number;
}

export interface PageSessionInput {
  label: string;
  providers?: string[] | undefined;
  returnTo: string;
  /** The newest change that the app knows of; the page will show it. */
  version?: number | undefined;
}

type SessionDeps = Pick<Deps, 'config' | 'db' | 'now'>;

/** @throws AppError invalid_request */
export async function createPageSession(
  { config, db, now: clock }: SessionDeps,
  userId: string,
  { label, providers, returnTo, version }: PageSessionInput,
): Promise<{ token: string; expiresAt: number }> {
  const allowed = allowedReturnTo(returnTo, config.returnPages);
  if (allowed === null) {
    throw invalid('returnTo', 'must be an absolute URL that APP_ORIGINS allows');
  }
  const unknown = providers?.find((id) => config.providers.get(id) === undefined);
  if (unknown !== undefined) throw invalid('providers', 'names a provider that is not known here');
  const now = clock();
  const token = randomSecret();
  const expiresAt = now + TOKEN_MS;
  await db.insert(pageSessions).values({
    id: randomSecret(),
    tokenHash: await hashSecret(token),
    userId,
    label,
    providers: providers ? [...new Set(providers)] : null,
    returnTo: allowed,
    version: version ?? 0,
    createdAt: now,
    expiresAt,
  });
  return { token, expiresAt };
}

/**
 * Trades the token for a session: one conditional update, so of two posts one wins.
 * @returns the secret for the browser's cookie
 * @throws AppError forbidden
 */
export async function beginPageSession(
  { db, now: clock }: Pick<Deps, 'db' | 'now'>,
  token: string,
): Promise<string> {
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
  throw new AppError(
    'forbidden',
    'this token was used before, or is older than a minute; open the page from the app again',
    { situation: 'token_used', ...(known ? { returnTo: known.returnTo } : {}) },
  );
}

/**
 * The session of this browser.
 * @param secret of its cookie; null where it sent none
 * @throws AppError forbidden, with the situation `no_session` or `session_ended`
 */
export async function pageSessionOf(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  secret: string | null,
): Promise<PageSession> {
  const [row] =
    secret === null
      ? []
      : await db
          .select()
          .from(pageSessions)
          .where(eq(pageSessions.sessionHash, await hashSecret(secret)));
  if (!row) {
    throw new AppError(
      'forbidden',
      'no visit to this page is under way here; it is opened from the app, by a form',
      { situation: 'no_session' },
    );
  }
  if (row.expiresAt <= now()) throw sessionEnded(row.returnTo);
  const { id, userId, label, providers, returnTo, version, expiresAt } = row;
  // Written here only.
  const notice = row.notice as Notice | null;
  return { id, userId, label, providers, returnTo, notice, version, expiresAt };
}

export const sessionEnded = (returnTo?: string): AppError =>
  new AppError('forbidden', 'this visit has ended; open the page from the app again', {
    situation: 'session_ended',
    ...(returnTo === undefined ? {} : { returnTo }),
  });

/** What the page is to tell next, and the version that it has to show. */
export async function leaveNotice(
  { db }: Pick<Deps, 'db'>,
  { id }: PageSession,
  notice: Notice,
  version = 0,
): Promise<void> {
  await db
    .update(pageSessions)
    .set({
      notice: { ...notice },
      version: sql`max(${pageSessions.version}, ${version})`,
    })
    .where(eq(pageSessions.id, id));
}

/** Told. A newer one stays. */
export async function dropNotice(
  { db }: Pick<Deps, 'db'>,
  { id, notice }: PageSession,
): Promise<void> {
  await db
    .update(pageSessions)
    .set({ notice: null })
    .where(and(eq(pageSessions.id, id), eq(pageSessions.notice, { ...notice })));
}

export async function endPageSession({ db }: Pick<Deps, 'db'>, { id }: PageSession): Promise<void> {
  await db.delete(pageSessions).where(eq(pageSessions.id, id));
}

/**
 * What every form of the page carries. It follows from the cookie's secret and tells nothing of it,
 * so it needs no storage and ends with the session.
 */
export const formToken = (secret: string): Promise<string> => hashSecret(`form:${secret}`);

const invalid = (field: string, message: string): AppError =>
  new AppError('invalid_request', `${field} ${message}`, {
    errors: [{ path: `body.${field}`, message }],
  });
