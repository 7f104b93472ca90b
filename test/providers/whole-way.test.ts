import { beforeEach, describe, expect, it } from 'vitest';
import { records } from '../../src/providers/records';
import { fixtures } from '../simulator/fixtures';
import { clearTables, wholeWay } from './support/whole-way';

beforeEach(clearTables);

describe('the whole way', () => {
  it.each(fixtures.map((fixture) => [fixture.id, fixture] as const))(
    'of %s',
    async (_, fixture) => {
      const simulator = await wholeWay(fixture);
      expect(simulator.count('code')).toBe(fixture.refresh ? 2 : 1);
      expect(simulator.count('unknown')).toBe(0);
    },
  );

  it('is gone by every record of kind oauth2', () => {
    const ids = records.filter(({ kind }) => kind === 'oauth2').map(({ id }) => id);
    expect(fixtures.map(({ id }) => id).sort()).toEqual(ids.sort());
  });
});
