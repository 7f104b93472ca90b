/**
 * What all pages are made of: document and header, message boxes, and pages that are only a
 * message.
 */
import type { Child } from 'hono/jsx';
import { useLocale } from '../locale';
import { useTheme } from './theme';

export interface LayoutProps {
  title: string;
  /** Stands on the right of the header. */
  headerEnd?: Child;
  /** Where the browser goes on to by itself. */
  redirectTo?: string;
  children: Child;
}

export function Layout({ title, headerEnd, redirectTo, children }: LayoutProps) {
  const { brand, css } = useTheme();
  const { language, direction, t } = useLocale();
  return (
    <html lang={language} dir={direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {redirectTo === undefined ? null : (
          <meta http-equiv="refresh" content={`0;url=${redirectTo}`} />
        )}
        <title>{`${title} · ${brand.name}`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: css }} />
      </head>
      <body>
        <a class="skip" href="#content">
          {t('layout.skip')}
        </a>
        <header class="top">
          <p class="brand">
            {brand.logo === null ? (
              <span class="mono" aria-hidden="true">
                {[...brand.name][0]?.toUpperCase()}
              </span>
            ) : (
              <img src={brand.logo} alt="" />
            )}
            {brand.name}
          </p>
          {headerEnd}
        </header>
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </body>
    </html>
  );
}

export type Tone = 'good' | 'info' | 'warn' | 'bad';

export interface Message {
  tone: Tone;
  title: string;
  text: string;
}

/** Focused when the page opens, so that it is read out and the next Tab goes on from there. */
export const MessageBox = ({ tone, title, text }: Message) => (
  <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'} tabindex={-1} autofocus>
    <b>{title}</b>
    {text}
  </div>
);

interface MessagePageProps {
  title: string;
  /** Where it is not the title. */
  heading?: string;
  text: string;
  /** The ways on. */
  links: readonly { href: string; label: string }[];
  /** Small print. */
  children?: Child;
}

export const MessagePage = ({
  title,
  heading = title,
  text,
  links,
  children,
}: MessagePageProps) => (
  <Layout title={title}>
    <div class="narrow">
      <h1>{heading}</h1>
      <p class="intro">{text}</p>
      <div class="actions">
        {links.map(({ href, label }) => (
          <a class="button main" href={href}>
            {label}
          </a>
        ))}
      </div>
      {children}
    </div>
  </Layout>
);
