/** Stroke colours of the lines, told apart with the common kinds of colour blindness; on white at least 4.5 : 1. */
const LIGHT = ['#1f5fa8', '#a8480f', '#13735a', '#7a3b9a', '#7d6200', '#ad2c66', '#44606e', '#566516']
/** The same on the dark ground. */
const DARK = ['#7fb3f0', '#f09a62', '#5cc9a7', '#c693e6', '#d9b84a', '#f083b0', '#9db9c8', '#b4c76a']

function variables(colours: readonly string[]): string {
  return colours.map((colour, i) => `--c${i}:${colour}`).join(';')
}

const LINES = LIGHT.map((_, i) => `.c${i}{stroke:var(--c${i})}.f${i}{fill:var(--c${i})}`).join('')

/** Classes that the charts use. */
export const CHART_STYLE = `
:root{${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
figure{margin:1.5rem 0}
figcaption{font-size:.8125rem;color:var(--soft);max-width:90ch}
figcaption strong{color:var(--ink)}
figure .scroll{margin:.5rem 0 0}
svg.chart{display:block;width:100%;min-width:680px;height:auto;overflow:visible}
.chart text{font-family:inherit;font-size:12px;fill:var(--ink);font-variant-numeric:tabular-nums}
.chart .axis,.chart .label-value{fill:var(--soft)}
.chart .drill-label{font-size:11px;fill:var(--soft);paint-order:stroke;stroke:var(--ground);stroke-width:5px;stroke-linejoin:round}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}
.line[stroke-dasharray]{stroke-linecap:butt}
.dot{fill:none;stroke-width:6;stroke-linecap:round}
.envelope{opacity:.14}
.leader{fill:none;stroke:var(--rule);stroke-width:1}
.trend{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:1 3}
.grid{stroke:var(--rule);stroke-width:1}
.rule,.tick{stroke:var(--soft);stroke-width:1;fill:none}
.drill{fill:var(--soft);opacity:.13}
.drill-edge{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2;fill:none}
.accepted{fill:var(--pass);opacity:.1}
.expected{stroke:var(--pass);stroke-width:1;fill:none}
.track{fill:none;stroke:var(--rule)}
.bar-full{fill:var(--pass);opacity:.75}
.bar-partial{fill:var(--warn)}
.bar-none{fill:url(#hatch)}
.hatch-ground{fill:var(--fail-ground)}
.hatch-line{fill:var(--fail)}
${LINES}`
