/** Forms of the pages: each is a POST that carries its session's token. */
import type { Child } from 'hono/jsx';
import { useLocale } from '../locale';

interface PostFormProps {
  action: string;
  /** Of the session; session.ts checks it. */
  formToken: string;
  /** Sent along unseen. */
  hidden?: Readonly<Record<string, string | undefined>>;
  class?: string;
  children: Child;
}

export const PostForm = ({ action, formToken, hidden = {}, children, ...rest }: PostFormProps) => (
  <form {...rest} method="post" action={action}>
    <input type="hidden" name="token" value={formToken} />
    {Object.entries(hidden).map(([name, value]) =>
      value === undefined ? null : <input type="hidden" name={name} value={value} />,
    )}
    {children}
  </form>
);

/**
 * Browsers compile the attribute under the flag `v`, which wants more characters escaped than `u`,
 * by which records are checked. One that they could not use would be an error in their console, and
 * no check: then only the server's is made.
 */
function isHtmlPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'v');
    return true;
  } catch {
    return false;
  }
}

interface FieldProps {
  name: string;
  /** Where the page has another field of that name. */
  id?: string;
  label: string;
  help?: string | undefined;
  secret?: boolean;
  required?: boolean;
  autocomplete?: string;
  maxLength?: number | undefined;
  pattern?: string | undefined;
  placeholder?: string | undefined;
  value?: string | undefined;
  /** What is wrong with the value: a sentence. */
  error?: string | undefined;
}

export function Field({
  name,
  id = name,
  label,
  help,
  secret = false,
  required = true,
  autocomplete = secret ? 'new-password' : 'off',
  maxLength,
  pattern,
  placeholder,
  value,
  error,
}: FieldProps) {
  const { t } = useLocale();
  const described = [error ? `${id}-error` : '', help ? `${id}-help` : ''].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>{required ? label : t('field.optional', { label })}</label>
      <input
        id={id}
        name={name}
        type={secret ? 'password' : 'text'}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required={required}
        maxlength={maxLength}
        pattern={pattern !== undefined && isHtmlPattern(pattern) ? pattern : undefined}
        placeholder={placeholder}
        value={value}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described.length > 0 ? described.join(' ') : undefined}
      />
      {error ? (
        <p class="wrong" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
      {help ? (
        <p class="soft" id={`${id}-help`}>
          {help}
        </p>
      ) : null}
    </div>
  );
}
