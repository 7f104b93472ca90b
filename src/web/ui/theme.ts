/**
 * The page's one stylesheet (assets/*.css, under the brand's colours), inline: a page is one request.
 * The policy names it by its hash, so no other style, and no script at all, is taken by the browser.
 */
import type { Brand, Config } from '../../config';
import { sha256 } from '../../crypto';
import type { Deps } from '../../deps';
import { readAsset } from '../../http/assets';
import { type Palette, paletteOf } from './accent';

/** Everything that text and outlines stand on. */
export const grounds = {
  light: ['#f6f6f4', '#ffffff', '#efefec'],
  dark: ['#131315', '#1c1c1f', '#26262a'],
} as const;

export interface Theme {
  css: string;
  contentSecurityPolicy: string;
}

type ThemeDeps = Pick<Deps, 'config' | 'assets' | 'log'>;

const pages = new WeakMap<Config, Theme>();
const operators = new WeakMap<Config, Theme>();

export const themeOf = (deps: ThemeDeps): Promise<Theme> => keptIn(pages, deps, ['page.css']);

/**
 * It has charts and tables besides. Series keep 3:1 against the card in both schemes (WCAG 2.2,
 * 1.4.11); never by colour alone, each chart's numbers stand beside it.
 */
export const operatorThemeOf = (deps: ThemeDeps): Promise<Theme> =>
  keptIn(operators, deps, ['page.css', 'operator.css']);

/** Once per configuration, as soon as the files can be read. Bare, a page still works. */
async function keptIn(
  themes: WeakMap<Config, Theme>,
  deps: ThemeDeps,
  files: readonly string[],
): Promise<Theme> {
  const { config } = deps;
  const kept = themes.get(config);
  if (kept) return kept;
  const rules = await Promise.all(files.map((file) => readAsset(deps, file)));
  const theme = await makeTheme(colours(config.brand) + rules.map((text) => text ?? '').join(''));
  if (!rules.includes(null)) themes.set(config, theme);
  return theme;
}

/** A stylesheet with the policy that lets it in. */
async function makeTheme(css: string): Promise<Theme> {
  const hash = btoa(String.fromCharCode(...(await sha256(css))));
  return {
    css,
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      'img-src data:',
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

const accents = ({ fill, onFill, ink }: Palette): string =>
  `--fill:${fill};--on-fill:${onFill};--accent:${ink}`;

function colours({ accent }: Brand): string {
  return `:root{color-scheme:light dark;--ground:${grounds.light[0]};--card:${grounds.light[1]};--hover:${grounds.light[2]};--ink:#1b1b1f;--soft:#5d5d66;--line:#e2e2dd;--edge:#8a8a92;--ring:transparent;--good:#16653a;--good-ground:#e3f3e8;--info:#1d4f8f;--info-ground:#e6eefa;--warn:#7a4a00;--warn-ground:#fcf0d6;--bad:#a11d2a;--bad-ground:#fce8e8;${accents(paletteOf(accent, grounds.light))}}
@media (prefers-color-scheme:dark){:root{--ground:${grounds.dark[0]};--card:${grounds.dark[1]};--hover:${grounds.dark[2]};--ink:#ededf0;--soft:#a5a5b0;--line:#303036;--edge:#7c7c88;--ring:#ffffff1f;--good:#83d7a3;--good-ground:#16291d;--info:#9cc3f7;--info-ground:#172539;--warn:#efc477;--warn-ground:#2e2310;--bad:#ff9d9d;--bad-ground:#361a1c;${accents(paletteOf(accent, grounds.dark))}}}
`;
}
