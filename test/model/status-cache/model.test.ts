/**
 * src/status-cache, src/refresh, connects and disconnects, unchanged, over simulated locations, KV,
 * D1 and an authorization server (docs/testing.md).
 */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { model } from './run';

/** What the runs must have come upon, or the plans are no good. */
const kinds = [
  ...['read', 'cron', 'forced', 'connect', 'disconnect'].map((kind) => `429 of KV, ${kind}`),
  'published after a lost answer',
  'KV looked at in a quiet moment',
  ...['invalidate', 'clear', 'erase', 'death'],
  ...['memory', 'kv', 'origin', 'stale'].flatMap((source) => [
    `answer from ${source}`,
    `answer from ${source} to a token`,
    `bulk answer from ${source}`,
    `outdated answer from ${source}`,
  ]),
  ...['granted', 'failed', 'waiting'].flatMap((outcome) => [
    `cron, quiet: ${outcome}`,
    `token, quiet: ${outcome}`,
  ]),
  ...['granted', 'failed', 'refused', 'waiting'].flatMap((outcome) => [
    `cron, visible: ${outcome}`,
    `forced, visible: ${outcome}`,
  ]),
  ...['granted', 'failed', 'refused'].map((outcome) => `token, visible: ${outcome}`),
  'refresh.grant_not_committed',
  'refresh.failure_not_written',
];

it(
  'I1, I2, I3, monotonic reads and bounded staleness hold in every run',
  () => expectToHold(model, { kinds, kindsFrom: 1_000 }),
  1_800_000,
);
