/**
 * Which of the hosted page's messages tell of a status or of what was done: what happened, why, and
 * what to do next. Never a code alone. Pure.
 */

import type { FailureCategory } from '../../db/schema';
import type { StatusAt } from '../../integrations/status';
import { isSignedFor, mayBeEntered } from '../../providers/by-fields';
import type { Provider } from '../../providers/types';
import { CLIENT_CHANGED, REFUSED_REPEATEDLY } from '../../refresh/verdict';
import { HOUR_MS, MINUTE_MS } from '../../time';
import type { Locale } from '../locale';
import type { Message, Tone } from '../ui/layout';
import { type Clock, hour, relative } from '../ui/times';
import type { HostedFlash } from './session';

/** Names that the sentences use. */
export interface Names {
  /** The app, as configured. */
  brand: string;
  /** The provider. */
  provider: string;
  /** The account, where it is known. */
  account: string | null;
}

export const statusTones: Record<StatusAt['status'], Tone> = {
  connected: 'good',
  expired: 'bad',
  needs_reconnect: 'bad',
  error: 'warn',
};

/** Why an account is not well, and what comes next; null where all is well. */
export function troubleWords(
  { status, category, reason, retryAt }: StatusAt,
  names: Names,
  clock: Clock,
  provider: Provider | undefined,
): string | null {
  const { t, sentences } = clock.locale;
  switch (status) {
    case 'connected':
      return null;
    case 'expired':
      return t('trouble.expired', names);
    case 'needs_reconnect':
      if (mayBeEntered(provider)) return t('trouble.entry_refused', names);
      if (isSignedFor(provider)) return t('trouble.signed_refused', names);
      if (reason === CLIENT_CHANGED) return t('trouble.client_changed', names);
      if (reason === REFUSED_REPEATEDLY) return t('trouble.refused_repeatedly', names);
      return t('trouble.refused', names);
    case 'error': {
      const next =
        retryAt === undefined
          ? t('next_try.by_itself')
          : t('next_try.at', { when: relative(retryAt, clock), hour: hour(retryAt, clock) });
      // Refused for more than an hour, by a code that may mean this account or all of them.
      const mayHelp =
        !isSignedFor(provider) &&
        (category === 'operator_fault' || category === 'unexpected') &&
        retryAt !== undefined &&
        retryAt > clock.now + 2 * HOUR_MS;
      const todo = t(mayHelp ? 'todo.reconnect' : 'todo.nothing');
      return sentences(t(whyFailing(category), names), next, todo);
    }
    default:
      return status satisfies never;
  }
}

function whyFailing(category: FailureCategory | undefined) {
  switch (category) {
    case undefined:
      return 'failing.unknown';
    case 'operator_fault':
      return 'failing.setup';
    case 'rate_limited':
      return 'failing.pause';
    case 'no_answer':
    case 'provider_failure':
      return 'failing.no_answer';
    case 'refused':
    case 'refusal_storm':
    case 'unreadable':
    case 'unexpected':
    case 'token_unusable':
    case 'internal':
      return 'failing.bad_answer';
    default:
      return category satisfies never;
  }
}

export function flashMessageWords(flash: HostedFlash, names: Names, clock: Clock): Message {
  const { locale } = clock;
  const { t } = locale;
  switch (flash.kind) {
    case 'connecting':
      return {
        tone: 'info',
        title: t('flash.connecting.title', names),
        text: t('flash.connecting.text', names),
      };
    case 'connected':
      if (flash.code === 'unverified') {
        return {
          tone: 'info',
          title: t('flash.unverified.title', names),
          text: t('flash.unverified.text', names),
        };
      }
      return {
        tone: 'good',
        title: t('flash.connected.title', names),
        text: withAccount(locale, 'flash.connected.text', names),
      };
    case 'finishing':
      return {
        tone: 'info',
        title: t('flash.finishing.title', names),
        text: t('flash.finishing.text'),
      };
    case 'not_connected':
      return notConnected(flash.code, names, locale);
    case 'refreshed':
      return {
        tone: 'good',
        title: t('flash.refreshed.title'),
        text: withAccount(locale, 'flash.refreshed.text', names),
      };
    case 'not_refreshed':
      return notRefreshed(flash, names, clock);
    case 'disconnected':
      return {
        tone: 'good',
        title: t('flash.disconnected.title', names),
        text: locale.sentences(
          withAccount(locale, 'flash.disconnected.text', names),
          t(atProvider(flash.code), names),
        ),
      };
    case 'not_disconnected':
      return notDisconnected(flash.code, names, locale);
    default:
      return flash.kind satisfies never;
  }
}

/** Messages that come in two: with the account's name, and without. */
type AccountMessage =
  | 'flash.connected.text'
  | 'flash.refreshed.text'
  | 'flash.disconnected.text'
  | 'not_connected.mismatch.text'
  | 'entry.mismatch.text'
  | 'not_refreshed.needs_reconnect.text';

function withAccount({ t }: Locale, id: AccountMessage, { account, ...names }: Names): string {
  return account === null ? t(`${id}.unnamed`, names) : t(id, { ...names, account });
}

function atProvider(receipt: HostedFlash['code']) {
  switch (receipt) {
    case 'queued':
      return 'flash.disconnected.queued';
    case 'kept_for_other_grants':
      return 'flash.disconnected.kept';
    default:
      return 'flash.disconnected.not_supported';
  }
}

function notConnected(code: HostedFlash['code'], names: Names, locale: Locale): Message {
  const { t } = locale;
  const message = (
    tone: Tone,
    id:
      | 'cancelled'
      | 'taken'
      | 'too_many'
      | 'setup'
      | 'no_answer'
      | 'wrong_user'
      | 'used'
      | 'too_late'
      | 'issuer'
      | 'gone'
      | 'many_started'
      | 'bad_answer',
  ): Message => ({
    tone,
    title: t(`not_connected.${id}.title`, names),
    text: t(`not_connected.${id}.text`, names),
  });
  switch (code) {
    case 'access_denied':
      return message('info', 'cancelled');
    case 'account_linked_to_another_user':
      return message('bad', 'taken');
    case 'too_many_integrations':
      return message('bad', 'too_many');
    case 'account_mismatch':
      return {
        tone: 'bad',
        title: t('not_connected.mismatch.title'),
        text: withAccount(locale, 'not_connected.mismatch.text', names),
      };
    case 'invalid_scope':
    case 'provider_not_configured':
    case 'provider_not_found':
    case 'invalid_request':
      return message('bad', 'setup');
    case 'provider_unavailable':
    case 'unavailable':
      return message('bad', 'no_answer');
    case 'wrong_user':
      return message('bad', 'wrong_user');
    case 'wrong_completion':
      return message('bad', 'used');
    case 'connection_expired':
    case 'connection_not_found':
    case 'not_finished':
    case 'code_expired':
      return message('bad', 'too_late');
    case 'issuer_mismatch':
      return message('bad', 'issuer');
    case 'integration_not_found':
      return message('bad', 'gone');
    case 'rate_limited':
      return tooFast(locale);
    case 'too_many_connections':
      return message('info', 'many_started');
    default:
      return message('bad', 'bad_answer');
  }
}

/**
 * Why what was entered is not stored, for its form; null where the form cannot mend it. Secrets are
 * not sent back, so they have to be entered again.
 */
export function entryWords(
  code: HostedFlash['code'],
  names: Names,
  locale: Locale,
): Message | null {
  const { t, sentences } = locale;
  const kept = t(names.account === null ? 'entry.nothing_saved' : 'entry.still_there');
  switch (code) {
    case 'credentials_refused':
      return {
        tone: 'bad',
        title: t('entry.refused.title', names),
        text: sentences(t('entry.refused.text', names), kept),
      };
    case 'account_mismatch':
      return {
        tone: 'bad',
        title: t('entry.mismatch.title'),
        text: sentences(withAccount(locale, 'entry.mismatch.text', names), kept),
      };
    case 'provider_unavailable':
    case 'provider_error':
      return {
        tone: 'bad',
        title: t('entry.no_answer.title', names),
        text: sentences(t('entry.no_answer.text', names), kept),
      };
    default:
      return null;
  }
}

function notRefreshed({ code, retryAt }: HostedFlash, names: Names, clock: Clock): Message {
  const { locale, now } = clock;
  const { t, sentences } = locale;
  const title = t('not_refreshed.title');
  const next =
    retryAt === null || retryAt <= now
      ? t('retry.soon')
      : t('retry.when', { when: relative(retryAt, clock) });
  switch (code) {
    case 'needs_reconnect':
      return {
        tone: 'bad',
        title: t('not_refreshed.needs_reconnect.title'),
        text: withAccount(locale, 'not_refreshed.needs_reconnect.text', names),
      };
    case 'integration_not_found':
      return { tone: 'bad', title, text: t('not_refreshed.gone') };
    case 'invalid_request':
      return {
        tone: 'info',
        title: t('not_refreshed.endless.title'),
        text: t('not_refreshed.endless.text', names),
      };
    case 'provider_not_configured':
      return { tone: 'bad', title, text: t('not_refreshed.setup', names) };
    case 'refresh_in_progress':
      return {
        tone: 'info',
        title: t('not_refreshed.in_progress.title'),
        text: t('not_refreshed.in_progress.text'),
      };
    case 'rate_limited':
      return retryAt !== null && retryAt - now > 2 * MINUTE_MS
        ? { tone: 'info', title, text: sentences(t('not_refreshed.often'), next) }
        : tooFast(locale);
    case 'unavailable':
      return { tone: 'bad', title, text: sentences(t('not_refreshed.unavailable'), next) };
    case 'provider_error':
      return { tone: 'bad', title, text: sentences(t('not_refreshed.bad_answer', names), next) };
    default:
      return { tone: 'bad', title, text: sentences(t('not_refreshed.no_answer', names), next) };
  }
}

function notDisconnected(code: HostedFlash['code'], names: Names, locale: Locale): Message {
  const { t } = locale;
  if (code === 'integration_not_found') {
    return {
      tone: 'info',
      title: t('not_disconnected.gone.title'),
      text: t('not_disconnected.gone.text', names),
    };
  }
  if (code === 'rate_limited') return tooFast(locale);
  return { tone: 'bad', title: t('not_disconnected.title'), text: t('not_disconnected.text') };
}

const tooFast = ({ t }: Locale): Message => ({
  tone: 'info',
  title: t('flash.slow_down.title'),
  text: t('flash.slow_down.text'),
});
