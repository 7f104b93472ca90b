/**
 * Structured logs: one JSON object a line. Callers pass names, ids, codes and numbers, never a
 * token, a URL with a query, a header or a provider's body. Errors are reduced to name, code and
 * our own stack frames' message, because a foreign error's text may quote what it was given.
 */
import { AppError, ConfigError } from './errors';

export type LogFields = Record<string, string | number | boolean | null | undefined>;

/**
 * Every line that there is, by its level: `area.what_happened`. docs/operations.md explains each; a
 * test holds that it does.
 */
export const logEvents = {
  error: [
    'assets.not_read',
    'check.failed',
    'config.invalid',
    'connect.abandon_failed',
    'connect.page_failed',
    'health.failed',
    'invocation.background_work_failed',
    'jobs.failed',
    'outbox.delivery_failed',
    'outbox.tokens_not_saved',
    'page.action_failed',
    'queue.dead_letter',
    'queue.message_unreadable',
    'refresh.attempt_failed',
    'refresh.client_not_opened',
    'refresh.d1_unavailable',
    'refresh.failure_not_written',
    'refresh.forced_failed',
    'refresh.grant_not_committed',
    'refresh.row_set_aside',
    'refresh.run_failed',
    'refresh.token_not_opened',
    'request.defect',
    'request.storage_unavailable',
    'rescue.grant_lost',
    'rescue.not_saved',
    'rescue.not_recovered',
    'rescue.provider_missing',
    'rescue.set_aside',
    'reseal.token_not_opened',
    'status_cache.d1_failed',
    'webhook.dead_letter',
    'webhook.deliveries_failed',
  ],
  warn: [
    'calls.counts_not_written',
    'check.not_sent',
    'circuit.attempts_not_counted',
    'circuit.failure_not_counted',
    'circuit.not_closed',
    'circuit.not_read',
    'client.not_replaced',
    'client.replaced',
    'connect.accounts_left_out',
    'connect.also_left_out',
    'connect.also_refused',
    'connect.callback_failed',
    'connect.commit_retried',
    'connect.completion_failed',
    'connect.grant_not_saved',
    'connect.profile_left_out',
    'connect.start_failed',
    'connect.wrong_user',
    'events.not_written',
    'kv.delete_refused',
    'kv.list_failed',
    'kv.put_refused',
    'kv.put_unverified',
    'kv.snapshot_too_large',
    'kv.read_failed',
    'operator.database_unavailable',
    'operator.sign_in_refused',
    'outbox.gave_up',
    'queue.wake_up_not_sent',
    'refresh.discovery_failed',
    'refresh.forced_not_counted',
    'refresh.refusal_not_weighed',
    'refresh.run_not_recorded',
    'request.failed',
    'rescue.lookup_failed',
    'rescue.not_committed',
    'rescue.saved',
    'service_key.use_not_recorded',
    'token.use_not_recorded',
    'webhook.not_delivered',
  ],
  info: [
    'check.done',
    'client.registered',
    'connect.callback_received',
    'connect.completed',
    'connect.credentials_stored',
    'disconnect.done',
    'erase.done',
    'operator.signed_in',
    'refresh.grant_discarded',
    'refresh.not_granted',
    'refresh.run_ended',
    'request.answered',
    'rescue.recovered',
    'reseal.done',
    'revocation.dropped',
    'revocation.sent',
    'webhook.enabled',
  ],
} as const;

type Level = keyof typeof logEvents;
export type LogEvent<L extends Level> = (typeof logEvents)[L][number];

export interface Log {
  info(event: LogEvent<'info'>, fields?: LogFields): void;
  warn(event: LogEvent<'warn'>, fields?: LogFields & { cause?: never }, cause?: unknown): void;
  error(event: LogEvent<'error'>, fields?: LogFields & { cause?: never }, cause?: unknown): void;
  /** A log whose lines all carry these fields too; a function is called for each line. */
  with(fields: LogFields | (() => LogFields)): Log;
}

/** What may be written of an error. The text of foreign errors stays out: it can quote secrets. */
export function describeError(error: unknown): LogFields {
  if (error instanceof AppError) return { error: error.code, detail: error.detail };
  if (error instanceof ConfigError) return { error: error.name, detail: error.message };
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    // Stack frames name our functions and files; the first line, the message, is left out.
    const frames = error.stack
      ?.split('\n')
      .filter((line) => line.trimStart().startsWith('at '))
      .slice(0, 6)
      .map((line) => line.trim())
      .join(' < ');
    return { error: error.name, code, frames };
  }
  return { error: typeof error };
}

export function createLog(
  write: (line: string) => void,
  now: () => number,
  fields: LogFields | (() => LogFields) = {},
): Log {
  const all = () => (typeof fields === 'function' ? fields() : fields);
  const line = (level: Level) => (event: string, more?: LogFields, cause?: unknown) =>
    write(
      JSON.stringify({
        level,
        event,
        time: new Date(now()).toISOString(),
        ...all(),
        ...more,
        ...(cause === undefined ? {} : describeError(cause)),
      }),
    );
  return {
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    with: (more) =>
      createLog(write, now, () => ({ ...all(), ...(typeof more === 'function' ? more() : more) })),
  };
}
