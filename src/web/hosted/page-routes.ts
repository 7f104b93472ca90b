/**
 * The hosted page, on which users connect their accounts. Server-rendered, no script: everything is
 * a link or a form. Each action is a POST that ends in a 303 back to the page, which then tells what
 * happened; so a reload repeats nothing.
 */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import type { AppEnv } from '../../http/route';
import { accountIdSchema, parseInput, providerIdSchema } from '../../http/validate';
import { disconnect } from '../../integrations/disconnect/disconnect';
import { mayRevoke } from '../../integrations/disconnect/reach';
import { refreshOne } from '../../refresh/on-demand';
import { readSnapshot } from '../../status-cache/cache';
import { versionsOnPrimary } from '../../status-cache/origin';
import { type Clock, timeZoneOf } from '../ui/times';
import { catalogOf, filters, type Wanted } from './catalog';
import { disconnectPage } from './forms';
import { integrationsPage } from './integrations';
import { signedOutPage } from './message';
import { dropSession, postedBy, visitOf } from './page-visit';
import { backToPage, limitAction, showPage, type Told } from './reply';
import { dropNotice, endPageSession, PAGE_PATH } from './session';
import {
  cardOf,
  failureOf,
  frameOf,
  namesIn,
  noticeAbout,
  ownAccount,
  stepOf,
  visitorOf,
} from './visit';
import { noticeWords } from './words';

/** An address that somebody has typed wrong shows everything. */
const wantedIn = ({ q = '', show }: Record<string, string>): Wanted => ({
  search: q.length > 100 ? '' : q,
  filter: filters.find((filter) => filter === show) ?? 'all',
});

const accountFields = z.lazy(() =>
  z.object({ provider: providerIdSchema, account: accountIdSchema }),
);

export const pageRoutes = new Hono<AppEnv>()
  .get(PAGE_PATH, async (c) => {
    const deps = c.get('deps');
    const visit = await visitOf(c);
    const { session } = visit;
    const wanted = wantedIn(c.req.query());
    const { snapshot, source } = await readSnapshot(deps, session.userId, session.version);
    const clock = clockOf(c);
    const { notice } = session;
    if (notice) deps.waitUntil(dropNotice(deps, session));
    const { providers } = deps.config;
    return showPage(
      c,
      integrationsPage({
        ...(await frameOf(deps)),
        visitor: visitorOf(visit),
        catalog: catalogOf(providers, session.providers, snapshot.integrations, wanted, clock.now),
        wanted,
        clock,
        isStale: source === 'stale',
        pending: notice?.kind === 'connecting' ? notice.provider : null,
        notice: notice && noticeWords(notice, namesIn(deps, notice, snapshot), clock),
      }),
    );
  })
  .post(`${PAGE_PATH}/refresh`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await postedBy(c);
    const { provider, account } = parseInput(accountFields, form, 'body');
    cardOf(deps, session, provider);
    const about = noticeAbout(provider, account);
    const key = { userId: session.userId, provider, accountId: account };
    const told: Told = await limitAction(c, 'refresh', session)
      .then(() => refreshOne(deps, key))
      .then(
        ({ version }) => ({ notice: { ...about, kind: 'refreshed' }, version }),
        async (error) => ({
          notice: { ...about, kind: 'not_refreshed', ...failureOf(deps, error) },
          // It may have changed what is shown all the same.
          version: await newestVersion(deps, session.userId),
        }),
      );
    return backToPage(c, session, told);
  })
  .get(`${PAGE_PATH}/disconnect`, async (c) => {
    const deps = c.get('deps');
    const visit = await visitOf(c);
    const { provider, account } = parseInput(accountFields, c.req.query(), 'query');
    const card = cardOf(deps, visit.session, provider);
    const found = await ownAccount(deps, visit.session, provider, account);
    const canRevoke = mayRevoke(card.provider);
    return showPage(
      c,
      disconnectPage({ ...(await stepOf(deps, visit, card)), account: found, canRevoke }),
    );
  })
  .post(`${PAGE_PATH}/disconnect`, async (c) => {
    const deps = c.get('deps');
    const { form, session } = await postedBy(c);
    const { provider, account } = parseInput(accountFields, form, 'body');
    cardOf(deps, session, provider);
    // Its name, while there is one.
    const known = await ownAccount(deps, session, provider, account).catch(() => null);
    const about = { ...noticeAbout(provider, account), name: known?.name ?? null };
    const told: Told = await limitAction(c, 'disconnect', session)
      .then(() => disconnect(deps, session.userId, provider, account))
      .then(
        ({ revocation, version }) => ({
          notice: { ...about, kind: 'disconnected', code: revocation },
          version,
        }),
        (error) => ({ notice: { ...about, kind: 'not_disconnected', ...failureOf(deps, error) } }),
      );
    return backToPage(c, session, told);
  })
  .post(`${PAGE_PATH}/sign-out`, async (c) => {
    const deps = c.get('deps');
    const { session } = await postedBy(c);
    await endPageSession(deps, session);
    dropSession(c);
    return showPage(c, signedOutPage(await frameOf(deps), session.returnTo));
  })
  .on(
    'ALL',
    ['refresh', 'disconnect', 'sign-out'].map((step) => `${PAGE_PATH}/${step}`),
    (c) => refuseMethod(c.req.method),
  )
  .all(PAGE_PATH, (c) => refuseMethod(c.req.method));

function refuseMethod(method: string): never {
  throw new AppError('method_not_allowed', `this page does not take ${method}`, {
    headers: { Allow: 'GET, HEAD, POST' },
  });
}

/** Cloudflare knows the visitor's time zone. */
const clockOf = (c: Context<AppEnv>): Clock => ({
  now: c.get('deps').now(),
  timeZone: timeZoneOf(c.req.raw.cf?.timezone),
});

async function newestVersion(deps: Pick<Deps, 'db'>, userId: string): Promise<number> {
  const versions = await versionsOnPrimary(deps, [userId]).catch(() => null);
  return versions?.get(userId) ?? 0;
}
