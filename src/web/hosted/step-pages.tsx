/** The page's smaller steps: what to enter, what to confirm, where the way leads on. */
import type { Child } from 'hono/jsx';
import type { FieldError } from '../../errors';
import { mayBeEntered } from '../../providers/by-fields';
import { askedParameters } from '../../providers/parameters';
import type { CredentialsProvider, OAuth2Provider } from '../../providers/types';
import { type Locale, useLocale } from '../locale';
import { Field, PostForm } from '../ui/form';
import { type Message, MessageBox, MessagePage } from '../ui/layout';
import { ProviderIcon } from '../ui/provider-icon';
import { useTheme } from '../ui/theme';
import type { Card, ShownAccount } from './catalog';
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
}: StepProps & { connectUrl: string }) => {
  const { t } = useLocale();
  const provider = card.name;
  const title = t('connecting.title', { provider });
  return (
    <SessionLayout session={session} title={title} redirectTo={connectUrl}>
      <div class="narrow">
        <span class="wait" aria-hidden="true" />
        <h1>{title}</h1>
        <p class="intro">{t('connecting.text', { provider })}</p>
        <div class="actions">
          <a class="button main" href={connectUrl}>
            {t('action.continue', { provider })}
          </a>
          <a class="button quiet" href="/integrations">
            {t('action.cancel')}
          </a>
        </div>
      </div>
    </SessionLayout>
  );
};

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

/** What is wrong with one field. The error's own words are for programs. */
function fieldError(
  { t }: Locale,
  { values, errors }: FormEntry,
  path: string,
  [name, label]: readonly [string, string],
  maxLength = Number.POSITIVE_INFINITY,
): string | undefined {
  if (!errors.some((error) => error.path === path)) return undefined;
  const value = values[name] ?? '';
  if (value === '') return t('field.missing', { label });
  if (value.length > maxLength) return t('field.too_long', { label, max: String(maxLength) });
  return t('field.wrong', { label });
}

function EntryErrors({ entry }: { entry: FormEntry }) {
  const { t } = useLocale();
  if (entry.message) return <MessageBox {...entry.message} />;
  if (entry.errors.length === 0) return null;
  return <MessageBox tone="bad" title={t('entry.fields.title')} text={t('entry.fields.text')} />;
}

/** After the consent: one of several things that the grant is good for; none: to try again. */
export const ChoicePage = ({
  connection,
  choices,
  isAway,
  ...step
}: StepProps & {
  connection: string;
  choices: readonly { id: string; label: string }[];
  /** The provider did not answer. */
  isAway: boolean;
}) => {
  const { t } = useLocale();
  const { card, session } = step;
  const names = { provider: card.name };
  return (
    <StepLayout {...step} title={t('connect.title', names)}>
      {isAway ? (
        <MessageBox
          tone="bad"
          title={t('not_connected.no_answer.title', names)}
          text={t('choice.away.text')}
        />
      ) : null}
      {choices.length > 0 ? <p class="intro">{t('choice.text', names)}</p> : null}
      <PostForm
        class="card"
        action="/integrations/choice"
        formToken={session.formToken}
        hidden={{ connection }}
      >
        {choices.map(({ id, label }) => (
          <label class="choice">
            <input type="radio" name="choice" value={id} required />
            <span dir="auto">{label}</span>
          </label>
        ))}
        <Buttons label={t(choices.length > 0 ? 'action.connect' : 'action.try_again')} />
      </PostForm>
    </StepLayout>
  );
};

/** What an OAuth provider has to know before it can ask: a shop, a tenant. */
export const ParametersPage = ({
  provider,
  entry,
  ...step
}: StepProps & { provider: OAuth2Provider; entry: FormEntry }) => {
  const locale = useLocale();
  const { t, recordText } = locale;
  const { card, session } = step;
  return (
    <StepLayout {...step} title={t('connect.title', { provider: card.name })}>
      <p class="intro">{permissionSentences(provider, locale)}</p>
      <EntryErrors entry={entry} />
      <PostForm
        class="card"
        action="/integrations/connect"
        formToken={session.formToken}
        hidden={{ provider: card.id }}
      >
        {askedParameters(provider).map(([name, parameter]) => {
          const label = recordText(parameter.label);
          return (
            <Field
              name={`field-${name}`}
              label={label}
              pattern={parameter.pattern}
              value={entry.values[name] ?? parameter.default}
              error={fieldError(locale, entry, `body.parameters.${name}`, [name, label])}
            />
          );
        })}
        <Buttons label={t('action.continue', { provider: card.name })} />
      </PostForm>
    </StepLayout>
  );
};

export const CredentialsPage = ({
  provider,
  account,
  entry,
  ...step
}: StepProps & {
  provider: Pick<CredentialsProvider, 'fields' | 'experimental'>;
  /** Whose credentials are replaced; null: a new account. */
  account: ShownAccount | null;
  entry: FormEntry;
}) => {
  const { brand } = useTheme();
  const locale = useLocale();
  const { t, recordText, sentences } = locale;
  const { card, session } = step;
  const names = { brand: brand.name, provider: card.name };
  return (
    <StepLayout
      {...step}
      title={account ? t('replace.title', { account: account.name }) : t('connect.title', names)}
    >
      <p class="intro">
        {sentences(
          t('credentials.intro', names),
          ...(provider.experimental ? [t('credentials.experimental', names)] : []),
        )}
      </p>
      <EntryErrors entry={entry} />
      <PostForm
        class="card"
        action="/integrations/credentials"
        formToken={session.formToken}
        hidden={{ provider: card.id, account: account?.facts.accountId }}
      >
        {Object.entries(provider.fields).map(([name, field]) => {
          const { secret, required, maxLength, help } = field;
          const label = recordText(field.label);
          const path = `body.credentials.${name}`;
          return (
            <Field
              name={`field-${name}`}
              label={label}
              help={help && recordText(help)}
              secret={secret}
              required={required}
              maxLength={maxLength}
              value={secret ? undefined : entry.values[name]}
              error={fieldError(locale, entry, path, [name, label], maxLength)}
            />
          );
        })}
        <Field
          name="name"
          label={t('credentials.name')}
          help={t('credentials.name_help')}
          required={false}
          maxLength={100}
          value={entry.values.name ?? account?.facts.displayName ?? undefined}
        />
        <Buttons label={t(account ? 'action.replace' : 'action.connect')} />
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
      {useLocale().t('action.cancel')}
    </a>
  </div>
);

export const DisconnectPage = ({
  account,
  canRevoke,
  ...step
}: StepProps & {
  account: ShownAccount;
  /** The provider can be told. */
  canRevoke: boolean;
}) => {
  const { brand } = useTheme();
  const { t } = useLocale();
  const { card, session } = step;
  const names = { brand: brand.name, provider: card.name, account: account.name };
  const isEntered = mayBeEntered(card.provider);
  const deleted = isEntered ? 'disconnect.entry_deleted' : 'disconnect.access_deleted';
  const known = canRevoke ? 'disconnect.told' : 'disconnect.not_told';
  return (
    <StepLayout
      {...step}
      title={t('disconnect.title', names)}
      heading={t('disconnect.question', names)}
    >
      <div class="card">
        <ul class="points">
          <li>
            <span>{t('disconnect.effect', names)}</span>
          </li>
          <li>
            <span>{t(deleted)}</span>
          </li>
          <li>
            <span>{t(isEntered ? 'disconnect.entry_not_told' : known, names)}</span>
          </li>
          <li>
            <span>{t('disconnect.again')}</span>
          </li>
        </ul>
        <PostForm
          class="actions"
          action="/integrations/disconnect"
          formToken={session.formToken}
          hidden={{ provider: card.id, account: account.facts.accountId }}
        >
          <button class="button stop" type="submit">
            {t('action.disconnect')}
          </button>
          <a class="button quiet" href="/integrations">
            {t('action.keep')}
          </a>
        </PostForm>
      </div>
    </StepLayout>
  );
};

export const SignedOutPage = ({ returnTo }: { returnTo: string }) => {
  const locale = useLocale();
  const { t } = locale;
  return (
    <MessagePage
      title={t('signed_out.title')}
      heading={t('signed_out.heading')}
      text={t('signed_out.text')}
      links={[{ href: returnTo, label: returnLabel(returnTo, locale) }]}
    />
  );
};
