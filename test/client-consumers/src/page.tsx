/** A page: queries and hooks with their data's types. */
import type { Integration, Mooring } from '@mooring/client';
import {
  integrationsQuery,
  providersQuery,
  useCompletion,
  useConnect,
  useDisconnect,
  useIntegrations,
} from '@mooring/client/react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';

export function Accounts({ mooring, userId }: { mooring: Mooring; userId?: string | undefined }) {
  const { data } = useSuspenseQuery(integrationsQuery(mooring, { userId }));
  const { data: later } = useIntegrations(mooring);
  const { data: providers } = useQuery(providersQuery(mooring));
  const { connect, state, error, reset } = useConnect(mooring, { returnTo: '/connected' });
  const { mutate: disconnect } = useDisconnect(mooring);
  const integrations: Integration[] = data.integrations;
  // @ts-expect-error: it may not be there yet
  void later.integrations;
  // @ts-expect-error: the hook knows it
  void connect({ provider: 'github', returnTo: '/' });
  return (
    <>
      {integrations.map(({ provider, accountId }) => (
        <button key={accountId} type="button" onClick={() => disconnect({ provider, accountId })} />
      ))}
      {providers?.map(({ id, name }) => (
        <button key={id} type="button" onClick={() => connect({ provider: id })}>
          {name}
        </button>
      ))}
      <button type="button" onClick={reset}>
        {state} {String(error)} {later?.version}
      </button>
    </>
  );
}

export function Connected({ mooring }: { mooring: Mooring }) {
  const result = useCompletion(mooring);
  return result.state === 'connected' ? <p>{result.integration.displayName}</p> : null;
}
