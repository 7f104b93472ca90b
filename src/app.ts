/**
 * The whole HTTP side: what is around every request, then the sub-apps. `createApp` takes the way
 * dependencies are made, so that tests can steer the clock and the requests to providers.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { callRoutes, isCallPath, tokenRoutes } from './calls/routes';
import { clientDocumentRoutes } from './connect/client-document';
import { connectRoutes } from './connect/routes';
import type { Deps } from './deps';
import { disconnectRoutes } from './disconnect/routes';
import { deliverOwn } from './events/deliver';
import { eventRoutes } from './events/routes';
import { webhookRoutes } from './events/webhook-routes';
import { delegationRoutes } from './http/delegation-routes';
import { noSuchRoute } from './http/no-such-route';
import { problemResponse, toAppError } from './http/problem';
import { type Compose, requestScope } from './http/request-scope';
import { type AppEnv, mount, type Route } from './http/route';
import { serviceRoutes } from './http/routes';
import { catalogRoutes } from './integrations/catalog';
import { integrationsRoutes } from './integrations/routes';
import { createRootLog, depsOf } from './isolate';
import { refreshRoutes } from './refresh/routes';
import { cacheRoutes } from './status-cache/routes';
import { homeRoutes } from './web/home';
import { browserRoutes, hostedRoutes } from './web/hosted/routes';
import { pageSessionRoutes } from './web/hosted/session-routes';
import { operatorRoutes } from './web/operator/routes';
import { settingsPage } from './web/settings-page';

/** What a browser app may send, and read of a reply. */
const corsOfApps = cors({
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

/** Of calls: the provider's API has headers of its own, and what it takes is not known here. */
const corsOfCalls = cors({
  origin: (origin, c) => (c.get('deps').config.appOrigins.has(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposeHeaders: ['*'],
  maxAge: 600,
});

const crossOrigin: MiddlewareHandler<AppEnv> = (c, next) =>
  (isCallPath(c.req.path) ? corsOfCalls : corsOfApps)(c, async () => {
    await next();
    if (c.res.headers.get('Mooring-Answered-By') === 'provider') return;
    // Every reply has it already, and what follows adds it once more.
    c.res.headers.delete('Vary');
  });

/** Tells Mooring's own answers to calls from the provider's. */
const answeredBy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has('Mooring-Answered-By')) headers.set('Mooring-Answered-By', 'mooring');
};

const apiRoutes = [
  ...integrationsRoutes,
  ...connectRoutes,
  ...clientDocumentRoutes,
  ...pageSessionRoutes,
  ...disconnectRoutes,
  ...delegationRoutes,
  ...tokenRoutes,
  ...refreshRoutes,
  ...callRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...cacheRoutes,
  ...catalogRoutes,
  ...serviceRoutes,
  ...homeRoutes,
];

/** All that are declared. */
export const routes: readonly Route[] = [...apiRoutes, ...browserRoutes];

/** Events of the request go to WEBHOOKS when it is answered. */
const sendOwnDeliveries = (deps: Deps): void => {
  if (deps.ownDeliveries.leaseEnds.size > 0) deps.waitUntil(deliverOwn(deps));
};

export function createApp(compose: Compose = depsOf, rootLog = createRootLog) {
  const app = new Hono<AppEnv>();
  app
    .onError((error, c) => problemResponse(toAppError(error, c.get('log')), c.get('requestId')))
    .notFound(noSuchRoute(app))
    .use('/v1/users/:userId/proxy/*', answeredBy)
    .use(requestScope(compose, rootLog, { settingsPage, answered: sendOwnDeliveries }))
    // Without an Origin there is nobody to allow anything.
    .use('/v1/*', (c, next) => (c.req.raw.headers.has('origin') ? crossOrigin(c, next) : next()))
    .use('/openapi.json', cors());
  return mount(app, apiRoutes).route('/', hostedRoutes).route('/', operatorRoutes);
}

export const app = createApp();
