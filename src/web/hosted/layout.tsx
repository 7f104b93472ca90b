/** What is around the hosted page's pages for a user with a session. */
import { type Locale, useLocale } from '../locale';
import { PostForm } from '../ui/form';
import { Layout, type LayoutProps } from '../ui/layout';
import { PAGE_PATH, type PageSession } from './session';

interface SessionLayoutProps extends LayoutProps {
  session: PageSession;
}

export const SessionLayout = ({ session, ...props }: SessionLayoutProps) => {
  const { t } = useLocale();
  // Each language has its own place for the label.
  const [before, after] = t('layout.signed_in_as', { label: '\n' }).split('\n');
  return (
    <Layout
      {...props}
      headerEnd={
        <div class="who">
          <span>
            {before}
            <b>
              <bdi>{session.label}</bdi>
            </b>
            {after}
          </span>
          <PostForm action="/integrations/sign-out" formToken={session.formToken}>
            <button class="link" type="submit">
              {t('layout.sign_out')}
            </button>
          </PostForm>
        </div>
      }
    />
  );
};

/** `Back to app.example.com`: the host, because it is what a person can check. */
export function returnLabel(returnTo: string, { t }: Locale): string {
  if (returnTo === PAGE_PATH) return t('back.page');
  const { protocol, host } = new URL(returnTo);
  // An app's own scheme: what follows it is no host.
  return /^https?:$/.test(protocol) ? t('back.host', { host }) : t('back.app');
}
