/** The sign-in to the operator's page. */
import { Field } from '../ui/form';
import { Layout, type Message, MessageBox } from '../ui/layout';

export const SignInPage = ({ message }: { message: Message | null }) => (
  <Layout title="Operations">
    <div class="narrow">
      <h1>Operations</h1>
      <p class="intro">
        For those who run this service. Sign in with one of its service keys; it is checked and not
        kept, and this browser gets half an hour.
      </p>
      {message ? <MessageBox {...message} /> : null}
      <form class="card" method="post" action="/operator/session">
        <Field
          name="key"
          label="Service key"
          secret
          autocomplete="current-password"
          maxLength={1024}
        />
        <div class="actions">
          <button class="button main" type="submit">
            Sign in
          </button>
        </div>
      </form>
    </div>
  </Layout>
);
