/**
 * The protocol of src/status-cache, unchanged, over simulated locations, KV and D1 (docs/testing.md).
 * MODEL_RUNS, MODEL_SEED and MODEL_PATH steer it.
 */
import { expect, it } from 'vitest';
import { explore } from './explore';

/** What the runs must have come upon, or the plans are no good. */
const kinds = [
  '429 of KV',
  '429 during a write-through',
  'published after a lost answer',
  'KV looked at in a quiet moment',
  ...['invalidate', 'clear', 'erase', 'death'],
  ...['memory', 'kv', 'origin', 'stale'].flatMap((source) => [
    `answer from ${source}`,
    `answer from ${source} to a token`,
    `bulk answer from ${source}`,
    `outdated answer from ${source}`,
  ]),
  ...['granted', 'failed', 'waiting'].map((outcome) => `quiet write: ${outcome}`),
  ...['granted', 'failed', 'refused', 'waiting'].flatMap((outcome) => [
    `late refresh, visible: ${outcome}`,
    `forced refresh, visible: ${outcome}`,
  ]),
];
const ENOUGH = 1_000;

/** A gate must give the same answer twice; by hand each run has a seed of its own. */
const GATE_SEED = '20261122';
const {
  MODEL_RUNS = '10000',
  CI,
  MODEL_SEED = CI ? GATE_SEED : undefined,
  MODEL_PATH,
} = process.env;

it('I1, I2, I3, monotonic reads and bounded staleness hold in every run', async () => {
  const { failure, runs, seed, met } = await explore({
    runs: Number(MODEL_RUNS),
    seed: MODEL_SEED === undefined ? undefined : Number(MODEL_SEED),
    path: MODEL_PATH,
  });
  console.log(`seed ${seed}: ${runs} runs`, Object.fromEntries([...met].sort()));
  expect(failure).toBeNull();
  expect(kinds.filter((kind) => runs >= ENOUGH && !met.has(kind))).toEqual([]);
}, 600_000);
