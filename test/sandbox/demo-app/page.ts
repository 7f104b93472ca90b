/** The demo app's one page. No script: every button is a form. */
import { createHash } from 'node:crypto';
import type { Integration, IntegrationList } from '../../../client/src/index.ts';
import { escapeHtml } from '../html.ts';
import type { Opening } from './actions.ts';
import { asks } from './asks.ts';
import { type Call, type Called, type Tier, tierOf } from './mooring.ts';
import { type DemoUser, demoUsers } from './people.ts';
import type { Notice, Session } from './sessions.ts';
import type { ArrivedEvent } from './webhooks.ts';

export interface PageContent {
  user: DemoUser;
  /** Null when Mooring did not answer. */
  list: IntegrationList | null;
  /** Newest first; the first one read the list. */
  calls: readonly Call[];
  /** Newest first. */
  events: readonly ArrivedEvent[];
  notice: Notice | null;
  called: Session['called'];
  now: number;
}

const anchor = `<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="5" r="2.5"/><path d="M12 7.5V21M8 11h8M4 14c.5 4 3.7 7 8 7s7.5-3 8-7"/></svg>`;

const providerNames: Record<string, string> = {
  sandbox: 'Sandbox',
  'sandbox-short': 'Sandbox Short',
};

const statusNames: Record<Integration['status'], string> = {
  connected: 'Connected',
  expired: 'Expired',
  needs_reconnect: 'Needs reconnect',
  error: 'Trouble, retrying',
};

const tierMeaning: Record<Tier, string> = {
  memory: 'this isolate’s memory',
  KV: 'KV, at the edge',
  D1: 'D1, the database',
  stale: 'KV, stale: D1 is away',
};

const EVENTS_SHOWN = 4;

export function renderPage(content: PageContent): string {
  const { user, list, calls, events, notice, called, now } = content;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dockside · integrations</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<p class="brand">${anchor}<b>Dockside</b><span>a demo app on Mooring</span></p>
${userSwitch(user)}
</header>
<main>
${notice ? `<p class="notice ${notice.tone}" role="status">${escapeHtml(notice.text)}</p>` : ''}
<div class="columns">
<section aria-labelledby="integrations">
<h1 id="integrations">Your integrations</h1>
${list ? answeredBy(list, calls[0]) : ''}
${list && list.integrations.length > 0 ? `<ul class="cards">${list.integrations.map((integration) => card(integration, called, now)).join('')}</ul>` : empty()}
<h2>Connect an account</h2>
<div class="connect">
${connectButton('sandbox', 'tokens of ten minutes')}
${connectButton('sandbox-short', 'tokens of three minutes')}
</div>
<h2>Or let Mooring’s own page do it</h2>
<p class="soft hosted">Your app needs no screens then: it opens Mooring’s page for its user, with one form.</p>
${button('manage', {}, 'Manage connections')}
</section>
<aside aria-labelledby="backstage">
<h2 id="backstage">Backstage</h2>
<p class="soft">What your users never see. Cron fires each minute by itself.</p>
<div class="tools">
${button('cron', {}, 'Fire cron')}
${button('forget', {}, 'Empty the cache')}
<a class="button" href="/">Reload</a>
</div>
<h3>Events by webhook, newest first</h3>
${
  events.length === 0
    ? '<p class="soft">None yet. One comes when an account is connected.</p>'
    : `<ol class="events">${events
        .slice(0, EVENTS_SHOWN)
        .map((arrived) => eventRow(arrived, now))
        .join('')}</ol>`
}
<h3>Calls to Mooring, newest first</h3>
<ol class="calls">${calls.map(callRow).join('')}</ol>
</aside>
</div>
</main>
</body>
</html>`;
}

const script = 'document.forms[0].requestSubmit()';

export const openingScript = {
  hash: `sha256-${createHash('sha256').update(script).digest('base64')}`,
};

/** On the way to the hosted page. Without scripts it takes one click more. */
export const openingPage = ({ action, token }: Opening): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dockside · your connections</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><p class="brand">${anchor}<b>Dockside</b></p></header>
<main>
<h1>Opening your connections</h1>
<form method="post" action="${escapeHtml(action)}">${hidden({ token })}<p><button class="button primary">Go on</button></p></form>
</main>
<script>${script}</script>
</body>
</html>`;

const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');

const button = (
  action: string,
  fields: Record<string, string>,
  label: string,
  options: { tone?: 'primary' | 'quiet' | 'danger'; about?: string } = {},
): string =>
  `<form method="post" action="/${action}">${hidden(fields)}<button class="button ${options.tone ?? ''}"${options.about ? ` aria-label="${escapeHtml(`${label}: ${options.about}`)}"` : ''}>${label}</button></form>`;

const userSwitch = (current: DemoUser): string =>
  `<form method="post" action="/switch" class="users"><span id="who">Signed in as</span><span role="group" aria-labelledby="who">${demoUsers
    .map(
      ({ id, name }) =>
        `<button name="user" value="${id}" aria-pressed="${id === current.id}">${name}</button>`,
    )
    .join('')}</span></form>`;

function answeredBy(list: IntegrationList, call: Call | undefined): string {
  const tier = tierOf(call?.cacheStatus ?? null);
  if (!tier || !call) return '';
  return `<p class="answered">Answered from <span class="tier ${tier.toLowerCase()}">${tierMeaning[tier]}</span> in ${duration(call.ms)}<span class="soft">, version ${list.version}</span></p>`;
}

const empty = (): string =>
  `<p class="empty">Nothing connected yet. Connect an account below: you will sign in at a real authorization server that runs on this machine.</p>`;

const connectButton = (provider: string, about: string): string =>
  `<form method="post" action="/connect">${hidden({ provider })}<button class="choice"><span class="mark ${provider}" aria-hidden="true">${provider === 'sandbox' ? 'S' : 'Ss'}</span><span><b>Connect ${providerNames[provider]}</b><small>${about}</small></span></button></form>`;

function card(integration: Integration, called: Session['called'], now: number): string {
  const { provider, accountId, status } = integration;
  const name = integration.displayName ?? accountId;
  const place = { provider, accountId };
  const mustAct = status === 'needs_reconnect' || status === 'expired';
  const own = called?.provider === provider && called.accountId === accountId ? called : null;
  const about = { about: `${name} at ${providerNames[provider] ?? provider}` };
  return `<li class="card">
<div class="who"><span class="mark ${escapeHtml(provider)}" aria-hidden="true">${provider === 'sandbox-short' ? 'Ss' : 'S'}</span>
<div><h3>${escapeHtml(name)}</h3><p class="soft">${escapeHtml(providerNames[provider] ?? provider)} · ${escapeHtml(integration.metadata.email ?? accountId)}</p></div>
<span class="status ${status}">${statusNames[status]}</span></div>
<p class="facts">${facts(integration, now)}</p>
<div class="actions">
${mustAct ? button('connect', place, 'Reconnect', { tone: 'primary', ...about }) : button('token', place, 'Take a token', about)}
${mustAct ? '' : button('refresh', place, 'Refresh', about)}
${mustAct ? '' : button('withdraw', place, 'Withdraw grant', { tone: 'quiet', ...about })}
${button('disconnect', place, 'Disconnect', { tone: 'danger', ...about })}
</div>
${mustAct ? '' : askForm(place, about.about, own)}
${own ? answer(own) : ''}
</li>`;
}

/** What was asked last is chosen still. */
const askForm = (place: Record<string, string>, about: string, last: Called | null): string =>
  `<form method="post" action="/call" class="ask">${hidden(place)}<select name="ask" aria-label="${escapeHtml(`What to ask: ${about}`)}">${Object.entries(
    asks,
  )
    .map(
      ([name, { label, method, path }]) =>
        `<option value="${name}"${last?.method === method && last.path === path ? ' selected' : ''}>${label}</option>`,
    )
    .join(
      '',
    )}</select><button class="button" aria-label="${escapeHtml(`Call the API: ${about}`)}">Call the API</button></form>`;

/** What came back: who answered, how long it took, what it says. */
function answer({ method, path, status, by, headers, text, bytes, headersMs, ms }: Called): string {
  const isWhole = bytes <= text.length;
  const size = `${bytes.toLocaleString('en-GB')} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return `<div class="answer">
<div><span class="method">${method}</span> <code>${escapeHtml(path)}</code></div>
<div class="reply"><span class="code ${status < 400 ? 'ok' : 'no'}">${status}</span><span class="tier ${by === 'provider' ? 'memory' : ''}">${by === 'provider' ? 'from the API' : 'from Mooring'}</span><span>began after ${duration(headersMs)}</span><span>${isWhole ? size : `${size} in ${duration(ms)}, passed on as they came`}</span></div>
<dl>${headers.map(([name, value]) => `<div><dt>${name}</dt><dd><code>${escapeHtml(shortened(value))}</code></dd></div>`).join('')}</dl>
${text === '' ? '' : `<pre>${escapeHtml(isWhole ? pretty(text) : `${text.slice(0, 120)}…`)}</pre>`}
</div>`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function facts(
  { expiresAt, lastRefreshedAt, connectedAt, reason, retryAt }: Integration,
  now: number,
) {
  const parts = [
    reason ? `Reason: ${reason.replaceAll('_', ' ')}` : null,
    retryAt ? `next try ${relative(retryAt, now)}` : null,
    expiresAt
      ? `Access token ${Date.parse(expiresAt) > now ? 'runs out' : 'ran out'} ${relative(expiresAt, now)}`
      : null,
    lastRefreshedAt
      ? `refreshed ${relative(lastRefreshedAt, now)}`
      : `connected ${relative(connectedAt, now)}`,
  ];
  return escapeHtml(parts.filter((part) => part !== null).join(' · '));
}

function callRow(call: Call): string {
  const tier = tierOf(call.cacheStatus);
  return `<li><div><span class="method">${call.method}</span> <code>${escapeHtml(shortened(call.path))}</code></div>
<div class="reply"><span class="code ${call.status > 0 && call.status < 400 ? 'ok' : 'no'}">${call.status || 'no reply'}</span><span>${duration(call.ms)}</span>${tier ? `<span class="tier ${tier.toLowerCase()}">${tier}</span>` : ''}</div>
${call.cacheStatus ? `<code class="header">Cache-Status: ${escapeHtml(call.cacheStatus)}</code>` : ''}</li>`;
}

function eventRow({ event, at, list }: ArrivedEvent, now: number): string {
  const { type, data } = event;
  const provider = 'provider' in data ? data.provider : null;
  const about = provider === null ? [] : [providerNames[provider] ?? provider];
  if ('accountId' in data) about.push(data.accountId);
  const words = [...about, relative(new Date(at).toISOString(), now)].join(' · ');
  return `<li><div><code>${escapeHtml(type)}</code></div>
<div class="reply"><span class="tier memory">verified</span><span>${escapeHtml(words)}</span></div>
${'version' in data ? `<p class="header">Told of version ${data.version}</p><p class="header">${list ? `Read at version ${list.version}: ${statusIn(list, data)}` : 'Not read yet'}</p>` : ''}</li>`;
}

/** What the event was about, as it was read afterwards. */
const statusIn = ({ integrations }: IntegrationList, of: object): string => {
  const { provider, accountId } = of as Partial<Integration>;
  const found = integrations.find(
    (integration) => integration.provider === provider && integration.accountId === accountId,
  );
  return found ? statusNames[found.status].toLowerCase() : 'not there';
};

/** Long ids are not for reading. */
const shortened = (path: string): string => path.replace(/([\w-]{8})[\w-]{16,}/g, '$1…');

const duration = (ms: number): string =>
  ms >= 1000
    ? `${(ms / 1000).toFixed(1)} s`
    : ms < 10
      ? `${ms.toFixed(1)} ms`
      : `${Math.round(ms)} ms`;

/** "in 9 min", "12 s ago". */
export function relative(time: string, now: number): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 2) return 'just now';
  const text =
    size < 90
      ? `${size} s`
      : size < 5400
        ? `${Math.round(size / 60)} min`
        : size < 172_800
          ? `${Math.round(size / 3600)} h`
          : `${Math.round(size / 86_400)} days`;
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}
