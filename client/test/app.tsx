/** An app in a browser, for test/browser/client.test.ts: `/` and the page at `returnTo`. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createMooring, isMooringError } from '../src/index.ts';
import { useCompletion, useConnect, useDisconnect, useIntegrations } from '../src/react.ts';

const mooring = createMooring({
  baseUrl: document.documentElement.dataset.mooring ?? '',
  // The app's own session gives the JWT.
  token: async () => (await fetch('/token')).text(),
});

const words = (error: unknown): string =>
  isMooringError(error) ? error.code : error instanceof Error ? error.message : String(error);

function Accounts() {
  const { data, error } = useIntegrations(mooring);
  const connecting = useConnect(mooring, { returnTo: '/connected' });
  const { mutate: disconnect } = useDisconnect(mooring);
  return (
    <main>
      <p role="status">
        {connecting.state} {connecting.error ? words(connecting.error) : ''}
      </p>
      <p role="alert">{error ? words(error) : ''}</p>
      <ul>
        {data?.integrations.map(({ provider, accountId, displayName, status }) => (
          <li key={accountId}>
            {displayName}: {status}
            <button type="button" onClick={() => disconnect({ provider, accountId })}>
              Disconnect
            </button>
            <button type="button" onClick={() => connecting.connect({ provider, accountId })}>
              Reconnect
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => connecting.connect({ provider: 'sandbox' })}>
        Connect
      </button>
    </main>
  );
}

function Connected() {
  const result = useCompletion(mooring);
  return (
    <main>
      <p role="status">
        {result.state} {result.state === 'failed' ? words(result.error) : ''}
      </p>
      <a href="/">Go on</a>
    </main>
  );
}

const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        {location.pathname === '/connected' ? <Connected /> : <Accounts />}
      </QueryClientProvider>
    </StrictMode>,
  );
}
