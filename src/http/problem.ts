/**
 * Errors as callers see them: RFC 9457 problem documents. What was not thrown on purpose is a
 * defect; it is logged and answered as `internal`, without a word of the original message.
 */
import * as z from 'zod';
import { isOutage } from '../db/outage';
import {
  AppError,
  ConfigError,
  type ErrorCode,
  errorCodes,
  fieldErrorSchema,
  problemMembersSchema,
} from '../errors';
import type { Log } from '../log';

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().describe('A URN of the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('For people: what is wrong with this request.'),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode]).describe('Clients go by it.'),
    requestId: z.string().describe('Names this request in the logs.'),
    errors: z
      .array(fieldErrorSchema)
      .optional()
      .describe('What is wrong with an input, field by field.'),
    ...problemMembersSchema.shape,
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457. Each code narrows it in a schema of its own.',
  });

type Problem = z.output<typeof problemSchema>;

/** Codes are the contract; the URN gives each its RFC 9457 `type`. */
const typeOf = (code: string): string => `urn:mooring:problem:${code}`;

/** Any thrown value -> the error to show. Logs what needs an operator. */
export function toAppError(thrown: unknown, log: Log): AppError {
  if (thrown instanceof AppError) {
    if (thrown.status >= 500) log.warn('request.failed', {}, thrown);
    return thrown;
  }
  if (thrown instanceof ConfigError) {
    log.error('config.invalid', {}, thrown);
    // Names the setting, never its value: whoever deploys needs to see it.
    return new AppError('internal', `configuration: ${thrown.message}`);
  }
  if (isOutage(thrown)) {
    log.error('request.storage_unavailable', {}, thrown);
    return new AppError('unavailable', 'the storage does not answer; try again', {
      cause: thrown,
      retryAfter: 2,
    });
  }
  log.error('request.defect', {}, thrown);
  return new AppError('internal', 'something went wrong here; the log of this request says what');
}

export function problemResponse(error: AppError, requestId: string): Response {
  const body: Problem = {
    type: typeOf(error.code),
    title: error.title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
    ...error.members,
  };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: {
      ...error.headers,
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
    },
  });
}
