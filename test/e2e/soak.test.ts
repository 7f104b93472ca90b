/** A short soak; `npm run soak` is the long one. */
import { expect, it } from 'vitest';
import { textOf } from '../soak/report.ts';
import { namesProcess, PROCESSES, soak } from '../soak/soak.ts';
import { startMooring } from './support/mooring.ts';

it('no family is lost but those whose Worker was killed before it could save', async () => {
  const mooring = await startMooring({
    processes: PROCESSES,
    planted: namesProcess,
    seconds: { sandbox: 10 },
  });
  try {
    const report = await soak(mooring, {
      accounts: 120,
      killingMs: 20_000,
      leastKills: 4,
      latencyMs: 25,
      killEveryMs: [500, 2_500],
      tickEveryMs: 1_000,
      callsPerSecond: 10,
      turnClock: true,
      say: () => {},
    });
    console.log(textOf(report));
    expect(report.restless).toEqual([]);
    expect(report.deaths.filter(({ explained }) => !explained)).toEqual([]);
    expect(report.kills).toBeGreaterThanOrEqual(4);
    expect(report.granted).toBeGreaterThan(report.accounts);
  } finally {
    await mooring.stop();
  }
}, 300_000);
