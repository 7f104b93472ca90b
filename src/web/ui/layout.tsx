/** What is around every page: document, header, the way back. */

import type { Child } from 'hono/jsx';
import type { Brand } from '../../config';
import type { Message } from '../hosted/words';
import type { Theme } from './theme';

export interface Frame {
  brand: Brand;
  theme: Theme;
}

export interface Visitor {
  /** What the app calls its user. */
  label: string;
  returnTo: string;
  formToken: string;
}

interface DocumentProps extends Frame {
  title: string;
  visitor?: Visitor | undefined;
  /** Where the browser goes on to by itself. */
  goOn?: string;
  children: Child;
}

const Document = ({ title, brand, theme, visitor, goOn, children }: DocumentProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      {goOn === undefined ? null : <meta http-equiv="refresh" content={`0;url=${goOn}`} />}
      <title>{`${title} · ${brand.name}`}</title>
      <link rel="icon" href="data:," />
      <style dangerouslySetInnerHTML={{ __html: theme.css }} />
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <p class="brand">
          {brand.logo === null ? (
            <span class="mono" aria-hidden="true">
              {brand.name.slice(0, 1).toUpperCase()}
            </span>
          ) : (
            <img src={brand.logo} alt="" />
          )}
          {brand.name}
        </p>
        {visitor ? <Who {...visitor} /> : null}
      </header>
      <main id="content" tabindex={-1}>
        {children}
      </main>
    </body>
  </html>
);

const Who = ({ label, formToken }: Visitor) => (
  <div class="who">
    <span>
      Signed in as <b>{label}</b>
    </span>
    <form method="post" action="/integrations/sign-out">
      <FormToken token={formToken} />
      <button class="link" type="submit">
        Sign out
      </button>
    </form>
  </div>
);

export const FormToken = ({ token }: { token: string }) => (
  <input type="hidden" name="token" value={token} />
);

/** `Back to app.example.com`: the host, because it is what a person can check. */
export const wayBackLabel = (returnTo: string): string => `Back to ${new URL(returnTo).host}`;

/** Focused when the page opens, so that it is read out and the next Tab goes on from there. */
export const Notice = ({ tone, title, text }: Message) => (
  <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'} tabindex={-1} autofocus>
    <b>{title}</b>
    {text}
  </div>
);

export const renderPage = (props: DocumentProps): string =>
  `<!doctype html>${(<Document {...props} />).toString()}`;
