/**
 * The whole HTTP side: what is around every request, then the sub-apps. `createApp` takes the way
 * dependencies are made, so that tests can steer the clock and the requests to providers.
 */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { pageSessionRoutes } from './connect/page/routes';
import { connectRoutes } from './connect/routes';
import { AppError } from './errors';
import { allowedMethods } from './http/allowed-methods';
import type { AppEnv } from './http/endpoint';
import { errorReply } from './http/error-reply';
import { toAppError } from './http/problem';
import { type Compose, requestScope } from './http/request-scope';
import { serviceRoutes } from './http/routes';
import { disconnectRoutes } from './integrations/disconnect/routes';
import { integrationsRoutes } from './integrations/routes';
import { createRootLog, depsOf } from './isolate';
import { providerRoutes } from './providers/routes';
import { refreshRoutes } from './refresh/routes';
import { cacheRoutes } from './status-cache/routes';
import { pageConnectRoutes } from './web/connect/routes';
import { operatorRoutes } from './web/operator/routes';
import { pageRoutes } from './web/routes';

/** What a browser app may send, and read of a reply. */
const crossOrigin = cors({
  origin: (origin, c) => (c.get('deps').config.appOrigins.has(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowHeaders: [
    'Authorization',
    'Consistency-Token',
    'Content-Type',
    'If-None-Match',
    'X-Request-Id',
  ],
  exposeHeaders: [
    'Cache-Status',
    'Consistency-Token',
    'ETag',
    'Retry-After',
    'Server-Timing',
    'X-Request-Id',
  ],
  maxAge: 600,
});

export function createApp(compose: Compose = depsOf, rootLog = createRootLog) {
  return (
    new Hono<AppEnv>()
      .onError((error, c) => errorReply(c, toAppError(error, c.get('log'))))
      .notFound((c) => {
        const allowed = allowedMethods(c.req.path);
        throw allowed.length === 0
          ? new AppError('not_found', 'there is no such route')
          : new AppError('method_not_allowed', `this route takes ${allowed.join(', ')}`, {
              headers: { Allow: allowed.join(', ') },
            });
      })
      .use(requestScope(compose, rootLog))
      // Without an Origin there is nobody to allow anything.
      .use('/v1/*', (c, next) => (c.req.raw.headers.has('origin') ? crossOrigin(c, next) : next()))
      .route('/', integrationsRoutes)
      .route('/', connectRoutes)
      .route('/', pageSessionRoutes)
      .route('/', disconnectRoutes)
      .route('/', refreshRoutes)
      .route('/', cacheRoutes)
      .route('/', providerRoutes)
      .route('/', serviceRoutes)
      .route('/', pageConnectRoutes)
      .route('/', pageRoutes)
      .route('/', operatorRoutes)
  );
}

export const app = createApp();

/** For the typed client. */
export type AppType = typeof app;
