// The only style of the pages; the server names its hash in the Content-Security-Policy.

export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; --ink: #1f2328; --calm: #57606a; --line: #d0d7de;
  --good: #1a7f37; --bad: #b3261e; --warn: #8a5a00; --all: #0969da; --part: #9ac2f0; --paper: #fff; --shade: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --calm: #9ba6b2; --line: #3a424b; --good: #4ac26b; --bad: #ff8a80;
  --warn: #e3b341; --all: #58a6ff; --part: #2f5f96; --paper: #0d1117; --shade: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; color: var(--ink); background: var(--paper); }
header { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; align-items: baseline; border-bottom: 1px solid var(--line); padding-bottom: .6rem; }
header b { font-size: 1.15rem; }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 1.8rem; }
a { color: var(--all); } a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--all); outline-offset: 2px; }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
nav, .states { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; list-style: none; }
form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 1rem 0; }
input, button, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--calm); border-radius: 4px; padding: .3rem .6rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; min-width: 4rem; } th { white-space: nowrap; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .calm { color: var(--calm); }
.note { border-left: 4px solid var(--bad); padding: .3rem .8rem; background: var(--shade); }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .head { fill: var(--calm); }
svg .internet { fill: var(--bad); font-weight: 600; }
svg .all { fill: var(--all); } svg .part { fill: var(--part); } svg .unknown { fill: none; stroke: var(--warn); }
svg .exposed { fill: var(--bad); } svg .grid { stroke: var(--line); }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
@media (max-width: 40rem) {
  .stacked thead { position: absolute; left: -100rem; }
  .stacked tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .stacked td { display: block; border: 0; padding: .1rem 0; } .stacked td:empty { display: none; }
  .stacked td[data-of]::before { content: attr(data-of) ": "; color: var(--calm); }
}
`;
