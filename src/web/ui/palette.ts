/**
 * The brand's accent colour, made readable. Whatever colour is configured: text and outlines keep
 * 4.5:1 against the page's grounds, and text on a filled button keeps 4.5:1 too (WCAG 2.2, 1.4.3
 * and 1.4.11). Pure.
 */

type Rgb = readonly [number, number, number];

export interface Palette {
  /** The fill of primary buttons: the accent itself. */
  fill: string;
  /** Text on it: black or white. */
  onFill: string;
  /** Links, outlines, focus: the accent, darkened or lightened until it can be read. */
  ink: string;
}

const MIN_CONTRAST = 4.5;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** A little beyond what is needed, against rounding. */
const STEPS = 50;

/** @param grounds everything that the colour may stand on, all light or all dark: `#rrggbb` */
export function paletteOf(accent: string, grounds: readonly string[]): Palette {
  const colour = parse(accent);
  const behind = grounds.map(parse);
  const isDark = behind.every((ground) => luminance(ground) < 0.18);
  const towards = isDark ? WHITE : BLACK;
  let ink = colour;
  for (let step = 1; step <= STEPS && !isReadable(ink, behind); step += 1) {
    ink = mix(colour, towards, step / STEPS);
  }
  const onWhite = contrast(colour, WHITE);
  return {
    fill: accent,
    // One of them always reaches 4.58; white is what people expect on a strong colour.
    onFill: onWhite >= MIN_CONTRAST || onWhite > contrast(colour, BLACK) ? '#ffffff' : '#000000',
    ink: format(ink),
  };
}

const isReadable = (colour: Rgb, grounds: readonly Rgb[]): boolean =>
  grounds.every((ground) => contrast(parse(format(colour)), ground) >= MIN_CONTRAST);

/** WCAG's ratio, 1 to 21. */
export const contrastOf = (a: string, b: string): number => contrast(parse(a), parse(b));

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const mix = ([r, g, b]: Rgb, [r2, g2, b2]: Rgb, part: number): Rgb => [
  r + (r2 - r) * part,
  g + (g2 - g) * part,
  b + (b2 - b) * part,
];

const parse = (hex: string): Rgb => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
];

const format = (colour: Rgb): string =>
  `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
