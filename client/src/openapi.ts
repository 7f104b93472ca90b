/** Made from assets/openapi.json by `npm run client:types`. */

export interface paths {
    "/v1/users/{userId}/integrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The integrations of a user, with their status
         * @description From the nearest cache, as long as nothing in it can have changed. With the ETag of a former answer as If-None-Match, an unchanged one is a 304.
         *
         *     Right: `read`.
         */
        get: operations["listIntegrations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/integrations/{provider}/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One integration
         * @description As in the list of all of them, and from the same caches.
         *
         *     Right: `read`.
         */
        get: operations["getIntegration"];
        put?: never;
        post?: never;
        /**
         * Disconnect an integration, and tell the provider
         * @description The integration is gone with the reply, whether the provider answers or not. What can be revoked there is queued.
         *
         *     Right: `connect`.
         */
        delete: operations["disconnect"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The integrations of up to a hundred users
         * @description One bulk read of the cache, and one of the database for those who are not in it. Versions are a user's own: with a Consistency-Token the database is asked for everyone whose version is lower.
         *
         *     Right: `read`.
         */
        post: operations["getStatusOfMany"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All users' integrations, oldest row first
         * @description For whoever keeps a copy of them; what changes meanwhile, events tell. From the primary. An integration that was there all the while is in one answer. One answer looks at a bounded number of rows, so it may hold few that fit, or none, and yet lead on: it is the last one where `next` is null.
         *
         *     Right: `operate`.
         */
        get: operations["listAllIntegrations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a link to send the user to
         * @description For providers of kind `oauth2`. The user's browser opens `connectUrl`, goes to the provider and comes back to `returnTo` with `connection=<id>` and `completion=<secret>` added; the app then completes the connection with that secret, for the user it knows by its own session. A user has at most 20 connections that are neither finished nor expired.
         *
         *     Right: `connect`.
         */
        post: operations["beginConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a connection stands
         * @description For whoever waits for the browser to come back. Expires as the link does.
         *
         *     Right: `read`.
         */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/connections/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish a connection for the user who is there
         * @description Call it as soon as the browser is back, because the codes of some providers live 30 seconds, with the user that your own session knows and the `completion` that stands in the address that the browser came back to. The secret shows that this is the browser in which the user consented: whoever only started the connection cannot finish it. It goes on to its end even when the caller hangs up; repeat it to learn the outcome. After a 503 repeat it as well, until the connection expires: what the provider granted is kept.
         *
         *     Right: `connect`.
         */
        post: operations["completeConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/integrations/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Connect with a key, a password or a session cookie
         * @description For providers of kind `credentials`: what is sent as it is, and what a token is obtained with. The account is named by the service, or by the field that the record names for it. For a user caller, whose word is no proof, the account id is bound to the user; the public id then stands in `metadata`. Where the provider can be asked, the credentials are tried first: what it refuses is not stored, and where it does not answer, the integration is `verified: false` and tried again by itself.
         *
         *     Right: `connect`.
         */
        put: operations["putCredentials"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-client/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The metadata of Mooring's client at a provider
         * @description For authorization servers that take the address of such a document as a client id (draft-ietf-oauth-client-id-metadata-document). Of providers whose client is found or registered by Mooring itself, such as MCP servers.
         */
        get: operations["getClientDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/page-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a token to open the hosted page with
         * @description The app's page posts `token` as a form to `action`, in the user's browser, once, within 60 s. The form's page must stand on one of APP_ORIGINS and send its origin: no Referrer-Policy `no-referrer` or `same-origin`. A Consistency-Token makes the page show at least that version.
         *
         *     Right: `connect`.
         */
        post: operations["createPageSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase all that is kept about a user
         * @description Rows, connections and audit events are gone with the reply, cached entries within KV's delay. Revocations still owed are kept without the user's id.
         *
         *     Right: `operate`.
         */
        delete: operations["eraseUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/delegations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a token for one user, with few rights
         * @description For an agent, a job, or a front end without a JWT of its own: sent as `Authorization: Bearer`, it may what it says for this user, and never more than the key that made it has at that time. It ends with its time, with its key, with `DELETE` of this route and with the erasure of the user. It cannot be got again.
         *
         *     Right: `connect`.
         */
        post: operations["createDelegation"];
        /**
         * End all delegations of a user
         * @description Also those that other keys made. Calls follow at once, cached reads within 60 s. Also good where there are none.
         *
         *     Right: `connect`.
         */
        delete: operations["endDelegations"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/integrations/{provider}/{accountId}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An access token that works
         * @description What is there where it lives long enough, else a fresh one. Not to be kept: ask each time.
         *
         *     Right: `token`.
         */
        get: operations["getToken"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/integrations/{provider}/{accountId}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh an integration now
         * @description Waits for the provider, or for a refresh that is running already. Ignores the integration's own backoff, but not the provider's open circuit.
         *
         *     Right: `connect`.
         */
        post: operations["refreshIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/integrations/{provider}/{accountId}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try whether the provider still takes an integration
         * @description Call it when the provider's API refused what Mooring gave you. A credential that is refused is tried once more by itself two minutes later, and then needs reconnecting, with the reason `token_refused`; an access token that has a refresh token is refreshed at once. Each integration is tried at most every 10 minutes: in between this answers what is stored.
         *
         *     Right: `connect`.
         */
        post: operations["checkIntegration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh up to a hundred integrations, in groups of five
         * @description Goes on after single failures. What was not started fails with `not_started`, and what the key is not for with `forbidden`.
         *
         *     Right: `connect`.
         */
        post: operations["refreshMany"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/refresh/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the scheduled refreshes did, newest first
         * @description Runs that found nothing due are not noted.
         *
         *     Right: `operate`.
         */
        get: operations["listRefreshRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/proxy/{provider}/{accountId}/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GET of a provider's API
         * @description Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        get: operations["getProxied"];
        /**
         * PUT of a provider's API
         * @description Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        put: operations["putProxied"];
        /**
         * POST of a provider's API
         * @description Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        post: operations["postProxied"];
        /**
         * DELETE of a provider's API
         * @description Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        delete: operations["deleteProxied"];
        options?: never;
        head?: never;
        /**
         * PATCH of a provider's API
         * @description Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        patch: operations["patchProxied"];
        trace?: never;
    };
    "/v1/users/{userId}/proxy/{provider}/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GET of the address of a provider's API itself
         * @description Sent to the address itself (an MCP server has one and no more) with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        get: operations["getProxiedRoot"];
        /**
         * PUT of the address of a provider's API itself
         * @description Sent to the address itself (an MCP server has one and no more) with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        put: operations["putProxiedRoot"];
        /**
         * POST of the address of a provider's API itself
         * @description Sent to the address itself (an MCP server has one and no more) with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        post: operations["postProxiedRoot"];
        /**
         * DELETE of the address of a provider's API itself
         * @description Sent to the address itself (an MCP server has one and no more) with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        delete: operations["deleteProxiedRoot"];
        options?: never;
        head?: never;
        /**
         * PATCH of the address of a provider's API itself
         * @description Sent to the address itself (an MCP server has one and no more) with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.
         *
         *     Right: `call`.
         */
        patch: operations["patchProxiedRoot"];
        trace?: never;
    };
    "/v1/users/{userId}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An access token that works, or the link where the user consents
         * @description As `getToken`, by the provider alone where the user has one account there. Where only the user can help, it is `409 authorization_required`; with `returnTo`, and for a key with the right `connect`, it has a `connection` that asks for what is missing. The same request again gives the same connection, until its link was opened or half of its time is over. The app completes it as any other. Credentials have no link: the user gives them anew.
         *
         *     Right: `token`.
         */
        post: operations["getTokenOrConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened, oldest first
         * @description From the primary. Events are kept for 90 days. One answer looks at a bounded number of events, so it may hold few that fit, or none, and yet lead on: there is nothing more when `next` is the cursor that was sent. With `userId`, what happened to one user; a user or a delegation reads its own.
         *
         *     Right: `operate`. With `userId`, `read` is enough.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{eventId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One event, and who was told
         * @description With its delivery to each endpoint that it is for.
         *
         *     Right: `operate`.
         */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the endpoints of webhooks stand
         * @description Those of WEBHOOKS, then those that were taken out and for which something is left.
         *
         *     Right: `operate`.
         */
        get: operations["listWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{endpoint}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send webhook.test to an endpoint
         * @description To this one only, also while it is disabled. It is tried on like any other event; `GET /v1/events/{id}` tells what became of it.
         *
         *     Right: `operate`.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{endpoint}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable an endpoint that answered 410
         * @description What waits for it is delivered from the next tick on. What happened while it was disabled was not queued for it: `GET /v1/events?after=` tells.
         *
         *     Right: `operate`.
         */
        post: operations["enableWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{eventId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event again
         * @description To one endpoint, or to all that want its type, with the same `webhook-id`; also to one that is disabled. Its tries are counted anew.
         *
         *     Right: `operate`.
         */
        post: operations["redeliverEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the tiers hold
         * @description Memory, hits and misses are those of the isolate that happens to answer.
         *
         *     Right: `operate`.
         */
        get: operations["getCacheStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Empty the cache
         * @description Deletes as many keys as one request can; the rest ends within 300 s.
         *
         *     Right: `operate`.
         */
        delete: operations["clearCache"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the cache holds of one user
         * @description Memory of the isolate that happens to answer, and KV as its location sees it. Reads no database, fills nothing and counts as no hit.
         *
         *     Right: `operate`.
         */
        get: operations["inspectUser"];
        put?: never;
        post?: never;
        /**
         * Drop what the cache holds of one user
         * @description Other locations may see the old entry for KV’s delay, about a minute.
         *
         *     Right: `operate`.
         */
        delete: operations["invalidateUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What can be connected
         * @description Built-in providers and those of PROVIDERS, with what a connect form has to ask for. Where `configured` is false, the operator has given no client yet.
         *
         *     Right: `read`.
         */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether D1 and KV answer
         * @description Both are asked, each for two seconds at most. The problem says which one does not.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description Made from the same declarations as the routes. Any origin may read it.
         */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "integration.connected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.connected
         * @description An account was connected.
         */
        post: operations["on.integration.connected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.reconnected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.reconnected
         * @description An account was connected again by the same user. Its scopes may be others.
         */
        post: operations["on.integration.reconnected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.disconnected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.disconnected
         * @description An integration was ended.
         */
        post: operations["on.integration.disconnected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.needs_reconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.needs_reconnect
         * @description The provider takes the credential no more: the user has to connect again.
         */
        post: operations["on.integration.needs_reconnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.recovered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.recovered
         * @description What `integration.needs_reconnect` told is over, and nobody had to connect again: the provider took the credential after all.
         */
        post: operations["on.integration.recovered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.expiring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.expiring
         * @description An integration will end, and no refresh puts that off. Told 14, 7 and 1 days before, each at most once.
         */
        post: operations["on.integration.expiring"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.scopes_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.scopes_changed
         * @description A refresh brought other scopes than were granted before.
         */
        post: operations["on.integration.scopes_changed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "connection.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * connection.failed
         * @description A user tried to connect an account, and it came to nothing. No status has changed.
         */
        post: operations["on.connection.failed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.erased": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * user.erased
         * @description All that was kept of a user is gone, but for this event, which goes after 30 days.
         */
        post: operations["on.user.erased"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.circuit_opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.circuit_opened
         * @description Refreshes of five users in a row failed at one token host.
         */
        post: operations["on.provider.circuit_opened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.circuit_closed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.circuit_closed
         * @description An operator closed a circuit.
         */
        post: operations["on.provider.circuit_closed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.operator_fault": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.operator_fault
         * @description The provider refuses the client: its id, its secret or its scopes.
         */
        post: operations["on.provider.operator_fault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.refusal_storm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.refusal_storm
         * @description So many were refused at once that nobody is believed to have lost a grant.
         */
        post: operations["on.provider.refusal_storm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.odd_reply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.odd_reply
         * @description A reply that nobody foresaw.
         */
        post: operations["on.provider.odd_reply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "provider.wrong_subject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * provider.wrong_subject
         * @description A refresh brought somebody else's tokens, which were not kept.
         */
        post: operations["on.provider.wrong_subject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "revocation.gave_up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * revocation.gave_up
         * @description A grant that was to be revoked may live on at the provider.
         */
        post: operations["on.revocation.gave_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "integration.set_aside": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * integration.set_aside
         * @description A row that nobody can read left the schedule.
         */
        post: operations["on.integration.set_aside"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "rescue.dead_letter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * rescue.dead_letter
         * @description The queue gave up on a grant that D1 could not take. It is tried on.
         */
        post: operations["on.rescue.dead_letter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "rescue.set_aside": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * rescue.set_aside
         * @description Nothing can be made of a rescue record.
         */
        post: operations["on.rescue.set_aside"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * webhook.disabled
         * @description An endpoint answered 410: it gets nothing more until it is enabled again.
         */
        post: operations["on.webhook.disabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * webhook.test
         * @description An operator tries an endpoint. Sent to this one only, whatever it asks for.
         */
        post: operations["on.webhook.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.signed_in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.signed_in
         * @description Somebody entered the operator's page.
         */
        post: operations["on.operator.signed_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.refresh_run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.refresh_run
         * @description An operator started a run of refreshes.
         */
        post: operations["on.operator.refresh_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.user_invalidated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.user_invalidated
         * @description An operator made the caches forget a user's statuses.
         */
        post: operations["on.operator.user_invalidated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.verdicts_taken_back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.verdicts_taken_back
         * @description An operator took back what had been inferred from refusals of a provider.
         */
        post: operations["on.operator.verdicts_taken_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.webhook_enabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.webhook_enabled
         * @description An operator enabled an endpoint that had answered 410.
         */
        post: operations["on.operator.webhook_enabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "operator.dead_letters_sent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * operator.dead_letters_sent
         * @description An operator had the dead letters of an endpoint sent again.
         */
        post: operations["on.operator.dead_letters_sent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /**
         * @example {
         *       "userIds": [
         *         "user-1",
         *         "user-2"
         *       ]
         *     }
         */
        StatusRequest: {
            userIds: string[];
        };
        /**
         * @example {
         *       "provider": "reddit",
         *       "returnTo": "https://app.example.com/connected"
         *     }
         */
        ConnectionRequest: {
            /**
             * @description A provider, by its id in the catalog.
             * @example reddit
             */
            provider: string;
            /** @description Where the browser comes back to: a page of one of APP_ORIGINS, below its path if it has one, or a place that RETURN_TO allows (the scheme of an app, a preview). */
            returnTo: string;
            /** @description Instead of the record's `scopes`. Its `requiredScopes` are asked for besides them. */
            scopes?: string[];
            /**
             * @description On a reconnect: the account that must come back, one of the user's own.
             * @example t2_1w72
             */
            accountId?: string;
            /** @description Values for the placeholders in the provider's URLs, headers and parameters. */
            parameters?: {
                [key: string]: string;
            };
            /** @description Who is expected to sign in, as the provider knows them: an e-mail address, a name. A hint only: `accountId` is what makes sure. Refused where the provider takes none. */
            loginHint?: string;
            /** @description Further parameters of the authorization request: those that the record lists under `allowedAuthorizationParams`. */
            authorizationParams?: {
                [key: string]: string;
            };
        };
        /**
         * @example {
         *       "completion": "the-secret"
         *     }
         */
        CompletionRequest: {
            /**
             * @description The secret that the browser brought to `returnTo`. Without it, or with another one: 403 `wrong_completion`, and nothing changes.
             * @default
             */
            completion?: string;
            /** @description After a 409 `choice_required`: the `id` of one of its `choices`, such as a site. Not needed where there is only one. */
            choice?: string;
        };
        /**
         * @example {
         *       "credentials": {
         *         "apiKey": "an-api-key"
         *       },
         *       "accountId": "team-1"
         *     }
         */
        CredentialsRequest: {
            credentials: {
                [key: string]: string;
            };
            /**
             * @description Service callers only.
             * @example t2_1w72
             */
            accountId?: string;
            displayName?: string;
        };
        /**
         * @example {
         *       "label": "robin@example.com",
         *       "returnTo": "https://app.example.com/settings"
         *     }
         */
        PageSessionRequest: {
            /** @description What your app calls this user: a name or an e-mail address. The page shows it. */
            label: string;
            /** @description Which providers the page shows, in this order. All that are set up, unless said. */
            providers?: string[];
            /** @description Where the page leads back to; its origin must be one of APP_ORIGINS. */
            returnTo: string;
            /** @description The user's language, a tag of BCP 47: `de`, `pt-BR`. Without it, and where the page does not speak it, the browser's Accept-Language counts, then English. */
            locale?: string;
        };
        /**
         * @example {
         *       "rights": [
         *         "read"
         *       ],
         *       "expiresIn": 3600
         *     }
         */
        DelegationRequest: {
            /** @description The key must have them itself. */
            rights: ("read" | "call")[];
            /** @description For these only. All of the key's, unless said. */
            providers?: string[];
            /**
             * @description Seconds.
             * @default 3600
             */
            expiresIn?: number;
        };
        /**
         * @example {
         *       "accounts": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_1w72"
         *         }
         *       ]
         *     }
         */
        RefreshRequest: {
            accounts: {
                /**
                 * @description A provider, by its id in the catalog.
                 * @example reddit
                 */
                provider: string;
                /**
                 * @description The provider's own id of the account.
                 * @example t2_1w72
                 */
                accountId: string;
            }[];
        };
        /**
         * @example {
         *       "provider": "reddit",
         *       "scopes": [
         *         "identity",
         *         "read"
         *       ],
         *       "returnTo": "https://app.example.com/connected"
         *     }
         */
        TokenRequest: {
            /**
             * @description A provider, by its id in the catalog.
             * @example reddit
             */
            provider: string;
            /**
             * @description The account; left out: the only one that the user has there.
             * @example t2_1w72
             */
            accountId?: string;
            /** @description That the token must have. A consent asks for them besides what it has. */
            scopes?: string[];
            /** @description How many seconds it should live at least, 60 unless said. Half of its lifetime is the most that is promised. */
            minTtl?: number;
            /** @description Where the browser comes back to: a page of one of APP_ORIGINS, below its path if it has one, or a place that RETURN_TO allows (the scheme of an app, a preview). */
            returnTo?: string;
            /** @description Values for the placeholders in the provider's URLs, headers and parameters. */
            parameters?: {
                [key: string]: string;
            };
        };
        /**
         * @default {}
         * @example {
         *       "endpoint": "app"
         *     }
         */
        RedeliverRequest: {
            /**
             * @description Its name in WEBHOOKS.
             * @example app
             */
            endpoint?: string;
        };
        /**
         * @description An account was connected.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.connected",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000
         *       }
         *     }
         */
        IntegrationConnectedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.connected";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
            };
        };
        /**
         * @description An account was connected again by the same user. Its scopes may be others.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.reconnected",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000
         *       }
         *     }
         */
        IntegrationReconnectedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.reconnected";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
            };
        };
        /**
         * @description An integration was ended.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.disconnected",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000
         *       }
         *     }
         */
        IntegrationDisconnectedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.disconnected";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
            };
        };
        /**
         * @description The provider takes the credential no more: the user has to connect again.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.needs_reconnect",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000,
         *         "reason": "invalid_grant"
         *       }
         *     }
         */
        IntegrationNeedsReconnectEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.needs_reconnect";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
                /** @description A code. */
                reason: string;
            };
        };
        /**
         * @description What `integration.needs_reconnect` told is over, and nobody had to connect again: the provider took the credential after all.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.recovered",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000
         *       }
         *     }
         */
        IntegrationRecoveredEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.recovered";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
            };
        };
        /**
         * @description An integration will end, and no refresh puts that off. Told 14, 7 and 1 days before, each at most once.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.expiring",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000,
         *         "reconnectBy": "2026-12-06T12:00:00.000Z",
         *         "days": 7
         *       }
         *     }
         */
        IntegrationExpiringEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.expiring";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                reconnectBy: string;
                /** @description How many are left, rounded up. */
                days: number;
            };
        };
        /**
         * @description A refresh brought other scopes than were granted before.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.scopes_changed",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "accountId": "t2_1w72",
         *         "version": 1795689000000
         *       }
         *     }
         */
        IntegrationScopesChangedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.scopes_changed";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
                /** @description The user's version with this change in it: a read that sends it as Consistency-Token sees at least this. */
                version: number;
            };
        };
        /**
         * @description A user tried to connect an account, and it came to nothing. No status has changed.
         * @example {
         *       "id": "evt_5k",
         *       "type": "connection.failed",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "provider": "reddit",
         *         "connectionId": "b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90",
         *         "error": "access_denied"
         *       }
         *     }
         */
        ConnectionFailedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "connection.failed";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                provider: string;
                connectionId: string;
                /**
                 * @description As in the reply to `GET` of the connection.
                 * @enum {string}
                 */
                error: "access_denied" | "invalid_scope" | "provider_error" | "provider_unavailable" | "issuer_mismatch" | "wrong_user" | "account_mismatch" | "account_linked_to_another_user" | "too_many_integrations" | "not_finished" | "code_expired" | "session_ended";
            };
        };
        /**
         * @description All that was kept of a user is gone, but for this event, which goes after 30 days.
         * @example {
         *       "id": "evt_5k",
         *       "type": "user.erased",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1"
         *       }
         *     }
         */
        UserErasedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "user.erased";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
            };
        };
        /**
         * @description Refreshes of five users in a row failed at one token host.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.circuit_opened",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "host": "www.reddit.com",
         *         "code": "http_503"
         *       }
         *     }
         */
        ProviderCircuitOpenedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.circuit_opened";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description Where its tokens are refreshed. */
                host: string;
                /** @description What the refreshes came to. */
                code: string;
            };
        };
        /**
         * @description An operator closed a circuit.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.circuit_closed",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "host": "www.reddit.com",
         *         "by": "ops"
         *       }
         *     }
         */
        ProviderCircuitClosedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.circuit_closed";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description Where its tokens are refreshed. */
                host: string;
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description The provider refuses the client: its id, its secret or its scopes.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.operator_fault",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "host": "www.reddit.com",
         *         "code": "invalid_client"
         *       }
         *     }
         */
        ProviderOperatorFaultEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.operator_fault";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description Where its tokens are refreshed. */
                host: string;
                /** @description What the refreshes came to. */
                code: string;
            };
        };
        /**
         * @description So many were refused at once that nobody is believed to have lost a grant.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.refusal_storm",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "host": "www.reddit.com",
         *         "code": "refusal_storm"
         *       }
         *     }
         */
        ProviderRefusalStormEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.refusal_storm";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description Absent where checks were refused, not refreshes. */
                host?: string;
                /** @description What the refreshes came to. */
                code: string;
            };
        };
        /**
         * @description A reply that nobody foresaw.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.odd_reply",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "code": "http_418"
         *       }
         *     }
         */
        ProviderOddReplyEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.odd_reply";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description What the refreshes came to. */
                code: string;
            };
        };
        /**
         * @description A refresh brought somebody else's tokens, which were not kept.
         * @example {
         *       "id": "evt_5k",
         *       "type": "provider.wrong_subject",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "rowId": 7
         *       }
         *     }
         */
        ProviderWrongSubjectEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "provider.wrong_subject";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description The row of `oauth_accounts`. */
                rowId: number;
            };
        };
        /**
         * @description A grant that was to be revoked may live on at the provider.
         * @example {
         *       "id": "evt_5k",
         *       "type": "revocation.gave_up",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "attempts": 31,
         *         "reason": "too_old"
         *       }
         *     }
         */
        RevocationGaveUpEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "revocation.gave_up";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                attempts: number;
                /** @enum {string} */
                reason: "refused" | "account_unknown" | "too_old" | "unreadable";
            };
        };
        /**
         * @description A row that nobody can read left the schedule.
         * @example {
         *       "id": "evt_5k",
         *       "type": "integration.set_aside",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "rowId": 7
         *       }
         *     }
         */
        IntegrationSetAsideEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "integration.set_aside";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description The row of `oauth_accounts`. */
                rowId: number;
            };
        };
        /**
         * @description The queue gave up on a grant that D1 could not take. It is tried on.
         * @example {
         *       "id": "evt_5k",
         *       "type": "rescue.dead_letter",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "rowId": 7,
         *         "receivedAt": "2026-11-22T12:00:00.000Z",
         *         "recovered": false
         *       }
         *     }
         */
        RescueDeadLetterEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "rescue.dead_letter";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description The row of `oauth_accounts`. */
                rowId: number;
                /** Format: date-time */
                receivedAt: string;
                recovered: boolean;
            };
        };
        /**
         * @description Nothing can be made of a rescue record.
         * @example {
         *       "id": "evt_5k",
         *       "type": "rescue.set_aside",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "key": "set-aside/rescue/b1d4b4a0-6a6b-4d2e-9d0e-3f1f2a5c7e90.7"
         *       }
         *     }
         */
        RescueSetAsideEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "rescue.set_aside";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider?: string;
                /** @description The row of `oauth_accounts`. */
                rowId?: number;
                /** @description In KV. */
                key: string;
            };
        };
        /**
         * @description An endpoint answered 410: it gets nothing more until it is enabled again.
         * @example {
         *       "id": "evt_5k",
         *       "type": "webhook.disabled",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "endpoint": "app"
         *       }
         *     }
         */
        WebhookDisabledEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.disabled";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
            };
        };
        /**
         * @description An operator tries an endpoint. Sent to this one only, whatever it asks for.
         * @example {
         *       "id": "evt_5k",
         *       "type": "webhook.test",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "endpoint": "app",
         *         "by": "ops"
         *       }
         *     }
         */
        WebhookTestEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "webhook.test";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description Somebody entered the operator's page.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.signed_in",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "by": "ops"
         *       }
         *     }
         */
        OperatorSignedInEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.signed_in";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description An operator started a run of refreshes.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.refresh_run",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "by": "ops"
         *       }
         *     }
         */
        OperatorRefreshRunEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.refresh_run";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description An operator made the caches forget a user's statuses.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.user_invalidated",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "userId": "user-1",
         *         "by": "ops"
         *       }
         *     }
         */
        OperatorUserInvalidatedEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.user_invalidated";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description The app's own id of the user. */
                userId: string;
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description An operator took back what had been inferred from refusals of a provider.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.verdicts_taken_back",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "provider": "reddit",
         *         "by": "ops",
         *         "taken": 12
         *       }
         *     }
         */
        OperatorVerdictsTakenBackEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.verdicts_taken_back";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                provider: string;
                /** @description The name of the service key. */
                by: string;
                /** @description Integrations. */
                taken: number;
            };
        };
        /**
         * @description An operator enabled an endpoint that had answered 410.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.webhook_enabled",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "endpoint": "app",
         *         "by": "ops"
         *       }
         *     }
         */
        OperatorWebhookEnabledEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.webhook_enabled";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
                /** @description The name of the service key. */
                by: string;
            };
        };
        /**
         * @description An operator had the dead letters of an endpoint sent again.
         * @example {
         *       "id": "evt_5k",
         *       "type": "operator.dead_letters_sent",
         *       "timestamp": "2026-11-26T12:30:00.000Z",
         *       "data": {
         *         "endpoint": "app",
         *         "by": "ops",
         *         "sent": 12
         *       }
         *     }
         */
        OperatorDeadLettersSentEvent: {
            /**
             * @description The same wherever the event is told.
             * @example evt_5k
             */
            id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "operator.dead_letters_sent";
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            data: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
                /** @description The name of the service key. */
                by: string;
                /** @description Deliveries. */
                sent: number;
            };
        };
        /**
         * @example {
         *       "userId": "user-1",
         *       "version": 7,
         *       "asOf": "2026-11-22T12:00:00.000Z",
         *       "freshUntil": "2026-11-22T12:05:00.000Z",
         *       "integrations": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_1w72",
         *           "displayName": "robin",
         *           "status": "connected",
         *           "isConnected": true,
         *           "scopes": [
         *             "identity",
         *             "read"
         *           ],
         *           "missingScopes": [],
         *           "expiresAt": "2026-11-22T13:00:00.000Z",
         *           "reconnectBy": null,
         *           "connectedAt": "2026-11-20T09:30:00.000Z",
         *           "updatedAt": "2026-11-20T09:30:00.000Z",
         *           "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *           "metadata": {}
         *         }
         *       ]
         *     }
         */
        IntegrationList: {
            userId: string;
            /** @description Grows with every change that a user could see. */
            version: number;
            /**
             * Format: date-time
             * @description When the database was read.
             */
            asOf: string;
            /**
             * Format: date-time
             * @description Until then nothing here changes without the version growing.
             */
            freshUntil: string;
            /** @description Newest connection first. */
            integrations: components["schemas"]["Integration"][];
        };
        /**
         * @example {
         *       "provider": "reddit",
         *       "accountId": "t2_1w72",
         *       "displayName": "robin",
         *       "status": "connected",
         *       "isConnected": true,
         *       "scopes": [
         *         "identity",
         *         "read"
         *       ],
         *       "missingScopes": [],
         *       "expiresAt": "2026-11-22T13:00:00.000Z",
         *       "reconnectBy": null,
         *       "connectedAt": "2026-11-20T09:30:00.000Z",
         *       "updatedAt": "2026-11-20T09:30:00.000Z",
         *       "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *       "metadata": {}
         *     }
         */
        Integration: {
            provider: string;
            /** @description The provider's own id of the account. */
            accountId: string;
            displayName: string | null;
            /**
             * @description connected: usable, or renewed without anybody. expired: ran out, and nothing here can renew it. needs_reconnect: the provider refused for good. error: ran out, and refreshes fail for now; retried by itself.
             * @enum {string}
             */
            status: "connected" | "expired" | "needs_reconnect" | "error";
            isConnected: boolean;
            /** @description A code: why it needs reconnecting, or why refreshes fail. */
            reason?: string;
            /** @description Granted. */
            scopes: string[];
            /** @description Asked for, but not granted. */
            missingScopes: string[];
            /** @description End of the access token; null: unknown or never. */
            expiresAt: string | null;
            /** @description When the user has to connect again; null where no such end is known. */
            reconnectBy: string | null;
            /**
             * Format: date-time
             * @description With status error: when the next refresh is tried.
             */
            retryAt?: string;
            /** @description Of credentials that can be tried at the provider: whether it took them. False: it has not said so yet. */
            verified?: boolean;
            /** Format: date-time */
            connectedAt: string;
            /**
             * Format: date-time
             * @description Last change that a user could see.
             */
            updatedAt: string;
            lastRefreshedAt: string | null;
            metadata: {
                [key: string]: string | null;
            };
        };
        InvalidRequestProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "invalid_request";
        };
        /**
         * @description RFC 9457. Each code narrows it in a schema of its own.
         * @example {
         *       "type": "urn:mooring:problem:invalid_request",
         *       "title": "Invalid request",
         *       "status": 400,
         *       "detail": "the body is not as it should be; see \"errors\"",
         *       "code": "invalid_request",
         *       "requestId": "0b2c6b3e-7c1f-4d7e-9a3b-1f2e3d4c5b6a",
         *       "errors": [
         *         {
         *           "path": "body.returnTo",
         *           "message": "Invalid input: expected string"
         *         }
         *       ]
         *     }
         */
        Problem: {
            /** @description A URN of the code. */
            type: string;
            title: string;
            status: number;
            /** @description For people: what is wrong with this request. */
            detail: string;
            /**
             * @description Clients go by it.
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "wrong_completion" | "wrong_user" | "not_found" | "integration_not_found" | "connection_not_found" | "provider_not_found" | "event_not_found" | "method_not_allowed" | "account_linked_to_another_user" | "account_mismatch" | "authorization_required" | "call_not_supported" | "check_not_supported" | "choice_required" | "connection_failed" | "needs_reconnect" | "provider_not_configured" | "several_accounts" | "token_bound" | "too_many_integrations" | "connection_expired" | "too_large" | "unsupported_media_type" | "credentials_refused" | "too_many_connections" | "rate_limited" | "internal" | "not_implemented" | "provider_error" | "completion_in_progress" | "provider_unavailable" | "refresh_in_progress" | "unavailable";
            /** @description Names this request in the logs. */
            requestId: string;
            /** @description What is wrong with an input, field by field. */
            errors?: {
                path: string;
                message: string;
            }[];
            /**
             * @description Of `authorization_required`: why the user has to consent.
             * @enum {string}
             */
            reason?: "not_connected" | "needs_reconnect" | "missing_scopes";
            /** @description Of `authorization_required`, where scopes were asked for: those that are not granted. */
            missingScopes?: string[];
            /** @description Of `authorization_required`, for a caller with the right `connect` that gave `returnTo`: the link to send the user to. */
            connection?: {
                id: string;
                /** Format: uri */
                connectUrl: string;
                /** Format: date-time */
                expiresAt: string;
            };
            /** @description Of `choice_required`: what there is to choose from. */
            choices?: {
                id: string;
                label: string;
            }[];
            /** @description Of `several_accounts`: those that there are. */
            accounts?: {
                accountId: string;
                displayName: string | null;
            }[];
        };
        UnauthenticatedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "unauthenticated";
        };
        ForbiddenProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "forbidden";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "forbidden";
        };
        MethodNotAllowedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "method_not_allowed";
        };
        RateLimitedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "rate_limited";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "rate_limited";
        };
        InternalProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "internal";
        };
        UnavailableProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "unavailable";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "unavailable";
        };
        IntegrationNotFoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "integration_not_found";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "integration_not_found";
        };
        /**
         * @example {
         *       "revocation": "queued"
         *     }
         */
        Disconnected: {
            /**
             * @description queued: the provider is being told, until it answers. not_supported: it cannot be told; the user can end the grant in the provider's settings. kept_for_other_grants: telling it would end another integration.
             * @enum {string}
             */
            revocation: "queued" | "not_supported" | "kept_for_other_grants";
        };
        /**
         * @example {
         *       "users": {
         *         "user-1": {
         *           "version": 7,
         *           "asOf": "2026-11-22T12:00:00.000Z",
         *           "integrations": [
         *             {
         *               "provider": "reddit",
         *               "accountId": "t2_1w72",
         *               "displayName": "robin",
         *               "status": "connected",
         *               "isConnected": true,
         *               "scopes": [
         *                 "identity",
         *                 "read"
         *               ],
         *               "missingScopes": [],
         *               "expiresAt": "2026-11-22T13:00:00.000Z",
         *               "reconnectBy": null,
         *               "connectedAt": "2026-11-20T09:30:00.000Z",
         *               "updatedAt": "2026-11-20T09:30:00.000Z",
         *               "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *               "metadata": {}
         *             }
         *           ]
         *         }
         *       }
         *     }
         */
        StatusOfMany: {
            /** @description By user id. */
            users: {
                [key: string]: components["schemas"]["StatusOfUser"];
            };
        };
        /**
         * @example {
         *       "version": 7,
         *       "asOf": "2026-11-22T12:00:00.000Z",
         *       "integrations": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_1w72",
         *           "displayName": "robin",
         *           "status": "connected",
         *           "isConnected": true,
         *           "scopes": [
         *             "identity",
         *             "read"
         *           ],
         *           "missingScopes": [],
         *           "expiresAt": "2026-11-22T13:00:00.000Z",
         *           "reconnectBy": null,
         *           "connectedAt": "2026-11-20T09:30:00.000Z",
         *           "updatedAt": "2026-11-20T09:30:00.000Z",
         *           "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *           "metadata": {}
         *         }
         *       ]
         *     }
         */
        StatusOfUser: {
            /** @description Grows with every change that a user could see. */
            version: number;
            /**
             * Format: date-time
             * @description When the database was read.
             */
            asOf: string;
            /** @description Newest connection first. */
            integrations: components["schemas"]["Integration"][];
        };
        TooLargeProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "too_large";
        };
        UnsupportedMediaTypeProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "unsupported_media_type";
        };
        /**
         * @example {
         *       "integrations": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_1w72",
         *           "displayName": "robin",
         *           "status": "connected",
         *           "isConnected": true,
         *           "scopes": [
         *             "identity",
         *             "read"
         *           ],
         *           "missingScopes": [],
         *           "expiresAt": "2026-11-22T13:00:00.000Z",
         *           "reconnectBy": null,
         *           "connectedAt": "2026-11-20T09:30:00.000Z",
         *           "updatedAt": "2026-11-20T09:30:00.000Z",
         *           "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *           "metadata": {},
         *           "userId": "user-1",
         *           "version": 7
         *         }
         *       ],
         *       "next": "int_3g"
         *     }
         */
        IntegrationPage: {
            integrations: components["schemas"]["IntegrationOfUser"][];
            /** @description The cursor to go on from; null: that was all. */
            next: string | null;
        };
        /**
         * @example {
         *       "provider": "reddit",
         *       "accountId": "t2_1w72",
         *       "displayName": "robin",
         *       "status": "connected",
         *       "isConnected": true,
         *       "scopes": [
         *         "identity",
         *         "read"
         *       ],
         *       "missingScopes": [],
         *       "expiresAt": "2026-11-22T13:00:00.000Z",
         *       "reconnectBy": null,
         *       "connectedAt": "2026-11-20T09:30:00.000Z",
         *       "updatedAt": "2026-11-20T09:30:00.000Z",
         *       "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *       "metadata": {},
         *       "userId": "user-1",
         *       "version": 7
         *     }
         */
        IntegrationOfUser: {
            provider: string;
            /** @description The provider's own id of the account. */
            accountId: string;
            displayName: string | null;
            /**
             * @description connected: usable, or renewed without anybody. expired: ran out, and nothing here can renew it. needs_reconnect: the provider refused for good. error: ran out, and refreshes fail for now; retried by itself.
             * @enum {string}
             */
            status: "connected" | "expired" | "needs_reconnect" | "error";
            isConnected: boolean;
            /** @description A code: why it needs reconnecting, or why refreshes fail. */
            reason?: string;
            /** @description Granted. */
            scopes: string[];
            /** @description Asked for, but not granted. */
            missingScopes: string[];
            /** @description End of the access token; null: unknown or never. */
            expiresAt: string | null;
            /** @description When the user has to connect again; null where no such end is known. */
            reconnectBy: string | null;
            /**
             * Format: date-time
             * @description With status error: when the next refresh is tried.
             */
            retryAt?: string;
            /** @description Of credentials that can be tried at the provider: whether it took them. False: it has not said so yet. */
            verified?: boolean;
            /** Format: date-time */
            connectedAt: string;
            /**
             * Format: date-time
             * @description Last change that a user could see.
             */
            updatedAt: string;
            lastRefreshedAt: string | null;
            metadata: {
                [key: string]: string | null;
            };
            userId: string;
            /** @description The user's, which grows with every change that a user could see. */
            version: number;
        };
        /**
         * @example {
         *       "id": "con_1",
         *       "connectUrl": "https://mooring.example/connect/start/a-ticket",
         *       "expiresAt": "2026-11-22T12:10:00.000Z"
         *     }
         */
        StartedConnection: {
            id: string;
            /** Format: uri */
            connectUrl: string;
            /** Format: date-time */
            expiresAt: string;
        };
        ProviderNotFoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "provider_not_found";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "provider_not_found";
        };
        ProviderNotConfiguredProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "provider_not_configured";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "provider_not_configured";
        };
        TooManyIntegrationsProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "too_many_integrations";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "too_many_integrations";
        };
        TooManyConnectionsProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "too_many_connections";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "too_many_connections";
        };
        /**
         * @example {
         *       "id": "con_1",
         *       "provider": "reddit",
         *       "state": "authorized"
         *     }
         */
        Connection: {
            id: string;
            provider: string;
            /** @enum {string} */
            state: "started" | "authorized" | "needs_choice" | "completed" | "failed" | "expired";
            /** @description Why it failed, as a code. */
            error?: string;
            /** @description Of `needs_choice`: what `complete` takes one of. */
            choices?: {
                id: string;
                label: string;
            }[];
        };
        ConnectionNotFoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "connection_not_found";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "connection_not_found";
        };
        WrongCompletionProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "wrong_completion";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "wrong_completion";
        };
        WrongUserProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "wrong_user";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "wrong_user";
        };
        AccountLinkedToAnotherUserProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "account_linked_to_another_user";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "account_linked_to_another_user";
        };
        AccountMismatchProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "account_mismatch";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "account_mismatch";
        };
        ChoiceRequiredProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "choice_required";
            /** @description Of `choice_required`: what there is to choose from. */
            choices: {
                id: string;
                label: string;
            }[];
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "choice_required";
        };
        ConnectionFailedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "connection_failed";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "connection_failed";
        };
        ConnectionExpiredProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "connection_expired";
        };
        ProviderErrorProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "provider_error";
        };
        CompletionInProgressProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "completion_in_progress";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "completion_in_progress";
        };
        ProviderUnavailableProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "provider_unavailable";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "provider_unavailable";
        };
        CredentialsRefusedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "credentials_refused";
        };
        /**
         * @example {
         *       "client_id": "https://mooring.example.com/.well-known/oauth-client/linear-mcp",
         *       "client_name": "Dockside",
         *       "client_uri": "https://mooring.example.com",
         *       "application_type": "web",
         *       "redirect_uris": [
         *         "https://mooring.example.com/connect/callback/linear-mcp"
         *       ],
         *       "grant_types": [
         *         "authorization_code",
         *         "refresh_token"
         *       ],
         *       "response_types": [
         *         "code"
         *       ],
         *       "token_endpoint_auth_method": "none"
         *     }
         */
        ClientDocument: {
            client_id: string;
            client_name: string;
            client_uri: string;
            /** @enum {string} */
            application_type: "native" | "web";
            redirect_uris: string[];
            grant_types: string[];
            response_types: string[];
            token_endpoint_auth_method: string;
            token_endpoint_auth_signing_alg?: string;
            jwks?: {
                keys: {
                    [key: string]: unknown;
                }[];
            };
            scope?: string;
            /** @constant */
            dpop_bound_access_tokens?: true;
        };
        /**
         * @example {
         *       "token": "a-token",
         *       "action": "https://mooring.example/connect/session",
         *       "expiresAt": "2026-11-22T12:01:00.000Z"
         *     }
         */
        PageSession: {
            token: string;
            /** Format: uri */
            action: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /**
         * @example {
         *       "token": "mdel_a.b.c",
         *       "expiresAt": "2026-11-22T13:00:00.000Z"
         *     }
         */
        Delegation: {
            token: string;
            /** Format: date-time */
            expiresAt: string;
        };
        Token: components["schemas"]["AccessToken"] | components["schemas"]["Credentials"];
        /**
         * @example {
         *       "kind": "oauth2",
         *       "accessToken": "an-access-token",
         *       "tokenType": "bearer",
         *       "expiresAt": "2026-11-22T13:00:00.000Z",
         *       "scope": [
         *         "identity",
         *         "read"
         *       ]
         *     }
         */
        AccessToken: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "oauth2";
            accessToken: string;
            tokenType: string | null;
            /** @description Null: unknown or never. */
            expiresAt: string | null;
            /** @description Granted. */
            scope: string[];
        };
        /**
         * @example {
         *       "kind": "credentials",
         *       "credentials": {
         *         "key": "an-api-key"
         *       },
         *       "headers": {
         *         "Authorization": "Bearer an-api-key"
         *       }
         *     }
         */
        Credentials: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "credentials";
            credentials: {
                [key: string]: string;
            };
            /** @description In which to send them, where the record knows; secret as they are. */
            headers: {
                [key: string]: string;
            };
        };
        NeedsReconnectProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "needs_reconnect";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "needs_reconnect";
        };
        TokenBoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "token_bound";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "token_bound";
        };
        RefreshInProgressProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "refresh_in_progress";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "refresh_in_progress";
        };
        CheckNotSupportedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "check_not_supported";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "check_not_supported";
        };
        /**
         * @example {
         *       "refreshed": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_1w72",
         *           "displayName": "robin",
         *           "status": "connected",
         *           "isConnected": true,
         *           "scopes": [
         *             "identity",
         *             "read"
         *           ],
         *           "missingScopes": [],
         *           "expiresAt": "2026-11-22T13:00:00.000Z",
         *           "reconnectBy": null,
         *           "connectedAt": "2026-11-20T09:30:00.000Z",
         *           "updatedAt": "2026-11-20T09:30:00.000Z",
         *           "lastRefreshedAt": "2026-11-22T12:00:00.000Z",
         *           "metadata": {}
         *         }
         *       ],
         *       "failed": [
         *         {
         *           "provider": "reddit",
         *           "accountId": "t2_8k3q1",
         *           "code": "needs_reconnect",
         *           "message": "the user has to connect again"
         *         }
         *       ]
         *     }
         */
        Refreshed: {
            refreshed: components["schemas"]["Integration"][];
            failed: components["schemas"]["FailedRefresh"][];
        };
        /**
         * @example {
         *       "provider": "reddit",
         *       "accountId": "t2_8k3q1",
         *       "code": "needs_reconnect",
         *       "message": "the user has to connect again"
         *     }
         */
        FailedRefresh: {
            /**
             * @description A provider, by its id in the catalog.
             * @example reddit
             */
            provider: string;
            /**
             * @description The provider's own id of the account.
             * @example t2_1w72
             */
            accountId: string;
            code: string;
            message: string;
        };
        /**
         * @example {
         *       "runs": [
         *         {
         *           "trigger": "cron",
         *           "started": "2026-11-22T12:00:00.120Z",
         *           "ended": "2026-11-22T12:00:01.480Z",
         *           "claimed": 12,
         *           "refreshed": 11,
         *           "refused": 0,
         *           "failed": 1,
         *           "left": false
         *         }
         *       ]
         *     }
         */
        RefreshRuns: {
            runs: components["schemas"]["RefreshRun"][];
        };
        /**
         * @example {
         *       "trigger": "cron",
         *       "started": "2026-11-22T12:00:00.120Z",
         *       "ended": "2026-11-22T12:00:01.480Z",
         *       "claimed": 12,
         *       "refreshed": 11,
         *       "refused": 0,
         *       "failed": 1,
         *       "left": false
         *     }
         */
        RefreshRun: {
            /** @enum {string} */
            trigger: "cron" | "queue" | "operator";
            /** Format: date-time */
            started: string;
            /** Format: date-time */
            ended: string;
            /** @description Integrations that were due. */
            claimed: number;
            refreshed: number;
            /** @description The provider wants the user to connect again. */
            refused: number;
            /** @description For any other cause; tried again. */
            failed: number;
            /** @description More was due than the run could do. */
            left: boolean;
        };
        NotFoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "not_found";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "not_found";
        };
        AuthorizationRequiredProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "authorization_required";
            /**
             * @description Of `authorization_required`: why the user has to consent.
             * @enum {string}
             */
            reason: "not_connected" | "needs_reconnect" | "missing_scopes";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "authorization_required";
        };
        CallNotSupportedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "call_not_supported";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "call_not_supported";
        };
        SeveralAccountsProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "several_accounts";
            /** @description Of `several_accounts`: those that there are. */
            accounts: {
                accountId: string;
                displayName: string | null;
            }[];
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "several_accounts";
        };
        NotImplementedProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "not_implemented";
        };
        /**
         * @example {
         *       "events": [
         *         {
         *           "id": "evt_5k",
         *           "type": "integration.connected",
         *           "timestamp": "2026-11-26T12:30:00.000Z",
         *           "data": {
         *             "userId": "user-1",
         *             "provider": "reddit",
         *             "accountId": "t2_1w72",
         *             "version": 1795689000000
         *           }
         *         }
         *       ],
         *       "next": "evt_5k"
         *     }
         */
        EventPage: {
            events: components["schemas"]["Event"][];
            /** @description The cursor to go on from, now or later. Null: nothing has ever happened; ask without one. */
            next: string | null;
        };
        Event: components["schemas"]["IntegrationConnectedEvent"] | components["schemas"]["IntegrationReconnectedEvent"] | components["schemas"]["IntegrationDisconnectedEvent"] | components["schemas"]["IntegrationNeedsReconnectEvent"] | components["schemas"]["IntegrationRecoveredEvent"] | components["schemas"]["IntegrationExpiringEvent"] | components["schemas"]["IntegrationScopesChangedEvent"] | components["schemas"]["ConnectionFailedEvent"] | components["schemas"]["UserErasedEvent"] | components["schemas"]["ProviderCircuitOpenedEvent"] | components["schemas"]["ProviderCircuitClosedEvent"] | components["schemas"]["ProviderOperatorFaultEvent"] | components["schemas"]["ProviderRefusalStormEvent"] | components["schemas"]["ProviderOddReplyEvent"] | components["schemas"]["ProviderWrongSubjectEvent"] | components["schemas"]["RevocationGaveUpEvent"] | components["schemas"]["IntegrationSetAsideEvent"] | components["schemas"]["RescueDeadLetterEvent"] | components["schemas"]["RescueSetAsideEvent"] | components["schemas"]["WebhookDisabledEvent"] | components["schemas"]["WebhookTestEvent"] | components["schemas"]["OperatorSignedInEvent"] | components["schemas"]["OperatorRefreshRunEvent"] | components["schemas"]["OperatorUserInvalidatedEvent"] | components["schemas"]["OperatorVerdictsTakenBackEvent"] | components["schemas"]["OperatorWebhookEnabledEvent"] | components["schemas"]["OperatorDeadLettersSentEvent"];
        EventWithDeliveries: {
            type: "EventWithDeliveries";
        } & (Omit<components["schemas"]["Event"], "type"> & {
            deliveries: components["schemas"]["Delivery"][];
        });
        /**
         * @example {
         *       "endpoint": "app",
         *       "state": "waiting",
         *       "attempts": 1,
         *       "lastStatus": 503,
         *       "nextAt": "2026-11-26T12:31:00.000Z"
         *     }
         */
        Delivery: {
            /** @description Its name in WEBHOOKS. */
            endpoint: string;
            /** @enum {string} */
            state: "waiting" | "delivered" | "dead";
            attempts: number;
            /** @description Null: it did not answer, or was not asked yet. */
            lastStatus: number | null;
            /** @description When it is tried again; null: never. */
            nextAt: string | null;
        };
        EventNotFoundProblem: components["schemas"]["Problem"] & {
            /** @constant */
            code: "event_not_found";
        } & {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "event_not_found";
        };
        /**
         * @example {
         *       "endpoints": [
         *         {
         *           "name": "app",
         *           "state": "enabled",
         *           "host": "app.example.com",
         *           "events": [
         *             "integration.*"
         *           ],
         *           "disabledAt": null,
         *           "waiting": 1,
         *           "deadLetters": 0
         *         }
         *       ]
         *     }
         */
        WebhookEndpoints: {
            endpoints: components["schemas"]["WebhookEndpoint"][];
        };
        /**
         * @example {
         *       "name": "app",
         *       "state": "enabled",
         *       "host": "app.example.com",
         *       "events": [
         *         "integration.*"
         *       ],
         *       "disabledAt": null,
         *       "waiting": 1,
         *       "deadLetters": 0
         *     }
         */
        WebhookEndpoint: {
            /**
             * @description As in WEBHOOKS.
             * @example app
             */
            name: string;
            /**
             * @description `disabled`: it answered 410, and gets nothing but `user.erased` until it is enabled. `not_configured`: what waits for it is a dead letter after four days.
             * @enum {string}
             */
            state: "enabled" | "disabled" | "not_configured";
            /**
             * @description Null: a Worker of the same account, or not configured.
             * @example app.example.com
             */
            host: string | null;
            /**
             * @example [
             *       "integration.*"
             *     ]
             */
            events: string[];
            disabledAt: string | null;
            /** @description Deliveries that are tried on; 1000: or more. */
            waiting: number;
            /** @description Deliveries that are tried no more, and may be sent again; 1000: or more. */
            deadLetters: number;
        };
        /**
         * @example {
         *       "id": "evt_5k"
         *     }
         */
        WebhookTest: {
            /**
             * @description Of an event.
             * @example evt_5k
             */
            id: string;
        };
        /**
         * @example {
         *       "deliveries": [
         *         {
         *           "endpoint": "app",
         *           "state": "waiting",
         *           "attempts": 1,
         *           "lastStatus": 503,
         *           "nextAt": "2026-11-26T12:31:00.000Z"
         *         }
         *       ]
         *     }
         */
        Deliveries: {
            deliveries: components["schemas"]["Delivery"][];
        };
        /**
         * @example {
         *       "memory": {
         *         "size": 12,
         *         "active": 10,
         *         "expired": 2,
         *         "hits": 480,
         *         "misses": 31
         *       },
         *       "kv": {
         *         "size": 214,
         *         "truncated": false,
         *         "hits": 19,
         *         "misses": 12,
         *         "putsPaused": false
         *       }
         *     }
         */
        CacheStats: {
            /** @description Of the isolate that answers; every isolate has its own. */
            memory: {
                size: number;
                active: number;
                expired: number;
                hits: number;
                misses: number;
            };
            kv: {
                /** @description Keys that were counted; null when KV is away. */
                size: number | null;
                /** @description There are more. */
                truncated: boolean;
                /** @description Of the isolate that answers. */
                hits: number;
                /** @description Of the isolate that answers. */
                misses: number;
                /** @description KV refused a put within the last five minutes. */
                putsPaused: boolean;
            };
        };
        /**
         * @example {
         *       "deleted": 214,
         *       "truncated": false
         *     }
         */
        ClearedCache: {
            /** @description Keys of KV. */
            deleted: number;
            /** @description Some are left: more than one request can delete, or KV refused. */
            truncated: boolean;
        };
        /**
         * @example {
         *       "memory": null,
         *       "kv": {
         *         "version": 7,
         *         "asOf": "2026-11-22T12:00:00.000Z",
         *         "freshUntil": "2026-11-22T12:05:00.000Z",
         *         "ttl": 120
         *       }
         *     }
         */
        CachedUser: {
            memory: components["schemas"]["CacheEntry"] | null;
            kv: components["schemas"]["CacheEntry"] | null;
        };
        /**
         * @example {
         *       "version": 7,
         *       "asOf": "2026-11-22T12:00:00.000Z",
         *       "freshUntil": "2026-11-22T12:05:00.000Z",
         *       "ttl": 120
         *     }
         */
        CacheEntry: {
            version: number;
            /**
             * Format: date-time
             * @description When the database was read.
             */
            asOf: string;
            /** Format: date-time */
            freshUntil: string;
            /** @description Seconds for which it may still be served; 0: expired. */
            ttl: number;
        };
        /**
         * @example {
         *       "providers": [
         *         {
         *           "id": "reddit",
         *           "name": "Reddit",
         *           "kind": "oauth2",
         *           "configured": true,
         *           "scopes": [
         *             "identity",
         *             "read"
         *           ],
         *           "experimental": false
         *         }
         *       ]
         *     }
         */
        Catalog: {
            providers: components["schemas"]["Provider"][];
        };
        /**
         * @example {
         *       "id": "reddit",
         *       "name": "Reddit",
         *       "kind": "oauth2",
         *       "configured": true,
         *       "scopes": [
         *         "identity",
         *         "read"
         *       ],
         *       "experimental": false
         *     }
         */
        Provider: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "oauth2" | "credentials";
            /** @description False: the operator has given no client for it. */
            configured: boolean;
            /** @description What is asked for unless a connect says otherwise. */
            scopes: string[];
            experimental: boolean;
            /** @description Kind `credentials` only. */
            fields?: {
                [key: string]: {
                    label: string;
                    /** @description Never shown again once given. */
                    secret: boolean;
                    required: boolean;
                    maxLength: number;
                    /** @description The whole value must match this regular expression. */
                    pattern?: string;
                    help?: string;
                };
            };
            /** @description What a connect must name besides, such as a shop. */
            parameters?: {
                [key: string]: {
                    label: string;
                    /** @description The whole value must match this regular expression. */
                    pattern: string;
                    default?: string;
                };
            };
        };
        /**
         * @example {
         *       "status": "ok"
         *     }
         */
        Health: {
            /** @constant */
            status: "ok";
        };
    };
    responses: {
        /** @description Invalid request (`invalid_request`). */
        InvalidRequestProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["InvalidRequestProblem"];
            };
        };
        /** @description Not authenticated (`unauthenticated`). */
        UnauthenticatedProblem: {
            headers: {
                /** @description RFC 6750. */
                "WWW-Authenticate": string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnauthenticatedProblem"];
            };
        };
        /** @description Not allowed (`forbidden`). */
        ForbiddenProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ForbiddenProblem"];
            };
        };
        /** @description Method not allowed (`method_not_allowed`). */
        MethodNotAllowedProblem: {
            headers: {
                /** @description The methods that the path takes. */
                Allow: string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["MethodNotAllowedProblem"];
            };
        };
        /** @description Too many requests (`rate_limited`). */
        RateLimitedProblem: {
            headers: {
                /** @description Seconds. */
                "Retry-After": string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RateLimitedProblem"];
            };
        };
        /** @description Internal error (`internal`). */
        InternalProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["InternalProblem"];
            };
        };
        /** @description Unavailable (`unavailable`). */
        UnavailableProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnavailableProblem"];
            };
        };
        /** @description No such integration (`integration_not_found`). */
        IntegrationNotFoundProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Cache-Status": components["headers"]["CacheStatusOfRead"];
                "Server-Timing": components["headers"]["ServerTimingOfRead"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"];
            };
        };
        /** @description Too large (`too_large`). */
        TooLargeProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TooLargeProblem"];
            };
        };
        /** @description Unsupported media type (`unsupported_media_type`). */
        UnsupportedMediaTypeProblem: {
            headers: {
                /** @description The media type to send. */
                Accept: string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
            };
        };
        /** @description No such connection (`connection_not_found`). */
        ConnectionNotFoundProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Cache-Status": components["headers"]["CacheStatusOfRead"];
                "Server-Timing": components["headers"]["ServerTimingOfRead"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ConnectionNotFoundProblem"];
            };
        };
        /** @description Connection expired (`connection_expired`). */
        ConnectionExpiredProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ConnectionExpiredProblem"];
            };
        };
        /** @description Provider error (`provider_error`). */
        ProviderErrorProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProviderErrorProblem"];
            };
        };
        /** @description No such provider (`provider_not_found`). */
        ProviderNotFoundProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Cache-Status": components["headers"]["CacheStatusOfRead"];
                "Server-Timing": components["headers"]["ServerTimingOfRead"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProviderNotFoundProblem"];
            };
        };
        /** @description Credentials refused (`credentials_refused`). */
        CredentialsRefusedProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CredentialsRefusedProblem"];
            };
        };
        /** @description Provider not configured (`provider_not_configured`). */
        ProviderNotConfiguredProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProviderNotConfiguredProblem"];
            };
        };
        /** @description Not implemented (`not_implemented`). */
        NotImplementedProblem: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotImplementedProblem"];
            };
        };
        /** @description Too many connections (`too_many_connections`). */
        TooManyConnectionsProblem: {
            headers: {
                /** @description Seconds. */
                "Retry-After": string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TooManyConnectionsProblem"];
            };
        };
        /** @description No such event (`event_not_found`). */
        EventNotFoundProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Cache-Status": components["headers"]["CacheStatusOfRead"];
                "Server-Timing": components["headers"]["ServerTimingOfRead"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["EventNotFoundProblem"];
            };
        };
        /** @description Not found (`not_found`). */
        NotFoundProblem: {
            headers: {
                "Consistency-Token": components["headers"]["KnownVersion"];
                "Cache-Status": components["headers"]["CacheStatusOfRead"];
                "Server-Timing": components["headers"]["ServerTimingOfRead"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotFoundProblem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description Names this request in the logs. */
        RequestId: string;
        /** @description The version as of this answer, where known. */
        KnownVersion: string;
        /** @description Seconds. */
        RetryAfter: string;
        /** @description Of a read, as with its answer. */
        CacheStatusOfRead: string;
        /** @description Of a read, as with its answer. */
        ServerTimingOfRead: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listIntegrations: {
        parameters: {
            query?: never;
            header?: {
                /** @description As a former reply gave it: the answer will not be older than that reply. */
                "Consistency-Token"?: string;
                /** @description The ETag of an answer that is there already. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them; a user who never had any has an empty list. */
            200: {
                headers: {
                    /** @description Which cache answered, and for how long it could (RFC 9211). */
                    "Cache-Status": string;
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    /** @description Of the answer without its times of reading. */
                    ETag: string;
                    /** @description What KV and D1 took, where they were asked. */
                    "Server-Timing": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrationList"];
                };
            };
            /** @description The answer with this ETag still holds. */
            304: {
                headers: {
                    /** @description Which cache answered, and for how long it could (RFC 9211). */
                    "Cache-Status": string;
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    /** @description Of the answer without its times of reading. */
                    ETag: string;
                    /** @description What KV and D1 took, where they were asked. */
                    "Server-Timing": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getIntegration: {
        parameters: {
            query?: never;
            header?: {
                /** @description As a former reply gave it: the answer will not be older than that reply. */
                "Consistency-Token"?: string;
                /** @description The ETag of an answer that is there already. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This one. */
            200: {
                headers: {
                    /** @description Which cache answered, and for how long it could (RFC 9211). */
                    "Cache-Status": string;
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    /** @description Of the answer without its times of reading. */
                    ETag: string;
                    /** @description What KV and D1 took, where they were asked. */
                    "Server-Timing": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            /** @description The answer with this ETag still holds. */
            304: {
                headers: {
                    /** @description Which cache answered, and for how long it could (RFC 9211). */
                    "Cache-Status": string;
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    /** @description Of the answer without its times of reading. */
                    ETag: string;
                    /** @description What KV and D1 took, where they were asked. */
                    "Server-Timing": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["IntegrationNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    disconnect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. `revocation` says what becomes of the grant at the provider. */
            200: {
                headers: {
                    /** @description The version after this change. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Disconnected"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["IntegrationNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getStatusOfMany: {
        parameters: {
            query?: never;
            header?: {
                /** @description As a former reply gave it: the answer will not be older than that reply. */
                "Consistency-Token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusRequest"];
            };
        };
        responses: {
            /** @description Each user who was asked for. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusOfMany"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    listAllIntegrations: {
        parameters: {
            query?: {
                /** @description `next` of the answer before; without it, from the first. */
                after?: string;
                /** @description How many at most; 100 unless said. */
                limit?: number;
                /** @description Only at this provider. */
                provider?: string;
                /** @description As it is now. */
                status?: "connected" | "expired" | "needs_reconnect" | "error";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Up to `limit` integrations, and where to go on. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrationPage"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    beginConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectionRequest"];
            };
        };
        responses: {
            /** @description The connection is started. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedConnection"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Provider not configured (`provider_not_configured`). Too many integrations (`too_many_integrations`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["TooManyIntegrationsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            /** @description Too many requests (`rate_limited`). Too many connections (`too_many_connections`). */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"] | components["schemas"]["TooManyConnectionsProblem"];
                };
            };
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description Of a connection, as it was begun. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection. */
            200: {
                headers: {
                    "Consistency-Token"?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["ConnectionNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    completeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description Of a connection, as it was begun. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CompletionRequest"];
            };
        };
        responses: {
            /** @description It was completed before. */
            200: {
                headers: {
                    /** @description The version after this change; send it back to read your own write. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            /** @description Connected. */
            201: {
                headers: {
                    /** @description The version after this change; send it back to read your own write. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            /** @description Not allowed (`forbidden`). Wrong completion (`wrong_completion`). Wrong user (`wrong_user`). */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"] | components["schemas"]["WrongCompletionProblem"] | components["schemas"]["WrongUserProblem"];
                };
            };
            /** @description No such connection (`connection_not_found`). No such integration (`integration_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ConnectionNotFoundProblem"] | components["schemas"]["IntegrationNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Account linked to another user (`account_linked_to_another_user`). Another account came back (`account_mismatch`). Choice required (`choice_required`). Connection failed (`connection_failed`). Provider not configured (`provider_not_configured`). Too many integrations (`too_many_integrations`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AccountLinkedToAnotherUserProblem"] | components["schemas"]["AccountMismatchProblem"] | components["schemas"]["ChoiceRequiredProblem"] | components["schemas"]["ConnectionFailedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["TooManyIntegrationsProblem"];
                };
            };
            410: components["responses"]["ConnectionExpiredProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Completion in progress (`completion_in_progress`). Provider unavailable (`provider_unavailable`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["CompletionInProgressProblem"] | components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    putCredentials: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialsRequest"];
            };
        };
        responses: {
            /** @description Stored, or put in the place of what was stored for this account. */
            201: {
                headers: {
                    /** @description The version after this change; send it back to read your own write. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["ProviderNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Account linked to another user (`account_linked_to_another_user`). Another account came back (`account_mismatch`). Provider not configured (`provider_not_configured`). Too many integrations (`too_many_integrations`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AccountLinkedToAnotherUserProblem"] | components["schemas"]["AccountMismatchProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["TooManyIntegrationsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["CredentialsRefusedProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    getClientDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A provider, by its id in the catalog. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Client metadata as in RFC 7591, with its own address as `client_id`. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientDocument"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            404: components["responses"]["ProviderNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ProviderNotConfiguredProblem"];
            500: components["responses"]["InternalProblem"];
        };
    };
    createPageSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description As a former reply gave it: the answer will not be older than that reply. */
                "Consistency-Token"?: string;
            };
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PageSessionRequest"];
            };
        };
        responses: {
            /** @description The page can be opened. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageSession"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    eraseUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing is left; also where there was nothing. */
            204: {
                headers: {
                    /** @description The version after this change. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    createDelegation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DelegationRequest"];
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delegation"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    endDelegations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description None that was made before is taken any more. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getToken: {
        parameters: {
            query?: {
                /** @description How many seconds it should live at least, 60 unless said. Half of its lifetime is the most that is promised. */
                minTtl?: number;
            };
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token, or the credentials where the provider has no OAuth. */
            200: {
                headers: {
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["IntegrationNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Needs reconnect (`needs_reconnect`). Provider not configured (`provider_not_configured`). Token bound to a key (`token_bound`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NeedsReconnectProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["TokenBoundProblem"];
                };
            };
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    refreshIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The integration with its new token. */
            200: {
                headers: {
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["IntegrationNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Needs reconnect (`needs_reconnect`). Provider not configured (`provider_not_configured`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NeedsReconnectProblem"] | components["schemas"]["ProviderNotConfiguredProblem"];
                };
            };
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    checkIntegration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog. */
                provider: string;
                /** @description The provider's own id of the account. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The integration as it is after the check. */
            200: {
                headers: {
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    /** @description Seconds until another check can tell more; none: nothing is open. */
                    "Retry-After"?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["IntegrationNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Check not supported (`check_not_supported`). Provider not configured (`provider_not_configured`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["CheckNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"];
                };
            };
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    refreshMany: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description What became of each. */
            200: {
                headers: {
                    "Consistency-Token"?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refreshed"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    listRefreshRuns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last hundred runs that had something to do. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefreshRuns"];
                };
            };
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getProxied: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
                /** @description What follows the address of the provider's API, with its own slashes. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    putProxied: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
                /** @description What follows the address of the provider's API, with its own slashes. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    postProxied: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
                /** @description What follows the address of the provider's API, with its own slashes. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    deleteProxied: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
                /** @description What follows the address of the provider's API, with its own slashes. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    patchProxied: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
                /** @description What follows the address of the provider's API, with its own slashes. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    getProxiedRoot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    putProxiedRoot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    postProxiedRoot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    deleteProxiedRoot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    patchProxiedRoot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
                /** @description A provider, by its id in the catalog; `id:name` is another API of the same provider. */
                provider: string;
                /** @description The provider's own id of the account; `-`: the only one that the user has there. */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). Not found (`not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["NotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Calls not supported (`call_not_supported`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["CallNotSupportedProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            501: components["responses"]["NotImplementedProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            "2XX": {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            /** @description The provider's reply, with `Mooring-Answered-By: provider`. */
            default: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
        };
    };
    getTokenOrConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The token, or the credentials where the provider has no OAuth. */
            200: {
                headers: {
                    /** @description The version of this answer. */
                    "Consistency-Token": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such integration (`integration_not_found`). No such provider (`provider_not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IntegrationNotFoundProblem"] | components["schemas"]["ProviderNotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            /** @description Authorization required (`authorization_required`). Provider not configured (`provider_not_configured`). Several accounts (`several_accounts`). Token bound to a key (`token_bound`). Too many integrations (`too_many_integrations`). */
            409: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AuthorizationRequiredProblem"] | components["schemas"]["ProviderNotConfiguredProblem"] | components["schemas"]["SeveralAccountsProblem"] | components["schemas"]["TokenBoundProblem"] | components["schemas"]["TooManyIntegrationsProblem"];
                };
            };
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyConnectionsProblem"];
            500: components["responses"]["InternalProblem"];
            502: components["responses"]["ProviderErrorProblem"];
            /** @description Provider unavailable (`provider_unavailable`). Refresh in progress (`refresh_in_progress`). Unavailable (`unavailable`). */
            503: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProviderUnavailableProblem"] | components["schemas"]["RefreshInProgressProblem"] | components["schemas"]["UnavailableProblem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description `next` of the answer before: what came after it. `latest`: nothing, and a `next` from which to go on. Without it, from the oldest that is kept. */
                after?: string;
                /** @description How many at most; 100 unless said. */
                limit?: number;
                /** @description Only of this type. */
                type?: "integration.connected" | "integration.reconnected" | "integration.disconnected" | "integration.needs_reconnect" | "integration.recovered" | "integration.expiring" | "integration.scopes_changed" | "connection.failed" | "user.erased" | "provider.circuit_opened" | "provider.circuit_closed" | "provider.operator_fault" | "provider.refusal_storm" | "provider.odd_reply" | "provider.wrong_subject" | "revocation.gave_up" | "integration.set_aside" | "rescue.dead_letter" | "rescue.set_aside" | "webhook.disabled" | "webhook.test" | "operator.signed_in" | "operator.refresh_run" | "operator.user_invalidated" | "operator.verdicts_taken_back" | "operator.webhook_enabled" | "operator.dead_letters_sent";
                /** @description Only of this user. */
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Up to `limit` events, and where to go on. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            429: components["responses"]["RateLimitedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of an event. */
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This one. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventWithDeliveries"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["EventNotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoints"];
                };
            };
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is being sent. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    enableWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name in WEBHOOKS. */
                endpoint: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is enabled. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    redeliverEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of an event. */
                eventId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RedeliverRequest"];
            };
        };
        responses: {
            /** @description It is being sent. How its deliveries stand, those that are not sent again too. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deliveries"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            /** @description No such event (`event_not_found`). Not found (`not_found`). */
            404: {
                headers: {
                    "Consistency-Token": components["headers"]["KnownVersion"];
                    "Cache-Status": components["headers"]["CacheStatusOfRead"];
                    "Server-Timing": components["headers"]["ServerTimingOfRead"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["EventNotFoundProblem"] | components["schemas"]["NotFoundProblem"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            413: components["responses"]["TooLargeProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getCacheStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As counted just now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheStats"];
                };
            };
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    clearCache: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far it came. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClearedCache"];
                };
            };
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    inspectUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description null: nothing is held. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CachedUser"];
                };
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    invalidateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's own id of the user; opaque to Mooring. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone, or was not there. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestProblem"];
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All providers, by id. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            401: components["responses"]["UnauthenticatedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both answer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    getOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            405: components["responses"]["MethodNotAllowedProblem"];
            500: components["responses"]["InternalProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    "on.integration.connected": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationConnectedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.reconnected": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationReconnectedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.disconnected": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationDisconnectedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.needs_reconnect": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationNeedsReconnectEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.recovered": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationRecoveredEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.expiring": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationExpiringEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.scopes_changed": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationScopesChangedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.connection.failed": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectionFailedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.user.erased": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserErasedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.circuit_opened": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderCircuitOpenedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.circuit_closed": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderCircuitClosedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.operator_fault": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderOperatorFaultEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.refusal_storm": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderRefusalStormEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.odd_reply": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderOddReplyEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.provider.wrong_subject": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderWrongSubjectEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.revocation.gave_up": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevocationGaveUpEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.integration.set_aside": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntegrationSetAsideEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.rescue.dead_letter": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RescueDeadLetterEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.rescue.set_aside": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RescueSetAsideEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.webhook.disabled": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookDisabledEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.webhook.test": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookTestEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.signed_in": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorSignedInEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.refresh_run": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorRefreshRunEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.user_invalidated": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorUserInvalidatedEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.verdicts_taken_back": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorVerdictsTakenBackEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.webhook_enabled": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorWebhookEnabledEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "on.operator.dead_letters_sent": {
        parameters: {
            query?: never;
            header: {
                /** @description The event, at every try. */
                "webhook-id": string;
                /** @description When this try was sent, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and the HMAC-SHA256 by a secret of the endpoint, in base64; one for each, with spaces between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorDeadLettersSentEvent"];
            };
        };
        responses: {
            /** @description It was taken, and is not sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
