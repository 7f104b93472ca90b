/**
 * Charts as SVG, drawn on the server. They hold bars only and stretch with the page; words stand
 * around them as text, which stays readable at any width. To a screen reader a chart is one picture
 * with a sentence; the numbers are in a table.
 */
import type { Child } from 'hono/jsx';

export type Series = 'good' | 'warn' | 'bad' | 'off' | 'plain';

export interface Part {
  series: Series;
  value: number;
}

export interface Column {
  /** From the ground up. */
  parts: readonly Part[];
  /** For whoever points at it. */
  title: string;
}

const HEIGHT = 100;
/** What is there is to be seen, however little it is. */
const LEAST = 2;
const GAP = 0.2;

interface ColumnsProps {
  columns: readonly Column[];
  /** The whole in a sentence. */
  summary: string;
  children?: Child;
}

export function Columns({ columns, summary, children }: ColumnsProps) {
  const highest = Math.max(1, ...columns.map(({ parts }) => sumOf(parts)));
  return (
    <figure class="chart">
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${columns.length} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {columns.map(({ parts, title }, at) => {
          let top = HEIGHT;
          const rects = parts
            .filter(({ value }) => value > 0)
            .map(({ series, value }) => {
              // A little below full height, so that small parts on top have room.
              const height = Math.max(LEAST, (value / highest) * (HEIGHT - 2 * LEAST));
              top -= height;
              return (
                <rect
                  class={series}
                  x={round(at + GAP / 2)}
                  y={round(top)}
                  width={1 - GAP}
                  height={round(height)}
                />
              );
            });
          return rects.length === 0 ? null : (
            <g>
              <title>{title}</title>
              {rects}
            </g>
          );
        })}
      </svg>
      {children}
    </figure>
  );
}

/** Shares of a whole, side by side. */
export function Shares({ parts, summary }: { parts: readonly Part[]; summary: string }) {
  const shown = parts.filter(({ value }) => value > 0);
  const whole = sumOf(shown);
  const widths = shown.map(({ value }) => Math.max(LEAST, (value / whole) * 100));
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0);
  let left = 0;
  return (
    <svg
      class="row-bar"
      role="img"
      aria-label={summary}
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
    >
      {shown.map(({ series }, at) => {
        const width = (widths[at] ?? 0) * scale;
        const x = left;
        left += width;
        const isLast = at === shown.length - 1;
        return (
          <rect
            class={series}
            x={round(x)}
            y="0"
            width={round(Math.max(0, width - (isLast ? 0 : 0.6)))}
            height="1"
          />
        );
      })}
    </svg>
  );
}

export const Legend = ({ of }: { of: readonly (readonly [Series, string])[] }) => (
  <ul class="legend">
    {of.map(([series, label]) => (
      <li class={series}>{label}</li>
    ))}
  </ul>
);

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { value }) => sum + value, 0);

const round = (n: number): string => String(Math.round(n * 100) / 100);
