/**
 * The hosted page's sentences about statuses and actions: what happened, why, and what to do next.
 * Never a code alone. Pure.
 */

import type { FailureCategory } from '../../db/schema';
import type { StatusAt } from '../../integrations/status';
import { CLIENT_CHANGED, REFUSED_REPEATEDLY } from '../../refresh/verdict';
import { HOUR_MS, MINUTE_MS } from '../../time';
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

export const statusWords: Record<StatusAt['status'], { label: string; tone: Tone }> = {
  connected: { label: 'Connected', tone: 'good' },
  expired: { label: 'Expired', tone: 'bad' },
  needs_reconnect: { label: 'Needs reconnect', tone: 'bad' },
  error: { label: 'Trying again', tone: 'warn' },
};

/**
 * Why an account is not well, and what comes next; null where all is well. `isEntered`: there is no
 * OAuth, the user has entered a key or the like.
 */
export function troubleWords(
  { status, category, reason, retryAt }: StatusAt,
  { brand, provider: name }: Names,
  clock: Clock,
  isEntered = false,
): string | null {
  switch (status) {
    case 'connected':
      return null;
    case 'expired':
      return `Access has run out, and ${name} does not let it be renewed without you. Reconnect to go on.`;
    case 'needs_reconnect':
      if (isEntered) {
        return `${name} no longer accepts what you entered. That happens when a key is withdrawn or replaced there, or a session ends. Replace it to go on.`;
      }
      if (reason === CLIENT_CHANGED) {
        return `${brand} has registered anew at ${name}, which needs your consent once more. Reconnect to go on.`;
      }
      if (reason === REFUSED_REPEATEDLY) {
        return `${name} has refused this connection for days. It is still tried now and then; reconnect to go on at once.`;
      }
      return `${name} no longer accepts this connection. That happens when access is withdrawn there, or a password changes. Reconnect to go on.`;
    case 'error': {
      const next =
        retryAt === undefined
          ? 'It is tried again by itself.'
          : `The next try is ${relative(retryAt, clock)}, at ${hour(retryAt, clock)}.`;
      // Refused for more than an hour, by a code that may mean this account or all of them.
      const mayHelp =
        (category === 'operator_fault' || category === 'unexpected') &&
        retryAt !== undefined &&
        retryAt > clock.now + 2 * HOUR_MS;
      const todo = mayHelp ? 'Reconnecting may help.' : 'You need not do anything.';
      return `${whyFailing(category, name, brand)} ${next} ${todo}`;
    }
    default:
      return status satisfies never;
  }
}

function whyFailing(category: FailureCategory | undefined, name: string, brand: string): string {
  switch (category) {
    case undefined:
      return `Access to ${name} could not be renewed.`;
    case 'operator_fault':
      return `${brand} is not set up rightly at ${name}, so access could not be renewed.`;
    case 'rate_limited':
      return `${name} is asking for a pause, so access could not be renewed yet.`;
    case 'no_answer':
    case 'provider_failure':
      return `${name} is not answering at the moment, so access could not be renewed.`;
    case 'refused':
    case 'refusal_storm':
    case 'unreadable':
    case 'unexpected':
    case 'token_unusable':
    case 'internal':
      return `${name} gave an answer that could not be used, so access could not be renewed.`;
    default:
      return category satisfies never;
  }
}

export function flashMessageWords(flash: HostedFlash, names: Names, clock: Clock): Message {
  const { provider: name, account } = names;
  const it = account === null ? `your ${name} account` : `${account} (${name})`;
  switch (flash.kind) {
    case 'connecting':
      return {
        tone: 'info',
        title: `${name} is not connected yet`,
        text: `You did not come back from ${name}. If you closed the window or went back, just start again.`,
      };
    case 'connected':
      if (flash.code === 'unverified') {
        return {
          tone: 'info',
          title: `${name} is saved`,
          text: `${name} did not answer, so what you entered could not be tried yet. It is tried again by itself.`,
        };
      }
      return { tone: 'good', title: `${name} is connected`, text: `${capitalised(it)} is ready.` };
    case 'finishing':
      return {
        tone: 'info',
        title: `${name} is being connected`,
        text: 'This takes a few seconds. Load the page again to see it.',
      };
    case 'not_connected':
      return notConnected(flash.code, names);
    case 'refreshed':
      return { tone: 'good', title: 'Refreshed', text: `Access to ${it} was renewed.` };
    case 'not_refreshed':
      return notRefreshed(flash, names, clock);
    case 'disconnected':
      return {
        tone: 'good',
        title: `${name} is disconnected`,
        text: disconnectedText(flash.code, names),
      };
    case 'not_disconnected':
      return notDisconnected(flash.code, names);
    default:
      return flash.kind satisfies never;
  }
}

function disconnectedText(
  receipt: HostedFlash['code'],
  { brand, provider, account }: Names,
): string {
  const gone = `${brand} can no longer use ${account ?? 'that account'}.`;
  switch (receipt) {
    case 'queued':
      return `${gone} ${provider} is being told to end the permission.`;
    case 'kept_for_other_grants':
      return `${gone} The permission at ${provider} stays, because another account here lives by it.`;
    default:
      return `${gone} To end the permission at ${provider} as well, remove ${brand} in your settings there.`;
  }
}

function notConnected(
  code: HostedFlash['code'],
  { brand, provider: name, account }: Names,
): Message {
  const nothing = 'Nothing was connected.';
  switch (code) {
    case 'access_denied':
      return {
        tone: 'info',
        title: 'You cancelled',
        text: `${nothing} Start again whenever you like.`,
      };
    case 'account_linked_to_another_user':
      return {
        tone: 'bad',
        title: 'That account is taken',
        text: `This ${name} account is connected by somebody else in ${brand}. Disconnect it there first, or sign in to another account.`,
      };
    case 'too_many_integrations':
      return {
        tone: 'bad',
        title: 'You have too many accounts here',
        text: `${nothing} Disconnect one that you do not need any more, then connect this one.`,
      };
    case 'account_mismatch':
      return {
        tone: 'bad',
        title: 'That was another account',
        text: `You signed in to a different ${name} account than ${account ?? 'the one to reconnect'}. Sign in to the right one there and reconnect, or choose “Add another account”.`,
      };
    case 'invalid_scope':
    case 'provider_not_configured':
    case 'provider_not_found':
    case 'invalid_request':
      return {
        tone: 'bad',
        title: `${name} cannot be connected`,
        text: `${brand} is not set up rightly for ${name}. ${nothing} Please tell ${brand} about it.`,
      };
    case 'provider_unavailable':
    case 'unavailable':
      return {
        tone: 'bad',
        title: `${name} is not answering`,
        text: `${nothing} Try again in a few minutes.`,
      };
    case 'wrong_user':
      return {
        tone: 'bad',
        title: 'Somebody else started this',
        text: `${nothing} Start again, and it will be yours.`,
      };
    case 'wrong_completion':
      return {
        tone: 'bad',
        title: 'This link was used before',
        text: `If you have connected ${name} just now, it is in your list. Otherwise start again here.`,
      };
    case 'connection_expired':
    case 'connection_not_found':
    case 'not_finished':
    case 'code_expired':
      return {
        tone: 'bad',
        title: `${name} was not connected`,
        text: `It took too long. ${nothing} Please start again.`,
      };
    case 'issuer_mismatch':
      return {
        tone: 'bad',
        title: `${name} was not connected`,
        text: `The answer did not come from ${name}, so it was not used. Please start again.`,
      };
    case 'integration_not_found':
      return {
        tone: 'bad',
        title: 'That account is gone',
        text: 'It was disconnected meanwhile. Add it again if you want it back.',
      };
    case 'rate_limited':
      return tooFast();
    case 'too_many_connections':
      return {
        tone: 'info',
        title: 'One moment',
        text: 'You have started many connections and finished few. Wait ten minutes, then go on.',
      };
    default:
      return {
        tone: 'bad',
        title: `${name} was not connected`,
        text: `${name} gave an answer that could not be used. ${nothing} Please try again.`,
      };
  }
}

/**
 * Why what was entered is not stored, for its form; null where the form cannot mend it. Secrets are
 * not sent back, so they have to be entered again.
 */
export function entryWords(
  code: HostedFlash['code'],
  { provider: name, account }: Names,
): Message | null {
  const kept = account === null ? 'Nothing was saved.' : 'What was saved before is still there.';
  switch (code) {
    case 'credentials_refused':
      return {
        tone: 'bad',
        title: `${name} did not accept this`,
        text: `Copy it again, whole and without spaces, and see at ${name} whether it is still valid. ${kept}`,
      };
    case 'account_mismatch':
      return {
        tone: 'bad',
        title: 'That is another account',
        text: `What you entered is of a different ${name} account than ${account ?? 'the one to replace'}. ${kept} To have both, cancel and choose “Add another account”.`,
      };
    case 'provider_unavailable':
    case 'provider_error':
      return {
        tone: 'bad',
        title: `${name} could not be asked`,
        text: `Only ${name} can tell whose account this is, and it gave no answer that says so. ${kept} Try again in a few minutes.`,
      };
    default:
      return null;
  }
}

function notRefreshed({ code, retryAt }: HostedFlash, names: Names, clock: Clock): Message {
  const { brand, provider: name, account } = names;
  const title = 'Not refreshed';
  const next =
    retryAt === null ? 'Try again in a few minutes.' : `Try again ${relative(retryAt, clock)}.`;
  switch (code) {
    case 'needs_reconnect':
      return {
        tone: 'bad',
        title: 'Please reconnect',
        text: `${name} no longer accepts the connection of ${account ?? 'this account'}.`,
      };
    case 'integration_not_found':
      return { tone: 'bad', title, text: 'That account was disconnected meanwhile.' };
    case 'invalid_request':
      return {
        tone: 'info',
        title: 'Nothing to refresh',
        text: `${name} gives access that does not run out.`,
      };
    case 'provider_not_configured':
      return {
        tone: 'bad',
        title,
        text: `${brand} is not set up for ${name} any more. Please tell ${brand} about it.`,
      };
    case 'refresh_in_progress':
      return {
        tone: 'info',
        title: 'Being refreshed',
        text: 'It is being renewed right now. Load the page again in a moment.',
      };
    case 'rate_limited':
      return retryAt !== null && retryAt - clock.now > 2 * MINUTE_MS
        ? { tone: 'info', title, text: `That was often enough for today. ${next}` }
        : tooFast();
    case 'unavailable':
      return { tone: 'bad', title, text: `Something here is not answering. ${next}` };
    case 'provider_error':
      return { tone: 'bad', title, text: `${name} gave an answer that could not be used. ${next}` };
    default:
      return { tone: 'bad', title, text: `${name} is not answering at the moment. ${next}` };
  }
}

function notDisconnected(code: HostedFlash['code'], { provider: name }: Names): Message {
  if (code === 'integration_not_found') {
    return {
      tone: 'info',
      title: 'Already gone',
      text: `That ${name} account is not connected any more.`,
    };
  }
  if (code === 'rate_limited') return tooFast();
  return {
    tone: 'bad',
    title: 'Not disconnected',
    text: 'Something here is not answering. The account is still connected; try again in a moment.',
  };
}

const tooFast = (): Message => ({
  tone: 'info',
  title: 'One moment',
  text: 'That was a lot at once. Wait a minute, then go on.',
});

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
