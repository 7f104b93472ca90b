/** The door to the operator's page, and what is said outside of it. */

import type { Message } from '../hosted/words';
import { type Frame, Notice, renderPage } from '../ui/layout';

export const signInPage = ({ notice, ...frame }: Frame & { notice: Message | null }): string =>
  renderPage({
    ...frame,
    title: 'Operations',
    children: (
      <div class="narrow">
        <h1>Operations</h1>
        <p class="intro">
          For those who run this service. Sign in with one of its service keys; it is checked and
          not kept, and this browser gets half an hour.
        </p>
        {notice ? <Notice {...notice} /> : null}
        <form class="card" method="post" action="/operator/session">
          <div class="field first">
            <label for="key">Service key</label>
            <input
              id="key"
              name="key"
              type="password"
              required
              autocomplete="current-password"
              autocapitalize="none"
              spellcheck={false}
              maxlength={1024}
            />
          </div>
          <div class="actions">
            <button class="button main" type="submit">
              Sign in
            </button>
          </div>
        </form>
      </div>
    ),
  });

interface SaidProps extends Frame {
  title: string;
  text: string;
  /** For the log; null where nobody needs to look. */
  requestId: string | null;
}

export const saidPage = ({ title, text, requestId, ...frame }: SaidProps): string =>
  renderPage({
    ...frame,
    title,
    children: (
      <div class="narrow">
        <h1>{title}</h1>
        <p class="intro">{text}</p>
        <div class="actions">
          <a class="button main" href="/operator">
            To the operator’s page
          </a>
        </div>
        {requestId === null ? null : <p class="small soft">{`In the log: ${requestId}`}</p>}
      </div>
    ),
  });
