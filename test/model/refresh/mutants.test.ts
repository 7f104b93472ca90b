/**
 * The model has teeth: with any one part of the protocol taken out, it fails. Each mutant is a flag
 * in what src/refresh is handed (SQL on its way to D1, KV and queue, ids, replies, the provider's
 * record); src/refresh itself runs as it is.
 */
import { expect, it } from 'vitest';
import { explore } from '../kernel/explore';
import { expectToBeFound } from '../kernel/gate';
import { createDatabase, type Deps } from '../product';
import type { PlanKind } from './plan';
import { RECEIVER } from './receiver';
import { modelOf } from './run';
import type { Mutation } from './world';

interface Mutant extends Mutation {
  plans?: PlanKind;
  seed?: number;
}

const isClaim = (text: string): boolean =>
  /^update "oauth_accounts" set .*"lease_until" = \(\? \+ \?\)/s.test(text);
const isCommit = (text: string): boolean =>
  text.startsWith('update "oauth_accounts" set "access_token" = ?');

const leaseIsFree = (text: string): string =>
  text.replaceAll('("oauth_accounts"."lease_until" is null or', '$& true or');

const mutants: Record<string, Mutant> = {
  'no lease': {
    sql: (text) => (isClaim(text) ? leaseIsFree(text) : text),
  },
  'no fence': {
    sql: (text) =>
      isCommit(text) ? text.replace('"oauth_accounts"."token_version" = ?', '? IS NOT NULL') : text,
  },
  'ids of attempts are used twice': {
    deps: (deps) => ({ ...deps, uuid: () => 'cron1~1' }),
  },
  'a reply is judged before its refresh token is saved': {
    deps: (deps) => ({ ...deps, fetch: judging(deps.fetch) }),
  },
  'no rescue': {
    deps: (deps) => ({ ...deps, kv: forgetful(deps.kv), queue: null }),
  },
  'a rescue record is not looked for': {
    deps: (deps) => ({
      ...deps,
      kv: replaced(deps.kv, {
        get: async (keys: string[]) => new Map(keys.map((key) => [key, null])),
      }),
      queue: null,
    }),
  },
  'after an unknown outcome it is sent again at once': {
    record: { reuse: 'grace', reuseGraceSeconds: 86_400 },
  },
  'who has waited long enough refreshes without the lease': {
    seed: 3,
    sql: (text, { kind, age }) =>
      (kind === 'token' || kind === 'forced') && age > 2_000 ? blindToLeases(text) : text,
  },
  'a lost lease is as good as none': {
    sql: (text) => (isClaim(text) ? text.replaceAll('"lease_id" is null or', '$& true or') : text),
  },
  'any version will do to mark an account': {
    sql: (text) =>
      text.startsWith('update "oauth_accounts" set "refresh_due_at" = ?')
        ? text
            .replace('"oauth_accounts"."token_version" = ?', '? IS NOT NULL')
            .replace('"oauth_accounts"."lease_id" = ?', '? IS NOT NULL')
            .replace('"oauth_accounts"."state" = ?', '? IS NOT NULL')
            .replace('"oauth_accounts"."refresh_due_at" IS ?', '(? IS NULL or true)')
        : text,
  },
  'a refresh may start before it is due': {
    sql: (text) =>
      isClaim(text) ? text.replace('refresh_due_at <= ?', 'refresh_due_at - 20000 <= ?') : text,
  },
  'a revocation does not look who uses the grant': {
    seed: 8,
    sql: (text) =>
      text.replace(/^(select .* from "oauth_accounts" "other" where )/, '$1false and '),
  },
  'a row under a lease is owed a revocation at once': {
    plans: 'disconnects',
    sql: (text) =>
      text.replace(
        'max(?, coalesce("oauth_accounts"."lease_until",',
        'max(?, 0 * coalesce("oauth_accounts"."lease_until",',
      ),
  },
  'a connect does not wait for a revocation that is being sent': {
    plans: 'disconnects',
    seed: 5,
    sql: (text) =>
      text.replaceAll('"outbox"."lease_until" > ?', '"outbox"."lease_until" > ? + 1e15'),
  },
  'no circuit': {
    plans: 'crowd',
    sql: (text) =>
      text
        .replace('from "provider_health" where', 'from "provider_health" where false and')
        .replace(/FROM provider_health AS h\s+WHERE/, '$& false AND'),
  },
  'each refusal counts, however soon': {
    plans: 'verdicts',
    sql: (text) => text.replace(/("refusals" = )\?(, "refused_since" = \?)/, '$14 + 0 * ?$2'),
  },
  'nobody notes what a client was granted': {
    plans: 'verdicts',
    seed: 2,
    sql: (text) => text.replace(/from "client_grants" where/, '$& false and'),
  },
  'an event is written beside the batch of its change': {
    deps: (deps) => ({ ...deps, db: besideTheBatch(deps.db) }),
  },
  'an event is named anew at each try': {
    sql: (text) =>
      // Of the columns it is the eighth.
      text.replace(
        /^(insert into "audit_events" .*? select (?:(?:null|\?), ){7})\?/,
        '$1? || random()',
      ),
  },
  'a delivery that is leased is claimed': {
    seed: 4,
    sql: (text) =>
      text.startsWith('update "webhook_deliveries" set "attempts" = ("webhook_deliveries"')
        ? text.replace('."due_at" <= ?', '."due_at" - 60000 <= ?')
        : text,
  },
  'a delivery is noted before it is answered': {
    deps: (deps) => ({ ...deps, fetch: answeredAtOnce(deps.fetch) }),
  },
  'a storm is not noticed': {
    plans: 'crowd',
    sql: (text) => text.replace('"window_refusals" = (CASE', '"window_refusals" = 0 * (CASE'),
  },
};

// Thousands of runs would pass before a mutant that changes nothing is known not to be found.
it('each mutant of SQL changes a statement that is sent', async () => {
  const idle: string[] = [];
  for (const [name, { sql, plans = 'few' }] of Object.entries(mutants)) {
    if (sql && !(await changesAnything(sql, plans))) idle.push(name);
  }
  expect(idle, 'their patterns fit no statement any more').toEqual([]);
}, 300_000);

it.each(Object.entries(mutants))(
  '%s: found',
  (name, { plans = 'few', seed, ...mutation }) =>
    expectToBeFound(modelOf(plans), name, mutation, seed === undefined ? {} : { seed }),
  1_800_000,
);

async function changesAnything(
  sql: NonNullable<Mutation['sql']>,
  plans: PlanKind,
): Promise<boolean> {
  const callers = [
    { kind: 'cron', age: 0 },
    { kind: 'token', age: Number.POSITIVE_INFINITY },
  ] as const;
  let changes = 0;
  const watching: NonNullable<Mutation['sql']> = (text) => {
    if (callers.some((by) => sql(text, by) !== text)) changes += 1;
    return text;
  };
  for (let seed = 1; seed <= 100 && changes === 0; seed += 1) {
    const options = { name: 'mutants change something', runs: 1, seed, shrink: false };
    await explore(modelOf(plans), { ...options, mutation: { sql: watching } });
  }
  return changes > 0;
}

/** Somebody else's lease, to who does not look. */
const blindToLeases = (text: string): string =>
  isClaim(text)
    ? leaseIsFree(text)
    : text.replace(/^(select .*?)"lease_until"(.* from "oauth_accounts")/s, '$1NULL$2');

/** A reply without an access token is a failure, and what else it holds is thrown away. */
const judging =
  (fetch: Deps['fetch']): Deps['fetch'] =>
  async (input, init) => {
    const response = await fetch(input, init);
    const text = await response.text();
    const judged = text.includes('refresh_token') && !text.includes('"access_token":"') ? '' : text;
    return new Response([204, 302].includes(response.status) ? null : judged, response);
  };

interface ModelD1 {
  prepare(text: string): unknown;
  batch(statements: { text: string }[]): Promise<unknown[]>;
}

/** What tells of a change comes after it. */
function besideTheBatch(db: Deps['db']): Deps['db'] {
  const d1 = db.$client as unknown as ModelD1;
  const isEvent = ({ text }: { text: string }) => text.startsWith('insert into "audit_events"');
  const batch: ModelD1['batch'] = async (statements) => {
    const results = new Map<object, unknown>();
    for (const part of [statements.filter((one) => !isEvent(one)), statements.filter(isEvent)]) {
      if (part.length === 0) continue;
      for (const [i, result] of (await d1.batch(part)).entries()) {
        results.set(part[i] as object, result);
      }
    }
    return statements.map((one) => results.get(one));
  };
  return createDatabase({ ...d1, batch } as unknown as D1Database);
}

/** Goes on without the receiver's answer. */
const answeredAtOnce =
  (fetch: Deps['fetch']): Deps['fetch'] =>
  async (input, init) => {
    if (new URL((input as Request).url).hostname !== RECEIVER) return fetch(input, init);
    void fetch(input, init).catch(() => {});
    return new Response(null, { status: 204 });
  };

/** Takes rescue records, and keeps none. */
const forgetful = (kv: KVNamespace): KVNamespace =>
  replaced(kv, {
    put: async (key: string, text: string, options: KVNamespacePutOptions) => {
      if (!key.startsWith('rescue/')) await kv.put(key, text, options);
    },
  });

const replaced = (kv: KVNamespace, calls: object): KVNamespace =>
  ({ ...kv, ...calls }) as KVNamespace;
