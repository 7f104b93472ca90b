/**
 * I6 over weeks: who is marked when, whose tokens fail, how often the operator is told. The table
 * of docs/testing.md is what this prints.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, type Person, Population, refusal, type Told } from './population';

const many = (n: number, person: Person): Person[] => Array.from({ length: n }, () => person);
const dead = (status: number, code: string): Person => ({
  answer: refusal(status, code),
  isWell: false,
  asksEvery: 12 * HOUR,
});
const unauthorized = dead(403, 'unauthorized_client');
/** Half of them are asked for so seldom that their tokens have run out by then. */
const well = (n: number): Person[] => [
  ...many(Math.ceil(n / 2), { isWell: true }),
  ...many(Math.floor(n / 2), { isWell: true, asksEvery: 5 * DAY }),
];

const lines: string[] = [];
function note(name: string, days: number, result: Told): Told {
  const { marked, tokens, failedTokens, inVain, told } = result;
  const times = marked.map(({ at }) => (at / DAY).toFixed(1));
  const when =
    marked.length === 0
      ? 'nobody'
      : `${marked.length}, day ${times[0]}${marked.length > 1 ? ` to ${times.at(-1)}` : ''}`;
  const events = [...told].map(([event, n]) => `${event.replace('provider.', '')} x ${n}`);
  lines.push(
    `| ${name} | ${days} | ${when} | ${tokens}, ${failedTokens} | ${inVain} | ${events.join(', ') || 'not'} |`,
  );
  return result;
}

afterAll(() => {
  console.log(
    [
      '| population | days | marked | token requests of the well, of them failed | requests for the others | operator told |',
      '|---|---:|---|---:|---:|---|',
      ...lines,
    ].join('\n'),
  );
});

/** On a busy machine. */
const minutes = 10 * 60_000;

describe('dead and well accounts of one client', () => {
  it.each([
    [1, 5],
    [20, 20],
    [40, 10],
  ])(
    '%i refused as a wrong client and %i well: the dead are marked within days, no other is harmed',
    async (bad, good) => {
      const days = 14;
      const population = new Population([...many(bad, unauthorized), ...well(good)]);
      const result = note(`${bad} dead, ${good} well`, days, await population.live(days));
      expect(result.failedTokens).toBe(0);
      const names = Array.from({ length: bad }, (_, i) => `a${i}`);
      expect(result.needReconnect.toSorted()).toEqual(names.toSorted());
      expect(new Set(result.marked.map(({ reason }) => reason))).toEqual(
        new Set(['refused_repeatedly']),
      );
      // Each once; not before a day and twelve hours have passed; twenty within a day at most.
      expect(result.marked).toHaveLength(bad);
      const first = result.marked[0]?.at ?? 0;
      expect(first).toBeGreaterThanOrEqual(36 * HOUR);
      for (const [i, { at }] of result.marked.entries()) {
        expect(at - first).toBeGreaterThanOrEqual(Math.floor(i / 20) * DAY);
      }
      expect(result.told.get('provider.operator_fault unauthorized_client')).toBeUndefined();
      // Daily, and when somebody asks.
      expect(result.inVain / bad / days).toBeLessThan(4);
    },
    minutes,
  );
});

describe('the provider’s or the operator’s fault', () => {
  it(
    'a wrong secret for 30 days: nobody is marked, and all are well within the hour of its end',
    async () => {
      const wrong: Person = {
        answer: (at) => (at < 30 * DAY ? refusal(401, 'invalid_client')() : null),
        isWell: false,
        asksEvery: 12 * HOUR,
      };
      const result = note(
        'wrong secret for 30 days, 10',
        32,
        await new Population(many(10, wrong)).live(32),
      );
      expect(result.marked).toEqual([]);
      expect(result.failing).toBe(0);
      // Once a day, from a day after the last grant on.
      expect(result.told.get('provider.operator_fault invalid_client')).toBeGreaterThanOrEqual(25);
      expect(result.told.get('provider.operator_fault invalid_client')).toBeLessThanOrEqual(30);
    },
    minutes,
  );

  it(
    'a wrong client that answers as a dead grant may: nobody is marked either',
    async () => {
      const wrong: Person = {
        answer: (at) => (at > DAY && at < 31 * DAY ? refusal(403, 'unauthorized_client')() : null),
        isWell: false,
        asksEvery: 12 * HOUR,
      };
      const result = note(
        'wrong client for 30 days, 10',
        33,
        await new Population(many(10, wrong)).live(33),
      );
      expect(result.marked).toEqual([]);
      expect(result.failing).toBe(0);
    },
    minutes,
  );

  it(
    'a third is refused for a day: nobody is marked',
    async () => {
      const third: Person = {
        answer: (at) => (at > DAY && at < 2 * DAY ? refusal(403, 'access_denied')() : null),
        isWell: false,
        asksEvery: 12 * HOUR,
      };
      const people = [...many(10, third), ...well(20)];
      const result = note('a third refused for a day, 30', 5, await new Population(people).live(5));
      expect(result.marked).toEqual([]);
      expect(result.failedTokens).toBe(0);
      expect(result.failing).toBe(0);
    },
    minutes,
  );

  it(
    'one tenant is blocked: nobody there can be compared with, and no other tenant is harmed',
    async () => {
      const people = [
        ...many(8, { ...dead(403, 'access_denied'), tenant: 'two' }),
        ...well(8),
        ...well(8).map((person) => ({ ...person, tenant: 'three' })),
      ];
      const result = note(
        'one tenant of three blocked, 24',
        21,
        await new Population(people, true).live(21),
      );
      expect(result.marked).toEqual([]);
      expect(result.failedTokens).toBe(0);
    },
    minutes,
  );
});

describe('somebody who tries', () => {
  it.each([
    ['forces an account that is refused as a wrong client', 1, unauthorized],
    ['forces ten accounts that were revoked by their owner', 10, dead(400, 'invalid_grant')],
    ['forces five accounts that answer 429', 5, dead(429, 'slow_down')],
  ])(
    '%s, every 2 s: nobody else notices',
    async (name, n, account) => {
      const mine = many(n, { ...account, user: 'attacker', forcesEvery: 2_000, asksEvery: null });
      // Asked for all the time, and by a refresh each time for those that run out.
      const others = well(20).map((person) => ({ ...person, asksEvery: HOUR / 2 }));
      const result = note(name, 1, await new Population([...mine, ...others]).live(1));
      expect(result.failedTokens).toBe(0);
      expect([...result.told.keys()].filter((event) => /circuit|storm/.test(event))).toEqual([]);
    },
    minutes,
  );
});
