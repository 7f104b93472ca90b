import type { components } from './openapi.ts';

type Schemas = components['schemas'];

/** What Mooring says no with, one schema for each code. */
type KnownProblem = {
  [Name in keyof Schemas]: Name extends 'Problem'
    ? never
    : Name extends `${string}Problem`
      ? Schemas[Name]
      : never;
}[keyof Schemas];

/** A reply that is not Mooring's: of a server in front of it, or of another one at this address. */
interface UnexpectedReply extends Omit<Schemas['Problem'], 'code'> {
  code: 'unexpected_reply';
}

/** RFC 9457, narrowed by its `code`. */
export type Problem = KnownProblem | UnexpectedReply;

/** The codes that this version knows. A newer deployment may have others. */
export type ErrorCode = Problem['code'];

/** The problem of one code, with the members that it has. */
export type ProblemOf<Code extends ErrorCode> = Extract<Problem, { code: Code }>;

/**
 * Mooring refused, failed, or was not what answered. What the network throws (`TypeError`,
 * `AbortError`) is passed on as it is.
 */
export class MooringError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MooringError';
  /** The whole document. */
  readonly problem: ProblemOf<Code>;
  /** Seconds, where the reply has a `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(problem: ProblemOf<Code>, retryAfter?: number | undefined) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Clients go by it. */
  get code(): Code {
    return this.problem.code as Code;
  }

  /** Of the HTTP reply. */
  get status(): number {
    return this.problem.status;
  }

  /** Names the request in Mooring's log. */
  get requestId(): string {
    return this.problem.requestId;
  }
}

/**
 * Whether a thrown value is an error of Mooring's, and, with codes, one of these. It narrows
 * `error.problem` to what that code comes with.
 *
 * @example
 * try {
 *   return await github.fetch('/user/repos');
 * } catch (error) {
 *   if (isMooringError(error, 'authorization_required')) return askUser(error.problem.reason);
 *   throw error;
 * }
 */
export function isMooringError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is MooringError<Code> {
  // By its name: an app may hold two copies of this package.
  if (!(error instanceof Error) || error.name !== 'MooringError') return false;
  const { code } = error as MooringError;
  return codes.length === 0 || (codes as readonly string[]).includes(code);
}

/** @param retryAfter seconds */
export async function errorOf(response: Response, retryAfter?: number): Promise<MooringError> {
  const text = await response.text().catch(() => '');
  const problem = response.headers.get('Content-Type')?.startsWith('application/problem+json')
    ? (parsed(text) as Problem | undefined)
    : undefined;
  return new MooringError(problem ?? unexpected(response), retryAfter);
}

export const unexpected = (response: Response): UnexpectedReply => ({
  type: 'about:blank',
  title: 'Unexpected reply',
  status: response.status,
  detail: `the reply with status ${response.status} is not Mooring's: check baseUrl`,
  code: 'unexpected_reply',
  requestId: response.headers.get('X-Request-Id') ?? '',
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
