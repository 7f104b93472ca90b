/** The operator's page has charts and tables besides what the hosted page has. */
import type { Config } from '../../config';
import { type Look, makeLook, stylesheet } from '../style';

const looks = new WeakMap<Config, Look>();

/** Once per configuration. */
export async function operatorLookOf(config: Config): Promise<Look> {
  const look = looks.get(config) ?? (await makeLook(stylesheet(config.brand) + rules));
  looks.set(config, look);
  return look;
}

/**
 * Series keep 3:1 against the card in both schemes (WCAG 2.2, 1.4.11). Never by colour alone: each
 * chart's numbers stand beside it.
 */
const rules = `:root{--c-good:#2c8a57;--c-warn:#b86e00;--c-bad:#d03a47;--c-off:#7b7b86;--c-main:#3f6fd1}
@media (prefers-color-scheme:dark){:root{--c-good:#4fb37c;--c-warn:#e0a440;--c-bad:#f27a7a;--c-off:#8d8d99;--c-main:#7ea6f0}}
.good{--c:var(--c-good)}.warn{--c:var(--c-warn)}.bad{--c:var(--c-bad)}.off{--c:var(--c-off)}.plain{--c:var(--c-main)}
.bar-head{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:12px 24px}
.bar-head p{font-size:14px;color:var(--soft)}
.tiles{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,150px),1fr));margin-top:24px}
.tiles .card{padding:14px 18px}
.tiles dt{font-size:14px;color:var(--soft)}
.tiles dd{font-size:24px;font-weight:650;line-height:1.3;letter-spacing:-.01em}
.tiles dd.bad{color:var(--bad)}
.tiles dd+dd{font-size:13px;font-weight:400;letter-spacing:0;color:var(--soft)}
.chart{margin:14px 0 0}
.chart svg{display:block;width:100%;height:120px;border-bottom:1px solid var(--edge)}
.chart svg rect,.row-bar rect{fill:var(--c)}
.chart .top-of{font-size:13px;color:var(--soft);margin-bottom:6px}
.axis{display:flex;justify-content:space-between;margin-top:6px;font-size:13px;color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:12px;font-size:14px}
.legend li::before,th .key::before{content:"";display:inline-block;width:11px;height:11px;margin-right:7px;border-radius:3px;background:var(--c)}
.row-bar{display:block;width:100%;min-width:90px;height:12px}
.chart .row-bar{height:20px;border:0}
section.scroll{position:relative;margin-top:0;overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
caption{padding-bottom:8px;text-align:left;font-size:14px;color:var(--soft)}
th,td{padding:8px 14px 8px 0;text-align:left;vertical-align:top}
th{font-size:13px;font-weight:500;color:var(--soft);white-space:nowrap}
tbody th{min-width:150px}
tbody th{font-size:14px;font-weight:600;color:var(--ink);white-space:normal}
tr>:last-child{padding-right:0}
td.n,th.n{text-align:right}
.n+:not(.n){padding-left:14px}
tbody tr{border-top:1px solid var(--line)}
td.middle{vertical-align:middle}
code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);overflow-wrap:anywhere}
details{margin-top:14px;font-size:14px}
summary{cursor:pointer;color:var(--accent)}
details[open] summary{margin-bottom:10px}
.note{margin-top:12px}
.who-at{display:flex;align-items:center;gap:10px;min-width:140px}
.who-at .mark,.who-at .mono{width:24px;height:24px;border-radius:7px;font-size:12px}
td.bars{width:34%;min-width:110px}
.narrow-table{max-width:320px}
.scroll+.note,.facts{margin-top:14px}
.field.first{margin-top:0}
.inline{display:flex;flex-wrap:wrap;align-items:end;gap:10px;margin-top:16px}
.inline .field{flex:0 1 320px;margin:0}
.runs td:first-child{white-space:nowrap;color:var(--soft)}
.rows li{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;padding:14px 0}
.rows li+li{border-top:1px solid var(--line)}
.rows li:last-child{padding-bottom:0}
.rows{margin:0;padding:0;list-style:none}
p+.rows{margin-top:6px}
.events li:first-child{padding-top:0}
.events li{align-items:baseline;font-size:14px}
.events .when{flex:0 0 116px}
.events .more{flex:0 1 300px}
.rows li>div{flex:1 1 240px;min-width:0}
.legend+.scroll{margin-top:16px}
@media (max-width:560px){
.bars{display:none}
.events .when,.events .more{flex:1 1 100%}
.tiles>:last-child:nth-child(odd){grid-column:1/-1}
}
@media (forced-colors:active){.chart svg rect,.row-bar rect{fill:CanvasText}}
`;
