/** The page's smaller steps: what to give, what to confirm, where the way leads on. */
import type { FieldError } from '../../errors';
import type { CredentialsProvider, OAuth2Provider } from '../../providers/types';
import { FormToken, type Frame, Notice, renderPage, type Visitor } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import type { Account, Card } from './catalog';
import { mayDo } from './scopes';

interface StepProps extends Frame {
  visitor: Visitor;
  card: Card;
}

/** Values that nobody can know for the user: the shop's name, say. The others have a default. */
export const mustAsk = (provider: OAuth2Provider): boolean =>
  Object.values(provider.parameters).some((parameter) => parameter.default === undefined);

const Heading = ({ card, children }: { card: Card; children: string }) => (
  <div class="head">
    <ProviderIcon id={card.id} name={card.name} />
    <h1>{children}</h1>
  </div>
);

/** Before a visit to the provider that takes a while to begin; the browser goes on by itself. */
export const connectingPage = ({
  brand,
  theme,
  visitor,
  card,
  goOn,
}: StepProps & { goOn: string }): string =>
  renderPage({
    brand,
    theme,
    visitor,
    goOn,
    title: `Connecting to ${card.name}`,
    children: (
      <div class="narrow">
        <span class="wait" aria-hidden="true" />
        <h1>{`Connecting to ${card.name}`}</h1>
        <p class="intro">
          {`You are being taken to ${card.name}. It asks you to sign in and to agree, and then brings you back here.`}
        </p>
        <div class="actions">
          <a class="button main" href={goOn}>{`Continue to ${card.name}`}</a>
          <a class="button quiet" href="/integrations">
            Cancel
          </a>
        </div>
      </div>
    ),
  });

export interface Given {
  /** Never of secret fields. */
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
}

export const nothingGiven: Given = { values: {}, errors: [] };

interface FieldProps {
  name: string;
  label: string;
  help?: string | undefined;
  secret?: boolean;
  required?: boolean;
  maxLength?: number;
  pattern?: string | undefined;
  value?: string | undefined;
  wrong?: string | undefined;
}

function Field({ name, label, help, secret = false, required = true, ...rest }: FieldProps) {
  const { maxLength, pattern, value, wrong } = rest;
  const described = [wrong ? `${name}-wrong` : '', help ? `${name}-help` : ''].filter(Boolean);
  return (
    <div class="field">
      <label for={name}>{required ? label : `${label} (optional)`}</label>
      <input
        id={name}
        name={name}
        type={secret ? 'password' : 'text'}
        autocomplete={secret ? 'new-password' : 'off'}
        autocapitalize="none"
        spellcheck={false}
        {...(required ? { required: true } : {})}
        {...(maxLength === undefined ? {} : { maxlength: maxLength })}
        {...(pattern === undefined ? {} : { pattern })}
        {...(value === undefined ? {} : { value })}
        {...(wrong ? { 'aria-invalid': 'true' } : {})}
        {...(described.length > 0 ? { 'aria-describedby': described.join(' ') } : {})}
      />
      {wrong ? <p class="wrong" id={`${name}-wrong`}>{`${label} ${wrong}.`}</p> : null}
      {help ? (
        <p class="soft" id={`${name}-help`}>
          {help}
        </p>
      ) : null}
    </div>
  );
}

const errorOf = ({ errors }: Given, path: string): string | undefined =>
  errors.find((error) => error.path === path)?.message;

const SomethingWrong = ({ given }: { given: Given }) =>
  given.errors.length === 0 ? null : (
    <Notice
      tone="bad"
      title="Please look again"
      text="Something is not as it should be; see below."
    />
  );

/** What an OAuth provider has to know before it can ask: a shop, a tenant. */
export const parametersPage = ({
  brand,
  theme,
  visitor,
  card,
  provider,
  given,
}: StepProps & { provider: OAuth2Provider; given: Given }): string =>
  renderPage({
    brand,
    theme,
    visitor,
    title: `Connect ${card.name}`,
    children: (
      <div class="narrow">
        <Heading card={card}>{`Connect ${card.name}`}</Heading>
        <p class="intro">{mayDo(provider)}</p>
        <SomethingWrong given={given} />
        <form class="card" method="post" action="/integrations/connect">
          <FormToken token={visitor.formToken} />
          <input type="hidden" name="provider" value={card.id} />
          {Object.entries(provider.parameters).map(([name, parameter]) => (
            <Field
              name={`field-${name}`}
              label={parameter.label}
              pattern={parameter.pattern}
              value={given.values[name] ?? parameter.default}
              wrong={errorOf(given, `body.parameters.${name}`)}
            />
          ))}
          <Buttons label={`Continue to ${card.name}`} />
        </form>
      </div>
    ),
  });

export const credentialsPage = ({
  brand,
  theme,
  visitor,
  card,
  provider,
  account,
  given,
}: StepProps & {
  provider: CredentialsProvider;
  /** Whose credentials are replaced; null: a new account. */
  account: Account | null;
  given: Given;
}): string =>
  renderPage({
    brand,
    theme,
    visitor,
    title: account ? `Replace: ${account.name}` : `Connect ${card.name}`,
    children: (
      <div class="narrow">
        <Heading card={card}>
          {account ? `Replace: ${account.name}` : `Connect ${card.name}`}
        </Heading>
        <p class="intro">
          {`${brand.name} uses what you enter to work with ${card.name} for you. It is kept encrypted, and secrets are never shown again.`}
          {provider.experimental
            ? ` ${card.name} does not offer this officially: it can stop working at any time.`
            : ''}
        </p>
        <SomethingWrong given={given} />
        <form class="card" method="post" action="/integrations/credentials">
          <FormToken token={visitor.formToken} />
          <input type="hidden" name="provider" value={card.id} />
          {account ? <input type="hidden" name="account" value={account.facts.accountId} /> : null}
          {Object.entries(provider.fields).map(([name, field]) => (
            <Field
              name={`field-${name}`}
              label={field.label}
              help={field.help}
              secret={field.secret}
              required={field.required}
              maxLength={field.maxLength}
              value={field.secret ? undefined : given.values[name]}
              wrong={errorOf(given, `body.credentials.${name}`)}
            />
          ))}
          <Field
            name="name"
            label="Your name for this account"
            help="To tell several accounts apart."
            required={false}
            maxLength={100}
            value={given.values.name ?? account?.facts.displayName ?? undefined}
          />
          <Buttons label={account ? 'Replace' : 'Connect'} />
        </form>
      </div>
    ),
  });

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

export const disconnectPage = ({
  brand,
  theme,
  visitor,
  card,
  account,
  canRevoke,
}: StepProps & {
  account: Account;
  /** The provider can be told. */
  canRevoke: boolean;
}): string =>
  renderPage({
    brand,
    theme,
    visitor,
    title: `Disconnect ${account.name}`,
    children: (
      <div class="narrow">
        <Heading card={card}>{`Disconnect ${account.name}?`}</Heading>
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
          <form class="actions" method="post" action="/integrations/disconnect">
            <FormToken token={visitor.formToken} />
            <input type="hidden" name="provider" value={card.id} />
            <input type="hidden" name="account" value={account.facts.accountId} />
            <button class="button stop" type="submit">
              Disconnect
            </button>
            <a class="button quiet" href="/integrations">
              Keep it
            </a>
          </form>
        </div>
      </div>
    ),
  });

function atProvider(card: Card, brand: string, canRevoke: boolean): string {
  if (card.provider?.kind === 'credentials') {
    return `${card.name} does not learn of it: to be sure, sign out or change the key there.`;
  }
  return canRevoke
    ? `${card.name} is told to end the permission, unless another account here lives by it.`
    : `${card.name} cannot be told. To end the permission there too, remove ${brand} in your ${card.name} settings.`;
}
