/**
 * The tables of docs/cost.md: what a million integrations cost in a month, from measured counts
 * (cost/counts.ts) and list prices. `npm run cost` writes them; test/repo/cost.test.ts holds that
 * they are current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { counts } from './cost/counts.ts';

export const docs = join(import.meta.dirname, '../docs/cost.md');

const begin = '<!-- cost:begin, written by npm run cost -->';
const end = '<!-- cost:end -->';

const DAYS = 30;
const HOURS = 24 * DAYS;
const TICKS = 60 * HOURS;
const MILLION = 1_000_000;
/**
 * Paid plan: a run of 900 calls to D1, of the 1,000 that an invocation may make; six for five quiet
 * refreshes.
 */
const REFRESHES_PER_RUN = Math.floor(900 / 6) * 5;
/** A message costs a write, a read and a delete. */
const OPERATIONS_PER_MESSAGE = 3;
/** A row with both tokens sealed, and its part of five indexes. */
const BYTES_PER_ACCOUNT = 3_000;

/** USD; `included` in the paid plan each month, its subscription besides. */
const prices = {
  rowsWritten: { perMillion: 1, included: 50 * MILLION },
  rowsRead: { perMillion: 0.001, included: 25_000 * MILLION },
  kvWrites: { perMillion: 5, included: MILLION },
  kvLists: { perMillion: 5, included: MILLION },
  queueOperations: { perMillion: 0.4, included: MILLION },
  requests: { perMillion: 0.3, included: 10 * MILLION },
  cpuMs: { perMillion: 0.02, included: 30 * MILLION },
} as const;
type Priced = keyof typeof prices;
const SUBSCRIPTION = 5;
const STORAGE = { perGb: 0.75, includedGb: 5 };

export interface Fleet {
  accounts: number;
  /** Integrations whose token somebody asked for within IDLE_AFTER_HOURS. */
  inUse: number;
  /** 0 switches the idle rule off: all are kept warm. */
  idleRule: boolean;
  /** How often a caller asks for the token of an integration in use, a day. */
  tokensPerDay: number;
  /** Of each account, a month: an estimate. A quiet refresh is no event. */
  eventsPerAccount: number;
  /** Endpoints that each event is delivered to. */
  endpoints: number;
  /** CPU of one refresh, ms: an estimate, not measured. */
  cpuMsPerRefresh: number;
}

export const example: Fleet = {
  accounts: MILLION,
  inUse: MILLION / 10,
  idleRule: true,
  tokensPerDay: 24,
  eventsPerAccount: 0.5,
  endpoints: 1,
  cpuMsPerRefresh: 2,
};

export function refreshesPerMonth({ accounts, inUse, idleRule }: Fleet): number {
  const { active, idle } = counts.perDay;
  return DAYS * (inUse * active + (accounts - inUse) * (idleRule ? idle : active));
}

/** What is used in a month, each with how it comes about. */
export function usage(fleet: Fleet): Record<Priced, { amount: number; how: string }> {
  const refreshes = refreshesPerMonth(fleet);
  const runs = Math.max(TICKS, Math.ceil(refreshes / REFRESHES_PER_RUN));
  const tokens = fleet.inUse * fleet.tokensPerDay * DAYS;
  const events = fleet.accounts * fleet.eventsPerAccount;
  const { refresh, run, tick, hour, token, event, delivery } = counts;
  const rowsOfEvent = event.rowsWritten + fleet.endpoints * delivery.rowsWritten;
  return {
    rowsWritten: {
      amount: refreshes * refresh.rowsWritten + runs * run.rowsWritten + events * rowsOfEvent,
      how: `${n(refreshes)} refreshes × ${refresh.rowsWritten} + ${n(runs)} runs × ${run.rowsWritten} + ${n(events)} events × ${rowsOfEvent}`,
    },
    rowsRead: {
      amount:
        refreshes * refresh.rowsRead +
        TICKS * tick.rowsRead +
        HOURS * hour.rowsRead +
        tokens * token.rowsRead,
      how: `${n(refreshes)} refreshes × ${refresh.rowsRead} + ${n(TICKS)} ticks × ${tick.rowsRead} + ${n(HOURS)} hourly ticks × ${hour.rowsRead} + ${n(tokens)} tokens × ${token.rowsRead}`,
    },
    kvWrites: {
      amount: refreshes * refresh.kvOperations,
      how: `${n(refreshes)} refreshes × ${refresh.kvOperations}`,
    },
    kvLists: {
      amount: HOURS * hour.kvLists,
      how: `${n(HOURS)} hourly ticks × ${hour.kvLists}`,
    },
    queueOperations: {
      amount: runs * OPERATIONS_PER_MESSAGE,
      how: `${n(runs)} wake-ups at most × ${OPERATIONS_PER_MESSAGE}`,
    },
    requests: {
      amount: tokens + TICKS + HOURS + runs,
      how: `${n(tokens)} tokens + ${n(TICKS)} ticks + ${n(HOURS)} hourly ticks + ${n(runs)} runs`,
    },
    cpuMs: {
      amount: refreshes * fleet.cpuMsPerRefresh + tokens,
      how: `${n(refreshes)} refreshes × ${fleet.cpuMsPerRefresh} + ${n(tokens)} tokens × 1 (estimated)`,
    },
  };
}

const costOf = (priced: Priced, amount: number): number =>
  (Math.max(0, amount - prices[priced].included) / MILLION) * prices[priced].perMillion;

const storageGb = ({ accounts }: Fleet): number => (accounts * BYTES_PER_ACCOUNT) / 1e9;
const storageCost = (fleet: Fleet): number =>
  Math.max(0, storageGb(fleet) - STORAGE.includedGb) * STORAGE.perGb;

/** USD a month. */
export function total(fleet: Fleet): number {
  const used = Object.entries(usage(fleet)) as [Priced, { amount: number }][];
  const parts = used.map(([priced, { amount }]) => costOf(priced, amount));
  return SUBSCRIPTION + storageCost(fleet) + parts.reduce((sum, part) => sum + part, 0);
}

const n = (amount: number): string => Math.round(amount).toLocaleString('en-US');
const usd = (amount: number): string => `$${amount.toFixed(2)}`;

const names: Record<Priced, string> = {
  rowsWritten: 'D1 rows written',
  rowsRead: 'D1 rows read',
  kvWrites: 'KV writes',
  kvLists: 'KV lists',
  queueOperations: 'Queue operations',
  requests: 'Worker requests',
  cpuMs: 'CPU, ms',
};

function table(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function tables(): string {
  const fleet = example;
  const { active, idle } = counts.perDay;
  const used = Object.entries(usage(fleet)) as [Priced, { amount: number; how: string }][];
  const lines = used.map(([priced, { amount, how }]) => {
    const { perMillion, included } = prices[priced];
    return [
      names[priced],
      how,
      n(amount),
      n(included),
      `$${perMillion}`,
      usd(costOf(priced, amount)),
    ];
  });
  const warm = { ...fleet, idleRule: false };
  const idleAccounts = fleet.accounts - fleet.inUse;
  return [
    `Refreshes in a month: ${DAYS} × (${n(fleet.inUse)} × ${active} + ${n(idleAccounts)} × ${idle}) = ${n(refreshesPerMonth(fleet))}, which is ${n(refreshesPerMonth(fleet) / DAYS / 86_400)} a second.`,
    table([
      ['used', 'how it comes about', 'in a month', 'included', 'per million', 'cost'],
      ['---', '---', '---:', '---:', '---:', '---:'],
      ...lines,
      [
        'D1 storage',
        `${n(fleet.accounts)} accounts × ${n(BYTES_PER_ACCOUNT)} bytes (estimated)`,
        `${storageGb(fleet)} GB`,
        `${STORAGE.includedGb} GB`,
        `$${STORAGE.perGb} per GB`,
        usd(storageCost(fleet)),
      ],
      ['Workers Paid', 'subscription', '', '', '', usd(SUBSCRIPTION)],
      ['**together**', '', '', '', '', `**${usd(total(fleet))}**`],
    ]),
    `With \`IDLE_AFTER_HOURS = "0"\`, all kept warm: ${DAYS} × ${n(fleet.accounts)} × ${active} = ${n(refreshesPerMonth(warm))} refreshes, ${n(refreshesPerMonth(warm) / DAYS / 86_400)} a second, and ${usd(total(warm))}. Were each of the ${n(refreshesPerMonth(fleet))} refreshes also written through to KV, that alone would cost ${usd(costOf('kvWrites', refreshesPerMonth(fleet)))}.`,
  ].join('\n\n');
}

/** The page with the tables as they should be. @throws Error where it has no place for them */
export function withTables(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('docs/cost.md has no place');
  return `${before}${begin}\n\n${tables()}\n\n${end}${after}`;
}

if (import.meta.main) writeFileSync(docs, withTables(readFileSync(docs, 'utf8')));
