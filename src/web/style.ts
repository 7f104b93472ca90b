/**
 * The page's one stylesheet, inline: a page is one request. The policy names it by its hash, so no
 * other style, and no script at all, is taken by the browser.
 */
import type { Brand, Config } from '../config';
import { type Palette, paletteOf } from './accent';

/** Everything that text and outlines stand on. */
export const grounds = {
  light: ['#f6f6f4', '#ffffff', '#efefec'],
  dark: ['#131315', '#1c1c1f', '#26262a'],
} as const;

export interface Look {
  css: string;
  contentSecurityPolicy: string;
}

const looks = new WeakMap<Config, Look>();

/** Once per configuration. */
export async function lookOf(config: Config): Promise<Look> {
  const look = looks.get(config) ?? (await makeLook(stylesheet(config.brand)));
  looks.set(config, look);
  return look;
}

/** A stylesheet with the policy that lets it in. */
export async function makeLook(css: string): Promise<Look> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(css));
  return {
    css,
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src 'sha256-${toBase64(hash)}'`,
      'img-src data:',
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

const toBase64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)));

const colours = ({ fill, onFill, ink }: Palette): string =>
  `--fill:${fill};--on-fill:${onFill};--accent:${ink}`;

export function stylesheet({ accent }: Brand): string {
  return `:root{color-scheme:light dark;--ground:${grounds.light[0]};--card:${grounds.light[1]};--hover:${grounds.light[2]};--ink:#1b1b1f;--soft:#5d5d66;--line:#e2e2dd;--edge:#8a8a92;--ring:transparent;--good:#16653a;--good-ground:#e3f3e8;--info:#1d4f8f;--info-ground:#e6eefa;--warn:#7a4a00;--warn-ground:#fcf0d6;--bad:#a11d2a;--bad-ground:#fce8e8;${colours(paletteOf(accent, grounds.light))}}
@media (prefers-color-scheme:dark){:root{--ground:${grounds.dark[0]};--card:${grounds.dark[1]};--hover:${grounds.dark[2]};--ink:#ededf0;--soft:#a5a5b0;--line:#303036;--edge:#7c7c88;--ring:#ffffff1f;--good:#83d7a3;--good-ground:#16291d;--info:#9cc3f7;--info-ground:#172539;--warn:#efc477;--warn-ground:#2e2310;--bad:#ff9d9d;--bad-ground:#361a1c;${colours(paletteOf(accent, grounds.dark))}}}
${rules}`;
}

const rules = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:break-word}
h1,h2,h3,h4,p,ul,dl,dd,form{margin:0;padding:0}
ul{list-style:none}
h1{font-size:28px;line-height:1.2;letter-spacing:-.02em;text-wrap:balance}
h2{font-size:17px;line-height:1.3}
h3{font-size:16px;line-height:1.35}
h4{font-size:15px;line-height:1.35;font-weight:600}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:16px;top:-60px;padding:10px 16px;border-radius:8px;background:var(--card)}
.skip:focus{top:12px;z-index:1}
.soft{color:var(--soft)}
.small{font-size:14px}

.top,main,.foot{max-width:968px;margin:0 auto;padding:0 24px}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:8px 20px;padding-top:20px;padding-bottom:20px}
.brand{display:flex;align-items:center;gap:10px;flex:1 1 auto;font-weight:650}
.brand img{display:block;height:28px;max-width:160px}
.brand .mono{width:28px;height:28px;border-radius:8px;background:var(--fill);color:var(--on-fill);font-size:14px}
.who{display:flex;align-items:center;gap:4px 14px;flex-wrap:wrap;font-size:14px;color:var(--soft)}
.who b{color:var(--ink);font-weight:600}
main{padding-top:12px;padding-bottom:56px;outline:0}
.intro{max-width:60ch;margin-top:8px;color:var(--soft);text-wrap:pretty}
.back{display:inline-block;margin-bottom:14px;font-size:14px}
.foot{padding-bottom:40px;font-size:13px;color:var(--soft)}
section{margin-top:36px}
section>h2{margin-bottom:14px}

.notice{margin-top:20px;padding:14px 18px;border-radius:12px;background:var(--info-ground);color:var(--info);outline:0}
.notice b{display:block}
.notice.good{background:var(--good-ground);color:var(--good)}
.notice.warn{background:var(--warn-ground);color:var(--warn)}
.notice.bad{background:var(--bad-ground);color:var(--bad)}

.find{display:flex;flex-wrap:wrap;align-items:center;gap:12px 24px;margin-top:28px}
.find search{flex:1 1 280px;min-width:0}
.find form{display:flex;gap:8px}
.find input{flex:1;width:100%}
.tabs{display:flex;flex-wrap:wrap;gap:4px;font-size:14px}
.tabs a{display:inline-flex;align-items:center;gap:6px;min-height:40px;padding:0 12px;border-radius:9px;color:var(--soft);text-decoration:none}
.tabs a:hover{background:var(--hover)}
.tabs a[aria-current]{background:var(--hover);color:var(--ink);font-weight:600}

input{min-width:0;min-height:42px;padding:0 12px;border:1px solid var(--edge);border-radius:9px;background:var(--card);color:inherit;font:inherit}
.button{display:inline-flex;align-items:center;justify-content:center;min-height:40px;padding:6px 16px;border:1px solid var(--line);border-radius:9px;background:var(--card);color:var(--ink);font:inherit;font-size:14px;font-weight:600;line-height:1.3;text-align:center;text-decoration:none;white-space:nowrap;cursor:pointer}
.button:hover{background:var(--hover)}
.button.main{background:var(--fill);border-color:var(--accent);color:var(--on-fill)}
.button.main:hover{box-shadow:inset 0 0 0 99px color-mix(in srgb,var(--on-fill) 9%,transparent)}
.button.quiet{border-color:transparent;background:none;color:var(--soft)}
.button.quiet:hover{background:var(--hover)}
.button.danger{color:var(--bad)}
.button.stop{background:var(--bad);border-color:var(--bad);color:var(--card)}
.link{min-height:24px;padding:0;border:0;background:none;color:var(--accent);font:inherit;text-decoration:underline;text-underline-offset:3px;cursor:pointer}

.card{padding:18px 20px;border:1px solid var(--line);border-radius:16px;background:var(--card)}
.stack{display:grid;gap:14px;grid-template-columns:minmax(0,1fr)}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(min(100%,280px),1fr))}
.head{display:flex;flex-wrap:wrap;align-items:center;gap:10px 14px}
.head h1,.head h3{flex:1 1 100px;min-width:0}
.mark,.mono{flex:none;display:grid;place-items:center;width:40px;height:40px;border-radius:11px;box-shadow:0 0 0 1px var(--ring)}
.mono{background:var(--hover);color:var(--ink);font-weight:700}
.tag{display:table;margin-top:2px;padding:0 7px;border-radius:99px;background:var(--hover);color:var(--soft);font-size:12px;font-weight:600}
.card.offer{padding:16px}
.offer .head{gap:10px 12px}
.offer .head h3{flex-basis:90px}
.offer .button{padding:6px 12px}
.offer .may{margin-top:10px;font-size:14px;color:var(--soft);text-wrap:pretty}
.offer .status{margin-top:10px}

.account{margin-top:18px;padding-top:18px;border-top:1px solid var(--line)}
.head .quiet{margin-right:-16px}
.account>:not(.person){margin-left:54px}
.person{display:flex;align-items:center;gap:14px}
.person>div{overflow-wrap:anywhere}
.person>div{flex:1;min-width:0}
.face{flex:none;display:grid;place-items:center;width:40px;height:40px;border-radius:50%;font-size:14px;font-weight:650;background:var(--hover);color:var(--ink)}
.status{flex:none;display:inline-flex;align-items:center;gap:7px;padding:3px 11px 3px 10px;border-radius:99px;font-size:13px;font-weight:600;white-space:nowrap;background:var(--warn-ground);color:var(--warn)}
.status::before{content:"";width:7px;height:7px;border-radius:50%;background:currentColor}
.status.good{background:var(--good-ground);color:var(--good)}
.status.bad{background:var(--bad-ground);color:var(--bad)}
.trouble{overflow-wrap:anywhere;margin-top:12px;font-size:15px;text-wrap:pretty}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin-top:12px;font-size:14px}
.facts dt{color:var(--soft);font-size:13px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin-top:14px}
.empty{padding:28px;border:1px dashed var(--edge);border-radius:16px;color:var(--soft);text-wrap:pretty}

.narrow{max-width:560px;margin:24px auto 0}
.narrow .card{margin-top:20px}
.narrow .aside{margin-top:20px;padding-top:16px;border-top:1px solid var(--line)}
.points{display:grid;gap:10px;margin-top:4px}
.points li{display:grid;grid-template-columns:20px 1fr;gap:8px}
.points li::before{content:"•";color:var(--soft);text-align:center}
.field{margin-top:20px}
.card>.field:first-of-type{margin-top:0}
.narrow .card .actions{margin-top:24px}
.narrow .card>form.actions{margin-top:20px}
.field label{display:block;margin-bottom:6px;font-size:14px;font-weight:600}
.field input{width:100%}
.field p{margin-top:6px;font-size:14px}
.field .wrong{color:var(--bad)}
.field input[aria-invalid]{border-color:var(--bad)}
.wait{display:inline-block;width:28px;height:28px;margin-bottom:16px;border:3px solid var(--line);border-top-color:var(--accent);border-radius:50%}

@media (prefers-reduced-motion:no-preference){
.wait{animation:turn 1s linear infinite}
.button,.tabs a{transition:background-color .12s}
@keyframes turn{to{transform:rotate(1turn)}}
}
@media (max-width:560px){
.top,main,.foot{padding-left:16px;padding-right:16px}
h1{font-size:25px}
.card{padding:16px}
.head:has(.quiet){gap:0 14px}
.head .quiet{margin:0 0 -10px 38px}
.person{flex-wrap:wrap}
.account>:not(.person){margin-left:0}
.person>div{flex-basis:calc(100% - 54px)}
.person .status{margin-left:54px}
.button{min-height:44px}
.tabs a{min-height:44px}
input{min-height:44px}
.actions .button{flex:1 1 auto}
.actions form{display:flex;flex:1 1 auto}
.actions .quiet{border-color:var(--line)}
.empty{padding:20px}
.facts{display:grid;grid-template-columns:1fr 1fr;gap:10px 16px}
}
@media (forced-colors:active){.status,.notice,.button,.face,.mono,.tag{border:1px solid}}
`;
