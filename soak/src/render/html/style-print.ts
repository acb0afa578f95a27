/** On paper: light ink, nothing scrolls, no page break through a row, a chart or a finding. */
export const PRINT_STYLE = `
@page{size:A4;margin:14mm 12mm}
@media print{
html{color-scheme:light}
html{font-size:11.5px}
body{max-width:none;padding:0;font-size:.9375rem;-webkit-print-color-adjust:exact;print-color-adjust:exact}
nav{display:none}
main>section{margin-top:1.5rem;padding-top:1rem}
h2,h3,figcaption,caption,.explains{break-after:avoid}
tr,figure,.finding li,.cause,.verdict,.facts,.causes li,.rows li,pre{break-inside:avoid}
thead{display:table-header-group}
.scroll{overflow:visible}
svg.chart{min-width:0}
table{font-size:6.8pt}
th,td{padding:.1875rem .4375rem}
td,tbody th{max-width:none}
.long{overflow-wrap:anywhere}
time,table code:not(.long){white-space:normal}
.columns{grid-template-columns:1fr 1fr;gap:1.5rem}
.facts>div{flex-basis:7rem}
table{min-width:0;width:100%}
td code{font-size:6.2pt}
a{color:inherit;text-decoration:none}
p{orphans:3;widows:3}
}`
