/** The sandbox's own pages: who are you, and may this app. Plain HTML, no script. */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';
import { people, personById } from './people.ts';

const initials = (name: string): string =>
  name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2);

const style = `
:root{color-scheme:light dark;--ink:#1b1a2e;--soft:#5d5b78;--line:#dcdaea;--card:#fff;--ground:#efeef8;--accent:#4b3fc4;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#eceaf8;--soft:#a9a6c6;--line:#37354f;--card:#1f1d31;--ground:#141322;--accent:#a69bff;--on:#16132e}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;background:var(--ground);color:var(--ink);font:16px/1.5 Inter,system-ui,sans-serif}
main{width:100%;max-width:400px;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px 28px}
.brand{display:flex;align-items:center;gap:8px;margin:0 0 24px;color:var(--soft);font-size:14px;font-weight:600}
.brand i{width:18px;height:18px;border-radius:5px;background:var(--accent)}
h1{margin:0 0 6px;font-size:22px;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 20px;color:var(--soft)}
form{margin:0}
.people{display:grid;gap:8px;margin:0 0 20px;padding:0;list-style:none}
button,input{font:inherit;min-height:44px;border-radius:10px}
.person{display:flex;align-items:center;gap:12px;width:100%;padding:9px 12px;text-align:left;background:none;border:1px solid var(--line);color:inherit;cursor:pointer}
.person:hover{border-color:var(--accent)}
.person b{display:block;font-weight:600;line-height:1.3}
.person small{color:var(--soft)}
.face{flex:none;display:grid;place-items:center;width:36px;height:36px;border-radius:50%;background:var(--ground);font-size:13px;font-weight:600}
label{display:block;margin-bottom:6px;font-size:14px;font-weight:600}
.row{display:flex;gap:8px}
input{flex:1;min-width:0;padding:0 12px;border:1px solid var(--line);background:transparent;color:inherit}
.primary{padding:0 20px;border:0;background:var(--accent);color:var(--on);font-weight:600;cursor:pointer}
.plain{padding:0 16px;border:1px solid var(--line);background:none;color:inherit;cursor:pointer}
.actions{display:flex;gap:10px;margin-top:24px}
.actions form{flex:1}
.actions button{width:100%}
.cancel{margin-top:20px;padding-top:20px;border-top:1px solid var(--line)}
.cancel .plain{width:100%}
ul.asks{margin:0;padding:0;list-style:none;border-top:1px solid var(--line)}
ul.asks li{padding:10px 0;border-bottom:1px solid var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`;

/**
 * No `form-action`: browsers apply it to the redirects after a form too, and those lead to the
 * client's redirect URI.
 */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Sandbox ID</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="brand"><i></i>Sandbox ID</p>
${body}
</main>
</body>
</html>`;

const cancel = (uid: string, label: string): string =>
  `<form method="post" action="/interaction/${escapeHtml(uid)}/cancel"><button class="plain">${label}</button></form>`;

export const loginPage = (uid: string, clientName: string): string =>
  page(
    'Sign in',
    `<h1>Choose an account</h1>
<p>to continue to ${escapeHtml(clientName)}. Nobody here is real, so no passwords.</p>
<form method="post" action="/interaction/${escapeHtml(uid)}/login">
<ul class="people">
${people
  .map(
    (person) =>
      `<li><button class="person" name="account" value="${person.id}"><span class="face" aria-hidden="true">${initials(person.name)}</span><span><b>${person.name}</b><small>${person.email}</small></span></button></li>`,
  )
  .join('\n')}
</ul>
</form>
<form method="post" action="/interaction/${escapeHtml(uid)}/login">
<label for="account">Somebody else</label>
<div class="row"><input id="account" name="account" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="any name"><button class="primary">Sign in</button></div>
</form>
<div class="cancel">${cancel(uid, 'Cancel')}</div>`,
  );

const meaning: Record<string, string> = {
  openid: 'Know that it is you',
  profile: 'See your name',
  email: 'See your e-mail address',
  offline_access: 'Stay connected while you are away',
};

export const consentPage = (
  uid: string,
  clientName: string,
  accountId: string,
  scopes: readonly string[],
): string =>
  page(
    'Allow access',
    `<h1>${escapeHtml(clientName)} wants access</h1>
<p>You are signed in as <strong>${escapeHtml(personById(accountId).name)}</strong>. If you allow it, the app can:</p>
<ul class="asks">${scopes.map((scope) => `<li>${escapeHtml(meaning[scope] ?? scope)}</li>`).join('')}</ul>
<div class="actions">
${cancel(uid, 'Cancel')}
<form method="post" action="/interaction/${escapeHtml(uid)}/allow"><button class="primary">Allow</button></form>
</div>`,
  );

export const errorPage = (message: string): string =>
  page('Something is wrong', `<h1>This did not work</h1><p>${escapeHtml(message)}</p>`);
