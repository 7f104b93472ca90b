/** Sums of what rounds gave. */

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export const spread = (values: readonly number[]): Spread => ({
  min: Math.min(...values),
  median: median(values),
  max: Math.max(...values),
});

/** Round by round: a noisy machine is noisy for both. */
export const ratios = (above: readonly number[], below: readonly number[]): Spread =>
  spread(above.map((value, i) => value / (below[i] ?? Number.NaN)));
