/**
 * All tables. Times are milliseconds since the epoch, UTC. What is sealed is a compact JWE
 * (src/vault), bound to its table, row and field. docs/storage.md tells each table's purpose
 * and how long its rows live.
 */
import { sql } from 'drizzle-orm';
import {
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/**
 * Rows that may be other than connected, apart from those that are overdue: few, so counting them
 * is cheap, and a refresh that goes well never touches their index. A query that is to use it has
 * to hold these very words.
 */
export const maybeUnwell = sql`(state = 'needs_reconnect' OR refresh_failures > 0 OR (refresh_due_at IS NULL AND expires_at IS NOT NULL))`;

/**
 * Why a refresh failed, as whoever tells of it needs to know it. Decided in src/refresh/outcome.ts.
 */
export const failureCategories = [
  /** The provider refused the grant. */
  'refused',
  /** It refused so many at once that nobody is believed to have lost a grant. */
  'refusal_storm',
  /** The operator's client is wrong: id, secret or scopes. */
  'operator_fault',
  /** The provider asks for a pause, or to try again later. */
  'rate_limited',
  /** The network, or a deadline. */
  'no_answer',
  /** The provider says that it fails. */
  'provider_failure',
  /** A success that brings nothing. */
  'unreadable',
  /** An answer that is neither yes nor a no that the standards or the record know. */
  'unexpected',
  /** What is stored cannot be sent: a key is missing, or there is no token. */
  'token_unusable',
  /** A defect of ours. */
  'internal',
] as const;
export type FailureCategory = (typeof failureCategories)[number];

/** Circuits that have something to tell. */
export const isTroubled = sql`(failures > 0 OR open_until IS NOT NULL)`;

/** JSON; null where it cannot be read: one row must not fail those that are read with it. */
const readableJson = <T>() =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver(text) {
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    },
  });

/** One account of one user at one provider: an integration. */
export const oauthAccounts = sqliteTable(
  'oauth_accounts',
  {
    /** Never used twice (AUTOINCREMENT): a claim that outlived its row cannot meet a newer one. */
    id: integer().primaryKey({ autoIncrement: true }),
    userId: text('user_id').notNull(),
    provider: text().notNull(),
    providerAccountId: text('provider_account_id').notNull(),
    /** The provider's user behind the account; the account id where there is no other. */
    subject: text().notNull(),
    /**
     * The grant that it shares with other accounts of its user: the account id of the row that
     * holds it. That row names itself, and is no account. Null: the grant is this row's own. See
     * grants.ts.
     */
    grantId: text('grant_id'),
    /** Sealed. For kind `credentials`: the sealed JSON of the credential fields. */
    accessToken: text('access_token'),
    /** Sealed. */
    refreshToken: text('refresh_token'),
    /** End of the access token; null = unknown or never. */
    expiresAt: integer('expires_at'),
    /** End of the refresh token; null = unknown or never. */
    refreshExpiresAt: integer('refresh_expires_at'),
    /** How long an access token lives, ms, as a reply last stated it; null = none did. */
    accessLifetime: integer('access_lifetime'),
    /** The same of the refresh token. */
    refreshLifetime: integer('refresh_lifetime'),
    tokenType: text('token_type'),
    /** Granted scopes. */
    scope: readableJson<string[]>()().notNull(),
    requestedScope: readableJson<string[]>()('requested_scope').notNull(),
    /** Values for the placeholders in the provider's URLs (shop, instance, ...). */
    parameters: readableJson<Record<string, string>>()().notNull(),
    metadata: readableJson<Record<string, string | null>>()().notNull(),
    displayName: text('display_name'),
    state: text({ enum: ['active', 'needs_reconnect'] }).notNull(),
    /** Why `needs_reconnect`, as a code; null while active. */
    stateReason: text('state_reason'),
    /** Starts at now in ms and grows with every new token. Re-sealing does not grow it. */
    tokenVersion: integer('token_version').notNull(),
    /** When a scheduled refresh may start, not before; null = never. */
    refreshDueAt: integer('refresh_due_at'),
    /** Next warning that an absolute end comes near; null = none. */
    noticeDueAt: integer('notice_due_at'),
    refreshFailures: integer('refresh_failures').notNull().default(0),
    /** Outcome code of the last failed attempt; null after a success. */
    lastError: text('last_error'),
    /**
     * What kind of failure `lastError` is; null also where a Worker before this column wrote it.
     */
    lastErrorCategory: text('last_error_category', { enum: failureCategories }),
    /** When the last attempt failed; null after a success. Paces attempts on demand. */
    lastFailedAt: integer('last_failed_at'),
    /**
     * The provider's last clear refusal, as a MAC of its status and code; null: none since the
     * token was written. Another first key of ENCRYPTION_KEYS makes it another refusal. What
     * follows from it: src/refresh/verdict.ts.
     */
    refusal: text(),
    /** How many of the same refusals in a row count towards a verdict. */
    refusals: integer().notNull().default(0),
    /** When the first of them came. */
    refusedSince: integer('refused_since'),
    /** When the last one came that counted. */
    refusedAt: integer('refused_at'),
    /** When `needs_reconnect` became certain; null: it is not, or the state is another. */
    stateConfirmedAt: integer('state_confirmed_at'),
    /** The client that the grant belongs to; null: unknown, an older release stored it. */
    clientId: text('client_id'),
    /** Since when it is unknown whether the provider rotated the refresh token. */
    unknownSince: integer('unknown_since'),
    lastRefreshedAt: integer('last_refreshed_at'),
    /** When a caller last took the token; written at most every 6 h. */
    lastUsedAt: integer('last_used_at'),
    /** The attempt that may refresh this row until `leaseUntil`. */
    leaseId: text('lease_id'),
    leaseUntil: integer('lease_until'),
    /**
     * Earlier attempts whose lease ended without an outcome, as `<lease id>@<when found>` joined
     * with spaces, oldest first: `rescue/<lease id>` may hold their tokens.
     */
    lostLeaseId: text('lost_lease_id'),
    /** When the credential was last tried by a check, whatever came of it; null = never. */
    checkedAt: integer('checked_at'),
    /** When a check last found it good; null = never, or refused since. */
    verifiedAt: integer('verified_at'),
    /** When a check was first refused; null = it was not, or has been found good since. */
    checkRefusedAt: integer('check_refused_at'),
    /** When cron is to try it again; null = it is not. */
    checkDueAt: integer('check_due_at'),
    createdAt: integer('created_at').notNull(),
    /** Last change that a user sees. */
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('oauth_accounts_provider_account').on(table.provider, table.providerAccountId),
    index('oauth_accounts_user_provider').on(table.userId, table.provider),
    // Whether a revocation would also end another integration's grant.
    index('oauth_accounts_subject').on(table.provider, table.subject),
    index('oauth_accounts_due')
      .on(table.provider, table.refreshDueAt)
      .where(sql`refresh_due_at IS NOT NULL`),
    index('oauth_accounts_check_due').on(table.checkDueAt).where(sql`check_due_at IS NOT NULL`),
    // Who was refused, and who was not, about the same time.
    index('oauth_accounts_check_refused')
      .on(table.provider, table.checkRefusedAt)
      .where(sql`check_refused_at IS NOT NULL`),
    index('oauth_accounts_verified')
      .on(table.provider, table.verifiedAt)
      .where(sql`verified_at IS NOT NULL`),
    index('oauth_accounts_notice').on(table.noticeDueAt).where(sql`notice_due_at IS NOT NULL`),
    index('oauth_accounts_unwell')
      .on(table.provider, table.state, table.expiresAt)
      .where(maybeUnwell),
  ],
);

/** A number per user that grows at every visible change: max(previous + 1, now in ms). */
export const userVersions = sqliteTable('user_versions', {
  userId: text('user_id').primaryKey(),
  version: integer().notNull(),
  /** Refreshes and checks that the user's own token forced, in the day that began then. */
  forced: integer().notNull().default(0),
  forcedSince: integer('forced_since'),
});

/** Why a transaction failed. Also the `error` in the URL that brings the user back. */
export const connectionErrors = [
  'access_denied',
  'invalid_scope',
  'provider_error',
  'provider_unavailable',
  'issuer_mismatch',
  'wrong_user',
  'account_mismatch',
  'account_linked_to_another_user',
  'too_many_integrations',
  'not_finished',
  /** The provider refused the code, which was sent later than its codes live. */
  'code_expired',
  /** On the hosted page: the session that would have completed it was over. */
  'session_ended',
] as const;
export type ConnectionError = (typeof connectionErrors)[number];

/** One try of a user to connect an account. */
export const connectTransactions = sqliteTable(
  'connect_transactions',
  {
    /** Public: it is in the URL that brings the user back to the app. */
    id: text().primaryKey(),
    /** SHA-256 of the ticket in `connectUrl`. */
    ticketHash: text('ticket_hash').notNull(),
    userId: text('user_id').notNull(),
    provider: text().notNull(),
    /** Null: Mooring's own page, whose session's user completes it. */
    returnTo: text('return_to'),
    requestedScope: text('requested_scope', { mode: 'json' }).$type<string[]>().notNull(),
    parameters: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** Of the authorization request, besides the record's own: what the connection gave. */
    authorizationParams: text('authorization_params', { mode: 'json' })
      .$type<Record<string, string>>()
      .notNull()
      .default({}),
    /**
     * Which further records' grants it may bring (`alsoGrants`); null: all that its record names.
     */
    alsoGrants: text('also_grants', { mode: 'json' }).$type<string[]>(),
    /** On a reconnect: the account that must come back. */
    expectedAccountId: text('expected_account_id'),
    /**
     * `exchanged`: the code is spent, and its grant waits on the outbox for its account to be
     * known.
     */
    state: text({
      enum: ['started', 'authorized', 'exchanged', 'completing', 'completed', 'failed'],
    }).notNull(),
    error: text({ enum: connectionErrors }),
    /** SHA-256 of the `state` parameter of the latest authorization request. */
    stateHash: text('state_hash'),
    /** SHA-256 of the browser's cookie. */
    browserHash: text('browser_hash'),
    /**
     * The client that its authorization request named, where that is found or registered; null: it
     * was not opened yet, or its client is the settings'.
     */
    clientId: text('client_id'),
    /** Sealed PKCE verifier. */
    verifier: text().notNull(),
    /** Sealed authorization code; null as soon as its grant is on the outbox. */
    code: text(),
    /**
     * SHA-256 of the authorization code: the same callback may come again. Null where it had none.
     */
    codeHash: text('code_hash'),
    /** What there is to choose from, once the provider was asked (`choices` of records). */
    choices: text({ mode: 'json' }).$type<{ id: string; label: string }[]>(),
    /** When the code came; null where a Worker before this column took it. */
    authorizedAt: integer('authorized_at'),
    /** The one exchange that may run, and until when. */
    attemptId: text('attempt_id'),
    attemptUntil: integer('attempt_until'),
    /** The account that was connected. */
    accountId: text('account_id'),
    createdAt: integer('created_at').notNull(),
    /** After this, what is not completed is expired. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('connect_transactions_ticket').on(table.ticketHash),
    uniqueIndex('connect_transactions_state').on(table.stateHash),
    index('connect_transactions_user').on(table.userId),
    // For the link on an error page: what this browser began last.
    index('connect_transactions_browser').on(table.browserHash),
    index('connect_transactions_expiry').on(table.expiresAt),
  ],
);

/**
 * A visit of one user to the hosted page. Made for the app's backend, begun by the form that the
 * user's browser posts, once. Kept a day past its end, so that the page can say where to go back
 * to.
 */
export const pageSessions = sqliteTable(
  'page_sessions',
  {
    id: text().primaryKey(),
    /** SHA-256 of the token in the app's form. */
    tokenHash: text('token_hash').notNull(),
    /** SHA-256 of the browser's cookie; null until the form was posted. */
    sessionHash: text('session_hash'),
    userId: text('user_id').notNull(),
    /** What the app calls its user; shown on the page. */
    label: text().notNull(),
    /** Which providers are shown, in this order; null = all that are set up. */
    providers: text({ mode: 'json' }).$type<string[]>(),
    /** Those that the service key is for which made it; null: all. */
    allowedProviders: text('allowed_providers', { mode: 'json' }).$type<string[]>(),
    /** Name and hash of that key, sealed; null: of a Worker that did not write them yet. */
    serviceKey: text('service_key'),
    /** The way back to the app. */
    returnTo: text('return_to').notNull(),
    /** Language tag that the app asked for; null: the browser's counts. */
    locale: text(),
    /** What the page has to tell once: codes and names, never a secret. */
    notice: text({ mode: 'json' }).$type<Record<string, string | number | null>>(),
    /** The Consistency-Token of the newest change that this visit has seen. */
    version: integer().notNull().default(0),
    createdAt: integer('created_at').notNull(),
    /** Of the token first, then of the session. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('page_sessions_token').on(table.tokenHash),
    uniqueIndex('page_sessions_session').on(table.sessionHash),
    index('page_sessions_user').on(table.userId),
    index('page_sessions_expiry').on(table.expiresAt),
  ],
);

/** The circuit, per provider and token host. No row = closed and well. */
export const providerHealth = sqliteTable(
  'provider_health',
  {
    provider: text().notNull(),
    host: text().notNull(),
    /** Different users whose integrations failed in a row. */
    failures: integer().notNull().default(0),
    /** Of the release before `failed_users`, which counted rows. */
    failedIds: text('failed_ids', { mode: 'json' })
      .$type<number[]>()
      .notNull()
      .$defaultFn(() => []),
    /** MACs of those users' ids, so that one user counts once. Void while `failures` is 0. */
    failedUsers: text('failed_users', { mode: 'json' }).$type<string[]>().notNull().default([]),
    /** Closed to attempts until then; null = closed circuit (all well). */
    openUntil: integer('open_until'),
    /** How long the circuit was last opened for, in ms; doubles up to a limit. */
    openFor: integer('open_for'),
    /** Outcome code that opened it. */
    reason: text(),
    /** What kind of failure `reason` is; null also where a Worker before this column wrote it. */
    reasonCategory: text('reason_category', { enum: failureCategories }),
    /** The five minutes in which refusals are counted: a storm of them marks nobody. */
    windowStartedAt: integer('window_started_at'),
    windowAttempts: integer('window_attempts').notNull().default(0),
    windowRefusals: integer('window_refusals').notNull().default(0),
    /** MACs of the ids of users who were refused in it: one user counts once. */
    refusedUsers: text('refused_users', { mode: 'json' }).$type<string[]>().notNull().default([]),
    /** A grant of this circuit; noted every five minutes at most, and only while there is a row. */
    grantedAt: integer('granted_at'),
    /** Since when there are clear refusals; while there are, `client_grants` is kept. */
    refusalsOpenSince: integer('refusals_open_since'),
    /** Accounts that were marked by comparison or time in the day that began then. */
    verdicts: integer().notNull().default(0),
    verdictsSince: integer('verdicts_since'),
    /** When the operator was last told of a fault of the client, and of an opening. */
    operatorToldAt: integer('operator_told_at'),
    openingToldAt: integer('opening_told_at'),
    /** The last failure or refusal. */
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.host] }),
    index('provider_health_troubled').on(table.openUntil).where(isTroubled),
    index('provider_health_updated').on(table.updatedAt),
  ],
);

/**
 * When a client was last granted anything at a token host. Noted hourly at most, and only while the
 * circuit has clear refusals to compare with.
 */
export const clientGrants = sqliteTable(
  'client_grants',
  {
    provider: text().notNull(),
    host: text().notNull(),
    clientId: text('client_id').notNull(),
    grantedAt: integer('granted_at').notNull(),
    /** The row of `oauth_accounts`; null: a connect. */
    grantedRow: integer('granted_row'),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.host, table.clientId] }),
    index('client_grants_granted').on(table.grantedAt),
  ],
);

/**
 * A client that Mooring registered itself, at one authorization server for one provider (RFC 7591).
 * The current one is for new connections; one that was replaced stays, because grants may be its
 * own.
 */
export const registeredClients = sqliteTable(
  'registered_clients',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    provider: text().notNull(),
    /** The issuer, or the origin of a server that has none. */
    server: text().notNull(),
    redirectUri: text('redirect_uri').notNull(),
    clientId: text('client_id').notNull(),
    /** Sealed; null: it has none. */
    clientSecret: text('client_secret'),
    /** Null: never. */
    secretExpiresAt: integer('secret_expires_at'),
    /** How it proves itself at the token endpoint. */
    clientAuth: text('client_auth', {
      enum: ['client_secret_basic', 'client_secret_post', 'none'],
    }).notNull(),
    /**
     * Where its registration is read and deleted (RFC 7592); null: the server has no such place.
     */
    registrationUrl: text('registration_url'),
    /** Sealed; null as above. */
    registrationToken: text('registration_token'),
    registeredAt: integer('registered_at').notNull(),
    /**
     * Since when it is for its former grants only: the server knows it no more, or its secret ran
     * out.
     */
    replacedAt: integer('replaced_at'),
  },
  (table) => [
    uniqueIndex('registered_clients_current')
      .on(table.provider, table.server, table.redirectUri)
      .where(sql`replaced_at IS NULL`),
    index('registered_clients_client').on(table.provider, table.clientId),
  ],
);

/** One row per run of the refresh loop. Kept 30 days. */
export const refreshRuns = sqliteTable(
  'refresh_runs',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    trigger: text({ enum: ['cron', 'queue', 'operator'] }).notNull(),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at').notNull(),
    claimed: integer().notNull(),
    refreshed: integer().notNull(),
    refused: integer().notNull(),
    failed: integer().notNull(),
    /** The budget ended before the work did. */
    left: integer({ mode: 'boolean' }).notNull(),
  },
  (table) => [index('refresh_runs_started').on(table.startedAt)],
);

/** The only events that are swept earlier than those around them. */
export const isErasure = sql`type = 'user.erased'`;

/**
 * The event log (src/events). Never a token. `id` grows in the order of commits: it is the cursor
 * of whoever reads the log, and in the event's public id. Kept 90 days, gone with the user.
 */
export const eventLog = sqliteTable(
  'audit_events',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    type: text().notNull(),
    /** Null where the event is the operator's, not a user's. */
    userId: text('user_id'),
    provider: text(),
    accountId: text('account_id'),
    /** What else the event tells, by its schema in src/events/types.ts. */
    detail: text({ mode: 'json' }).$type<Record<string, string | number | boolean | null>>(),
    /**
     * Names what happened, so that a repeated batch writes it once; null where a Worker before this
     * column wrote it.
     */
    dedupeKey: text('dedupe_key'),
    /** The user's, with this change in it; null also where a Worker before this column wrote it. */
    version: integer(),
  },
  (table) => [
    uniqueIndex('audit_events_dedupe').on(table.dedupeKey).where(sql`dedupe_key IS NOT NULL`),
    // A user's in the order of their ids: those are in every index.
    index('audit_events_of_user').on(table.userId).where(sql`user_id IS NOT NULL`),
    index('audit_events_erased').on(table.at).where(isErasure),
  ],
);

/**
 * An event for an endpoint of WEBHOOKS. Waiting while it has a due time, a dead letter from
 * `dead_at` on, delivered where it has neither. Goes with its event; a dead letter after 30 days.
 */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    /** `id` in `audit_events`. */
    eventId: integer('event_id').notNull(),
    endpoint: text().notNull(),
    attempts: integer().notNull().default(0),
    /**
     * When the next try may begin; of one under a lease, the lease's end. Null: nothing is tried
     * any more.
     */
    dueAt: integer('due_at'),
    leaseId: text('lease_id'),
    /** HTTP status of the last answer; null: there was none. */
    lastStatus: integer('last_status'),
    /** Since when it is a dead letter. */
    deadAt: integer('dead_at'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.endpoint] }),
    index('webhook_deliveries_due').on(table.endpoint, table.dueAt).where(sql`due_at IS NOT NULL`),
    index('webhook_deliveries_dead')
      .on(table.endpoint, table.deadAt)
      .where(sql`dead_at IS NOT NULL`),
  ],
);

/** Endpoints of WEBHOOKS that are disabled. No row: enabled. */
export const webhookEndpoints = sqliteTable('webhook_endpoints', {
  name: text().primaryKey(),
  /** A fingerprint of the URL or binding: under another one the endpoint is enabled. */
  target: text().notNull(),
  disabledAt: integer('disabled_at').notNull(),
});

/**
 * Work owed to somebody outside: revocations. Rows live until the other side answered. A grant
 * whose account is not known yet stands here from the exchange on, until it is connected or given
 * back.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text({ enum: ['revocation'] }).notNull(),
    provider: text().notNull(),
    accountId: text('account_id').notNull(),
    subject: text().notNull(),
    parameters: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** Sealed, with the vault context of oauth_accounts, as they were in the row. */
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    /** End of the access token; null = unknown or never. */
    expiresAt: integer('expires_at'),
    /** Granted scopes, which some providers want at a refresh; null = unknown. */
    scope: text({ mode: 'json' }).$type<string[]>(),
    /** The client that the grant is of; null = unknown. */
    clientId: text('client_id'),
    /** The provider had refused the grant: it is not refreshed to be revoked. */
    refused: integer({ mode: 'boolean' }).notNull().default(false),
    /** Attempts to refresh that may have left a rescue record, as in `oauth_accounts`. */
    lostLeaseId: text('lost_lease_id'),
    /** The connect whose grant this is, while that may still be completed. */
    transactionId: text('transaction_id'),
    /**
     * Sealed: the grant as it was received. `account_id` and `subject` are empty as long as it is
     * here.
     */
    receivedGrant: text('received_grant'),
    dueAt: integer('due_at').notNull(),
    attempts: integer().notNull().default(0),
    leaseId: text('lease_id'),
    /** End of the lease; of one that was released, when it was. Null: it was never leased. */
    leaseUntil: integer('lease_until'),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    // The Worker before the next index claims by this one.
    index('outbox_due').on(table.dueAt),
    index('outbox_provider_due').on(table.provider, table.dueAt),
    // When a provider was last tried.
    index('outbox_provider_tried').on(table.provider, table.leaseUntil),
    index('outbox_subject').on(table.provider, table.subject),
    index('outbox_transaction').on(table.transactionId).where(sql`transaction_id IS NOT NULL`),
  ],
);

/**
 * When the delegations of a user were last ended: none that was made until then is taken. Kept a
 * day.
 */
export const endedDelegations = sqliteTable(
  'ended_delegations',
  {
    /** src/http/delegation.ts; a hash, because the row outlives the user's erasure. */
    userHash: text('user_hash').primaryKey(),
    endedAt: integer('ended_at').notNull(),
  },
  (table) => [index('ended_delegations_ended').on(table.endedAt)],
);

/** When each service key was last used; written once a day at most. Never a key, nor its hash. */
export const serviceKeys = sqliteTable('service_keys', {
  /** As in SERVICE_KEYS. */
  name: text().primaryKey(),
  lastUsedAt: integer('last_used_at').notNull(),
});

/**
 * What came of a call of a provider's API; '4xx' is any but 401 and 429, 'none' no answer that
 * could be passed on.
 */
export const answerClasses = ['2xx', '3xx', '4xx', '401', '429', '5xx', 'none'] as const;
export type AnswerClass = (typeof answerClasses)[number];

/** How many calls of a provider's API were answered how, by the hour. Kept 30 days. */
export const callCounts = sqliteTable(
  'call_counts',
  {
    /** When the hour began. */
    hour: integer().notNull(),
    provider: text().notNull(),
    answer: text({ enum: answerClasses }).notNull(),
    calls: integer().notNull(),
  },
  // By the hour first: the operator's page reads the last ones, the sweep the oldest.
  (table) => [primaryKey({ columns: [table.hour, table.provider, table.answer] })],
);

export type AccountRow = typeof oauthAccounts.$inferSelect;
export type ClientGrant = typeof clientGrants.$inferSelect;
export type RegisteredClient = typeof registeredClients.$inferSelect;
export type ProviderHealth = typeof providerHealth.$inferSelect;
export type OutboxEntry = typeof outbox.$inferSelect;
export type EventRow = typeof eventLog.$inferSelect;
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type RefreshRun = typeof refreshRuns.$inferSelect;
export type CallCount = typeof callCounts.$inferSelect;
