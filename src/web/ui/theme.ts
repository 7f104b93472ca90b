/**
 * What a page looks like: the brand, its one stylesheet (assets/*.css, under the brand's colours)
 * and the providers' icons. The stylesheet is inline, so a page is one request. The policy names it
 * by its hash, so the browser takes no other style, and no script at all.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Brand } from '../../config';
import { base64, sha256 } from '../../crypto';
import { type AssetDeps, readAsset } from '../../http/assets';
import { type Palette, paletteOf } from './palette';

/** Everything that text and outlines stand on. */
export const grounds = {
  light: ['#f6f6f4', '#ffffff', '#efefec'],
  dark: ['#131315', '#1c1c1f', '#26262a'],
} as const;

/** Provider -> colour, colour of the drawing on it, path in a box of 24 by 24. */
export type ProviderIcons = Readonly<Record<string, readonly [string, string, string]>>;

interface Theme {
  brand: Brand;
  css: string;
  contentSecurityPolicy: string;
  /** Empty where they cannot be read: a page can do without. */
  icons: ProviderIcons;
}

/**
 * The operator's page has charts and tables besides. Their series keep 3:1 against the card in both
 * schemes (WCAG 2.2, 1.4.11); never by colour alone, each chart's numbers stand beside it.
 */
const stylesheets = {
  hosted: ['page.css'],
  operator: ['page.css', 'operator.css'],
} as const;

export type ThemeName = keyof typeof stylesheets;

/** Of the page that is rendered. Set by renderPage. */
export const pageTheme = new AsyncLocalStorage<Theme>();

export function useTheme(): Theme {
  const theme = pageTheme.getStore();
  if (!theme) throw new Error('a component was rendered outside of renderPage');
  return theme;
}

/** What a theme is made of. */
export type ThemeDeps = AssetDeps & { config: { brand: Brand } };

const themes = () => new Map<ThemeName, Theme>();

/**
 * Made once per isolate, as soon as all files can be read. Without them a page is bare, and works.
 */
export async function themeOf(deps: ThemeDeps, name: ThemeName): Promise<Theme> {
  const cached = deps.caches.of(themes).get(name);
  if (cached) return cached;
  const { brand } = deps.config;
  const [icons, ...rules] = await Promise.all(
    ['provider-icons.json', ...stylesheets[name]].map((file) => readAsset(deps, file)),
  );
  const css = colours(brand) + rules.map((text) => text ?? '').join('');
  const theme = {
    brand,
    css,
    contentSecurityPolicy: await policyFor(css),
    icons: JSON.parse(icons ?? '{}'),
  };
  if (icons !== null && !rules.includes(null)) deps.caches.of(themes).set(name, theme);
  return theme;
}

async function policyFor(css: string): Promise<string> {
  const hash = base64(await sha256(css));
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const accents = ({ fill, onFill, ink }: Palette): string =>
  `--fill:${fill};--on-fill:${onFill};--accent:${ink}`;

function colours({ accent }: Brand): string {
  return `:root{color-scheme:light dark;--ground:${grounds.light[0]};--card:${grounds.light[1]};--hover:${grounds.light[2]};--ink:#1b1b1f;--soft:#5d5d66;--line:#e2e2dd;--edge:#8a8a92;--ring:transparent;--good:#16653a;--good-ground:#e3f3e8;--info:#1d4f8f;--info-ground:#e6eefa;--warn:#7a4a00;--warn-ground:#fcf0d6;--bad:#a11d2a;--bad-ground:#fce8e8;${accents(paletteOf(accent, grounds.light))}}
@media (prefers-color-scheme:dark){:root{--ground:${grounds.dark[0]};--card:${grounds.dark[1]};--hover:${grounds.dark[2]};--ink:#ededf0;--soft:#a5a5b0;--line:#303036;--edge:#7c7c88;--ring:#ffffff1f;--good:#83d7a3;--good-ground:#16291d;--info:#9cc3f7;--info-ground:#172539;--warn:#efc477;--warn-ground:#2e2310;--bad:#ff9d9d;--bad-ground:#361a1c;${accents(paletteOf(accent, grounds.dark))}}}
`;
}
