import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Connected } from './Connected.tsx';
import { Settings } from './Settings.tsx';
import './style.css';

const queryClient = new QueryClient();
const root = document.querySelector('#root');

if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <main>{window.location.pathname === '/connected' ? <Connected /> : <Settings />}</main>
      </QueryClientProvider>
    </StrictMode>,
  );
}
