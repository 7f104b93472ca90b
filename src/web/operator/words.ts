/** The operator's page's sentences and number formats. Pure. */
import type { FailureCategory } from '../../db/schema';
import type { AppError } from '../../errors';
import { eventTypeOf } from '../../events/event-log';
import type { EventType } from '../../events/types';
import { BrowserError, type Situation } from '../../http/browser-error';
import { OPENS_AFTER } from '../../refresh/circuit';
import type { Trigger } from '../../refresh/run-log';
import { SECOND_MS } from '../../time';
import type { Message } from '../ui/layout';
import { type Clock, hour, relative } from '../ui/times';
import type { OperatorFlash } from './actions';
import { COUNTED_ACCOUNTS } from './counts';

export const number = (n: number): string => n.toLocaleString('en-GB');

/** A number that was counted up to COUNTED_ACCOUNTS: in a sentence, and in a table. */
export const counted = (n: number): string =>
  n > COUNTED_ACCOUNTS ? `over ${number(COUNTED_ACCOUNTS)}` : number(n);

export const atLeast = (n: number, isMore: boolean): string => `${number(n)}${isMore ? '+' : ''}`;

export const cell = (n: number): string =>
  atLeast(Math.min(n, COUNTED_ACCOUNTS), n > COUNTED_ACCOUNTS);

/** A sum of such numbers. */
export const sumOfCounted = (counts: readonly number[]): string =>
  atLeast(
    counts.reduce((sum, n) => sum + Math.min(n, COUNTED_ACCOUNTS), 0),
    counts.some((n) => n > COUNTED_ACCOUNTS),
  );

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : many}`;

/** Rounded, but never up to all of it. */
export const percent = (share: number): string =>
  share > 0.999 && share < 1 ? '99.9%' : `${Math.round(share * 1000) / 10}%`;

/** `under a second`, `12 s`, `3 min 5 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < 1) return 'under a second';
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
}

export const triggerWords: Record<Trigger, string> = {
  cron: 'Cron',
  queue: 'Queue',
  operator: 'By hand',
};

export const circuitWords = (
  { openUntil, failures }: { openUntil: number | null; failures: number },
  clock: Clock,
): string => {
  if (openUntil === null)
    return `${failures} of ${OPENS_AFTER} failures in a row that would open it`;
  return openUntil > clock.now
    ? `Until ${hour(openUntil, clock)}, ${relative(openUntil, clock)}`
    : 'The next group tries whether it works again';
};

/** Why a circuit is open. */
export function reasonWords({
  reason,
  reasonCategory,
}: {
  reason: string | null;
  reasonCategory: FailureCategory | null;
}): string {
  switch (reasonCategory) {
    case null:
      return reason === null ? 'Not noted' : 'The provider has trouble';
    case 'refusal_storm':
      return 'Most refreshes were refused at once, so nobody is marked';
    case 'operator_fault':
      if (reason === 'invalid_scope') {
        return 'The provider does not accept the scopes that are set up';
      }
      // Of discovery; the log line refresh.discovery_failed says what.
      return reason === 'provider_error'
        ? "The provider's metadata cannot be used"
        : 'The provider does not accept our client id or secret';
    case 'rate_limited':
      return 'The provider asks for a pause';
    case 'provider_failure':
      return 'The provider fails';
    case 'no_answer':
      return 'The provider does not answer';
    case 'refused':
    case 'unreadable':
    case 'unexpected':
    case 'token_unusable':
    case 'internal':
      return 'The provider gives answers that cannot be used';
    default:
      return reasonCategory satisfies never;
  }
}

const events: Readonly<Record<EventType, string>> = {
  'integration.connected': 'Connected',
  'integration.reconnected': 'Reconnected',
  'integration.disconnected': 'Disconnected',
  'integration.needs_reconnect': 'Needs reconnect',
  'integration.recovered': 'Works again',
  'integration.expiring': 'Will run out',
  'integration.scopes_changed': 'Scopes changed',
  'connection.failed': 'A connection failed',
  'user.erased': 'A user was erased',
  'revocation.gave_up': 'A revocation was given up',
  'provider.circuit_opened': 'Circuit opened',
  'provider.circuit_closed': 'An operator closed a circuit',
  'provider.operator_fault': 'Our client is refused',
  'provider.refusal_storm': 'So many refusals that nobody is marked',
  'provider.odd_reply': 'An answer that makes no sense',
  'provider.wrong_subject': 'Tokens of another account',
  'rescue.dead_letter': 'A rescued token is still waiting',
  'rescue.set_aside': 'A rescued token cannot be read',
  'integration.set_aside': 'An account cannot be read',
  'webhook.disabled': 'An endpoint is gone',
  'webhook.test': 'An operator tries an endpoint',
  'operator.signed_in': 'An operator signed in',
  'operator.refresh_run': 'An operator ran the refresh',
  'operator.user_invalidated': 'An operator emptied a user’s cache',
  'operator.verdicts_taken_back': 'An operator took verdicts back',
  'operator.webhook_enabled': 'An operator enabled an endpoint',
  'operator.dead_letters_sent': 'An operator sent dead letters again',
};

/** By the stored type; one that this release does not know is shown as it is. */
export function eventWords(stored: string): string {
  const type = eventTypeOf(stored);
  return type === null ? stored : events[type];
}

export function flashMessageWords(
  flash: OperatorFlash,
  nameOf: (provider: string) => string,
): Message {
  switch (flash.kind) {
    case 'ran':
      return ranWords(flash);
    case 'closed': {
      const where =
        flash.host === '' ? nameOf(flash.provider) : `${nameOf(flash.provider)} (${flash.host})`;
      return flash.done
        ? {
            tone: 'good',
            title: 'The circuit is closed',
            text: `${where} is asked again. Accounts that were put off keep their own next try.`,
          }
        : { tone: 'info', title: 'It was closed already', text: `${where} is being asked.` };
    }
    case 'forgotten':
      return flash.done
        ? {
            tone: 'good',
            title: 'The cache holds nothing of this user',
            text: `The next question about ${flash.userId} goes to the database. Other locations may answer from their copy for up to a minute.`,
          }
        : {
            tone: 'bad',
            title: 'KV did not take it',
            text: `This isolate has forgotten ${flash.userId}; the copy in KV ends by itself within five minutes. Try again in a moment.`,
          };
    case 'taken_back':
      return {
        tone: flash.left ? 'warn' : 'good',
        title: flash.left ? 'Not all are taken back yet' : 'The verdicts are taken back',
        text: `${plural(flash.taken, 'account')} of ${nameOf(flash.provider)} ${flash.taken === 1 ? 'is' : 'are'} active again, and tried within the hour.${flash.left ? ' Do it again for the rest.' : ''}`,
      };
    case 'tested':
      return {
        tone: 'info',
        title: `A test is on its way to ${flash.endpoint}`,
        text: `It is the event ${flash.event}; load the page again to see whether it waits or arrived.`,
      };
    case 'enabled':
      return {
        tone: 'good',
        title: `${flash.endpoint} is enabled`,
        text: 'What waits for it is sent from the next minute on. What happened while it was disabled was not queued: the app reads it from GET /v1/events.',
      };
    case 'sent_again':
      return flash.sent === 0
        ? { tone: 'info', title: 'No dead letter was left', text: 'Nothing was changed.' }
        : {
            tone: flash.left ? 'warn' : 'good',
            title: `${plural(flash.sent, 'delivery', 'deliveries')} of ${flash.endpoint} ${flash.sent === 1 ? 'is' : 'are'} tried again`,
            text: `The next minute begins with ${flash.sent === 1 ? 'it' : 'them'}.${flash.left ? ' More are left: do it again once these are sent.' : ''}`,
          };
    default:
      return flash satisfies never;
  }
}

/** Before verdicts are taken back. */
export const verdictsWords = (name: string, count: number): Omit<Message, 'tone'> => ({
  title: 'Verdicts by comparison or time',
  text:
    count === 0
      ? `No account of ${name} is marked because its refusals went on for days.`
      : `${plural(count, 'account')} of ${name} ${count === 1 ? 'needs' : 'need'} a reconnect because refusals went on for days while others were granted, or for two weeks. If ${name} was wrong, take ${count === 1 ? 'it' : 'them'} back: each is active again and tried within the hour. What is refused again is marked again after days.`,
});

function ranWords(run: Extract<OperatorFlash, { kind: 'ran' }>): Message {
  if (run.claimed === 0) {
    return run.left
      ? {
          tone: 'info',
          title: 'Nothing was started',
          text: 'Something is due; the next run takes it.',
        }
      : {
          tone: 'info',
          title: 'Nothing was due',
          text: 'No account is due now, or what is due waits behind an open circuit or a run under way.',
        };
  }
  const parts = [
    `${run.refreshed} refreshed`,
    ...(run.refused > 0 ? [`${run.refused} refused`] : []),
    ...(run.failed > 0 ? [`${run.failed} failed and will be tried again`] : []),
  ];
  const bad = run.refused + run.failed;
  return {
    tone: bad === 0 ? 'good' : 'warn',
    title: `The run took ${plural(run.claimed, 'account')}`,
    text: `${parts.join(', ')}.${run.left ? ' More is due: the next run goes on.' : ''}`,
  };
}

const situations: Partial<Record<Situation, Omit<Message, 'tone'>>> = {
  no_session: {
    title: 'Your session has ended',
    text: 'Nothing was changed. Sign in and repeat it.',
  },
  form_outdated: {
    title: 'That page was out of date',
    text: 'Nothing was changed. Load the page again and repeat it there.',
  },
};

/** For whoever opens this page in a browser. */
export function errorWords(error: AppError): Omit<Message, 'tone'> {
  if (error instanceof BrowserError) {
    const foreign = { title: 'That did not come from this page', text: 'Nothing was changed.' };
    return situations[error.situation] ?? foreign;
  }
  const { code, status, detail, errors } = error;
  if (code === 'rate_limited') {
    return { title: 'Too many tries', text: 'Wait a minute, then try again.' };
  }
  if (status === 404) return { title: 'There is nothing here', text: 'This page is at /operator.' };
  if (status === 405) {
    return { title: 'That works by its button only', text: 'Open the page and use it there.' };
  }
  if (status === 503) {
    return {
      title: 'Something is not answering',
      text: 'Nothing was changed. Try again in a minute.',
    };
  }
  if (status >= 500) {
    return { title: 'Something went wrong here', text: 'The log says what.' };
  }
  const faults = errors?.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const text = `The request is not as it should be: ${faults ?? detail}.`;
  return { title: 'That did not work', text };
}
