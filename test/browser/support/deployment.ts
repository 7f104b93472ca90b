/**
 * A deployment that has set up everything, in a brand of its own, and a customer's app as far as
 * the hosted page needs one: it asks Mooring for a token and posts it in a form. The app is on
 * 127.0.0.1 against Mooring's localhost, so to the browser the two are different sites, as they are
 * in the world.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { records } from '../../../src/providers/records/index.ts';
import { type Mooring, startMooring } from '../../e2e/support/mooring.ts';
import { escapeHtml } from '../../sandbox/html.ts';

/** What the app says about the user when it asks for a page session. */
export interface SessionInput {
  label?: string;
  providers?: readonly string[];
}

export interface Deployment {
  origin: string;
  mooring: Mooring;
  /** Mooring's own origin. */
  hosted: string;
  /** An address of the app with a button that opens the page for a user. */
  opening(user: string, input?: SessionInput): string;
  stop(): Promise<void>;
}

const setting = (id: string): string => id.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/** A wheel, in the brand's colour. */
const logo = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#5b4bd1"/><g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"><circle cx="16" cy="16" r="6"/><path d="M16 5v22M5 16h22M8.2 8.2l15.6 15.6M23.8 8.2 8.2 23.8"/></g></svg>',
).toString('base64')}`;

/** Own providers next to the sandbox's: one that is not set up, and one that does not answer. */
const more = {
  unset: {
    name: 'Chart Room',
    kind: 'oauth2',
    issuer: 'http://localhost:9',
    accountId: 'sub',
    refreshModel: 'rotating',
  },
  unreachable: {
    name: 'Lighthouse',
    kind: 'oauth2',
    issuer: 'http://localhost:9',
    accountId: 'sub',
    refreshModel: 'rotating',
    scopes: ['openid', 'profile'],
  },
};

export async function startDeployment(): Promise<Deployment> {
  const clients = records
    // A secret is refused for servers that users name.
    .filter((record) => record.kind === 'oauth2' && !('clientRegistration' in record))
    .flatMap(({ id }) => [
      [`${setting(id)}_CLIENT_ID`, 'a-client'],
      [`${setting(id)}_CLIENT_SECRET`, 'a-secret'],
    ]);
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mooring = await startMooring({
    providers: more,
    vars: {
      ...Object.fromEntries(clients),
      APP_ORIGINS: origin,
      UNREACHABLE_CLIENT_ID: 'a-client',
      UNREACHABLE_CLIENT_SECRET: 'a-secret',
      BRAND_NAME: 'Dockside',
      BRAND_LOGO: logo,
      BRAND_ACCENT: '#5b4bd1',
    },
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
    const { user, input } = JSON.parse(url.searchParams.get('for') ?? '{}') as {
      user: string;
      input: SessionInput;
    };
    const { body } = await mooring.call<{ token: string; action: string }>(
      'POST',
      `/v1/users/${encodeURIComponent(user)}/page-sessions`,
      { json: { label: 'Robin Keel', returnTo: `${origin}/settings`, ...input } },
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
    opening: (user, input = {}) =>
      `${origin}/open?${new URLSearchParams({ for: JSON.stringify({ user, input }) })}`,
    async stop() {
      await mooring.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
