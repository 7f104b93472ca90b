/** All that a user's browser visits: the hosted page, and the addresses of a connect. */
import { Hono } from 'hono';
import { noSuchRoute } from '../../http/allowed-methods';
import type { AppEnv } from '../../http/endpoint';
import { addRoutes } from './add-routes';
import { connectRoutes } from './connect-routes';
import { errorReply } from './error-reply';
import { pageRoutes } from './page-routes';
import { beginSessionRoutes } from './session-routes';

export const hostedRoutes = new Hono<AppEnv>()
  .onError(errorReply)
  .route('/', connectRoutes)
  .route('/', beginSessionRoutes)
  .route('/', addRoutes)
  .route('/', pageRoutes)
  .on('ALL', ['/connect/*', '/integrations/*'], (c) => {
    throw noSuchRoute(c.req.path);
  });
