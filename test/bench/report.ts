/** Puts the results into a table: for the terminal, docs/benchmarks.md and programs. */
import { type Figure, type FigureId, holds, type Results, targets } from './figures.ts';

export const toJson = ({ figures }: Results): string =>
  `${JSON.stringify(
    figures.map((figure) => ({
      id: figure.id,
      value: rounded(figure.value),
      bar: targets[figure.id].bar,
      unit: targets[figure.id].unit,
      holds: holds(figure),
    })),
    null,
    2,
  )}\n`;

const rounded = (value: number): number => Number(value.toPrecision(4));

const bar = (id: FigureId): string =>
  `${targets[id].bar.toLocaleString('en')} or ${targets[id].is === 'least' ? 'more' : 'less'}`;

const cells = (figure: Figure): string[] => {
  const { unit } = targets[figure.id];
  const { spread } = figure;
  return [
    figure.id,
    `${rounded(figure.value)}${unit === 'ratio' ? '' : ` ${unit}`}`,
    spread ? `${rounded(spread.min)} to ${rounded(spread.max)}` : '',
    bar(figure.id),
    holds(figure) ? 'holds' : 'MISSED',
    figure.note ?? '',
  ];
};

const head = ['id', 'value', 'rounds', 'bar', '', 'measured'];

export function toText(results: Results): string {
  const rows = [head, ...results.figures.map(cells)];
  const widths = head.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const beside = results.observations.map(({ what, value }) => `  ${what}: ${value}`);
  return `${[...lines, ...(beside.length > 0 ? ['', 'Beside:', ...beside] : [])].join('\n')}\n`;
}

export function toMarkdown(results: Results): string {
  const row = (cellsOfRow: readonly string[]): string => `| ${cellsOfRow.join(' | ')} |`;
  const table = [
    row(head),
    row(head.map(() => '---')),
    ...results.figures.map((figure) => row(cells(figure))),
  ];
  const what = results.figures.map(({ id }) => `- \`${id}\`: ${targets[id].what}.`);
  const beside = results.observations.map((seen) => `- ${seen.what}: ${seen.value}.`);
  return [
    table.join('\n'),
    what.join('\n'),
    ...(beside.length > 0 ? [`Beside the figures:\n\n${beside.join('\n')}`] : []),
  ].join('\n\n');
}
