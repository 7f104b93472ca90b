import type { Integration } from '@mooring/client';
import { providersQuery, useConnect, useDisconnect, useIntegrations } from '@mooring/client/react';
import { onlineManager, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { explain, mooring } from './mooring.ts';

const words: Record<Integration['status'], string> = {
  connected: 'Connected',
  needs_reconnect: 'Needs to be reconnected',
  expired: 'Expired',
  error: 'Does not work at the moment',
};

export function Settings() {
  const { data, error, isLoading } = useIntegrations(mooring);
  const { data: providers } = useQuery(providersQuery(mooring));
  const connecting = useConnect(mooring, { returnTo: '/connected' });
  const disconnecting = useDisconnect(mooring);

  const isOnline = useSyncExternalStore(onlineManager.subscribe, () => onlineManager.isOnline());
  const failure = connecting.error ?? disconnecting.error ?? error;
  const dismiss = () => {
    connecting.reset();
    disconnecting.reset();
  };
  const isBusy = connecting.state === 'starting' || connecting.state === 'redirecting';
  const nameOf = (id: string) => providers?.find((one) => one.id === id)?.name ?? id;

  return (
    <>
      <h1>Connected accounts</h1>
      <p className="lead">Accounts elsewhere that this app may use for you.</p>

      {failure ? (
        <p role="alert">
          {explain(failure)}{' '}
          {failure === error ? null : (
            <button type="button" className="link" onClick={dismiss}>
              Dismiss
            </button>
          )}
        </p>
      ) : null}
      <p role="status">
        {isOnline ? null : 'You are offline. '}
        {connecting.state === 'waiting' ? (
          <>
            Go on in the other window.{' '}
            <button type="button" className="link" onClick={connecting.reset}>
              Cancel
            </button>
          </>
        ) : null}
        {connecting.state === 'connected' ? 'Connected.' : null}
        {connecting.state === 'expired' ? 'That took too long. Try again.' : null}
      </p>

      {isLoading ? <p>Loading…</p> : null}
      {data?.integrations.length === 0 ? <p className="empty">No account is connected.</p> : null}
      <ul className="accounts">
        {data?.integrations.map(({ provider, accountId, displayName, status }) => (
          <li key={`${provider} ${accountId}`}>
            <div>
              <strong>{displayName}</strong>
              <span>{nameOf(provider)}</span>
              <span className={`state ${status}`}>{words[status]}</span>
            </div>
            <div className="actions">
              {status === 'needs_reconnect' || status === 'expired' ? (
                <button
                  type="button"
                  className="primary"
                  disabled={isBusy}
                  onClick={() => connecting.connect({ provider, accountId })}
                >
                  Reconnect
                </button>
              ) : null}
              <button
                type="button"
                aria-label={`Disconnect ${displayName}`}
                disabled={disconnecting.isPending}
                onClick={() => disconnecting.mutate({ provider, accountId })}
              >
                Disconnect
              </button>
            </div>
          </li>
        ))}
      </ul>

      <h2>Add an account</h2>
      <ul className="providers">
        {providers
          ?.filter(
            ({ kind, configured, parameters }) => kind === 'oauth2' && configured && !parameters,
          )
          .map(({ id, name }) => (
            <li key={id}>
              <button
                type="button"
                disabled={isBusy}
                onClick={() => connecting.connect({ provider: id })}
              >
                Connect {name}
              </button>
            </li>
          ))}
      </ul>
    </>
  );
}
