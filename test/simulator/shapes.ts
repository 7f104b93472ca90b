/** Shapes that many providers share. A fixture says for itself what it takes them from. */
import type { Evidence } from './evidence.ts';
import type { Answer } from './types.ts';

/** RFC 6749 5.2. */
export const refusal = (
  error: string,
  evidence: Evidence,
  { status = 400, description }: { status?: number; description?: string } = {},
): Answer => ({
  status,
  body: { error, ...(description === undefined ? {} : { error_description: description }) },
  evidence,
});

export const invalidGrant = (
  evidence: Evidence,
  description = 'Token has been expired or revoked.',
): Answer => refusal('invalid_grant', evidence, { description });

export const invalidClient = (evidence: Evidence, status = 401): Answer =>
  refusal('invalid_client', evidence, { status });

/** RFC 6750 3.1: what an API says to a token that is not good. */
export const invalidToken = (evidence: Evidence): Answer =>
  refusal('invalid_token', evidence, { status: 401 });

/** The keys that were asked for, as APIs do that return nothing unasked. */
export const only = <T>(document: Record<string, T>, fields: string | null): Record<string, T> => {
  const wanted = new Set((fields ?? '').split(','));
  return Object.fromEntries(Object.entries(document).filter(([key]) => wanted.has(key)));
};
