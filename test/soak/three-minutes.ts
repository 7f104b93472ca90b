/** `npm run soak`. SOAK_SECONDS and SOAK_ACCOUNTS make it longer, shorter, larger or smaller. */
import { expect, it } from 'vitest';
import { startMooring } from '../e2e/support/mooring.ts';
import { textOf } from './report.ts';
import { namesProcess, PROCESSES, soak } from './soak.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

it('no family is lost but those whose Worker was killed before it could save', async () => {
  const mooring = await startMooring({
    processes: PROCESSES,
    planted: namesProcess,
    seconds: { sandbox: 30 },
  });
  try {
    const report = await soak(mooring, {
      accounts: number('SOAK_ACCOUNTS', 1_000),
      killingMs: number('SOAK_SECONDS', 180) * 1000,
      leastKills: 1,
      latencyMs: 25,
      killEveryMs: [1_000, 8_000],
      tickEveryMs: 2_000,
      callsPerSecond: 10,
      turnClock: false,
      say: (text) => console.log(text),
    });
    console.log(textOf(report));
    expect(report.restless).toEqual([]);
    expect(report.deaths.filter(({ explained }) => !explained)).toEqual([]);
  } finally {
    await mooring.stop();
  }
});
