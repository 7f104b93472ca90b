/**
 * All that a user's browser visits: the hosted page, on which users connect their accounts, and the
 * addresses of a connect. Server-rendered, no script: everything is a link or a form. Each action
 * is a POST that ends in a 303 back to the page, which then shows what happened; so a reload
 * repeats nothing.
 */
import { Hono } from 'hono';
import { noSuchRoute } from '../../http/no-such-route';
import { type AppEnv, mount } from '../../http/route';
import { addRoutes } from './add-routes';
import { browserConnectRoutes } from './connect-routes';
import { errorReply } from './error-page';
import { integrationsPageRoutes } from './integrations-routes';
import { PAGE_PATH } from './session';
import { BEGIN_PATH, beginSessionOrigin, beginSessionRoutes } from './session-routes';

/** Those that are declared; the page's own are not part of the contract. */
export const browserRoutes = [...browserConnectRoutes, ...beginSessionRoutes];

const app = new Hono<AppEnv>().onError(errorReply);
app.post(BEGIN_PATH, beginSessionOrigin);
mount(app, browserRoutes).route('/', addRoutes).route('/', integrationsPageRoutes);
app.on('ALL', ['/connect/*', `${PAGE_PATH}/*`], noSuchRoute(app));

export const hostedRoutes = app;
