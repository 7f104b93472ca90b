/**
 * A customer's app, as far as the hosted page needs one: it asks Mooring for a token and posts it
 * in a form. On 127.0.0.1 against Mooring's localhost, so to the browser the two are different
 * sites, as they are in the world.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Mooring, startMooring } from '../../e2e/support/mooring.ts';
import { escapeHtml } from '../../sandbox/html.ts';

export interface Visit {
  label?: string;
  providers?: readonly string[];
}

export interface Customer {
  origin: string;
  mooring: Mooring;
  /** Mooring's own origin. */
  hosted: string;
  /** An address of the app with a button that opens the page for a user. */
  opening(user: string, visit?: Visit): string;
  stop(): Promise<void>;
}

export interface CustomerOptions {
  vars?: Record<string, string>;
  /** Next to the sandbox's, as the `PROVIDERS` setting has them. */
  providers?: Record<string, unknown>;
}

export async function startCustomer(options: CustomerOptions = {}): Promise<Customer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mooring = await startMooring({
    ...options,
    vars: { APP_ORIGINS: origin, ...options.vars },
  });
  const hosted = mooring.worker.urls[0] ?? '';

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const url = new URL(path, origin);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Referrer-Policy', url.searchParams.get('policy') ?? 'strict-origin');
    if (url.pathname !== '/open') {
      response.end('<title>The app</title><h1>The app</h1>');
      return;
    }
    const { user, visit } = JSON.parse(url.searchParams.get('for') ?? '{}') as {
      user: string;
      visit: Visit;
    };
    const { body } = await mooring.call<{ token: string; action: string }>(
      'POST',
      `/v1/users/${encodeURIComponent(user)}/page-sessions`,
      { json: { label: 'Robin Keel', returnTo: `${origin}/settings`, ...visit } },
    );
    const target = url.searchParams.get('target');
    response.end(
      `<title>The app</title><iframe name="inner"></iframe><form method="post" action="${escapeHtml(body.action)}"${target ? ` target="${escapeHtml(target)}"` : ''}><input type="hidden" name="token" value="${escapeHtml(body.token)}"><button>Manage connections</button></form>`,
    );
  }

  return {
    origin,
    mooring,
    hosted,
    opening: (user, visit = {}) =>
      `${origin}/open?${new URLSearchParams({ for: JSON.stringify({ user, visit }) })}`,
    async stop() {
      await mooring.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
