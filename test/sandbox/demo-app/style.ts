/** The demo app's stylesheet. Served as a file, so that the page needs no inline style. */
export const stylesheet = `
:root{
  color-scheme:light dark;
  --ground:#eef2f3; --card:#fff; --ink:#10242c; --soft:#54696f; --line:#d3dde0;
  --accent:#0a6573; --on-accent:#fff; --hover:#f3f7f8;
  --good:#1c6b3c; --good-ground:#e0f2e6; --bad:#a02b1c; --bad-ground:#fbe6e2;
  --warn:#7c4d00; --warn-ground:#fbedcf; --blue:#1d4f91; --blue-ground:#e1ecfa;
  --mark-a:#4b3fc4; --mark-b:#9a3f7d;
}
@media (prefers-color-scheme:dark){:root{
  --ground:#0b151a; --card:#122128; --ink:#e4eef1; --soft:#94a9b0; --line:#28393f;
  --accent:#66c7d4; --on-accent:#06222a; --hover:#182a32;
  --good:#7fd8a0; --good-ground:#12311f; --bad:#ff9c8b; --bad-ground:#3a1813;
  --warn:#f0c069; --warn-ground:#36270a; --blue:#8fbdf5; --blue-ground:#14283f;
  --mark-a:#7064e6; --mark-b:#b0528f;
}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 Inter,system-ui,-apple-system,"Segoe UI",sans-serif;-webkit-text-size-adjust:100%}
h1,h2,h3,p,ul,ol{margin:0;padding:0}
ul,ol{list-style:none}
form{margin:0}
h1{font-size:28px;line-height:1.2;letter-spacing:-.02em}
h2{font-size:17px;line-height:1.3}
h3{font-size:16px;line-height:1.3}
.soft{color:var(--soft)}
code{font:12.5px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}

header{display:flex;flex-wrap:wrap;gap:12px 24px;align-items:center;justify-content:space-between;max-width:1120px;margin:0 auto;padding:18px 24px}
.brand{display:flex;align-items:center;gap:8px}
.brand svg{color:var(--accent)}
.brand span{color:var(--soft);font-size:14px;padding-left:4px}
.users{display:flex;align-items:center;gap:10px;color:var(--soft);font-size:14px}
.users [role=group]{display:flex;padding:3px;border:1px solid var(--line);border-radius:10px;background:var(--card)}
.users button{min-height:34px;padding:0 14px;border:0;border-radius:7px;background:none;color:var(--soft);font:inherit;cursor:pointer}
.users button[aria-pressed=true]{background:var(--accent);color:var(--on-accent);font-weight:600}

main{max-width:1120px;margin:0 auto;padding:8px 24px 64px}
.notice{margin-bottom:20px;padding:12px 16px;border-radius:10px;background:var(--blue-ground);color:var(--blue);overflow-wrap:anywhere}
.notice.good{background:var(--good-ground);color:var(--good)}
.notice.bad{background:var(--bad-ground);color:var(--bad)}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 372px;gap:48px;align-items:start}
section>h2{margin:28px 0 12px}
.hosted{margin:-6px 0 12px;font-size:15px;text-wrap:pretty}
.answered{margin-top:6px;color:var(--soft);font-size:14px}
.tier{display:inline-block;padding:1px 8px;border-radius:99px;font-size:13px;font-weight:600;white-space:nowrap;background:var(--warn-ground);color:var(--warn)}
.tier.memory{background:var(--good-ground);color:var(--good)}
.tier.kv{background:var(--blue-ground);color:var(--blue)}
.tier.stale{background:var(--bad-ground);color:var(--bad)}
.empty{margin-top:20px;padding:28px;border:1px dashed var(--line);border-radius:14px;color:var(--soft);text-wrap:pretty}

.cards{display:grid;gap:12px;margin-top:18px}
.card{padding:16px 18px;background:var(--card);border:1px solid var(--line);border-radius:14px}
.who{display:flex;align-items:center;gap:14px}
.who>div{flex:1;min-width:0}
.who p{font-size:14px;overflow-wrap:anywhere}
.mark{flex:none;display:grid;place-items:center;width:40px;height:40px;border-radius:11px;background:var(--mark-a);color:#fff;font-weight:700}
.mark.sandbox-short{background:var(--mark-b)}
.status{flex:none;align-self:flex-start;display:inline-flex;align-items:center;gap:7px;padding:3px 11px;border-radius:99px;font-size:13px;font-weight:600;background:var(--bad-ground);color:var(--bad)}
.status::before{content:"";width:7px;height:7px;border-radius:50%;background:currentColor}
.status.connected{background:var(--good-ground);color:var(--good)}
.status.error{background:var(--warn-ground);color:var(--warn)}
.facts{margin:10px 0 12px;font-size:14px;color:var(--soft)}
.actions,.tools{display:flex;flex-wrap:wrap;gap:8px}
.button{display:inline-flex;align-items:center;min-height:38px;padding:0 14px;border:1px solid var(--line);border-radius:9px;background:var(--card);color:inherit;font:inherit;font-size:14px;font-weight:550;text-decoration:none;cursor:pointer}
.button:hover{background:var(--hover)}
.button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.button.quiet{border-color:transparent;background:none;color:var(--soft)}
.button.danger{border-color:transparent;background:none;color:var(--bad)}
.button.quiet:hover,.button.danger:hover{background:var(--hover)}
.connect{display:grid;grid-template-columns:1fr 1fr;gap:12px}
.choice{display:flex;align-items:center;gap:12px;width:100%;padding:14px;border:1px solid var(--line);border-radius:14px;background:var(--card);color:inherit;font:inherit;text-align:left;cursor:pointer}
.choice:hover{border-color:var(--accent)}
.choice b{display:block;line-height:1.3}
.choice small{color:var(--soft);font-size:14px}

.ask{display:flex;flex-wrap:wrap;gap:8px;margin-top:12px;padding-top:14px;border-top:1px solid var(--line)}
.ask select{flex:1 1 200px;min-width:0;min-height:38px;padding:0 10px;border:1px solid var(--line);border-radius:9px;background:var(--card);color:inherit;font:inherit;font-size:14px}
.answer{margin-top:12px;padding:12px 14px;border-radius:10px;background:var(--ground);font-size:13px}
.answer dl{margin:8px 0 0}
.answer dl div{display:flex;flex-wrap:wrap;gap:0 10px}
.answer dt{color:var(--soft)}
.answer dd{margin:0;min-width:0}
.answer pre{margin:8px 0 0;font:12.5px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}

aside{padding-top:6px}
aside>.soft{margin:4px 0 14px;font-size:14px}
aside h3{margin:28px 0 6px;font-size:14px;color:var(--soft);font-weight:600}
.calls li,.events li{padding:10px 0;line-height:1.35;border-top:1px solid var(--line)}
.method{font-size:12.5px;font-weight:700}
.reply{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;margin-top:3px;font-size:13px;color:var(--soft)}
.code{font-weight:700;font-variant-numeric:tabular-nums}
.code.ok{color:var(--good)}
.code.no{color:var(--bad)}
.header{display:block;margin-top:3px;color:var(--soft)}
p.header{font-size:13px;font-variant-numeric:tabular-nums}

@media (max-width:900px){.columns{grid-template-columns:minmax(0,1fr);gap:40px}}
@media (max-width:560px){
  header,main{padding-left:16px;padding-right:16px}
  .brand span{display:none}
  .connect{grid-template-columns:1fr}
  .card{padding:16px}
  .who{flex-wrap:wrap;align-items:flex-start}
  .who>div{flex:1 0 calc(100% - 54px)}
  .who .status{margin-left:54px}
  .card .actions{display:grid;grid-template-columns:1fr 1fr}
  .card .button{width:100%;justify-content:center;border-color:var(--line)}
  .card .button.primary{border-color:var(--accent)}
  .button{min-height:44px}
  .users button{min-height:44px}
  .ask select{min-height:44px}
}
@media (prefers-reduced-motion:no-preference){.button,.choice,.users button{transition:background-color .15s,border-color .15s}}
`;
