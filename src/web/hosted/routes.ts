/** All that a user's browser visits: the hosted page, and the addresses of a connect. */
import { Hono } from 'hono';
import { noSuchRoute } from '../../http/no-such-route';
import { type AppEnv, mount } from '../../http/route';
import { addRoutes } from './add-routes';
import { connectRoutes } from './connect-routes';
import { errorReply } from './error-reply';
import { pageRoutes } from './page-routes';
import { beginSessionRoutes } from './session-routes';

export const browserRoutes = [...connectRoutes, ...beginSessionRoutes];

const app = new Hono<AppEnv>().onError(errorReply);
mount(app, browserRoutes).route('/', addRoutes).route('/', pageRoutes);
app.on('ALL', ['/connect/*', '/integrations/*'], noSuchRoute(app));

export const hostedRoutes = app;
