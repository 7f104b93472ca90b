/** Errors that a person meets in a browser. */
import { AppError, type ErrorCode } from '../errors';

/**
 * What happened, more precisely than a code says: for the page that a person is shown. Programs get
 * the code.
 */
export type Situation =
  | 'no_session'
  | 'session_ended'
  | 'token_used'
  | 'origin_missing'
  | 'origin_null'
  | 'origin_not_allowed'
  | 'framed'
  | 'form_outdated'
  | 'link_unknown'
  | 'state_unknown'
  | 'state_used'
  | 'denied_without_state'
  | 'started_elsewhere'
  | 'callback_empty'
  | 'not_signed'
  | 'other_browser'
  | 'other_provider';

export class BrowserError extends AppError {
  readonly situation: Situation;
  /** Where the person goes on; an address that was checked, or a path of this Worker. */
  readonly returnTo: string | undefined;

  constructor(code: ErrorCode, detail: string, situation: Situation, returnTo?: string) {
    super(code, detail);
    this.situation = situation;
    this.returnTo = returnTo;
  }
}
