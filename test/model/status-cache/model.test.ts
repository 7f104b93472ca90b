/**
 * The protocol of src/status-cache, unchanged, over simulated locations, KV and D1 (docs/testing.md).
 */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { model } from './run';

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

it(
  'I1, I2, I3, monotonic reads and bounded staleness hold in every run',
  () => expectToHold(model, { kinds, kindsFrom: 1_000 }),
  600_000,
);
