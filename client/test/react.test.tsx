// @vitest-environment happy-dom
import {
  dehydrate,
  hydrate,
  QueryClient,
  QueryClientProvider,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { act, type ReactNode, StrictMode, Suspense, useEffect } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isMooringError, type MooringOptions } from '../src/index.ts';
import {
  connectionQuery,
  integrationsQuery,
  useCompletion,
  useConnect,
  useDisconnect,
  useIntegrations,
} from '../src/react.ts';
import { type Asked, json, problem, testServer } from './server.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const RETURN_TO = 'http://localhost:3000/connected';

/** A deployment as far as these tests go: one user, one connection. */
function deployment(options: Partial<MooringOptions> = {}) {
  const state = {
    version: 1,
    accounts: [] as string[],
    connection: 'started',
    refusal: null as Response | null,
  };
  const server = testServer({ token: 'e30.e30.c2ln', ...options });
  const integration = (accountId: string) => ({ provider: 'github', accountId, isConnected: true });
  server.answers(({ method, path }: Asked) => {
    const versioned = { 'Consistency-Token': String(state.version) };
    if (state.refusal) return state.refusal.clone();
    if (method === 'DELETE') {
      state.accounts = [];
      state.version += 1;
      return json({ revocation: 'queued' }, { 'Consistency-Token': String(state.version) });
    }
    if (path.endsWith('/connections')) {
      return json({ id: 'con_1', connectUrl: 'https://mooring.example/connect/start/t' }, {}, 201);
    }
    if (path.endsWith('/complete')) {
      state.connection = 'completed';
      state.accounts = ['ann'];
      state.version += 1;
      return json(integration('ann'), { 'Consistency-Token': String(state.version) }, 201);
    }
    if (path.endsWith('/connections/con_1')) {
      return json(
        { id: 'con_1', provider: 'github', state: state.connection },
        state.connection === 'completed' ? versioned : {},
      );
    }
    return json(
      { userId: 'u', version: state.version, integrations: state.accounts.map(integration) },
      versioned,
    );
  });
  return { ...server, state };
}

interface Tab {
  queryClient: QueryClient;
  text(): string;
  click(label: string): Promise<void>;
  unmount(): Promise<void>;
}

const roots: Root[] = [];

async function open(page: ReactNode, queryClient = new QueryClient()): Promise<Tab> {
  const element = document.createElement('div');
  document.body.append(element);
  const root = createRoot(element);
  roots.push(root);
  await act(async () =>
    root.render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <Suspense fallback="suspended">{page}</Suspense>
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
  return {
    queryClient,
    text: () => element.textContent ?? '',
    async click(label) {
      const button = [...element.querySelectorAll('button')].find(
        (one) => one.textContent === label,
      );
      if (!button) throw new Error(`no button "${label}"`);
      await act(async () => button.click());
    },
    unmount: () => act(async () => root.unmount()),
  };
}

type Served = ReturnType<typeof deployment>;

function Accounts({ mooring }: Pick<Served, 'mooring'>) {
  const { data, error } = useIntegrations(mooring);
  const { mutate, error: failure } = useDisconnect(mooring);
  return (
    <p>
      accounts: {data?.integrations.map(({ accountId }) => accountId).join(',')}
      {error ? ` ${error.message}` : ''}
      {failure ? ` ${failure.message}` : ''}
      <button type="button" onClick={() => mutate({ provider: 'github', accountId: 'ann' })}>
        Disconnect
      </button>
    </p>
  );
}

function Connect({ mooring }: Pick<Served, 'mooring'>) {
  const { connect, state, error, reset } = useConnect(mooring, { returnTo: RETURN_TO });
  return (
    <p>
      state: {state}{' '}
      {isMooringError(error)
        ? error.code
        : error instanceof Error
          ? error.message
          : String(error ?? '')}
      <button type="button" onClick={() => connect({ provider: 'github' })}>
        Connect
      </button>
      <button type="button" onClick={reset}>
        Reset
      </button>
    </p>
  );
}

/** What the page at `returnTo` said, one after the other. */
const said = new Set<string>();

function Returned({ mooring }: Pick<Served, 'mooring'>) {
  const result = useCompletion(mooring);
  useEffect(() => {
    said.add(result.state);
  }, [result.state]);
  return (
    <p>
      {result.state}{' '}
      {result.state === 'needs_choice'
        ? result.choices.map(({ id, label }) => (
            <button key={id} type="button" onClick={() => result.choose(id)}>
              {label}
            </button>
          ))
        : null}
      {result.state === 'failed'
        ? isMooringError(result.error)
          ? result.error.code
          : String(result.error)
        : ''}
    </p>
  );
}

/** A window that was opened. */
const openedWindow = () => ({
  opener: globalThis as unknown,
  location: { replace: vi.fn<(url: string) => void>() },
  close: vi.fn(),
});

const settled = (check: () => void) =>
  vi.waitFor(async () => {
    await act(async () => {});
    check();
  });

let assign: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  window.history.replaceState(null, '', '/settings');
  assign = vi.spyOn(window.location, 'assign').mockImplementation(() => {});
});

afterEach(async () => {
  for (const root of roots.splice(0)) await act(async () => root.unmount());
  document.body.replaceChildren();
  said.clear();
  vi.restoreAllMocks();
});

describe('useConnect', () => {
  it('opens the window in the click, before it asks, and takes the opener from it', async () => {
    const { mooring, asked, state } = deployment();
    const page = openedWindow();
    const opening = vi.spyOn(window, 'open').mockImplementation(() => {
      expect(asked).toEqual([]);
      return page as unknown as Window;
    });
    const tab = await open(<Connect mooring={mooring} />);
    expect(tab.text()).toContain('state: idle');
    await tab.click('Connect');
    await settled(() => expect(tab.text()).toContain('state: waiting'));
    expect(opening).toHaveBeenCalledTimes(1);
    expect(page.opener).toBeNull();
    expect(page.location.replace).toHaveBeenCalledExactlyOnceWith(
      'https://mooring.example/connect/start/t',
    );
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      provider: 'github',
      returnTo: `${RETURN_TO}?mooring=window`,
    });
    state.connection = 'failed';
    await act(() => tab.queryClient.invalidateQueries());
    await settled(() => expect(tab.text()).toContain('state: failed'));
    await tab.click('Reset');
    expect(tab.text()).toContain('state: idle');
  });

  it('goes on in the same tab where no window is allowed', async () => {
    const { mooring, asked } = deployment();
    vi.spyOn(window, 'open').mockReturnValue(null);
    const tab = await open(<Connect mooring={mooring} />);
    await tab.click('Connect');
    await settled(() => expect(tab.text()).toContain('state: redirecting'));
    expect(assign).toHaveBeenCalledExactlyOnceWith('https://mooring.example/connect/start/t');
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ returnTo: RETURN_TO });
  });

  it('closes the window where Mooring refuses, and says why', async () => {
    const { mooring, state } = deployment();
    state.refusal = problem(429, 'rate_limited');
    const page = openedWindow();
    vi.spyOn(window, 'open').mockReturnValue(page as unknown as Window);
    const tab = await open(<Connect mooring={mooring} />);
    await tab.click('Connect');
    await settled(() => expect(tab.text()).toContain('state: failed rate_limited'));
    expect(page.close).toHaveBeenCalledTimes(1);
    await tab.click('Reset');
    expect(tab.text()).toContain('state: idle');
    expect(tab.text()).not.toContain('rate_limited');
  });

  it.each([
    ['failed unauthenticated', problem(401, 'unauthenticated')],
    ['failed forbidden', problem(403, 'forbidden')],
    ['expired', problem(404, 'connection_not_found')],
    ['waiting', problem(429, 'rate_limited')],
    ['waiting', problem(503, 'unavailable')],
  ])('is %s where the poll is refused so', async (text, refusal) => {
    const { mooring, asked, state } = deployment();
    vi.spyOn(window, 'open').mockReturnValue(openedWindow() as unknown as Window);
    const tab = await open(<Connect mooring={mooring} />);
    await tab.click('Connect');
    await settled(() => expect(asked.at(-1)?.path).toContain('/connections/con_1'));
    state.refusal = refusal;
    const before = asked.length;
    await act(() => tab.queryClient.invalidateQueries());
    expect(asked.length).toBeGreaterThan(before);
    await settled(() => expect(tab.text()).toContain(`state: ${text}`));
    await tab.click('Reset');
    expect(tab.text()).toContain('state: idle');
  });

  it('says what refused the first poll', async () => {
    const { mooring, state } = deployment();
    const page = openedWindow();
    page.location.replace.mockImplementation(() => {
      state.refusal = problem(403, 'forbidden');
    });
    vi.spyOn(window, 'open').mockReturnValue(page as unknown as Window);
    const tab = await open(<Connect mooring={mooring} />);
    await tab.click('Connect');
    await settled(() => expect(tab.text()).toContain('state: failed forbidden'));
  });

  it('is not for delegations, and says so, without a window', async () => {
    const { mooring, asked } = deployment({ token: 'mdel_e30.e30.c2ln' });
    const opening = vi.spyOn(window, 'open').mockReturnValue(null);
    const tab = await open(<Connect mooring={mooring} />);
    await tab.click('Connect');
    expect(tab.text()).toContain('a delegation only reads and calls');
    expect([opening.mock.calls, asked]).toEqual([[], []]);
  });

  it('shows the account in every tab once the page at returnTo has completed', async () => {
    const { mooring, state } = deployment();
    // Tabs do not share what they know: another client, of the same deployment.
    const elsewhere = deployment();
    elsewhere.answers((asked) => {
      // As a cache far away: what is not asked for by its version is what was before.
      const isBehind = asked.headers.get('Consistency-Token') !== '2';
      if (asked.path.endsWith('/connections/con_1')) {
        return json({ id: 'con_1', state: state.connection }, { 'Consistency-Token': '2' });
      }
      const accounts = isBehind ? [] : [{ accountId: 'ann' }];
      return json({ userId: 'u', version: isBehind ? 1 : 2, integrations: accounts });
    });
    vi.spyOn(window, 'open').mockReturnValue(openedWindow() as unknown as Window);
    const one = await open(
      <>
        <Connect mooring={mooring} />
        <Accounts mooring={mooring} />
      </>,
    );
    const other = await open(<Accounts mooring={elsewhere.mooring} />);
    await one.click('Connect');
    await settled(() => expect(one.text()).toContain('state: waiting'));

    const closing = vi.spyOn(window, 'close').mockImplementation(() => {});
    window.history.replaceState(
      null,
      '',
      `${RETURN_TO}?tab=1&mooring=window&connection=con_1&completion=secret`,
    );
    const back = await open(<Returned mooring={mooring} />);
    expect(window.location.href).toBe(`${RETURN_TO}?tab=1`);
    await settled(() => expect(back.text()).toContain('connected'));
    expect(closing).toHaveBeenCalledTimes(1);
    await settled(() => {
      expect(one.text()).toContain('state: connected');
      expect(one.text()).toContain('accounts: ann');
      expect(other.text()).toContain('accounts: ann');
    });
  });
});

describe('connectionQuery', () => {
  async function intervalAfter(polls: number, refusal: Response | null) {
    const { mooring, state } = deployment();
    state.refusal = refusal;
    const queryClient = new QueryClient();
    const options = connectionQuery(mooring, { id: 'con_1' });
    for (let poll = 0; poll < polls; poll += 1) {
      await queryClient.fetchQuery(options).catch(() => {});
    }
    const query = queryClient.getQueryCache().find({ queryKey: options.queryKey });
    const { refetchInterval } = options;
    if (typeof refetchInterval !== 'function') throw new TypeError('it depends on the answers');
    return refetchInterval(query as never);
  }

  it.each([
    ['goes on', 1, null, 2_000],
    ['goes on where it is refused for now', 1, problem(503, 'unavailable'), 2_000],
    ['goes on where it asked too often', 1, problem(429, 'rate_limited'), 2_000],
    ['slows down', 30, null, 5_000],
    ['slows down where it is refused for now', 30, problem(503, 'unavailable'), 5_000],
    ['ends where the session has', 1, problem(401, 'unauthenticated'), false],
    ['ends where it may not', 1, problem(403, 'forbidden'), false],
    ['ends where there is none', 1, problem(404, 'connection_not_found'), false],
  ])('%s', async (_what, polls, refusal, interval) => {
    expect(await intervalAfter(polls, refusal)).toBe(interval);
  });
});

describe('useCompletion', () => {
  it('completes once in strict mode, and leaves the window of a tab open', async () => {
    const { mooring, asked } = deployment();
    const closing = vi.spyOn(window, 'close').mockImplementation(() => {});
    window.history.replaceState(null, '', `${RETURN_TO}?connection=con_1&completion=secret#top`);
    const tab = await open(<Returned mooring={mooring} />);
    await settled(() => expect(tab.text()).toContain('connected'));
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/v1/users/me/connections/con_1/complete', '{"completion":"secret"}'],
    ]);
    expect(window.location.href).toBe(`${RETURN_TO}#top`);
    expect(closing).not.toHaveBeenCalled();
    expect([...said]).toEqual(['completing', 'connected']);
  });

  it.each([
    ['connection=con_1&error=access_denied', 'failed access_denied'],
    ['', 'nothing'],
  ])('of "%s" is: %s', async (query, text) => {
    const { mooring, asked } = deployment();
    window.history.replaceState(null, '', `${RETURN_TO}?${query}`);
    const tab = await open(<Returned mooring={mooring} />);
    await settled(() => expect(tab.text().trim()).toBe(text));
    expect(asked).toEqual([]);
  });

  it('offers a choice, and goes on with it', async () => {
    const { mooring, asked, state } = deployment();
    const choices = [
      { id: 'site-1', label: 'One' },
      { id: 'site-2', label: 'Two' },
    ];
    state.refusal = problem(409, 'choice_required', { choices });
    window.history.replaceState(null, '', `${RETURN_TO}?connection=con_1&completion=secret`);
    const tab = await open(<Returned mooring={mooring} />);
    await settled(() => expect(tab.text()).toContain('needs_choice'));
    state.refusal = null;
    await tab.click('Two');
    await settled(() => expect(tab.text()).toContain('connected'));
    expect(asked.map(({ body }) => body)).toEqual([
      '{"completion":"secret"}',
      '{"completion":"secret","choice":"site-2"}',
    ]);
  });

  it('says what Mooring refused', async () => {
    const { mooring, state } = deployment();
    state.refusal = problem(403, 'wrong_completion');
    window.history.replaceState(null, '', `${RETURN_TO}?connection=con_1&completion=guessed`);
    const tab = await open(<Returned mooring={mooring} />);
    await settled(() => expect(tab.text()).toContain('failed wrong_completion'));
  });
});

describe('useDisconnect', () => {
  /** As a cache far away: what is not asked for by its version is what was before. */
  const listBehind = ({ headers }: Asked) =>
    headers.get('Consistency-Token') === '2'
      ? json({ userId: 'u', version: 2, integrations: [] }, { 'Consistency-Token': '2' })
      : json({ userId: 'u', version: 1, integrations: [{ accountId: 'ann' }] });

  it('takes it away in tabs that have a client of their own too', async () => {
    const { mooring, state } = deployment();
    state.accounts = ['ann'];
    const elsewhere = deployment();
    elsewhere.answers(listBehind);
    const one = await open(<Accounts mooring={mooring} />);
    const other = await open(<Accounts mooring={elsewhere.mooring} />);
    await settled(() => expect(other.text()).toContain('accounts: ann'));
    await one.click('Disconnect');
    await settled(() => expect(other.text()).not.toContain('ann'));
  });

  it('hears of changes without a version, as other releases tell them', async () => {
    const { mooring, state } = deployment();
    const tab = await open(<Accounts mooring={mooring} />);
    await settled(() => expect(tab.text()).toContain('accounts: '));
    state.accounts = ['ann'];
    const channel = new BroadcastChannel('mooring');
    channel.postMessage('');
    channel.close();
    await settled(() => expect(tab.text()).toContain('accounts: ann'));
  });

  it('reads again where it was refused: the account was gone already', async () => {
    const server = deployment();
    server.answers((asked) =>
      asked.method === 'DELETE'
        ? problem(404, 'integration_not_found', {}, { 'Consistency-Token': '2' })
        : listBehind(asked),
    );
    const tab = await open(<Accounts mooring={server.mooring} />);
    await settled(() => expect(tab.text()).toContain('accounts: ann'));
    await tab.click('Disconnect');
    await settled(() => expect(tab.text()).toContain('accounts:  integration_not_found'));
  });

  it('takes the account away in every tab', async () => {
    const { mooring, state } = deployment();
    state.accounts = ['ann'];
    const one = await open(<Accounts mooring={mooring} />);
    const other = await open(<Accounts mooring={mooring} />);
    await settled(() => expect(other.text()).toContain('accounts: ann'));
    await one.click('Disconnect');
    await settled(() => {
      expect(one.text()).not.toContain('ann');
      expect(other.text()).not.toContain('ann');
    });
  });

  it('is not for delegations, and says so', async () => {
    const { mooring, asked } = deployment({ token: 'mdel_e30.e30.c2ln' });
    const tab = await open(<Accounts mooring={mooring} />);
    await tab.click('Disconnect');
    await settled(() => expect(tab.text()).toContain('a delegation only reads and calls'));
    expect(asked.map(({ method }) => method)).not.toContain('DELETE');
  });
});

function Suspending({ mooring }: Pick<Served, 'mooring'>) {
  const { data } = useSuspenseQuery(integrationsQuery(mooring));
  return <p>accounts: {data.integrations.map(({ accountId }) => accountId).join(',')}</p>;
}

describe('on a server', () => {
  it('hooks render without a window, and a browser takes the page over as it is', async () => {
    const { mooring, state } = deployment();
    state.accounts = ['ann'];
    const queryClient = new QueryClient();
    await queryClient.prefetchQuery(integrationsQuery(mooring));
    const page = (client: QueryClient) => (
      <QueryClientProvider client={client}>
        <Suspending mooring={mooring} />
        <Connect mooring={mooring} />
        <Returned mooring={mooring} />
      </QueryClientProvider>
    );
    const { window: browser, document: page_ } = globalThis;
    vi.stubGlobal('window', undefined);
    vi.stubGlobal('document', undefined);
    const html = renderToString(page(queryClient));
    vi.stubGlobal('window', browser);
    vi.stubGlobal('document', page_);
    expect(html).toContain('ann');
    expect(html).toContain('idle');

    const element = document.createElement('div');
    element.innerHTML = html;
    document.body.append(element);
    const faults: unknown[] = [];
    const there = new QueryClient();
    hydrate(there, dehydrate(queryClient));
    await act(async () => {
      roots.push(
        hydrateRoot(element, page(there), { onRecoverableError: (error) => faults.push(error) }),
      );
    });
    expect(faults).toEqual([]);
    expect(element.textContent).toContain('ann');
  });
});
