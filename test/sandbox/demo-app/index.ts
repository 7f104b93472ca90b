/**
 * Dockside: a small app whose users connect accounts through Mooring. It plays both halves of a
 * real app, the pages and the backend that holds the service key. Loopback only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEMO_WEBHOOKS_PATH } from '../settings.ts';
import {
  actions,
  bad,
  complete,
  type Opening,
  type Outcome,
  type Surroundings,
} from './actions.ts';
import { openingPage, openingScript, renderPage } from './page.ts';
import { type Session, Sessions } from './sessions.ts';
import { stylesheet } from './style.ts';
import { WebhookInbox } from './webhooks.ts';

export interface DemoAppOptions extends Omit<Surroundings, 'origin'> {
  /** 0 = a free one. */
  port: number;
  mooringUrl: string;
  serviceKey: string;
  /** Of the endpoint that is this app. */
  webhookSecret: string;
}

export interface DemoApp {
  origin: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024;
const HOST = '127.0.0.1';

const headers = {
  'Cache-Control': 'no-store',
  // Connecting leads to Mooring and on to a provider, and `form-action` counts redirects too.
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

export async function startDemoApp(options: DemoAppOptions): Promise<DemoApp> {
  const { mooringUrl, serviceKey, webhookSecret } = options;
  const sessions = new Sessions(mooringUrl, serviceKey);
  const inbox = new WebhookInbox(mooringUrl, serviceKey, webhookSecret);
  let around: Surroundings = { ...options, origin: '' };
  const server = createServer((request, response) => {
    answer(request, response, { sessions, inbox, around }).catch((error: unknown) => {
      console.error('demo app:', error instanceof Error ? error.message : error);
      if (!response.headersSent) response.writeHead(500, headers);
      response.end('Something went wrong; the terminal says what.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  around = { ...around, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
  return {
    origin: around.origin,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { sessions, inbox, around }: { sessions: Sessions; inbox: WebhookInbox; around: Surroundings },
): Promise<void> {
  const url = new URL(request.url ?? '/', around.origin);
  if (request.method === 'GET' && url.pathname === '/style.css') {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/css' });
    response.end(stylesheet);
    return;
  }
  if (request.method === 'POST' && url.pathname === DEMO_WEBHOOKS_PATH) {
    const { status, text } = await inbox.take(request.headers, await readBody(request));
    plainReply(response, status, text);
    return;
  }
  const { session, setCookie } = sessions.of(request);
  if (setCookie) response.setHeader('Set-Cookie', setCookie);

  if (request.method === 'GET' && url.pathname === '/') {
    await showPage(session, inbox, response);
  } else if (request.method === 'GET' && url.pathname === '/connected') {
    redirect(response, session, await complete(session, url).catch(bad));
  } else if (request.method === 'POST') {
    const action = actions[url.pathname.slice(1)];
    if (request.headers.origin !== around.origin) {
      plainReply(response, 403, 'This form did not come from this app.');
    } else if (!action) {
      plainReply(response, 404, 'There is nothing here.');
    } else {
      const form = new URLSearchParams((await readBody(request)).toString());
      redirect(response, session, await action(session, form, around).catch(bad));
    }
  } else {
    plainReply(response, 404, 'There is nothing here.');
  }
}

async function showPage(
  session: Session,
  inbox: WebhookInbox,
  response: ServerResponse,
): Promise<void> {
  const { mooring, user } = session;
  const list = await mooring.user(user.id).integrations().catch(bad);
  const failure = 'tone' in list ? list : null;
  const notice = session.notice ?? failure;
  const { called } = session;
  session.notice = null;
  session.called = null;
  const html = renderPage({
    user,
    list: 'tone' in list ? null : list,
    events: inbox.of(user.id),
    calls: session.calls,
    notice,
    called,
    now: Date.now(),
  });
  response.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' });
  response.end(html);
}

/** 303: a reload of the page that follows repeats nothing. */
function redirect(response: ServerResponse, session: Session, outcome: Outcome): void {
  if ('opening' in outcome) {
    showOpening(response, outcome.opening);
    return;
  }
  const goTo = 'goTo' in outcome ? outcome.goTo : '/';
  if ('text' in outcome) session.notice = outcome;
  response.writeHead(303, { ...headers, Location: goTo });
  response.end();
}

/** Mooring takes the form only with this app's origin, which `same-origin` would hide from it. */
function showOpening(response: ServerResponse, opening: Opening): void {
  response.writeHead(200, {
    ...headers,
    'Content-Security-Policy': `${headers['Content-Security-Policy']}; script-src '${openingScript.hash}'`,
    'Content-Type': 'text/html; charset=utf-8',
    'Referrer-Policy': 'strict-origin',
  });
  response.end(openingPage(opening));
}

function plainReply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** No more than the most that a form or an event has. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks);
}
