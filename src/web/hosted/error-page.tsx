/** Errors of the hosted page and of a connect, for a person in a browser. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { AppError } from '../../errors';
import { BrowserError, type Situation } from '../../http/browser-error';
import { problemResponse, toAppError } from '../../http/problem';
import type { AppEnv } from '../../http/route';
import { MessagePage } from '../ui/layout';
import { htmlReply } from '../ui/reply';
import { returnLabel } from './layout';
import { PAGE_PATH } from './session';

interface Words {
  title: string;
  text: string;
  /** For who built the app that led here. */
  forDevelopers?: string;
}

const openFromApp = 'Go back to the app and open it from there.';

const situations: Record<Situation, Words> = {
  no_session: {
    title: 'Open this page from your app',
    text: 'For your safety a link alone does not open your connections. Go to the app that you use, and choose its connections or integrations there.',
  },
  session_ended: {
    title: 'Your visit has ended',
    text: `For your safety this page closes after half an hour. ${openFromApp}`,
  },
  token_used: {
    title: 'This opening is used up',
    text: `It works once, and for a minute only. ${openFromApp}`,
  },
  origin_missing: {
    title: 'This page cannot be opened like that',
    text: `Your browser did not say where you come from. ${openFromApp}`,
  },
  origin_null: {
    title: 'This page cannot be opened like that',
    text: `Your browser hides where you come from, because the page you come from asks it to. ${openFromApp}`,
    forDevelopers:
      'A page with “Referrer-Policy: no-referrer” or “same-origin” sends “Origin: null”. “strict-origin” works.',
  },
  origin_not_allowed: {
    title: 'This page cannot be opened from there',
    text: 'The site you come from is not one that may open it. If you did not expect to see this, close the window.',
    forDevelopers: 'The origin of the page with the form has to stand in APP_ORIGINS.',
  },
  framed: {
    title: 'This page needs a window of its own',
    text: 'It does not open inside of other pages, so that nobody can click for you.',
    forDevelopers: 'Post the form to the top window or to a pop-up.',
  },
  form_outdated: {
    title: 'That page was out of date',
    text: 'Nothing was changed. Open your connections again, and repeat it there.',
  },
  link_unknown: {
    title: 'This link does not work any more',
    text: 'It is too old, or it was not copied whole. Nothing was connected. Go back to the app and start again.',
  },
  state_unknown: {
    title: 'This took too long',
    text: 'This connection is long over, or the address was not copied whole. Nothing was connected. Go back to the app and start again.',
  },
  state_used: {
    title: 'You have been here before',
    text: 'This step works once, and the first answer counts: this one has changed nothing. Go back to the app to see how it went.',
  },
  denied_without_state: {
    title: 'Nothing was connected',
    text: 'You were sent back without a permission, most likely because it was cancelled. Nothing has changed. Go back to the app to try again.',
    forDevelopers:
      'The provider sent an “error” without the “state” of the request, so no connection was ended by it.',
  },
  started_elsewhere: {
    title: 'Start in your app',
    text: 'You came from the provider’s own site, so it is not known here for whom the account is. Nothing was connected. Open the app that you use, and connect the account there.',
    forDevelopers:
      'The provider sent a “code” without a “state”. Where it asks for the address at which an installation starts, name a page of your app that begins a connection.',
  },
  callback_empty: {
    title: 'There is nothing to finish here',
    text: 'This address is the way back from a provider, and it came without an answer. Nothing was connected. Go back to the app and start again.',
  },
  not_signed: {
    title: 'That answer cannot be trusted',
    text: 'It does not bear the provider’s signature, so it was not used. Nothing was connected. Go back to the app and start again.',
  },
  other_browser: {
    title: 'Finish where you started',
    text: 'This connection was started in another browser, or this one keeps no cookies. Nothing was connected. Go back to the browser where you began, or start again here.',
  },
  other_provider: {
    title: 'That answer does not fit',
    text: 'It came from another provider than the one you chose, so it was not used. Nothing was connected. Go back to the app and start again.',
  },
};

function wordsFor(error: AppError): Words {
  if (error instanceof BrowserError) return situations[error.situation];
  const { status, code, detail } = error;
  if (code === 'rate_limited') {
    return { title: 'One moment', text: 'That was a lot at once. Wait a minute, then try again.' };
  }
  if (code === 'integration_not_found') {
    return { title: 'That account is gone', text: 'It is not connected any more.' };
  }
  if (code === 'provider_not_found' || code === 'provider_not_configured') {
    return { title: 'That app is not offered here', text: 'It cannot be connected.' };
  }
  if (status === 404) {
    return { title: 'There is nothing here', text: 'Perhaps the address was not copied whole.' };
  }
  if (status === 405) {
    return { title: 'This page opens by a button', text: openFromApp };
  }
  if (status === 503 || status === 502) {
    return { title: 'Something is not answering', text: 'Nothing is lost. Try again in a minute.' };
  }
  if (status >= 500) {
    return {
      title: 'Something went wrong here',
      text: 'It is not your fault, and it has been noted. Try again in a few minutes.',
    };
  }
  return { title: 'That did not work', text: `The request is not as it should be: ${detail}.` };
}

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
  const { title, text, forDevelopers } = wordsFor(error);
  // On the page itself a session may still be there; without one this leads to what to do.
  const { situation, returnTo } = error instanceof BrowserError ? error : {};
  const home =
    situation === 'form_outdated' || (path.startsWith(PAGE_PATH) && error.status !== 403);
  return (
    <MessagePage
      title={title}
      text={text}
      links={[
        ...(returnTo === undefined ? [] : [{ href: returnTo, label: returnLabel(returnTo) }]),
        ...(home ? [{ href: PAGE_PATH, label: 'To your connections' }] : []),
      ]}
    >
      {forDevelopers === undefined ? null : (
        <p class="aside small soft">{`For the app’s developers: ${forDevelopers}`}</p>
      )}
      {error.status >= 500 ? <p class="small soft">{`For support: ${requestId}`}</p> : null}
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

/** The sub-app's `onError`: a page where a person's browser asks for one, else a problem document. */
export async function errorReply(thrown: unknown, c: Context<AppEnv>): Promise<Response> {
  const error = toAppError(thrown, c.get('log'));
  const requestId = c.get('requestId');
  if (!prefersPage(c)) return problemResponse(error, requestId);
  return htmlReply(
    c,
    'hosted',
    <ErrorPage error={error} requestId={requestId} path={c.req.path} />,
    error.status,
    // The address may hold a code or a ticket.
    { ...error.headers, 'Referrer-Policy': 'no-referrer', Vary: 'Accept' },
  );
}
