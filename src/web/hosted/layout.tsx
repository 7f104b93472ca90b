/** What is around the hosted page's pages for a user with a session. */
import { PostForm } from '../ui/form';
import { Layout, type LayoutProps } from '../ui/layout';
import { PAGE_PATH, type PageSession } from './session';

interface SessionLayoutProps extends LayoutProps {
  session: PageSession;
}

export const SessionLayout = ({ session, ...props }: SessionLayoutProps) => (
  <Layout
    {...props}
    headerEnd={
      <div class="who">
        <span>
          Signed in as <b>{session.label}</b>
        </span>
        <PostForm action="/integrations/sign-out" formToken={session.formToken}>
          <button class="link" type="submit">
            Sign out
          </button>
        </PostForm>
      </div>
    }
  />
);

/** `Back to app.example.com`: the host, because it is what a person can check. */
export function returnLabel(returnTo: string): string {
  if (returnTo === PAGE_PATH) return 'To your connections';
  const { protocol, host } = new URL(returnTo);
  // An app's own scheme: what follows it is no host.
  return /^https?:$/.test(protocol) ? `Back to ${host}` : 'Back to the app';
}
