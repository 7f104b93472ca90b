'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isMooringError, type ProblemOf } from './errors.ts';
import type { Mooring } from './mooring.ts';
import {
  connectionQuery,
  hasEnded,
  integrationsQuery,
  isRefused,
  type OfUser,
  userKey,
} from './queries.ts';
import { returnedConnection } from './returned.ts';
import type { Connection, ConnectionInput, Disconnected, Integration } from './types.ts';

/**
 * Tabs of the app tell each other the id of a connection, or after other changes the version, and
 * nothing else; '' where none is known.
 */
const CHANNEL = 'mooring';

/** No id of a connection is one. */
const isVersion = (told: string): boolean => /^\d+$/.test(told);

/** In `returnTo`: the page was opened in a window of its own. */
const MARK = 'mooring';

function announce(idOrVersion: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(idOrVersion);
  channel.close();
}

/**
 * Keeps what the cache has of a user current while other tabs connect and disconnect.
 * `useIntegrations` and `useConnect` have it; it is for pages that only use the queries.
 *
 * @example
 * useUpdates(mooring);
 * const { data } = useSuspenseQuery(integrationsQuery(mooring));
 */
export function useUpdates(mooring: Mooring, { userId = 'me' }: OfUser = {}): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = async ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'string') return;
      // The list of that version, or the connection, which says what version it made: the client
      // then knows it, and what is read after shows the change.
      if (data !== '') {
        const { queryKey, queryFn } = isVersion(data)
          ? {
              queryKey: [...integrationsQuery(mooring, { userId }).queryKey, data],
              queryFn: () => mooring.user(userId).integrations({ atLeast: Number(data) }),
            }
          : connectionQuery(mooring, { userId, id: data });
        await queryClient
          .fetchQuery({
            queryKey: [...queryKey, 'announced'],
            queryFn: queryFn as never,
            staleTime: 60_000,
          })
          .catch(() => {});
      }
      await queryClient.invalidateQueries({ queryKey: userKey(mooring, { userId }) });
    };
    return () => channel.close();
  }, [queryClient, mooring, userId]);
}

/**
 * The user's integrations, current in every tab.
 *
 * @example
 * const { data, isPending, error } = useIntegrations(mooring);
 */
export function useIntegrations(mooring: Mooring, { userId = 'me' }: OfUser = {}) {
  useUpdates(mooring, { userId });
  return useQuery(integrationsQuery(mooring, { userId }));
}

/** What is connected, and where the browser comes back to. */
export interface UseConnectOptions extends OfUser {
  /** The page with `useCompletion`, or an address where the app's backend completes. */
  returnTo: string | URL;
}

/** Of a connect, from the click on. */
export type ConnectState =
  /** Nothing was begun. */
  | 'idle'
  /** Mooring is being asked. */
  | 'starting'
  /** No window could be opened: this page goes to the provider itself. */
  | 'redirecting'
  /** The user is at the provider, in another window. */
  | 'waiting'
  | 'connected'
  /** See `error`. */
  | 'failed'
  /** The user took too long, or closed the window. */
  | 'expired';

/** What `connect` takes: a provider, and on a reconnect the account. */
export type ConnectInput = Omit<ConnectionInput, 'returnTo'>;

interface Attempt {
  state: 'idle' | 'starting' | 'redirecting' | 'waiting' | 'failed';
  id?: string;
  error?: unknown;
}

/**
 * Connects an account in a window of its own, or in this tab where the browser allows no window.
 * The window is opened in the click, before Mooring is asked: call `connect` straight from the
 * handler. How it ends is asked of Mooring, whatever becomes of the window.
 *
 * With a delegation it fails: those only read and call.
 *
 * @example
 * const { connect, state, error, reset } = useConnect(mooring, {
 *   returnTo: 'https://app.example.com/connected',
 * });
 * if (state === 'failed') return <button onClick={reset}>That did not work. OK</button>;
 * return <button onClick={() => connect({ provider: 'github' })}>Connect GitHub</button>;
 */
export function useConnect(mooring: Mooring, { returnTo, userId = 'me' }: UseConnectOptions) {
  useUpdates(mooring, { userId });
  const queryClient = useQueryClient();
  const [attempt, setAttempt] = useState<Attempt>({ state: 'idle' });
  /** Only the last click counts. */
  const last = useRef(0);

  const { data: connection, error: refusal } = useQuery({
    ...connectionQuery(mooring, { userId, id: attempt.id ?? '' }),
    enabled: attempt.state === 'waiting',
  });
  const state = attempt.state === 'waiting' ? stateOf(connection, refusal) : attempt.state;

  useEffect(() => {
    if (state !== 'connected') return;
    void queryClient.invalidateQueries(integrationsQuery(mooring, { userId }));
  }, [state, queryClient, mooring, userId]);

  const connect = useCallback(
    async (input: ConnectInput): Promise<void> => {
      last.current += 1;
      const click = last.current;
      const set = (next: Attempt): void => {
        if (click === last.current) setAttempt(next);
      };
      if (mooring.isDelegated) {
        set({ state: 'failed', error: delegated('useConnect') });
        return;
      }
      const page = window.open('about:blank', '_blank', 'popup,width=560,height=760');
      // Nor does the provider get hold of this page.
      if (page) page.opener = null;
      set({ state: 'starting' });
      try {
        const back = new URL(returnTo, window.location.href);
        if (page) back.searchParams.set(MARK, 'window');
        const started = await mooring
          .user(userId)
          .connections.create({ ...input, returnTo: back.href });
        if (page) {
          page.location.replace(started.connectUrl);
          set({ state: 'waiting', id: started.id });
        } else {
          set({ state: 'redirecting' });
          window.location.assign(started.connectUrl);
        }
      } catch (error) {
        page?.close();
        set({ state: 'failed', error });
      }
    },
    [mooring, userId, returnTo],
  );

  const reset = useCallback(() => {
    last.current += 1;
    setAttempt({ state: 'idle' });
  }, []);

  return {
    connect,
    /**
     * Back to `idle`: ends the wait for a window, and takes away what the last connect ended with.
     */
    reset,
    state,
    /** Of a connect that failed: what was thrown, or the code that the connection has. */
    error: attempt.error ?? (state === 'failed' ? (connection?.error ?? refusal) : undefined),
  };
}

/** Of a connect that waits: how its connection ended, or that nobody can be told any more. */
function stateOf(connection: Connection | undefined, refusal: unknown): ConnectState {
  const known = connection?.state;
  if (hasEnded(known)) return known === 'completed' ? 'connected' : known;
  if (!isRefused(refusal)) return 'waiting';
  // A connection goes a day after it expired.
  return isMooringError(refusal, 'connection_not_found') ? 'expired' : 'failed';
}

/** Of the page at `returnTo`. */
export type CompletionState =
  | { state: 'completing' }
  /** Nobody came back: the page was opened by itself, or reloaded. */
  | { state: 'nothing' }
  | { state: 'connected'; integration: Integration; inWindow: boolean }
  /** The grant is good for several sites or organisations: `choose` goes on with one, by its id. */
  | {
      state: 'needs_choice';
      choices: ProblemOf<'choice_required'>['choices'];
      choose(id: string): void;
      inWindow: boolean;
    }
  /** `error`: what was thrown, or the code that the provider or Mooring sent along. */
  | { state: 'failed'; error: unknown; inWindow: boolean };

/**
 * For the page at `returnTo`: completes the connection with what stands in the address, takes that
 * out of the address, tells the other tabs, and closes the window that `useConnect` opened.
 *
 * @example
 * const result = useCompletion(mooring);
 * if (result.state === 'connected') return <a href="/settings">Connected. Go on.</a>;
 */
export function useCompletion(mooring: Mooring, { userId = 'me' }: OfUser = {}): CompletionState {
  const queryClient = useQueryClient();
  const [result, setResult] = useState<CompletionState>({ state: 'completing' });
  const started = useRef(false);
  useEffect(() => {
    // In strict mode it runs twice, and the address holds it once.
    if (started.current) return;
    started.current = true;
    const url = new URL(window.location.href);
    const back = returnedConnection(url);
    if (!back) {
      setResult({ state: 'nothing' });
      return;
    }
    const inWindow = url.searchParams.get(MARK) === 'window';
    for (const name of ['connection', 'completion', 'error', MARK]) url.searchParams.delete(name);
    window.history.replaceState(window.history.state, '', url);
    const finish = async (choice?: string): Promise<void> => {
      if (back.error !== undefined) throw back.error;
      const { completion } = back;
      const integration = await mooring
        .user(userId)
        .connections.complete(back.id, { completion, choice });
      announce(back.id);
      await queryClient.invalidateQueries({ queryKey: userKey(mooring, { userId }) });
      setResult({ state: 'connected', integration, inWindow });
      // Where a browser does not allow it, the page stays and says that it is done.
      if (inWindow) window.close();
    };
    const failed = (error: unknown): void => {
      if (!isMooringError(error, 'choice_required')) {
        setResult({ state: 'failed', error, inWindow });
        return;
      }
      const choose = (id: string): void => {
        setResult({ state: 'completing' });
        finish(id).catch(failed);
      };
      setResult({ state: 'needs_choice', choices: error.problem.choices, choose, inWindow });
    };
    finish().catch(failed);
  }, [queryClient, mooring, userId]);
  return result;
}

/**
 * Disconnects an account; every tab shows it. With a delegation it fails.
 *
 * @example
 * const { mutate: disconnect, isPending } = useDisconnect(mooring);
 * return <button onClick={() => disconnect({ provider, accountId })}>Disconnect</button>;
 */
export function useDisconnect(mooring: Mooring, { userId = 'me' }: OfUser = {}) {
  const queryClient = useQueryClient();
  return useMutation({
    async mutationFn({ provider, accountId }: { provider: string; accountId: string }) {
      if (mooring.isDelegated) throw delegated('useDisconnect');
      const { data, response } = await mooring.api.DELETE(
        '/v1/users/{userId}/integrations/{provider}/{accountId}',
        { params: { path: { userId, provider, accountId } } },
      );
      announce(response.headers.get('Consistency-Token') ?? '');
      return data as Disconnected;
    },
    // Also where it was refused, or the answer got lost: the account may be gone.
    onSettled() {
      return queryClient.invalidateQueries({ queryKey: userKey(mooring, { userId }) });
    },
  });
}

const delegated = (hook: string): Error =>
  new Error(`${hook} takes a token of the user's own: a delegation only reads and calls`);
