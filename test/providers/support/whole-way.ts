/**
 * The whole way of a provider through the app: connect, token, two refreshes, refused, reconnect,
 * disconnect; against the simulator, by the provider's own record. Each step says what it saw, so
 * that a wrong record is told from a wrong simulator.
 *
 * Every record is taken through with its own scopes first and with the fixture's on the reconnect:
 * a separator shows only where there are two.
 */
import { env } from 'cloudflare:workers';
import { and, eq } from 'drizzle-orm';
import { type Bindings, type Config, readConfig } from '../../../src/config';
import {
  auditEvents,
  connectTransactions,
  oauthAccounts,
  outbox,
  providerHealth,
  userVersions,
} from '../../../src/db/schema';
import { tick } from '../../../src/tick';
import { type Simulator, simulate } from '../../simulator/simulator';
import type { Answer, Fixture, Issued } from '../../simulator/types';
import { apiWith } from '../../support/api';
import { type TestDeps, testClock, testDeps } from '../../support/deps';

export type Change = Record<string, unknown>;

export type Step = 'connect' | 'token' | 'refresh' | 'refused' | 'reconnect' | 'disconnect';

export class WrongWay extends Error {
  constructor(
    readonly step: Step,
    message: string,
  ) {
    super(`${step}: ${message}`);
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

type Row = typeof oauthAccounts.$inferSelect;

const CLIENT = { id: 'sim-client_01', secret: 'sim-secret.0123456789' };
const USER = 'ada';
const RETURN_TO = 'https://app.example.com/done';
/** A refusal is asked for once more after two minutes. */
const PAST_CONFIRMATION_MS = 180_000;

/** `change`: what the record is to be instead, as an operator would say it in PROVIDERS. */
export function configOf(ids: readonly string[], change: Record<string, Change> = {}): Config {
  const prefix = (id: string) => id.toUpperCase().replaceAll('-', '_');
  const { PROVIDERS: _, ...bindings } = env as Bindings;
  return readConfig({
    ...bindings,
    PROVIDERS: JSON.stringify(change),
    ...Object.fromEntries(
      ids.flatMap((id) => [
        [`${prefix(id)}_CLIENT_ID`, CLIENT.id],
        [`${prefix(id)}_CLIENT_SECRET`, CLIENT.secret],
      ]),
    ),
  });
}

export class Traveller {
  readonly simulator: Simulator;
  readonly deps: TestDeps;
  readonly api: ReturnType<typeof apiWith>;
  #step: Step = 'connect';

  constructor(
    readonly fixture: Fixture,
    /** Of the record, by PROVIDERS. */
    change: Change | null = null,
    clients: readonly string[] = [fixture.id, 'slack'],
  ) {
    const config = configOf(clients, change ? { [fixture.id]: change } : {});
    const clock = testClock(Date.now());
    const redirectUri = `${config.publicUrl}/connect/callback/${fixture.id}`;
    this.simulator = simulate(fixture, { ...CLIENT, redirectUri }, clock.now);
    this.deps = testDeps({ config, clock, fetch: this.simulator.fetch });
    this.api = apiWith(this.deps);
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
    const id = await this.authorize(input);
    const completed = await this.api(`/v1/users/${USER}/connections/${id}/complete`, {
      method: 'POST',
    });
    await this.deps.settle();
    const body = await completed.json<Integration & { detail?: string }>();
    if (completed.status > 201)
      this.fail(`completion ends with ${completed.status}, ${body.detail}`);
    return body;
  }

  /** Up to the callback; gives the connection's id. */
  async authorize(input: Record<string, unknown> = {}): Promise<string> {
    const { fixture, api, simulator, deps } = this;
    const begun = await api(`/v1/users/${USER}/connections`, {
      method: 'POST',
      json: {
        provider: fixture.id,
        returnTo: RETURN_TO,
        ...(fixture.parameters ? { parameters: fixture.parameters } : {}),
        ...input,
      },
    });
    if (begun.status !== 201) this.fail(`no connection is begun: ${await begun.text()}`);
    const { id, connectUrl } = await begun.json<{ id: string; connectUrl: string }>();
    const start = await api(connectUrl.replace(deps.config.publicUrl, ''), { token: null });
    const away = start.headers.get('Location') ?? '';
    if (away.startsWith(RETURN_TO)) this.fail(`the start leads back: ${away}`);
    const consented = await simulator
      .fetch(new Request(away, { redirect: 'manual' }))
      .catch((error: unknown) => this.fail(String(error)));
    const back = consented.headers.get('Location');
    if (!back) return this.fail(`the provider shows an error page, ${consented.status}`);
    const url = new URL(back);
    const callback = await api(url.pathname + url.search, {
      token: null,
      headers: { Cookie: start.headers.get('Set-Cookie')?.split(';')[0] ?? '' },
    });
    const end = new URL(callback.headers.get('Location') ?? 'about:blank').searchParams;
    if (end.get('connection') !== id || end.has('error')) {
      this.fail(`the callback ends with ${callback.status}, ${end.get('error')}`);
    }
    return id;
  }

  async row(): Promise<Row> {
    const [row] = await this.deps.db
      .select()
      .from(oauthAccounts)
      .where(and(eq(oauthAccounts.userId, USER), eq(oauthAccounts.provider, this.fixture.id)));
    return row ?? this.fail('there is no row');
  }

  async integration(): Promise<Integration> {
    const reply = await this.api(`${this.path()}`, {
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

  async token(): Promise<string> {
    const reply = await this.api(`${this.path()}/token`);
    await this.deps.settle();
    const body = await reply.json<{ accessToken: string; detail?: string }>();
    if (reply.status !== 200) this.fail(`no token: ${reply.status}, ${body.detail}`);
    return body.accessToken;
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
    await tick(this.deps);
    await this.deps.settle();
  }

  async disconnect(): Promise<string> {
    const reply = await this.api(this.path(), { method: 'DELETE' });
    await this.deps.settle();
    const { revocation } = await reply.json<{ revocation: string }>();
    if (reply.status !== 200) this.fail(`it is not disconnected: ${reply.status}`);
    return revocation;
  }

  path(): string {
    const { id, account } = this.fixture;
    return `/v1/users/${USER}/integrations/${id}/${encodeURIComponent(account.id)}`;
  }
}

/** What one test leaves must not be due in the next one. */
export async function clearTables(): Promise<void> {
  const { db } = testDeps();
  await db.batch([
    db.delete(oauthAccounts),
    db.delete(connectTransactions),
    db.delete(providerHealth),
    db.delete(auditEvents),
    db.delete(outbox),
    db.delete(userVersions),
  ]);
}

/** @throws WrongWay, where the record does not fit the provider */
export async function wholeWay(fixture: Fixture, change: Change | null = null): Promise<Simulator> {
  const traveller = new Traveller(fixture, change);
  const { simulator } = traveller;

  traveller.begin('connect');
  checkConnected(traveller, await traveller.connect());

  traveller.begin('token');
  await checkToken(traveller);
  const row = await traveller.row();
  checkLifetime(traveller, row, fixture.token.lifetimeSeconds);

  if (fixture.refresh) {
    traveller.begin('refresh');
    // Twice: the second one shows that what the first one brought was kept.
    await refreshInTime(traveller);
    await refreshInTime(traveller);

    traveller.begin('refused');
    await refuse(traveller);

    traveller.begin('reconnect');
    // Not the first consent any more.
    const scopes = fixture.scopes.length > 0 ? { scopes: fixture.scopes } : {};
    checkConnected(
      traveller,
      await traveller.connect({ ...scopes, accountId: fixture.account.id }),
    );
    await checkToken(traveller);
    await refreshInTime(traveller);
  } else {
    traveller.begin('refresh');
    traveller.check(row.refreshDueAt === null, 'a refresh is due where nothing can be refreshed');
    const reply = await traveller.refresh();
    traveller.check(reply.status === 400, `a refresh by force gives ${reply.status}`);
  }

  traveller.begin('disconnect');
  await disconnect(traveller);
  const unforeseen = simulator.requests.filter(
    ({ endpoint, refused }) => refused !== null && endpoint !== 'refresh',
  );
  traveller.check(unforeseen.length === 0, 'not every request was as the provider wants it');
  return simulator;
}

function checkConnected(traveller: Traveller, found: Integration): void {
  const { account } = traveller.fixture;
  traveller.check(found.accountId === account.id, `the account is ${found.accountId}`);
  traveller.check(found.displayName === account.displayName, `it is called ${found.displayName}`);
  const values = Object.values(found.metadata);
  const missing = account.shown?.find((value) => !values.includes(value));
  traveller.check(missing === undefined, `${missing} is not shown: ${values.join(', ')}`);
  traveller.check(found.status === 'connected', `it is ${found.status}`);
  traveller.check(
    found.missingScopes.length === 0,
    `scopes are missing: ${found.missingScopes.join(' ')}`,
  );
}

async function checkToken(traveller: Traveller): Promise<void> {
  const token = await traveller.token();
  traveller.check(traveller.simulator.accepts(token), 'the provider does not take the token');
  const { subject, id } = traveller.fixture.account;
  const row = await traveller.row();
  traveller.check(row.subject === (subject ?? id), `the subject is ${row.subject}`);
}

/** To the second: a unit or a field that was misread is far off. */
function checkLifetime(traveller: Traveller, row: Row, seconds: number | null): void {
  const { fixture, deps } = traveller;
  const expected = fixture.refresh?.kind === 'extend' ? fixture.refresh.lifetimeSeconds : seconds;
  const found = row.expiresAt === null ? null : Math.round((row.expiresAt - deps.now()) / 1000);
  traveller.check(found === expected, `the token ends in ${found} s, and not in ${expected} s`);
}

/** By cron, at the time that the schedule chose; by force, where nobody knows when a token ends. */
async function refreshInTime(traveller: Traveller): Promise<void> {
  const { deps, simulator, fixture } = traveller;
  const before = await traveller.row();
  const known = simulator.count('refresh');
  const lifetime = fixture.refresh?.lifetimeSeconds ?? null;
  if (before.refreshDueAt === null) {
    traveller.check(lifetime === null, 'no refresh is due');
    deps.clock.advance(60_000);
    const { status, code } = await traveller.refresh();
    traveller.check(status === 200, `a refresh by force gives ${status} ${code}`);
  } else {
    traveller.check(
      before.expiresAt !== null && before.refreshDueAt < before.expiresAt,
      'it is due after the end',
    );
    deps.clock.set(before.refreshDueAt);
    await traveller.cron();
  }
  traveller.check(simulator.count('refresh') === known + 1, 'the provider was not asked once');
  const after = await traveller.row();
  traveller.check(after.lastError === null, `it fails with ${after.lastError}`);
  traveller.check(after.tokenVersion > before.tokenVersion, 'no new token was kept');
  checkLifetime(traveller, after, lifetime);
  await checkToken(traveller);
  traveller.check((await traveller.integration()).status === 'connected', 'it is not connected');
}

/** The person takes the consent back: marked at once, told when it is certain. */
async function refuse(traveller: Traveller): Promise<void> {
  const { deps, simulator, fixture } = traveller;
  simulator.withdraw();
  // Old enough to be extended.
  const { refresh } = fixture;
  if (refresh?.kind === 'extend') deps.clock.advance((refresh.leastAgeSeconds ?? 0) * 1000 + 1);
  const { status, code } = await traveller.refresh();
  const recognisable = fixture.errors.refresh?.means !== 'odd';
  const found = await traveller.integration();
  if (!recognisable) {
    // What nothing can tell from other trouble marks nobody.
    traveller.check(status >= 502, `a refusal gives ${status} ${code}`);
    traveller.check((await traveller.row()).state === 'active', 'the account is marked');
    return;
  }
  traveller.check(code === 'needs_reconnect', `a refusal gives ${status} ${code}`);
  traveller.check(found.status === 'needs_reconnect', `it is ${found.status} after a refusal`);
  deps.clock.advance(PAST_CONFIRMATION_MS);
  await traveller.cron();
  const row = await traveller.row();
  traveller.check(row.refreshDueAt === null, 'the second refusal does not confirm the first');
  const events = await deps.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.type, 'needs_reconnect'));
  traveller.check(events.length === 1, `the user is told ${events.length} times`);
}

async function disconnect(traveller: Traveller): Promise<void> {
  const { simulator, fixture } = traveller;
  const { revocation } = fixture;
  const good = { access: simulator.good('access'), refresh: simulator.good('refresh') };
  const receipt = await traveller.disconnect();
  const sent = simulator.count('revoke');
  if (revocation === null) {
    traveller.check(receipt === 'not_supported', `the receipt says ${receipt}`);
    traveller.check(sent === 0, 'something was revoked');
    return;
  }
  traveller.check(receipt === 'queued', `the receipt says ${receipt}`);
  traveller.check(sent === 1, `the provider was told ${sent} times`);
  const left = { access: simulator.good('access'), refresh: simulator.good('refresh') };
  if (revocation.ends === 'grant') {
    traveller.check(left.access + left.refresh === 0, 'tokens of the grant live on');
  } else {
    const ended = good.access - left.access + good.refresh - left.refresh;
    traveller.check(ended > 0, 'no token was revoked');
  }
  const owed = await traveller.deps.db.select().from(outbox);
  traveller.check(owed.length === 0, 'the revocation is still owed');
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
