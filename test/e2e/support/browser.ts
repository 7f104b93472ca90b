/**
 * A browser as far as redirects, cookies and forms go: one cookie jar, no script. As in real
 * browsers, all ports of localhost share the jar, and `Secure` cookies are kept there over http.
 */

interface Cookie {
  name: string;
  value: string;
  path: string;
}

export interface Page {
  url: URL;
  status: number;
  headers: Headers;
  html: string;
}

const MAX_REDIRECTS = 20;

export class Browser {
  /** By host name. */
  readonly #cookies = new Map<string, Cookie[]>();
  /** Every address it went to, in order: what would stand in a history. */
  readonly visited: string[] = [];
  /** Every page it was shown. */
  readonly pages: string[] = [];
  readonly #fetch: typeof fetch;

  /** @param reach how hosts are reached that only a test knows */
  constructor(reach: typeof fetch = fetch) {
    this.#fetch = reach;
  }

  /** Follows redirects as far as `until` lets it; the last page may be one that was not opened. */
  open(url: string | URL, until: (url: URL) => boolean = () => false): Promise<Page> {
    return this.#go(new URL(url), { method: 'GET' }, until);
  }

  /** Sends a form that the page has; throws when there is none with that action. */
  submit(
    page: Page,
    action: string,
    fields: Record<string, string>,
    until: (url: URL) => boolean = () => false,
  ): Promise<Page> {
    const form = new RegExp(`<form[^>]*action="([^"]*${action})"`).exec(page.html)?.[1];
    if (!form)
      throw new Error(`no form "${action}" on ${page.url.href}: ${page.html.slice(0, 400)}`);
    const body = new URLSearchParams(fields).toString();
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: page.url.origin,
    };
    return this.#go(new URL(form, page.url), { method: 'POST', body, headers }, until);
  }

  async #go(start: URL, first: RequestInit, until: (url: URL) => boolean): Promise<Page> {
    let url = start;
    let init = first;
    for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
      this.visited.push(url.href);
      if (until(url)) return { url, status: 0, headers: new Headers(), html: '' };
      const headers = new Headers(init.headers);
      const cookie = this.#cookieHeader(url);
      if (cookie) headers.set('Cookie', cookie);
      const response = await this.#fetch(url, { ...init, headers, redirect: 'manual' });
      this.#keep(url, response.headers.getSetCookie());
      const html = await response.text();
      const location = response.headers.get('Location');
      if (!location || response.status < 300 || response.status > 399) {
        this.pages.push(html);
        return { url, status: response.status, headers: response.headers, html };
      }
      url = new URL(location, url);
      init = { method: 'GET' };
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects from ${start.origin}`);
  }

  #cookieHeader(url: URL): string {
    return (this.#cookies.get(url.hostname) ?? [])
      .filter(
        ({ path }) =>
          url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  #keep(url: URL, lines: readonly string[]): void {
    const jar = this.#cookies.get(url.hostname) ?? [];
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      const attribute = (wanted: string) =>
        attributes
          .find((entry) => entry.toLowerCase().startsWith(`${wanted}=`))
          ?.slice(wanted.length + 1);
      const path = attribute('path') ?? url.pathname.slice(0, url.pathname.lastIndexOf('/')) ?? '/';
      const same = jar.findIndex((cookie) => cookie.name === name && cookie.path === path);
      if (same >= 0) jar.splice(same, 1);
      const expires = attribute('expires');
      const gone =
        attribute('max-age') === '0' ||
        (expires !== undefined && Date.parse(expires) <= Date.now());
      if (!gone) jar.push({ name, value: pair.slice(at + 1), path: path || '/' });
    }
    this.#cookies.set(url.hostname, jar);
  }
}

/** Signs in and allows at the sandbox; ends at the first address that `until` names. */
export async function consent(
  browser: Browser,
  login: Page,
  accountId: string,
  until: (url: URL) => boolean,
): Promise<Page> {
  const ask = await browser.submit(login, '/login', { account: accountId });
  return browser.submit(ask, '/allow', {}, until);
}
