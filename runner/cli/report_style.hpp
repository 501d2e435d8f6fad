#pragma once

namespace tranche::cli {

inline constexpr const char* kReportStyle = R"(
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2024; --faint: #60646c; --line: #e0e1e6; --card: #f7f8fa;
  --good: #2a9d5c; --bad: #d13b3b; --busy: #2b77d0; --odd: #b7791f; --idle: #9aa0a8; --column: #5b7fb8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --ink: #e8eaed; --faint: #9aa0a8; --line: #32363b; --card: #1f2226;
    --good: #4cc38a; --bad: #f06a6a; --busy: #6aa9f0; --odd: #e0a84a; --idle: #70767e; --column: #7fa0d4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: .5rem 0 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; }
.faint, .top, .ends { color: var(--faint); font-size: .85rem; }
.ends { display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
dt { color: var(--faint); font-size: .8rem; }
dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.bar { display: flex; height: .75rem; border-radius: .4rem; overflow: hidden; background: var(--line); }
.bar i { background: var(--good); }
svg { display: block; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
rect, .key { fill: var(--idle); background: var(--idle); }
.column { fill: var(--column); }
.succeeded { fill: var(--good); stroke: var(--good); background: var(--good); }
.failed, .exhausted { fill: var(--bad); stroke: var(--bad); background: var(--bad); }
.processing { fill: var(--busy); stroke: var(--busy); background: var(--busy); }
.skipped { fill: var(--odd); stroke: var(--odd); background: var(--odd); }
.planned, .cancelled { fill: var(--idle); stroke: var(--idle); background: var(--idle); }
rect { stroke: none; }
.dot { stroke-width: 7; stroke-linecap: round; vector-effect: non-scaling-stroke; opacity: .75; }
.keys { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .85rem; padding: 0; list-style: none; }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem; margin-right: .35rem; }
.rows { list-style: none; margin: 0; padding: 0; }
.rows li { border-top: 1px solid var(--line); padding: .5rem 0; }
.rows b { margin-right: .5rem; }
pre { margin: .35rem 0 0; padding: .5rem; background: var(--card); border-radius: .35rem; white-space: pre-wrap;
  font: .85rem/1.4 ui-monospace, monospace; }
)";

}  // namespace tranche::cli
