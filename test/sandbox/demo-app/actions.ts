/** What the buttons do. Each returns what to tell, or an address to send the browser to. */
import { askOf } from './asks.ts';
import type { Called, Integration, Problem } from './mooring.ts';
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

interface Run {
  started: string;
  claimed: number;
  refreshed: number;
  refused: number;
  failed: number;
}

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

export const bad = (problem: Problem): Notice => ({
  tone: 'bad',
  text: wording[problem.code] ?? problem.detail,
});

const calledWords = ({ by, status }: Called): string =>
  by === 'provider'
    ? `The API answered ${status}. The token never left Mooring.`
    : `Mooring answered ${status} by itself; the API was not reached.`;

const base = (session: Session): string => `/v1/users/${session.user.id}`;

const integrationPath = (session: Session, form: URLSearchParams): string =>
  `${base(session)}/integrations/${encodeURIComponent(form.get('provider') ?? '')}/${encodeURIComponent(form.get('accountId') ?? '')}`;

export const actions: Record<string, Action> = {
  async connect(session, form, { origin }) {
    const accountId = form.get('accountId');
    const started = await session.mooring.call<{ connectUrl: string }>(
      'POST',
      `${base(session)}/connections`,
      {
        provider: form.get('provider'),
        returnTo: `${origin}/connected`,
        ...(accountId ? { accountId } : {}),
      },
    );
    return started.ok ? { goTo: started.body.connectUrl } : bad(started.problem);
  },

  async manage(session, _form, { origin }) {
    const reply = await session.mooring.call<Opening>('POST', `${base(session)}/page-sessions`, {
      label: session.user.name,
      returnTo: origin,
    });
    return reply.ok ? { opening: reply.body } : bad(reply.problem);
  },

  async refresh(session, form) {
    const reply = await session.mooring.call<Integration>(
      'POST',
      `${integrationPath(session, form)}/refresh`,
    );
    return reply.ok
      ? good(`Refreshed ${reply.body.displayName ?? reply.body.accountId}: a new access token.`)
      : bad(reply.problem);
  },

  async token(session, form) {
    const reply = await session.mooring.call<{ accessToken: string; expiresAt: string | null }>(
      'GET',
      `${integrationPath(session, form)}/token`,
    );
    if (!reply.ok) return bad(reply.problem);
    const { accessToken, expiresAt } = reply.body;
    const end = expiresAt ? `, good until ${new Date(expiresAt).toLocaleTimeString('en-GB')}` : '';
    return good(`A token that works: ${accessToken.slice(0, 4)}…${end}. It stays in the backend.`);
  },

  async call(session, form) {
    const provider = form.get('provider') ?? '';
    const accountId = form.get('accountId') ?? '';
    const account = { userId: session.user.id, provider, accountId };
    const called = await session.mooring.callApi(account, askOf(form.get('ask')));
    if (called === null) return { tone: 'bad', text: 'Mooring did not answer the call.' };
    session.called = { ...called, provider, accountId };
    return { tone: called.status < 400 ? 'good' : 'plain', text: calledWords(called) };
  },

  async disconnect(session, form) {
    const reply = await session.mooring.call<{ revocation: string }>(
      'DELETE',
      integrationPath(session, form),
    );
    if (!reply.ok) return bad(reply.problem);
    return good(
      reply.body.revocation === 'queued'
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

  async cron(session, _form, around) {
    const before = Date.now();
    if (!(await around.fireCron())) {
      return { tone: 'bad', text: 'The Worker did not take the cron event.' };
    }
    const reply = await session.mooring.call<{ runs: Run[] }>('GET', '/v1/refresh/runs');
    if (!reply.ok) return bad(reply.problem);
    // Only runs that had something to do are kept.
    const run = reply.body.runs.find(({ started }) => Date.parse(started) >= before);
    if (!run) return plain('Cron ran. Nothing was due.');
    const { claimed, refreshed, refused, failed } = run;
    return good(`Cron ran: ${claimed} due, ${refreshed} refreshed, ${refused + failed} not.`);
  },

  async forget(session) {
    const reply = await session.mooring.call('DELETE', `/v1/cache/users/${session.user.id}`);
    return reply.ok ? plain('The cached copy is gone: D1 answers next.') : bad(reply.problem);
  },

  async switch(session, form) {
    const user = demoUsers.find(({ id }) => id === form.get('user'));
    if (user) session.use(user);
    return { goTo: '/' };
  },
};

/**
 * The user is back from the provider. This app knows by its own session who that is, and `completion`
 * shows that this is the browser that consented.
 */
export async function complete(session: Session, query: URLSearchParams): Promise<Notice> {
  const id = query.get('connection');
  const error = query.get('error');
  if (error) {
    return { tone: 'bad', text: wording[error] ?? `The connection failed: ${error}.` };
  }
  if (!id) return { tone: 'bad', text: 'There is no connection to complete.' };
  const reply = await session.mooring.call<Integration>(
    'POST',
    `${base(session)}/connections/${encodeURIComponent(id)}/complete`,
    { completion: query.get('completion') ?? '' },
  );
  return reply.ok
    ? good(`Connected ${reply.body.displayName ?? reply.body.accountId}.`)
    : bad(reply.problem);
}
