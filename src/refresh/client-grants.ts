/**
 * What is known of a client at a token host besides its circuit: when it was last granted anything,
 * how many integrations it has there. It is what a refusal is compared with (verdict.ts).
 *
 * Nothing here costs a refresh anything while the circuit has no row in `provider_health`.
 */
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import { D1_MS, type Database, d1Read, d1Write } from '../db/client';
import { equalOrBothNull } from '../db/conditions';
import { jsonRows } from '../db/expressions';
import {
  type AccountRow,
  type ClientGrant,
  clientGrants,
  maybeUnwell,
  oauthAccounts,
  type ProviderHealth,
} from '../db/schema';
import type { Deps } from '../deps';
import { placeholdersOf } from '../providers/templates';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { retry } from '../retry';
import { BEYOND_FRESHNESS_MS } from '../status-cache/freshness';
import { DAY_MS, HOUR_MS } from '../time';
import { type CircuitKey, circuitOf, healthOf, hostUrlOf, isNotable, noteGrant } from './circuit';
import { CLIENT_CHANGED, COMPARABLE } from './verdict';

const NOTE_EVERY_MS = HOUR_MS;
/** Of a circuit's refused integrations, so many are made due by its first new grant. */
const ADVANCED_AT_MOST = 1_000;
/** Rows that are looked at for a grant within a day. */
const LOOKED_AT = 200;

const isGrantOf = ({ provider, host }: CircuitKey, clientId: string) =>
  and(
    eq(clientGrants.provider, provider),
    eq(clientGrants.host, host),
    eq(clientGrants.clientId, clientId),
  );

/** Null: none is known. @throws what D1 throws */
export async function lastGrantOf(
  deps: Deps,
  key: CircuitKey,
  clientId: string,
): Promise<ClientGrant | null> {
  const { db, now } = deps;
  const [grant] = await retry(deps, { until: now() + D1_MS, what: 'd1_read' }, () =>
    db.select().from(clientGrants).where(isGrantOf(key, clientId)),
  );
  return grant ?? null;
}

/**
 * After a grant: the circuit closes; where refusals are open, the grant is noted for comparison,
 * and those that are refused since the grant before it are due within the hour.
 *
 * @param health as it was just read; without a row there is nothing to do
 * @param rowId null: a connect
 * @throws what D1 throws
 */
export async function noteGrantOf(
  deps: Deps,
  client: OAuth2Client,
  key: CircuitKey,
  {
    health,
    probing,
    rowId,
  }: { health: ProviderHealth | undefined; probing: boolean; rowId: number | null },
): Promise<void> {
  const now = deps.now();
  const until = now + D1_MS;
  if (probing || isNotable(health, now)) {
    await retry(deps, { until }, () => noteGrant(deps.db, key, now));
  }
  if (!health || health.refusalsOpenSince === null) return;
  const before = await lastGrantOf(deps, key, client.clientId);
  if (before !== null && before.grantedAt > now - NOTE_EVERY_MS) return;
  // Before it is noted: what fails here is done by the next grant.
  await advanceDueTimes(deps, client.provider, key, before?.grantedAt ?? 0);
  await retry(deps, { until }, () =>
    writeGrant(deps.db, key, client.clientId, rowId, now, now - NOTE_EVERY_MS),
  );
}

/** For a success that no attempt had: a connect. Never throws. */
export async function noteConnect(
  deps: Deps,
  client: OAuth2Client,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const key = circuitOf(client.provider, parameters);
  try {
    const [health] = await d1Read(healthOf(deps.db, [key]));
    await noteGrantOf(deps, client, key, { health, probing: false, rowId: null });
  } catch (error) {
    deps.log.warn('circuit.not_closed', { ...key }, error);
  }
}

/** Written where there is none, or only one from `before` or earlier. */
const writeGrant = (
  db: Database,
  key: CircuitKey,
  clientId: string,
  grantedRow: number | null,
  grantedAt: number,
  before: number,
) =>
  db
    .insert(clientGrants)
    .values({ ...key, clientId, grantedAt, grantedRow })
    .onConflictDoUpdate({
      target: [clientGrants.provider, clientGrants.host, clientGrants.clientId],
      set: { grantedAt, grantedRow },
      setWhere: lte(clientGrants.grantedAt, before),
    });

/**
 * What was refused since `before` is due within the hour, and beyond every promise about the former
 * due time: nobody sees anything else of it, so it needs no version.
 */
async function advanceDueTimes(
  deps: Deps,
  provider: OAuth2Provider,
  key: CircuitKey,
  before: number,
): Promise<void> {
  const { db } = deps;
  const now = deps.now();
  const { id, parameters, refreshDueAt, leaseUntil } = oauthAccounts;
  const rows = await retry(deps, { until: now + D1_MS, what: 'd1_read' }, () =>
    db
      .select({ id, parameters, refreshDueAt })
      .from(oauthAccounts)
      .where(
        and(
          eq(oauthAccounts.provider, key.provider),
          maybeUnwell,
          gt(oauthAccounts.refusedSince, before),
          gt(refreshDueAt, now + HOUR_MS),
        ),
      )
      .limit(ADVANCED_AT_MOST),
  );
  const due = rows
    .filter((row) => circuitOf(provider, row.parameters).host === key.host)
    .map((row) => ({
      id: row.id,
      was: row.refreshDueAt,
      due: now + BEYOND_FRESHNESS_MS + Math.floor(deps.random() * (HOUR_MS - BEYOND_FRESHNESS_MS)),
    }));
  if (due.length === 0) return;
  const { table, field } = jsonRows('s', due);
  await retry(deps, { until: now + D1_MS }, () =>
    db
      .update(oauthAccounts)
      .set({ refreshDueAt: field('due') })
      .from(table)
      .where(
        and(
          eq(id, field('id')),
          // Who holds it moves it by the outcome.
          eq(refreshDueAt, field('was')),
          or(isNull(leaseUntil), lt(leaseUntil, now)),
        ),
      ),
  );
}

/**
 * Once an hour: what needs a reconnect because its client was replaced is due again where that
 * client is configured again. Nobody sees anything of it before it is tried.
 *
 * @throws what D1 throws
 */
export async function retryFormerClients({ config, db, now: clock }: Deps): Promise<void> {
  const now = clock();
  const { providers } = config;
  const clients = providers
    .all()
    .flatMap(({ id }) => providers.clientIds(id).map((clientId) => ({ id, clientId })));
  const soonest = now + BEYOND_FRESHNESS_MS;
  const spread = sql.raw(String(HOUR_MS / 2));
  const { table, field } = jsonRows('c', clients);
  await d1Write(
    db
      .update(oauthAccounts)
      // Spread by the id, which the integrations of a crowd have in a row.
      .set({ refreshDueAt: sql`${soonest} + (${oauthAccounts.id} * 7919) % ${spread}` })
      .from(table)
      .where(
        and(
          eq(oauthAccounts.provider, field('id')),
          eq(oauthAccounts.state, 'needs_reconnect'),
          maybeUnwell,
          eq(oauthAccounts.stateReason, CLIENT_CHANGED),
          eq(oauthAccounts.clientId, field('clientId')),
          isNull(oauthAccounts.refreshDueAt),
        ),
      ),
  );
}

/**
 * Whether this client was granted anything at this token host within a day, as far as
 * `client_grants` and a bounded look at the integrations tell. What is found is noted, so that the
 * look is not repeated.
 *
 * @throws what D1 throws
 */
export async function isGrantedWithinADay(
  deps: Deps,
  { provider, clientId }: OAuth2Client,
  key: CircuitKey,
  row: AccountRow,
  lastGrant: ClientGrant | null,
): Promise<boolean> {
  const { db } = deps;
  const now = deps.now();
  const since = now - DAY_MS;
  if (lastGrant !== null && lastGrant.grantedAt > since) return true;
  const isSameClient = row.clientId === null || row.clientId === clientId;
  if (isSameClient && row.tokenVersion > since) return true;
  // What is due next was most likely granted last.
  const next = db
    .select({ id: oauthAccounts.id })
    .from(oauthAccounts)
    .where(and(eq(oauthAccounts.provider, key.provider), isNotNull(oauthAccounts.refreshDueAt)))
    .orderBy(asc(oauthAccounts.refreshDueAt))
    .limit(LOOKED_AT);
  const rows = await d1Read(
    db
      .select({
        id: oauthAccounts.id,
        parameters: oauthAccounts.parameters,
        grantedAt: oauthAccounts.tokenVersion,
      })
      .from(oauthAccounts)
      .where(
        and(
          inArray(oauthAccounts.id, next),
          ne(oauthAccounts.id, row.id),
          gt(oauthAccounts.tokenVersion, since),
          or(isNull(oauthAccounts.clientId), eq(oauthAccounts.clientId, clientId)),
        ),
      ),
  );
  const found = rows.find(({ parameters }) => circuitOf(provider, parameters).host === key.host);
  if (!found) return false;
  await retry(deps, { until: now + D1_MS }, () =>
    writeGrant(db, key, clientId, found.id, found.grantedAt, found.grantedAt),
  );
  return true;
}

/** Whether the circuit has too few integrations for a comparison. @throws what D1 throws */
export async function lacksPeers({ db }: Deps, provider: OAuth2Provider, row: AccountRow) {
  const url = hostUrlOf(provider) ?? '';
  const sameHost = placeholdersOf(url).map((name) =>
    equalOrBothNull(
      sql`json_extract(${oauthAccounts.parameters}, ${`$."${name}"`})`,
      row.parameters[name] ?? null,
    ),
  );
  const query = db
    .select({ id: oauthAccounts.id })
    .from(oauthAccounts)
    .where(
      and(
        eq(oauthAccounts.provider, row.provider),
        // Those that share a grant are one.
        isNotNull(oauthAccounts.accessToken),
        ...sameHost,
      ),
    )
    .limit(COMPARABLE);
  return (await d1Read(query)).length < COMPARABLE;
}
