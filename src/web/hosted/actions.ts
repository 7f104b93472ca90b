/** What the actions of the hosted page share: rate limit, account, flash message, redirect. */
import type { Context } from 'hono';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { checkRateLimit, type RateLimited } from '../../http/rate-limit';
import type { AppEnv } from '../../http/route';
import { readSnapshot } from '../../status-cache/cache';
import { factsIn } from '../../status-cache/snapshot';
import { SECOND_MS } from '../../time';
import { redirectReply } from '../ui/reply';
import { type ShownAccount, shownAccount } from './catalog';
import { type HostedFlash, PAGE_PATH, type PageSession, setFlashMessage } from './session';

/** The limits of users hold on the page too. @throws AppError rate_limited */
export const limitAction = (
  c: Context<AppEnv>,
  action: RateLimited,
  { userId }: PageSession,
): Promise<void> => checkRateLimit(c.env, action, { kind: 'user', userId });

/** @throws AppError integration_not_found */
export async function ownAccount(
  deps: Deps,
  { userId, version, locale }: PageSession,
  provider: string,
  accountId: string,
): Promise<ShownAccount> {
  const { snapshot } = await readSnapshot(deps, userId, version);
  const facts = factsIn(snapshot, { provider, accountId });
  if (!facts) throw new AppError('integration_not_found', 'the user has no such integration');
  return shownAccount(facts, deps.config.providers.get(provider), deps.now(), locale);
}

/** Back to the list, which then says what happened. @param version of the change that was made */
export async function redirectToPage(
  c: Context<AppEnv>,
  session: PageSession,
  flash: HostedFlash,
  version?: number,
): Promise<Response> {
  await setFlashMessage(c.get('deps'), session, flash, version);
  return redirectReply(c, PAGE_PATH);
}

export const flashMessage = (
  kind: HostedFlash['kind'],
  about: Pick<HostedFlash, 'provider'> & Partial<HostedFlash>,
): HostedFlash => ({ accountId: null, name: null, code: null, retryAt: null, ...about, kind });

/** Why an action failed. What nobody expected is logged. */
export function failureOf(
  { log, now }: Deps,
  error: unknown,
): Pick<HostedFlash, 'code' | 'retryAt'> {
  if (!(error instanceof AppError)) {
    log.error('page.action_failed', {}, error);
    return { code: 'unavailable', retryAt: null };
  }
  const { code, retryAfter } = error;
  return { code, retryAt: retryAfter === undefined ? null : now() + retryAfter * SECOND_MS };
}
