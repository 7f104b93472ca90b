/**
 * A user who goes through the app with one provider, which the simulator plays. Says at which step
 * something went wrong, and what the simulator had to say to it.
 */
import { and, eq } from 'drizzle-orm';
import { exportJWK, generateKeyPair } from 'jose';
import {
  connectTransactions,
  eventLog,
  oauthAccounts,
  outbox,
  providerHealth,
  registeredClients,
  userVersions,
} from '../../../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../../../src/jobs/cron';
import { records } from '../../../../src/providers/records';
import { settingPrefix } from '../../../../src/providers/registry';
import { clientDocumentUrl } from '../../../../src/providers/urls';
import { type Journey, journey } from '../../../connect/journey';
import { type Simulator, simulate } from '../../../simulator/simulator';
import type { Answer, Fixture, Issued } from '../../../simulator/types';
import { clientsOf, configWith } from '../../../support/config';
import { type TestDeps, testClock, testDeps } from '../../../support/deps';

export type Change = Record<string, unknown>;

export type Step = 'connect' | 'token' | 'refresh' | 'refused' | 'reconnect' | 'disconnect';

export class WrongWay extends Error {
  readonly step: Step;

  constructor(step: Step, message: string) {
    super(`${step}: ${message}`);
    this.step = step;
  }
}

export interface Integration {
  provider: string;
  accountId: string;
  displayName: string | null;
  status: string;
  scopes: string[];
  missingScopes: string[];
  metadata: Record<string, string | null>;
}

export type Row = typeof oauthAccounts.$inferSelect;

/** Of clients that sign, where a test has no key of its own. */
const pair = await generateKeyPair('ES256', { extractable: true });
const named = async (key: CryptoKey) => ({ ...(await exportJWK(key)), kid: 'key-1' });
const publicJwk = (await named(pair.publicKey)) as JsonWebKey;
const privateJwk = JSON.stringify(await named(pair.privateKey));

const CLIENT = { id: 'sim-client_01', secret: 'sim-secret.0123456789' };
const USER = 'ada';

export interface Deployment {
  /** Which records have a client. */
  clients?: readonly string[];
  /** Over those of the clients. */
  settings?: Record<string, string>;
  /** What the provider knows the client by, where that signs. */
  publicKey?: JsonWebKey;
}

/** Whose client a record uses. */
const clientOf = (id: string): string => {
  const record = records.find((one) => one.id === id);
  return (record?.kind === 'oauth2' && record.clientOf) || id;
};

const keyIdSetting = ({ id }: Fixture): string => `${settingPrefix(id)}_CLIENT_KEY_ID`;
const withName = (key: JsonWebKey, kid: string | undefined): JsonWebKey =>
  kid === undefined ? key : ({ ...key, kid } as JsonWebKey);

const signs = ({ token }: Fixture): boolean =>
  token.client.some((way) => typeof way !== 'string' && way.by !== 'client_secret_jwt');

export class Traveller {
  readonly simulator: Simulator;
  readonly deps: TestDeps;
  readonly api: Journey['api'];
  readonly #journey: Journey;
  #step: Step = 'connect';

  readonly fixture: Fixture;

  constructor(
    fixture: Fixture,
    /** Of the record, by PROVIDERS. */
    change: Change | null = null,
    {
      // Else its client is the one that it registers, or has a document.
      clients = fixture.registration || fixture.clientDocument ? [] : [clientOf(fixture.id)],
      settings = {},
      // Under the name that the settings give it, where they do.
      publicKey = withName(publicJwk, fixture.settings?.[keyIdSetting(fixture)]),
    }: Deployment = {},
  ) {
    this.fixture = fixture;
    const config = configWith(change ? { [fixture.id]: change } : {}, {
      ...clientsOf(clients, CLIENT),
      ...(signs(fixture) ? { [`${settingPrefix(fixture.id)}_CLIENT_KEY`]: privateJwk } : {}),
      ...fixture.settings,
      ...settings,
    });
    const clock = testClock(Date.now());
    const redirectUri = `${config.publicUrl}/connect/callback/${fixture.id}`;
    const document = fixture.clientDocument && clientDocumentUrl(config.publicUrl, fixture.id);
    const client = { ...CLIENT, ...(document ? { id: document } : {}) };
    this.#journey = journey({ config, clock }, (now) =>
      simulate(fixture, { ...client, redirectUri, publicKey }, now),
    );
    this.simulator = this.#journey.provider;
    this.deps = this.#journey.deps;
    this.api = this.#journey.api;
  }

  /** Throws with the step, and with what the simulator had to say. */
  fail(message: string): never {
    const refusals = this.simulator.refusals();
    const heard = refusals.length > 0 ? `; the provider: ${refusals.join('; ')}` : '';
    throw new WrongWay(this.#step, message + heard);
  }

  check(condition: boolean, message: string): void {
    if (!condition) this.fail(message);
  }

  begin(step: Step): void {
    this.#step = step;
  }

  /** From the link to the connected account. */
  async connect(input: Record<string, unknown> = {}): Promise<Integration> {
    const { id: provider, parameters } = this.fixture;
    const asked = { provider, ...(parameters ? { parameters } : {}), ...input };
    const journey = this.#journey;
    const finished = async () => {
      const id = await journey.authorize(USER, null, asked);
      const first = await journey.complete(USER, id);
      const { choice } = this.fixture;
      if (choice === undefined || first.status !== 409) return first;
      return journey.complete(USER, id, undefined, choice);
    };
    const completed = await finished().catch((error: unknown) => this.fail(String(error)));
    await this.deps.settle();
    const body = await completed.json<Integration & { detail?: string }>();
    if (completed.status > 201)
      this.fail(`completion ends with ${completed.status}, ${body.detail}`);
    return body;
  }

  /** The one that has the grant. */
  async row(): Promise<Row> {
    const rows = await this.deps.db
      .select()
      .from(oauthAccounts)
      .where(and(eq(oauthAccounts.userId, USER), eq(oauthAccounts.provider, this.fixture.id)));
    const row = rows.find(({ accessToken }) => accessToken !== null);
    return row ?? this.fail('there is no row');
  }

  async integration(accountId?: string): Promise<Integration> {
    const reply = await this.api(`${this.path(accountId)}`, {
      headers: { 'Consistency-Token': String(await this.version()) },
    });
    if (reply.status !== 200) this.fail(`the integration is not there: ${reply.status}`);
    return reply.json<Integration>();
  }

  async version(): Promise<number> {
    const [row] = await this.deps.db
      .select()
      .from(userVersions)
      .where(eq(userVersions.userId, USER));
    return row?.version ?? 0;
  }

  async token(accountId?: string): Promise<string> {
    const reply = await this.api(`${this.path(accountId)}/token`);
    await this.deps.settle();
    const body = await reply.json<{ accessToken: string; detail?: string }>();
    if (reply.status !== 200) this.fail(`no token: ${reply.status}, ${body.detail}`);
    return body.accessToken;
  }

  /** Through the proxy. */
  async callProfile(): Promise<void> {
    const { id, apiPath = 'me' } = this.fixture;
    // Calls are counted some seconds later, which no token is to be seen to age by.
    const now = this.deps.now();
    const reply = await this.api(`/v1/users/${USER}/proxy/${id}/-/${apiPath}`);
    await this.deps.settle();
    this.deps.clock.set(now);
    const text = await reply.text();
    if (reply.status !== 200) this.fail(`a call gives ${reply.status}, ${text}`);
  }

  /** By force. */
  async refresh(): Promise<{ status: number; code?: string }> {
    const reply = await this.api(`${this.path()}/refresh`, { method: 'POST' });
    await this.deps.settle();
    const { code } = await reply.json<{ code?: string }>();
    return { status: reply.status, ...(code === undefined ? {} : { code }) };
  }

  /** The next refresh: in its time, or by force where it has none. */
  async reachRefresh(): Promise<void> {
    const { refreshDueAt } = await this.row();
    if (refreshDueAt === null) {
      await this.refresh();
      return;
    }
    this.deps.clock.set(refreshDueAt);
    await this.cron();
  }

  async cron(): Promise<void> {
    await runJobs(this.deps, EVERY_MINUTE);
    await this.deps.settle();
  }

  async disconnect(accountId?: string): Promise<string> {
    const reply = await this.api(this.path(accountId), { method: 'DELETE' });
    await this.deps.settle();
    const { revocation } = await reply.json<{ revocation: string }>();
    if (reply.status !== 200) this.fail(`it is not disconnected: ${reply.status}`);
    return revocation;
  }

  /** Whose grant the account shares. */
  async disconnectOthers(): Promise<void> {
    const { together = [], revocation } = this.fixture;
    const known = this.simulator.count('revoke');
    const expected = revocation === null ? 'not_supported' : 'kept_for_other_grants';
    for (const other of together) {
      const receipt = await this.disconnect(other);
      this.check(receipt === expected, `the receipt of ${other} says ${receipt}`);
    }
    this.check(this.simulator.count('revoke') === known, 'the end of another account revokes');
  }

  path(accountId = this.fixture.account.id): string {
    return `/v1/users/${USER}/integrations/${this.fixture.id}/${encodeURIComponent(accountId)}`;
  }
}

/** What one test leaves must not be due in the next one. */
export async function clearTables(): Promise<void> {
  const { db } = testDeps();
  await db.batch([
    db.delete(oauthAccounts),
    db.delete(connectTransactions),
    db.delete(providerHealth),
    db.delete(eventLog),
    db.delete(outbox),
    db.delete(registeredClients),
    db.delete(userVersions),
  ]);
}

/** Connected, and due for a refresh that will be answered so. */
export async function answeredAtRefresh(
  fixture: Fixture,
  answer: Answer<Issued>,
): Promise<Traveller> {
  const traveller = new Traveller(fixture);
  await traveller.connect();
  traveller.begin('refresh');
  traveller.simulator.answerRefreshes(answer);
  await traveller.reachRefresh();
  return traveller;
}
