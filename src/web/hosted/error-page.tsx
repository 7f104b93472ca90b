/** Errors of the hosted page and of a connect, for a person in a browser. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { AppError } from '../../errors';
import { BrowserError, type Situation } from '../../http/browser-error';
import { problemResponse, toAppError } from '../../http/problem';
import type { AppEnv } from '../../http/route';
import { type Locale, useLocale } from '../locale';
import { en, type MessageId } from '../messages';
import { MessagePage } from '../ui/layout';
import { htmlReply } from '../ui/reply';
import { returnLabel } from './layout';
import { localeOfBrowser, PAGE_PATH } from './session';

interface Words {
  title: string;
  text: string;
  /** For who built the app that led here. */
  forDevelopers?: string;
}

function wordsFor(error: AppError, { t }: Locale): Words {
  if (error instanceof BrowserError) {
    const { situation } = error;
    const noted = `error.${situation}.developers` as const;
    return {
      title: t(`error.${situation}.title`),
      text: t(`error.${situation}.text`),
      ...(isNoted(noted) ? { forDevelopers: t(noted) } : {}),
    };
  }
  const { status, code, detail } = error;
  const words = (id: Failure): Words => ({
    title: t(`error.${id}.title`),
    text: t(`error.${id}.text`),
  });
  if (code === 'rate_limited') return words('rate_limited');
  if (code === 'integration_not_found') return words('account_gone');
  if (code === 'provider_not_found' || code === 'provider_not_configured') {
    return words('not_offered');
  }
  if (status === 404) return words('not_found');
  if (status === 405) return words('method');
  if (status === 503 || status === 502) return words('no_answer');
  if (status >= 500) return words('internal');
  return { ...words('invalid'), forDevelopers: detail };
}

type Failure =
  | 'rate_limited'
  | 'account_gone'
  | 'not_offered'
  | 'not_found'
  | 'method'
  | 'no_answer'
  | 'internal'
  | 'invalid';

/** Situations that the app's developers can do something about. */
type Noted = Extract<MessageId, `error.${Situation}.developers`>;

const isNoted = (id: string): id is Noted => Object.hasOwn(en.messages, id);

/** For browsers, in the place of a problem document. */
const ErrorPage = ({
  error,
  requestId,
  path,
}: {
  error: AppError;
  requestId: string;
  path: string;
}) => {
  const locale = useLocale();
  const { t } = locale;
  const { title, text, forDevelopers } = wordsFor(error, locale);
  // On the page itself a session may still be there; without one this leads to what to do.
  const { situation, returnTo } = error instanceof BrowserError ? error : {};
  const home =
    situation === 'form_outdated' || (path.startsWith(PAGE_PATH) && error.status !== 403);
  return (
    <MessagePage
      title={title}
      text={text}
      links={[
        ...(returnTo === undefined
          ? []
          : [{ href: returnTo, label: returnLabel(returnTo, locale) }]),
        ...(home ? [{ href: PAGE_PATH, label: returnLabel(PAGE_PATH, locale) }] : []),
      ]}
    >
      {forDevelopers === undefined ? null : (
        <p class="aside small soft">{t('error.developers', { text: forDevelopers })}</p>
      )}
      {error.status >= 500 ? (
        <p class="small soft">{t('error.support', { id: requestId })}</p>
      ) : null}
    </MessagePage>
  );
};

const pageTypes = ['text/html', 'application/xhtml+xml'];
const jsonTypes = ['application/json', 'application/problem+json'];

/** A page has to be named: what takes anything is a program. */
export const prefersPage = (c: Context): boolean =>
  pageTypes.includes(
    accepts(c, {
      header: 'Accept',
      supports: [...pageTypes, ...jsonTypes],
      default: 'application/json',
    }),
  );

/**
 * The sub-app's `onError`: a page where a person's browser asks for one, else a problem document.
 */
export async function errorReply(thrown: unknown, c: Context<AppEnv>): Promise<Response> {
  const error = toAppError(thrown, c.get('log'));
  const requestId = c.get('requestId');
  if (!prefersPage(c)) return problemResponse(error, requestId);
  return htmlReply(
    c,
    'hosted',
    await localeOfBrowser(c),
    <ErrorPage error={error} requestId={requestId} path={c.req.path} />,
    error.status,
    // The address may hold a code or a ticket.
    { ...error.headers, 'Referrer-Policy': 'no-referrer', Vary: 'Accept, Accept-Language' },
  );
}
