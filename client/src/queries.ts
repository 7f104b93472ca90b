/** Queries for TanStack Query. No hooks: servers prefetch with them too. */
import { queryOptions } from '@tanstack/react-query';
import { isMooringError, type MooringError } from './errors.ts';
import type { Mooring } from './mooring.ts';
import type { Connection } from './types.ts';

/** Whose. Left out with a token of the user's own. */
export interface OfUser {
  userId?: string | undefined;
}

/**
 * Everything of one user: to invalidate it, or to take it out when the user signs out.
 *
 * @example
 * queryClient.removeQueries({ queryKey: userKey(mooring) });
 */
export const userKey = (mooring: Mooring, { userId = 'me' }: OfUser = {}) =>
  ['mooring', mooring.baseUrl, userId] as const;

/** The client has tried again already; what is left is a network that was away. */
const retry = (failures: number, error: Error): boolean => failures < 2 && !isMooringError(error);

/**
 * The user's integrations.
 *
 * @example
 * const { data } = useSuspenseQuery(integrationsQuery(mooring));
 * @example
 * // On a server, for hydration.
 * await queryClient.prefetchQuery(integrationsQuery(mooring, { userId }));
 */
export const integrationsQuery = (mooring: Mooring, { userId = 'me' }: OfUser = {}) =>
  queryOptions({
    queryKey: [...userKey(mooring, { userId }), 'integrations'] as const,
    queryFn: ({ signal }) => mooring.user(userId).integrations({ signal }),
    retry,
  });

/**
 * One integration.
 *
 * @example
 * const account = { provider: 'github', accountId: '583231' };
 * const { data } = useQuery(integrationQuery(mooring, account));
 */
export const integrationQuery = (
  mooring: Mooring,
  { userId = 'me', provider, accountId }: OfUser & { provider: string; accountId: string },
) =>
  queryOptions({
    queryKey: [...userKey(mooring, { userId }), 'integrations', provider, accountId] as const,
    queryFn: ({ signal }) => mooring.user(userId).account(provider, accountId).get({ signal }),
    retry,
  });

/**
 * What can be connected.
 *
 * @example
 * const { data: providers } = useQuery(providersQuery(mooring));
 */
export const providersQuery = (mooring: Mooring) =>
  queryOptions({
    queryKey: ['mooring', mooring.baseUrl, 'providers'] as const,
    queryFn: ({ signal }) => mooring.providers({ signal }),
    staleTime: 5 * 60_000,
    retry,
  });

/** Of a connection that goes on no more. */
export type EndedState = Extract<Connection['state'], 'completed' | 'failed' | 'expired'>;

export const hasEnded = (state: Connection['state'] | undefined): state is EndedState =>
  state === 'completed' || state === 'failed' || state === 'expired';

/** Refused for good: who asks again is told the same. */
export const isRefused = (error: unknown): error is MooringError =>
  isMooringError(error) && error.status >= 400 && error.status < 500 && error.status !== 429;

const SOON_MS = 2_000;
const LATER_MS = 5_000;
const POLLS_SOON = 30;

/**
 * How a connection stands, asked again until it has ended, or Mooring refuses to say.
 *
 * @example
 * const { data } = useQuery(connectionQuery(mooring, { id }));
 */
export const connectionQuery = (mooring: Mooring, { userId = 'me', id }: OfUser & { id: string }) =>
  queryOptions({
    queryKey: [...userKey(mooring, { userId }), 'connection', id] as const,
    queryFn: ({ signal }) => mooring.user(userId).connections.get(id, { signal }),
    refetchInterval: ({ state: { data, dataUpdateCount, error, errorUpdateCount } }) => {
      if (hasEnded(data?.state) || isRefused(error)) return false;
      return dataUpdateCount + errorUpdateCount < POLLS_SOON ? SOON_MS : LATER_MS;
    },
    // The user looks at the provider's page meanwhile.
    refetchIntervalInBackground: true,
    retry,
  });
