#include "tools/report/style.h"

namespace nanopneumo::report {

// The series' colours differ in lightness as well as in hue (after Okabe & Ito 2008), and have a
// contrast of at least 3:1 with the page behind them.
std::string_view style_sheet() {
  return R"css(
:root { color-scheme: light dark;
  --page: #ffffff; --card: #f5f7f9; --text: #1c2127; --soft: #55606b; --edge: #d5dbe1; --link: #0b5cad;
  --warn: #fff3d6; --warn-edge: #b37400; --cell: 15, 98, 172;
  --c0: #0068b0; --c1: #c4500a; --c2: #00805d; --c3: #a8327d; --c4: #806000; --c5: #2b87b8; --c6: #5a5f66;
  --c7: #6a3fb8; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14181d; --card: #1d232a; --text: #e6eaee; --soft: #a5b0bb; --edge: #3a444f; --link: #7cb8f2;
  --warn: #3a2f14; --warn-edge: #d9a441; --cell: 91, 167, 232;
  --c0: #58aaf0; --c1: #ff9457; --c2: #37c99f; --c3: #ee8fc8; --c4: #dcbf48; --c5: #9bd4f2; --c6: #b4bbc3;
  --c7: #b99bf5; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
p, li { max-width: 48rem; overflow-wrap: anywhere; }
small, figcaption, caption, .soft { color: var(--soft); font-size: .875rem; }
td small { white-space: nowrap; }
th small { font-weight: 400; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; padding: 0; margin: .8rem 0; }
nav a { display: inline-block; padding: .25rem 0; }
.warning { background: var(--warn); border-left: .35rem solid var(--warn-edge); padding: .7rem 1rem; margin: 1rem 0;
  max-width: none; }
.note { background: var(--card); border-left: .25rem solid var(--edge); padding: .5rem .8rem; font-size: .925rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; caption-side: top; }
caption span { position: sticky; left: 0; display: inline-block; max-width: min(48rem, calc(100vw - 2rem)); }
th, td { padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); }
thead th { font-weight: 600; vertical-align: bottom; color: var(--soft); }
tbody th { font-weight: 600; overflow-wrap: break-word; min-width: 8rem; max-width: 16rem; }
td:nth-child(2) { min-width: 3.5rem; }
figure { margin: 1.2rem 0; }
figcaption { margin-top: .5rem; max-width: 48rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
.panels > *, .panel { min-width: 0; }
.panel { display: grid; gap: .6rem; align-content: start; }
.plot { width: 100%; height: auto; max-width: 30rem; background: var(--card); border-radius: 6px; display: block; }
.plot text { fill: var(--text); font: 12px system-ui, sans-serif; }
.plot .title { font-size: 13px; font-weight: 600; }
.plot .tick, .plot .label { fill: var(--soft); }
.grid { stroke: var(--edge); stroke-width: .8; }
.line, .whisker { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke: currentColor; }
.whisker { stroke-width: 1.3; }
.dashed { stroke-dasharray: 6 4; }
.band { fill: currentColor; opacity: .18; }
.dot { fill: currentColor; stroke: var(--page); stroke-width: 1; }
.reference { stroke: var(--soft); stroke-dasharray: 2 4; fill: none; }
.s0 { color: var(--c0); } .s1 { color: var(--c1); } .s2 { color: var(--c2); } .s3 { color: var(--c3); }
.s4 { color: var(--c4); } .s5 { color: var(--c5); } .s6 { color: var(--c6); } .s7 { color: var(--c7); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .6rem 0; padding: 0;
  font-size: .9rem; }
.key { width: 28px; height: 10px; margin-right: .4rem; vertical-align: middle; }
.confusion { width: 100%; margin: 0; background: var(--card); border-radius: 6px; padding: .6rem; }
.confusion table { width: 100%; }
.confusion td { text-align: center; border: 2px solid var(--card); padding: .7rem .3rem; border-radius: 8px; }
.confusion td b { display: block; font-size: 1.3rem; }
.picture { background: var(--card); border-radius: 6px; padding: .6rem; margin: 0; }
.picture img { max-width: 100%; height: auto; display: block; border-radius: 4px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1rem; padding: 0;
  list-style: none; }
.tiles li { background: var(--card); border-radius: 6px; padding: .8rem 1rem; max-width: none; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--link); padding: .25rem 0; }
pre { background: var(--card); padding: .8rem; border-radius: 6px; overflow-x: auto; font-size: .85rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) { .scroll > table th:first-child { position: sticky; left: 0; background: var(--page); max-width: 9rem; }
  h1 { font-size: 1.45rem; } h2 { font-size: 1.2rem; }
  th, td { padding-right: .6rem; } }
@media print { :root { --page: #fff; --card: #fff; --text: #000; --soft: #444; --edge: #bbb; --link: #000;
    --warn: #fff; --warn-edge: #000; --cell: 15, 98, 172;
    --c0: #0068b0; --c1: #c4500a; --c2: #00805d; --c3: #a8327d; --c4: #806000; --c5: #2b87b8; --c6: #5a5f66;
    --c7: #6a3fb8; }
  body { font-size: 10pt; } nav, .skip { display: none; } .scroll { overflow: visible; }
  table { font-size: 7.5pt; } td small, th small { font-size: 6pt; } th, td { padding-right: .35rem; }
  tbody th { min-width: 5rem; }
  .plot, .confusion, .picture, .tiles li, tr, .warning { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .confusion td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .panels { grid-template-columns: repeat(2, 1fr); } }
)css";
}

}  // namespace nanopneumo::report
