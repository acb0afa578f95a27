/** Ink, surfaces and the meanings. Text reaches a contrast of 4.5 : 1 on its ground in both schemes. */
const COLOURS = `
:root{color-scheme:light dark;--ink:#17202a;--soft:#566270;--ground:#fff;--panel:#f6f7f9;--rule:#dde2e8;--link:#1a56a0;--bar:#3c6fae;
--pass:#146c43;--fail:#a61b1b;--fail-ground:#fbecec;--warn:#8a5300;--warn-ground:#fdf3e1;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a0abb8;--ground:#12161b;--panel:#1a2027;--rule:#2f3842;--link:#82b4f0;--bar:#6f9fdc;
--pass:#6fce9c;--fail:#ff9a94;--fail-ground:#331a1b;--warn:#f0b95b;--warn-ground:#2e2412;--on:#12161b}}`

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0 auto;max-width:72rem;padding:2rem 2rem 4rem;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.625rem;line-height:1.2;letter-spacing:-.015em;font-weight:650;margin:0 0 .25rem}
h2{font-size:1.25rem;line-height:1.3;font-weight:650;margin:0 0 .5rem}
h3{font-size:1rem;font-weight:650;margin:1.75rem 0 .5rem}
p{margin:.5rem 0;max-width:76ch;overflow-wrap:anywhere}
ul{margin:.5rem 0;padding-left:1.25rem}
li{overflow-wrap:anywhere;max-width:90ch}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.15em}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code{font:.8125em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
main>section{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:1.5rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:1.5rem 0 0;padding:.75rem 0 0;border-top:1px solid var(--rule);font-size:.875rem}
.soft{color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:1px;margin:1rem 0;background:var(--rule);border:1px solid var(--rule);border-radius:8px;overflow:hidden}
.facts>div{flex:1 1 11rem;background:var(--ground);padding:.5rem 1rem .625rem}
dt{font-size:.8125rem;color:var(--soft)}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.tally{list-style:none;display:flex;flex-wrap:wrap;gap:.375rem .75rem;margin:1rem 0;padding:0}
.warning{border:1px dashed var(--warn);border-left:6px solid var(--warn);background:var(--warn-ground);border-radius:6px;padding:.625rem 1rem}
.failure{border:1px solid var(--fail);border-left:6px solid var(--fail);background:var(--fail-ground);border-radius:6px;padding:.625rem 1rem}`

/** Each meaning by word, by mark and by line; colour comes last. */
const VERDICTS = `
.verdict{display:inline-block;padding:.0625rem .5rem;border:1px solid;border-radius:999px;font-size:.75rem;line-height:1.5;font-weight:650;white-space:nowrap}
.verdict.is-met{color:var(--pass)}
.verdict.is-not-met{color:var(--on);background:var(--fail);border-color:var(--fail)}
.verdict.is-in-part{color:var(--warn);background:var(--warn-ground);border-style:dashed}
.verdict.is-not-measured-here,.verdict.is-not-on-record{color:var(--soft);border-style:dotted}`

const TABLES = `
table{border-collapse:collapse;width:100%;margin:.75rem 0 1.25rem;font-size:.8125rem;line-height:1.45;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.25rem;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.375rem .75rem;border-bottom:1px solid var(--rule);overflow-wrap:break-word}
th:first-child{padding-left:0}
td:last-child{padding-right:0}
thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--soft);vertical-align:bottom;line-height:1.25}
tbody th{font-weight:600;max-width:22rem}
.num{text-align:right}
tbody .num{white-space:nowrap}
.of{display:block;font-weight:400;color:var(--soft);font-size:.75rem}
.remark{display:block;color:var(--soft);font-size:.75rem}
.bars{display:block;width:100%;min-width:6rem;height:.75rem;margin-top:.25rem}
.bar{fill:var(--bar)}
.beyond{fill:var(--fail)}
.tick{fill:none;stroke:var(--ink);stroke-width:1.5;vector-effect:non-scaling-stroke}`

const NARROW = `
@media (max-width:46rem){body{padding:1.25rem 1rem 3rem}h1{font-size:1.375rem}.facts>div{flex-basis:9rem;padding:.5rem .75rem}
table,tbody,tr,caption{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{padding:.5rem 0;border-bottom:1px solid var(--rule)}
th,td{display:block;border:0;padding:.0625rem 0}tbody th{max-width:none}
td:not(:empty){display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.5rem;text-align:left}
td.num{text-align:left}tbody .num{white-space:normal}
td::before{content:attr(data-head);color:var(--soft);overflow-wrap:anywhere}
td:empty{display:none}.verdict{justify-self:start}}
@media print{.bar,.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}tr{break-inside:avoid}nav{display:none}}`

/** The style of the whole file; fonts are those of the reader. */
export const STYLE = [COLOURS, PAGE, VERDICTS, TABLES, NARROW].join('')
