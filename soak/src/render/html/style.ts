import { CHART_STYLE } from './style-chart.js'
import { PRINT_STYLE } from './style-print.js'

/** Ink, surfaces and the three meanings. Text reaches a contrast of 4.5 : 1 on its ground in both schemes. */
const COLOURS = `
:root{--ink:#17202a;--soft:#566270;--ground:#fff;--panel:#f6f7f9;--rule:#dde2e8;--link:#1a56a0;
--pass:#146c43;--pass-ground:#e8f4ed;--fail:#a61b1b;--fail-ground:#fbecec;--warn:#8a5300;--warn-ground:#fdf3e1;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a0abb8;--ground:#12161b;--panel:#1a2027;--rule:#2f3842;--link:#82b4f0;
--pass:#6fce9c;--pass-ground:#14291f;--fail:#ff9a94;--fail-ground:#331a1b;--warn:#f0b95b;--warn-ground:#2e2412;--on:#12161b}}`

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0 auto;max-width:1184px;padding:2rem 2rem 4rem;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.625rem;line-height:1.2;letter-spacing:-.015em;font-weight:650;margin:0}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em;font-weight:650;margin:0 0 .75rem}
h3{font-size:1rem;font-weight:650;margin:1.75rem 0 .5rem}
p{margin:.5rem 0;max-width:76ch;overflow-wrap:anywhere}
.verdict p{max-width:none}
ul,ol{margin:.5rem 0;padding-left:1.25rem}
li{overflow-wrap:anywhere}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.15em}
a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8125em}
code{overflow-wrap:anywhere}
code,strong,a,.place,.figures span,.detail{unicode-bidi:isolate}
pre{background:var(--panel);border:1px solid var(--rule);border-radius:6px;padding:.75rem 1rem;overflow-x:auto;white-space:pre-wrap}
pre code{font-size:.8125rem}
main>section{margin-top:3rem;border-top:1px solid var(--rule);padding-top:1.5rem}
.section-number{display:inline-block;min-width:1.75rem;color:var(--soft);font-weight:400;font-variant-numeric:tabular-nums}
.muted,.absent,.generated,.detail{color:var(--soft);font-weight:400}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.generated{margin:.25rem 0 1.25rem}`

const OVERVIEW = `
.verdict{display:flex;gap:1rem 1.75rem;align-items:center;flex-wrap:wrap;padding:1rem 1.5rem;border-radius:8px;border:1px solid;border-left-width:8px}
.verdict>div{flex:1 1 24rem}
.verdict.pass{background:var(--pass-ground);border-color:var(--pass)}
.verdict.fail{background:var(--fail-ground);border-color:var(--fail)}
.verdict.insufficient{background:var(--warn-ground);border-color:var(--warn);border-style:dashed;border-left-style:solid}
.verdict.na{background:var(--panel);border-color:var(--rule)}
.verdict-word{display:flex;gap:.75rem;align-items:center;margin:0;font-size:1.75rem;line-height:1;font-weight:700;letter-spacing:.02em}
.pass .verdict-word{color:var(--pass)}.fail .verdict-word{color:var(--fail)}.insufficient .verdict-word{color:var(--warn)}
.verdict-icon{width:2.25rem;height:2.25rem;flex:none}
.verdict-icon path{fill:none;stroke:currentColor;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}
.closing{font-size:1.0625rem;margin:0}
.compressed{margin:.375rem 0 0;font-weight:600;color:var(--warn)}
.facts{display:flex;flex-wrap:wrap;gap:1px;margin:1rem 0 1.75rem;background:var(--rule);border:1px solid var(--rule);border-radius:8px;overflow:hidden}
.facts>div{flex:1 1 11rem;background:var(--ground);padding:.625rem 1rem .75rem}
dt{font-size:.8125rem;color:var(--soft)}
dd{margin:0;font-size:1.125rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.detail{display:block;font-size:.8125rem;font-weight:400;line-height:1.4;overflow-wrap:anywhere}
dd.lengthy{font-size:.875rem;line-height:1.6}
.alarming dd{color:var(--fail)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem 3rem}
.columns h2{font-size:1rem;margin-bottom:.5rem}
.columns ol+h2,.columns p+h2{margin-top:1.25rem}
.causes{list-style:none;padding:0;margin:0;font-size:.875rem;line-height:1.45}
.causes li{padding:0 0 .5rem;margin:0 0 .5rem;border-bottom:1px solid var(--rule)}
.causes li:last-child{border:0}
.causes p{margin:.125rem 0}
.rows{list-style:none;padding:0;margin:0;font-size:.875rem;line-height:1.4}
.rows li{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;padding:.25rem 0;border-bottom:1px solid var(--rule)}
.rows .detail{font-size:.75rem}
.rows .when{color:var(--soft);font-size:.75rem;margin-left:.5rem;white-space:nowrap;font-variant-numeric:tabular-nums}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:.75rem 0;margin:2rem 0 0;border-top:1px solid var(--rule);font-size:.875rem}
nav .section-number{min-width:1.125rem}`

/** Three signs for each meaning: word, fill or outline, colour. */
const BADGES = `
.badge{display:inline-block;flex:none;padding:.0625rem .5rem;border:1px solid;border-radius:999px;font-size:.75rem;line-height:1.4;font-weight:650;letter-spacing:.02em;white-space:nowrap}
.badge.pass{color:var(--pass);background:var(--pass-ground)}
.badge.fail,.badge.critical{color:var(--on);background:var(--fail);border-color:var(--fail)}
.badge.insufficient,.badge.warning{color:var(--warn);background:var(--warn-ground);border-style:dashed}
.badge.na,.badge.info{color:var(--soft);border-color:var(--rule)}`

const TABLES = `
.scroll{overflow-x:auto;margin:.75rem 0 1.25rem}
table{border-collapse:collapse;min-width:min(100%,40rem);font-size:.8125rem;line-height:1.45;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.125rem}
th,td{text-align:left;vertical-align:top;padding:.4375rem .75rem;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--soft);vertical-align:bottom;line-height:1.25}
tbody th{font-weight:600}
.num{text-align:right}
tbody .num,time{white-space:nowrap}
td{max-width:34rem;overflow-wrap:break-word}
table code{overflow-wrap:break-word}
table code:not(.long){white-space:nowrap}
tbody th{max-width:20rem;overflow-wrap:break-word}`

const FINDINGS = `
.finding{border:1px solid var(--rule);border-left:5px solid var(--rule);border-radius:6px;margin:.75rem 0}
.finding.is-critical{border-left-color:var(--fail)}
.finding.is-warning{border-left:5px double var(--warn)}
.cause,.explained{padding:.75rem 1.25rem}
.explained{background:var(--panel);border-top:1px solid var(--rule)}
.explains{margin:0 0 .5rem;font-size:.8125rem;font-weight:600;color:var(--soft)}
.explained ul{list-style:none;margin:0;padding:0}
.explained li{padding:.5rem 0 .5rem 1.25rem;border-left:2px solid var(--rule);margin-bottom:.25rem}
.finding p{margin:.25rem 0}
.finding-head{max-width:none;display:flex;flex-wrap:wrap;gap:.25rem .625rem;align-items:baseline}
.key{color:var(--soft);font-size:.75rem}
.figures{color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums;display:flex;flex-wrap:wrap;gap:0 1.25rem}
.finding .key{color:var(--soft);font-size:.75rem}
.figures{margin-left:auto}
.evidence{font-size:.8125rem}
.evidence code{font-size:.75rem}
.remedy .muted,.evidence .muted{display:inline-block;min-width:4.25rem}
:target{outline:2px solid var(--link);outline-offset:2px}`

const NARROW = `
@media (max-width:40rem){body{padding:1.25rem 1rem 3rem}h1{font-size:1.375rem}.verdict{padding:.875rem 1rem}.facts>div{flex-basis:9rem}
.cause,.explained{padding:.625rem .875rem}.finding .key{color:var(--soft);font-size:.75rem}
.figures{margin-left:0}}`

/** The style of the whole file; fonts are those of the reader. */
export const STYLE = [COLOURS, PAGE, OVERVIEW, BADGES, TABLES, FINDINGS, CHART_STYLE, NARROW, PRINT_STYLE].join('')
