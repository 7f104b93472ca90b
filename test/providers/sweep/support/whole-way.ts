/**
 * The whole way of a provider through the app: connect, token, two refreshes, refused, reconnect,
 * disconnect; against the simulator, by the provider's own record.
 *
 * Every record is taken through with its own scopes first and with the fixture's on the reconnect:
 * a separator shows only where there are two.
 */
import { eq } from 'drizzle-orm';
import { eventLog, outbox } from '../../../../src/db/schema';
import type { Simulator } from '../../../simulator/simulator';
import type { Fixture } from '../../../simulator/types';
import { type Change, type Deployment, type Integration, type Row, Traveller } from './traveller';

/** A refusal is asked for once more after two minutes. */
const PAST_CONFIRMATION_MS = 180_000;

/** @throws WrongWay, where the record does not fit the provider */
export async function wholeWay(
  fixture: Fixture,
  change: Change | null = null,
  deployment: Deployment = {},
): Promise<Simulator> {
  const traveller = new Traveller(fixture, change, deployment);
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
  // A bound token is handed to nobody: it shows in a call.
  if (traveller.fixture.dpop) await traveller.callProfile();
  else {
    const token = await traveller.token();
    traveller.check(traveller.simulator.accepts(token), 'the provider does not take the token');
    for (const other of traveller.fixture.together ?? []) {
      traveller.check((await traveller.token(other)) === token, `${other} has another token`);
      const { status } = await traveller.integration(other);
      traveller.check(status === 'connected', `${other} is ${status}`);
    }
  }
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
  // Old enough to be refreshed.
  deps.clock.advance((fixture.refresh?.leastAgeSeconds ?? 0) * 1000 + 1);
  const { status, code } = await traveller.refresh();
  const recognisable = fixture.errors.refresh?.means !== 'odd';
  const found = await traveller.integration();
  if (!recognisable) {
    // What nothing can tell from other trouble marks nobody.
    traveller.check(status >= 502, `a refusal gives ${status} ${code}`);
    const { state, expiresAt } = await traveller.row();
    traveller.check(state === 'active', 'the account is marked');
    // Whoever looks is told all the same, once the token has run out.
    deps.clock.set((expiresAt ?? 0) + 1);
    const { status: shown } = await traveller.integration();
    traveller.check(shown === 'error', `it is ${shown} after its token ran out`);
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
    .from(eventLog)
    .where(eq(eventLog.type, 'integration.needs_reconnect'));
  const accounts = 1 + (fixture.together?.length ?? 0);
  traveller.check(events.length === accounts, `the user is told ${events.length} times`);
}

async function disconnect(traveller: Traveller): Promise<void> {
  const { simulator, fixture } = traveller;
  const { revocation } = fixture;
  // A reconnect revokes the former tokens, where nothing had told that they are dead.
  const known = simulator.count('revoke');
  const livedOn = fixture.errors.refresh?.means === 'odd' && revocation?.ends === 'token';
  traveller.check(known === 0 || livedOn, 'something was revoked before');
  await traveller.disconnectOthers();
  const good = { access: simulator.good('access'), refresh: simulator.good('refresh') };
  const receipt = await traveller.disconnect();
  const sent = simulator.count('revoke') - known;
  if (revocation === null) {
    traveller.check(receipt === 'not_supported', `the receipt says ${receipt}`);
    traveller.check(sent === 0, 'something was revoked');
    return;
  }
  traveller.check(receipt === 'queued', `the receipt says ${receipt}`);
  // Where a revocation ends its token only, and takes either, neither may outlive the other.
  const { token } = revocation;
  const takesEither = token.in !== 'account' && token.kind === 'any';
  const tokens =
    revocation.ends === 'token' && takesEither && fixture.refresh?.kind === 'refresh_token' ? 2 : 1;
  traveller.check(sent === tokens, `the provider was told ${sent} times`);
  const left = { access: simulator.good('access'), refresh: simulator.good('refresh') };
  if (revocation.ends === 'grant') {
    traveller.check(left.access + left.refresh === 0, 'tokens of the grant live on');
  } else {
    const ended = good.access - left.access + good.refresh - left.refresh;
    traveller.check(ended === tokens, `${ended} tokens were revoked`);
  }
  const owed = await traveller.deps.db.select().from(outbox);
  traveller.check(owed.length === 0, 'the revocation is still owed');
}
