/** The freshness of a snapshot, at its boundaries. All times in ms, `takenAt` = T. */
import { describe, expect, it } from 'vitest';
import {
  dueBeyondFreshness,
  freshUntil,
  isFresh,
  mayStore,
  mayWriteQuietly,
} from '../../src/status-cache/freshness';

const T = 1_000_000_000;

describe('freshUntil is 300 s after the clock before the query, or the next due time if earlier', () => {
  it.each([
    ['no due times', [], T + 300_000],
    ['never due', [null, null], T + 300_000],
    ['due later than that', [T + 300_001], T + 300_000],
    ['due earlier', [T + 299_999], T + 299_999],
    ['the earliest of several', [T + 200_000, T + 50_000, null], T + 50_000],
    ['due just now is past, not ahead', [T], T + 300_000],
    ['due in the past', [T - 1], T + 300_000],
  ])('%s', (_, dueTimes, until) => {
    expect(freshUntil(T, dueTimes)).toBe(until);
  });
});

describe('a snapshot may be stored unless a quiet write could be on its way', () => {
  it.each([
    ['nothing is due', [null, T + 1], false, true],
    ['due just now', [T], true, false],
    ['due 155 s ago', [T - 155_000], true, false],
    ['due over 155 s ago, from the primary', [T - 155_001], true, true],
    ['due over 155 s ago, perhaps from a replica', [T - 155_001], false, false],
    ['one of several held off', [T + 60_000, T - 10], true, false],
  ])('%s', (_, dueTimes, fromPrimary, expected) => {
    expect(mayStore(T, dueTimes, fromPrimary)).toBe(expected);
  });
});

describe('readers stop trusting 2 s before freshUntil', () => {
  it.each([
    [T - 2_001, true],
    [T - 2_000, false],
    [T, false],
  ])('at %i: %s', (now, expected) => {
    expect(isFresh(T, now)).toBe(expected);
  });
});

describe('a refresh may be written quietly from its due time to 115 s later', () => {
  it.each([
    ['never due', null, T, false],
    ['early', T + 1, T, false],
    ['on time', T, T, true],
    ['at the end', T - 115_000, T, true],
    ['too late', T - 115_001, T, false],
  ])('%s', (_, due, now, expected) => {
    expect(mayWriteQuietly(due, now)).toBe(expected);
  });
});

describe('a new due time outlives all promises about the old one from 340 s ahead', () => {
  it.each([
    ['never', null, true],
    ['340 s', T + 340_000, true],
    // The statement may take 30 s: until just before, the old due time could still be read.
    ['less', T + 339_999, false],
  ])('%s', (_, due, expected) => {
    expect(dueBeyondFreshness(due, T)).toBe(expected);
  });
});
