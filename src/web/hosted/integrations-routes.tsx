/** The page of a user's integrations, and what its buttons do but connecting. */
import { Hono } from 'hono';
import * as z from 'zod';
import type { Deps } from '../../deps';
import { disconnect } from '../../disconnect/disconnect';
import { mayRevoke } from '../../disconnect/reach';
import type { AppEnv } from '../../http/route';
import { accountIdSchema, parseInput, providerIdSchema } from '../../http/validate';
import { countForced } from '../../refresh/forced-refresh-limit';
import { refreshOne } from '../../refresh/on-demand';
import { readSnapshot } from '../../status-cache/cache';
import { versionsOnPrimary } from '../../status-cache/origin';
import { factsIn, type Snapshot } from '../../status-cache/snapshot';
import { readPostedForm } from '../session';
import { htmlReply } from '../ui/reply';
import { clockOf } from '../ui/times';
import { failureOf, flashMessage, limitAction, ownAccount, redirectToPage } from './actions';
import { type CatalogQuery, cardFor, filters, pageCatalogOf, shownAccount } from './catalog';
import { IntegrationsPage } from './integrations-page';
import {
  clearFlashMessage,
  deleteSessionCookie,
  endPageSession,
  type HostedFlash,
  PAGE_PATH,
  type PageSession,
  pageSessionOf,
} from './session';
import { DisconnectPage, SignedOutPage } from './step-pages';
import { flashMessageWords, type Names } from './words';

const accountFields = z.object({ provider: providerIdSchema, account: accountIdSchema });

export const integrationsPageRoutes = new Hono<AppEnv>()
  .get(PAGE_PATH, async (c) => {
    const deps = c.get('deps');
    const session = await pageSessionOf(c);
    const { flash } = session;
    const query = catalogQueryOf(c.req.query());
    const { snapshot, source } = await readSnapshot(deps, session.userId, session.version);
    if (flash) deps.waitUntil(clearFlashMessage(deps, session));
    const clock = clockOf(c, session.locale);
    const { integrations } = snapshot;
    const { providers } = deps.config;
    return htmlReply(
      c,
      'hosted',
      session.locale,
      <IntegrationsPage
        session={session}
        catalog={pageCatalogOf(
          providers,
          session.providers,
          integrations,
          query,
          clock.now,
          session.locale,
        )}
        query={query}
        clock={clock}
        isStale={source === 'stale'}
        pending={flash?.kind === 'connecting' ? flash.provider : null}
        flash={flash && flashMessageWords(flash, namesFor(deps, session, flash, snapshot), clock)}
      />,
    );
  })
  .post(`${PAGE_PATH}/refresh`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await readPostedForm(c, pageSessionOf);
    const { provider, account: accountId } = parseInput(accountFields, form, 'body');
    cardFor(deps.config.providers, session.providers, provider);
    const { userId } = session;
    const about = { provider, accountId };
    const { flash, version } = await limitAction(c, 'refresh', session)
      .then(() => countForced(deps, userId))
      .then(() => refreshOne(deps, { userId, provider, accountId }))
      .then(
        ({ version }) => ({ flash: flashMessage('refreshed', about), version }),
        async (error) => ({
          flash: flashMessage('not_refreshed', { ...about, ...failureOf(deps, error) }),
          // It may have changed what is shown all the same.
          version: await newestVersion(deps, userId),
        }),
      );
    return redirectToPage(c, session, flash, version);
  })
  .get(`${PAGE_PATH}/disconnect`, async (c) => {
    const deps = c.get('deps');
    const session = await pageSessionOf(c);
    const { provider, account } = parseInput(accountFields, c.req.query(), 'query');
    const card = cardFor(deps.config.providers, session.providers, provider);
    return htmlReply(
      c,
      'hosted',
      session.locale,
      <DisconnectPage
        session={session}
        card={card}
        account={await ownAccount(deps, session, provider, account)}
        canRevoke={mayRevoke(card.provider)}
      />,
    );
  })
  .post(`${PAGE_PATH}/disconnect`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await readPostedForm(c, pageSessionOf);
    const { provider, account: accountId } = parseInput(accountFields, form, 'body');
    cardFor(deps.config.providers, session.providers, provider);
    // Its name, while there is one.
    const account = await ownAccount(deps, session, provider, accountId).catch(() => null);
    const about = { provider, accountId, name: account?.name ?? null };
    const { flash, version } = await limitAction(c, 'disconnect', session)
      .then(() => disconnect(deps, session.userId, provider, accountId))
      .then(
        ({ revocation, version }) => ({
          flash: flashMessage('disconnected', { ...about, code: revocation }),
          version,
        }),
        (error) => ({
          flash: flashMessage('not_disconnected', { ...about, ...failureOf(deps, error) }),
          version: 0,
        }),
      );
    return redirectToPage(c, session, flash, version);
  })
  .post(`${PAGE_PATH}/sign-out`, async (c) => {
    const deps = c.get('deps');
    const { session } = await readPostedForm(c, pageSessionOf);
    await endPageSession(deps, session);
    deleteSessionCookie(c);
    return htmlReply(c, 'hosted', session.locale, <SignedOutPage returnTo={session.returnTo} />);
  });

/** An address that somebody has typed wrong shows everything. */
const catalogQueryOf = ({ q = '', show }: Record<string, string>): CatalogQuery => ({
  search: q.length > 100 ? '' : q,
  filter: filters.find((filter) => filter === show) ?? 'all',
});

/** Names for the sentence about a flash message. */
function namesFor(
  { config }: Deps,
  { locale }: PageSession,
  { provider, accountId, name }: HostedFlash,
  snapshot: Snapshot,
): Names {
  const record = config.providers.get(provider);
  const facts = factsIn(snapshot, { provider, accountId });
  return {
    brand: config.brand.name,
    provider: record?.name ?? provider,
    account: facts ? shownAccount(facts, record, 0, locale).name : name,
  };
}

async function newestVersion(deps: Deps, userId: string): Promise<number> {
  const versions = await versionsOnPrimary(deps, [userId]).catch(() => null);
  return versions?.get(userId) ?? 0;
}
