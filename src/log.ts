/**
 * Structured logs: one JSON object a line. Callers pass names, ids, codes and numbers, never a
 * token, a URL with a query, a header or a provider's body. Errors are reduced to name, code and
 * our own stack frames' message, because a foreign error's text may quote what it was given.
 */
import { AppError, ConfigError } from './errors';

export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields & { cause?: never }, cause?: unknown): void;
  error(event: string, fields?: LogFields & { cause?: never }, cause?: unknown): void;
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
  const line =
    (level: 'info' | 'warn' | 'error') => (event: string, more?: LogFields, cause?: unknown) =>
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
