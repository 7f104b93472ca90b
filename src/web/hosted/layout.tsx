/** What is around the hosted page's pages for a user with a session. */
import { PostForm } from '../ui/form';
import { Layout, type LayoutProps } from '../ui/layout';
import type { PageSession } from './session';

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
export const returnLabel = (returnTo: string): string => `Back to ${new URL(returnTo).host}`;
