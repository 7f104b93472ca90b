/** Hooks and queries for React, on TanStack Query 5. */
export {
  type CompletionState,
  type ConnectInput,
  type ConnectState,
  type UseConnectOptions,
  useCompletion,
  useConnect,
  useDisconnect,
  useIntegrations,
  useUpdates,
} from './hooks.ts';
export {
  connectionQuery,
  integrationQuery,
  integrationsQuery,
  type OfUser,
  providersQuery,
  userKey,
} from './queries.ts';
