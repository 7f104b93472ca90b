/** The simulator stands apart from what it judges, and says what it knows from where. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../simulator/evidence';
import { fixtures } from '../simulator/fixtures';

const home = join(import.meta.dirname, '../simulator');

const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** Every `evidence` in a fixture, with the way to it. */
function evidenceIn(value: unknown, path: string): [path: string, evidence: Evidence][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, Evidence][] =>
    key === 'evidence' ? [[path, inner as Evidence]] : evidenceIn(inner, `${path}.${key}`),
  );
}

/** Whatever a provider answers: a status, a body, a text. */
function answersIn(value: unknown, path: string): [path: string, hasEvidence: boolean][] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.keys(value);
  const isAnswer = own.some((key) => ['status', 'text'].includes(key)) || own.includes('evidence');
  return [
    ...(isAnswer ? [[path, 'evidence' in value] as [string, boolean]] : []),
    ...Object.entries(value)
      .filter(([key]) => !['evidence', 'body', 'headers'].includes(key))
      .flatMap(([key, inner]) => answersIn(inner, `${path}.${key}`)),
  ];
}

const all = fixtures.flatMap((fixture) => evidenceIn(fixture, fixture.id));

describe('the simulator', () => {
  it('imports nothing of what it is to judge: no line of src', () => {
    const strangers = files.flatMap((file) => {
      const text = readFileSync(join(home, file), 'utf8');
      const imports = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
      return Array.from(imports, ([, to = '']) => to)
        .filter((to) => {
          const inside = !relative(home, join(home, dirname(file), to)).startsWith('..');
          // Its own tests may use the runner.
          return !(to.startsWith('.') && inside) && !(file.endsWith('.test.ts') && to === 'vitest');
        })
        .map((to) => `${file} -> ${to}`);
    });
    expect(files.length).toBeGreaterThan(40);
    expect(strangers).toEqual([]);
  });

  it('has one file for each provider, named as the provider', () => {
    const named = files
      .filter((file) => file.startsWith('fixtures/'))
      .map((file) => file.slice('fixtures/'.length, -'.ts'.length));
    expect(fixtures.map(({ id }) => id).filter((id) => !named.includes(id))).toEqual([]);
    expect(new Set(fixtures.map(({ id }) => id)).size).toBe(fixtures.length);
  });

  it('says of every answer where it is known from', () => {
    const without = fixtures
      .flatMap((fixture) => answersIn(fixture, fixture.id))
      .filter(([, hasEvidence]) => !hasEvidence)
      .map(([path]) => path);
    expect(without).toEqual([]);
    expect(all.length).toBeGreaterThan(fixtures.length * 5);
  });

  it('calls documented only what has a page, and dates no page later than today', () => {
    const today = new Date().toISOString().slice(0, 10);
    for (const [path, evidence] of all) {
      if (evidence.mark === 'knowledge') {
        expect(evidence.basis, path).not.toBe('');
        continue;
      }
      expect(evidence.page, path).toMatch(/\S/);
      if (evidence.date === null) continue;
      expect(evidence.date, path).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(evidence.date <= today, path).toBe(true);
    }
  });

  it('knows as much from documentation as this says; let it grow', () => {
    const marks = Object.groupBy(all, ([, { mark }]) => mark);
    const dated = all.filter(([, evidence]) => evidence.mark === 'documented' && evidence.date);
    expect({
      answersAndDemands: all.length,
      documented: marks.documented?.length,
      documentedWithDate: dated.length,
      reported: marks.reported?.length,
      knowledge: marks.knowledge?.length,
    }).toMatchInlineSnapshot(`
      {
        "answersAndDemands": 1035,
        "documented": 312,
        "documentedWithDate": 111,
        "knowledge": 533,
        "reported": 190,
      }
    `);
  });
});
