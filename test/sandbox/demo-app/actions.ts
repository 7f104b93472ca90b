/** What the buttons do. Each returns what to tell, or an address to send the browser to. */
import { type Account, isMooringError, returnedConnection } from '../../../client/src/index.ts';
import { askOf } from './asks.ts';
import { type Called, callApi } from './mooring.ts';
import { demoUsers } from './people.ts';
import type { Notice, Session } from './sessions.ts';

export interface Surroundings {
  /** The demo app's own origin. */
  origin: string;
  /** Runs the Worker's cron handler; false when that failed. */
  fireCron(): Promise<boolean>;
  /** Withdraws the account's grants at the authorization server. */
  withdraw(accountId: string): Promise<number>;
}

/** A form that the browser posts to Mooring, which opens the hosted page. */
export interface Opening {
  action: string;
  token: string;
}

export type Outcome = Notice | { goTo: string } | { opening: Opening };

type Action = (session: Session, form: URLSearchParams, around: Surroundings) => Promise<Outcome>;

const good = (text: string): Notice => ({ tone: 'good', text });
const plain = (text: string): Notice => ({ tone: 'plain', text });

/** What a code means for the person in front of this app; others show the API's own words. */
const wording: Record<string, string> = {
  access_denied: 'You cancelled. Nothing was connected.',
  account_linked_to_another_user: 'That account is already connected by another user of this app.',
  account_mismatch: 'You signed in with another account than the one to reconnect.',
  wrong_completion: 'That link was not finished in this browser. Nothing was connected.',
  needs_reconnect: 'The provider refused for good. Reconnect the account.',
};

/**
 * What was thrown, in words for the person in front of this app. @throws what is a fault of its own
 */
export function bad(error: unknown): Notice {
  if (isMooringError(error)) {
    return { tone: 'bad', text: wording[error.code] ?? error.problem.detail };
  }
  const { name, message } = error instanceof Error ? error : new Error();
  if (name !== 'TimeoutError' && message !== 'fetch failed') throw error;
  return { tone: 'bad', text: 'Mooring did not answer. Is the Worker still running?' };
}

const calledWords = ({ by, status }: Called): string =>
  by === 'provider'
    ? `The API answered ${status}. The token never left Mooring.`
    : `Mooring answered ${status} by itself; the API was not reached.`;

const accountOf = ({ mooring, user }: Session, form: URLSearchParams): Account =>
  mooring.user(user.id).account(form.get('provider') ?? '', form.get('accountId') ?? '');

/** Whatever they throw becomes a notice (`bad`). */
export const actions: Record<string, Action> = {
  async connect({ mooring, user }, form, { origin }) {
    const { connectUrl } = await mooring.user(user.id).connections.create({
      provider: form.get('provider') ?? '',
      returnTo: `${origin}/connected`,
      accountId: form.get('accountId') ?? undefined,
    });
    return { goTo: connectUrl };
  },

  async manage({ mooring, user }, _form, { origin }) {
    const opening = await mooring
      .user(user.id)
      .createPageSession({ label: user.name, returnTo: origin });
    return { opening };
  },

  async refresh(session, form) {
    const { displayName, accountId } = await accountOf(session, form).refresh();
    return good(`Refreshed ${displayName ?? accountId}: a new access token.`);
  },

  async token(session, form) {
    const token = await accountOf(session, form).token();
    if (token.kind !== 'oauth2') return plain('The credentials that the user gave.');
    const { accessToken, expiresAt } = token;
    const end = expiresAt ? `, good until ${new Date(expiresAt).toLocaleTimeString('en-GB')}` : '';
    return good(`A token that works: ${accessToken.slice(0, 4)}…${end}. It stays in the backend.`);
  },

  async call(session, form) {
    const account = accountOf(session, form);
    const called = await callApi(account, askOf(form.get('ask')));
    const { provider, accountId } = account;
    session.called = { ...called, provider, accountId };
    return { tone: called.status < 400 ? 'good' : 'plain', text: calledWords(called) };
  },

  async disconnect(session, form) {
    const { revocation } = await accountOf(session, form).disconnect();
    return good(
      revocation === 'queued'
        ? 'Disconnected. The provider is told to revoke the tokens.'
        : 'Disconnected.',
    );
  },

  async withdraw(_session, form, around) {
    const grants = await around.withdraw(form.get('accountId') ?? '');
    return plain(
      grants === 0
        ? 'Sandbox ID has no grant of that account.'
        : 'Withdrawn at Sandbox ID. Mooring finds out at the next refresh.',
    );
  },

  async cron({ mooring }, _form, around) {
    const before = Date.now();
    if (!(await around.fireCron())) {
      return { tone: 'bad', text: 'The Worker did not take the cron event.' };
    }
    const { data } = await mooring.api.GET('/v1/refresh/runs');
    // Only runs that had something to do are kept.
    const run = data?.runs.find(({ started }) => Date.parse(started) >= before);
    if (!run) return plain('Cron ran. Nothing was due.');
    const { claimed, refreshed, refused, failed } = run;
    return good(`Cron ran: ${claimed} due, ${refreshed} refreshed, ${refused + failed} not.`);
  },

  async forget({ mooring, user }) {
    await mooring.api.DELETE('/v1/cache/users/{userId}', { params: { path: { userId: user.id } } });
    return plain('The cached copy is gone: D1 answers next.');
  },

  async switch(session, form) {
    const user = demoUsers.find(({ id }) => id === form.get('user'));
    if (user) session.use(user);
    return { goTo: '/' };
  },
};

/**
 * The user is back from the provider. This app knows by its own session who that is, and the
 * completion shows that this is the browser that consented.
 */
export async function complete({ mooring, user }: Session, url: URL): Promise<Notice> {
  const back = returnedConnection(url);
  if (!back) return { tone: 'bad', text: 'There is no connection to complete.' };
  if (back.error !== undefined) {
    return { tone: 'bad', text: wording[back.error] ?? `The connection failed: ${back.error}.` };
  }
  const { displayName, accountId } = await mooring
    .user(user.id)
    .connections.complete(back.id, back);
  return good(`Connected ${displayName ?? accountId}.`);
}
