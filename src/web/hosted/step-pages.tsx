/** The page's smaller steps: what to enter, what to confirm, where the way leads on. */
import type { Child } from 'hono/jsx';
import type { FieldError } from '../../errors';
import { askedParameters } from '../../providers/parameters';
import type { CredentialsProvider, OAuth2Provider } from '../../providers/types';
import { Field, PostForm } from '../ui/form';
import { type Message, MessageBox, MessagePage } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import { useTheme } from '../ui/theme';
import type { Account, Card } from './catalog';
import { returnLabel, SessionLayout } from './layout';
import { permissionSentences } from './permissions';
import type { PageSession } from './session';

interface StepProps {
  session: PageSession;
  card: Card;
}

/** Values that nobody can know for the user: the shop's name, say. The others have a default. */
export const mustAsk = (provider: OAuth2Provider): boolean =>
  askedParameters(provider).some(([, parameter]) => parameter.default === undefined);

/** Before the provider's page, which takes a while to open; the browser goes on by itself. */
export const ConnectingPage = ({
  session,
  card,
  connectUrl,
}: StepProps & { connectUrl: string }) => (
  <SessionLayout session={session} title={`Connecting to ${card.name}`} redirectTo={connectUrl}>
    <div class="narrow">
      <span class="wait" aria-hidden="true" />
      <h1>{`Connecting to ${card.name}`}</h1>
      <p class="intro">
        {`You are being taken to ${card.name}. It asks you to sign in and to agree, and then brings you back here.`}
      </p>
      <div class="actions">
        <a class="button main" href={connectUrl}>{`Continue to ${card.name}`}</a>
        <a class="button quiet" href="/integrations">
          Cancel
        </a>
      </div>
    </div>
  </SessionLayout>
);

/** A step about one provider. */
const StepLayout = ({
  session,
  card,
  title,
  heading = title,
  children,
}: StepProps & { title: string; heading?: string; children: Child }) => (
  <SessionLayout session={session} title={title}>
    <div class="narrow">
      <div class="head">
        <ProviderIcon id={card.id} name={card.name} />
        <h1>{heading}</h1>
      </div>
      {children}
    </div>
  </SessionLayout>
);

/** What was entered, and what is wrong with it. */
export interface FormEntry {
  /** Never of secret fields. */
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
  /** What is wrong with all of it. */
  message?: Message | null;
}

export const emptyFormEntry: FormEntry = { values: {}, errors: [] };

const errorAt = ({ errors }: FormEntry, path: string): string | undefined =>
  errors.find((error) => error.path === path)?.message;

const EntryErrors = ({ entry }: { entry: FormEntry }) =>
  entry.message ? (
    <MessageBox {...entry.message} />
  ) : entry.errors.length === 0 ? null : (
    <MessageBox
      tone="bad"
      title="Please look again"
      text="Something is not as it should be; see below."
    />
  );

/** What an OAuth provider has to know before it can ask: a shop, a tenant. */
export const ParametersPage = ({
  provider,
  entry,
  ...step
}: StepProps & { provider: OAuth2Provider; entry: FormEntry }) => (
  <StepLayout {...step} title={`Connect ${step.card.name}`}>
    <p class="intro">{permissionSentences(provider)}</p>
    <EntryErrors entry={entry} />
    <PostForm
      class="card"
      action="/integrations/connect"
      formToken={step.session.formToken}
      hidden={{ provider: step.card.id }}
    >
      {askedParameters(provider).map(([name, parameter]) => (
        <Field
          name={`field-${name}`}
          label={parameter.label}
          pattern={parameter.pattern}
          value={entry.values[name] ?? parameter.default}
          error={errorAt(entry, `body.parameters.${name}`)}
        />
      ))}
      <Buttons label={`Continue to ${step.card.name}`} />
    </PostForm>
  </StepLayout>
);

export const CredentialsPage = ({
  provider,
  account,
  entry,
  ...step
}: StepProps & {
  provider: CredentialsProvider;
  /** Whose credentials are replaced; null: a new account. */
  account: Account | null;
  entry: FormEntry;
}) => {
  const { brand } = useTheme();
  const { card, session } = step;
  return (
    <StepLayout {...step} title={account ? `Replace: ${account.name}` : `Connect ${card.name}`}>
      <p class="intro">
        {`${brand.name} uses what you enter to work with ${card.name} for you. It is kept encrypted, and secrets are never shown again.`}
        {provider.experimental
          ? ` ${card.name} does not offer this officially: it can stop working at any time.`
          : ''}
      </p>
      <EntryErrors entry={entry} />
      <PostForm
        class="card"
        action="/integrations/credentials"
        formToken={session.formToken}
        hidden={{ provider: card.id, account: account?.facts.accountId }}
      >
        {Object.entries(provider.fields).map(([name, field]) => (
          <Field
            name={`field-${name}`}
            label={field.label}
            help={field.help}
            secret={field.secret}
            required={field.required}
            maxLength={field.maxLength}
            value={field.secret ? undefined : entry.values[name]}
            error={errorAt(entry, `body.credentials.${name}`)}
          />
        ))}
        <Field
          name="name"
          label="Your name for this account"
          help="To tell several accounts apart."
          required={false}
          maxLength={100}
          value={entry.values.name ?? account?.facts.displayName ?? undefined}
        />
        <Buttons label={account ? 'Replace' : 'Connect'} />
      </PostForm>
    </StepLayout>
  );
};

const Buttons = ({ label }: { label: string }) => (
  <div class="actions">
    <button class="button main" type="submit">
      {label}
    </button>
    <a class="button quiet" href="/integrations">
      Cancel
    </a>
  </div>
);

export const DisconnectPage = ({
  account,
  canRevoke,
  ...step
}: StepProps & {
  account: Account;
  /** The provider can be told. */
  canRevoke: boolean;
}) => {
  const { brand } = useTheme();
  const { card, session } = step;
  return (
    <StepLayout
      {...step}
      title={`Disconnect ${account.name}`}
      heading={`Disconnect ${account.name}?`}
    >
      <div class="card">
        <ul class="points">
          <li>
            <span>{`${brand.name} can no longer use this ${card.name} account. What depends on it stops working.`}</span>
          </li>
          <li>
            <span>
              {card.provider?.kind === 'credentials'
                ? 'What you entered is deleted here.'
                : 'The access that is kept here is deleted.'}
            </span>
          </li>
          <li>
            <span>{atProvider(card, brand.name, canRevoke)}</span>
          </li>
          <li>
            <span>You can connect it again at any time.</span>
          </li>
        </ul>
        <PostForm
          class="actions"
          action="/integrations/disconnect"
          formToken={session.formToken}
          hidden={{ provider: card.id, account: account.facts.accountId }}
        >
          <button class="button stop" type="submit">
            Disconnect
          </button>
          <a class="button quiet" href="/integrations">
            Keep it
          </a>
        </PostForm>
      </div>
    </StepLayout>
  );
};

function atProvider(card: Card, brand: string, canRevoke: boolean): string {
  if (card.provider?.kind === 'credentials') {
    return `${card.name} does not learn of it: to be sure, sign out or change the key there.`;
  }
  return canRevoke
    ? `${card.name} is told to end the permission, unless another account here lives by it.`
    : `${card.name} cannot be told. To end the permission there too, remove ${brand} in your ${card.name} settings.`;
}

export const SignedOutPage = ({ returnTo }: { returnTo: string }) => (
  <MessagePage
    title="Signed out"
    heading="You are signed out"
    text="Your accounts stay connected. Only this page is closed."
    links={[{ href: returnTo, label: returnLabel(returnTo) }]}
  />
);
