/**
 * The errors that a caller may see. Everything thrown on purpose is an AppError; anything else
 * that reaches the edge is a defect and is answered as `internal`.
 *
 * `detail` is shown to callers: it never holds a token, a key, or a provider's raw text.
 */
import * as z from 'zod';
import { timeSchema } from './time';

/** Code -> [HTTP status, title]. The codes are part of the contract with clients. */
export const errorCodes = {
  invalid_request: [400, 'Invalid request'],
  unauthenticated: [401, 'Not authenticated'],
  forbidden: [403, 'Not allowed'],
  wrong_completion: [403, 'Wrong completion'],
  wrong_user: [403, 'Wrong user'],
  not_found: [404, 'Not found'],
  integration_not_found: [404, 'No such integration'],
  connection_not_found: [404, 'No such connection'],
  provider_not_found: [404, 'No such provider'],
  event_not_found: [404, 'No such event'],
  method_not_allowed: [405, 'Method not allowed'],
  account_linked_to_another_user: [409, 'Account linked to another user'],
  account_mismatch: [409, 'Another account came back'],
  authorization_required: [409, 'Authorization required'],
  call_not_supported: [409, 'Calls not supported'],
  check_not_supported: [409, 'Check not supported'],
  choice_required: [409, 'Choice required'],
  connection_failed: [409, 'Connection failed'],
  needs_reconnect: [409, 'Needs reconnect'],
  provider_not_configured: [409, 'Provider not configured'],
  several_accounts: [409, 'Several accounts'],
  token_bound: [409, 'Token bound to a key'],
  too_many_integrations: [409, 'Too many integrations'],
  connection_expired: [410, 'Connection expired'],
  too_large: [413, 'Too large'],
  unsupported_media_type: [415, 'Unsupported media type'],
  credentials_refused: [422, 'Credentials refused'],
  too_many_connections: [429, 'Too many connections'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Internal error'],
  not_implemented: [501, 'Not implemented'],
  provider_error: [502, 'Provider error'],
  completion_in_progress: [503, 'Completion in progress'],
  provider_unavailable: [503, 'Provider unavailable'],
  refresh_in_progress: [503, 'Refresh in progress'],
  unavailable: [503, 'Unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with an input: where (`integrations.0.scopes`), and what. */
export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.output<typeof fieldErrorSchema>;

/** What a problem says besides, by its code (RFC 9457 3.2). */
export const problemMembersSchema = z.object({
  reason: z
    .enum(['not_connected', 'needs_reconnect', 'missing_scopes'])
    .optional()
    .describe('Of `authorization_required`: why the user has to consent.'),
  missingScopes: z
    .array(z.string())
    .optional()
    .describe(
      'Of `authorization_required`, where scopes were asked for: those that are not granted.',
    ),
  connection: z
    .object({ id: z.string(), connectUrl: z.url(), expiresAt: timeSchema })
    .optional()
    .describe(
      'Of `authorization_required`, for a caller with the right `connect` that gave `returnTo`: the link to send the user to.',
    ),
  choices: z
    .array(z.object({ id: z.string(), label: z.string() }))
    .optional()
    .describe('Of `choice_required`: what there is to choose from.'),
  accounts: z
    .array(z.object({ accountId: z.string(), displayName: z.string().nullable() }))
    .optional()
    .describe('Of `several_accounts`: those that there are.'),
});
export type ProblemMembers = z.output<typeof problemMembersSchema>;

interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  members?: ProblemMembers;
  version?: number;
  headers?: Record<string, string>;
  /**
   * Seconds until another try makes sense; becomes the Retry-After header, which a 503 always has.
   */
  retryAfter?: number;
}

/** Of a 503 that knows nothing better. */
const RETRY_AFTER_SECONDS = 5;

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly status: number;
  readonly title: string;
  readonly errors: FieldError[] | undefined;
  readonly members: ProblemMembers;
  readonly retryAfter: number | undefined;
  /** The user's version as of this answer, where that is known; the Consistency-Token header. */
  version: number | undefined;
  readonly #headers: Record<string, string> | undefined;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.detail = detail;
    [this.status, this.title] = errorCodes[code];
    this.errors = options.errors;
    this.members = options.members ?? {};
    this.retryAfter = options.retryAfter;
    this.version = options.version;
    this.#headers = options.headers;
  }

  /** Of the reply that tells of it. */
  get headers(): Record<string, string> {
    const { status, version } = this;
    const retryAfter = this.retryAfter ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
    return {
      ...this.#headers,
      ...(retryAfter === undefined
        ? {}
        : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfter))) }),
      ...(version === undefined ? {} : { 'Consistency-Token': String(version) }),
    };
  }
}

/** A setting that is missing or wrong. */
export interface SettingFault {
  /** Its name, perhaps with the path of a field in it. */
  setting: string;
  isMissing: boolean;
  /** What is wrong, or how to make it; never a value. Goes on after the name. */
  text: string;
}

export const sentenceOf = ({ setting, isMissing, text }: SettingFault): string =>
  `${setting}${isMissing ? ' is missing;' : ':'} ${text}`;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly SettingFault[];

  constructor(...faults: SettingFault[]) {
    super(faults.map(sentenceOf).join('; '));
    this.faults = faults;
  }
}

export const wrongSetting = (setting: string, text: string): ConfigError =>
  new ConfigError({ setting, isMissing: false, text });

export const missingSetting = (setting: string, text: string): ConfigError =>
  new ConfigError({ setting, isMissing: true, text });
