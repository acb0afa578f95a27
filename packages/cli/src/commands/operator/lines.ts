import { type Check, type Done, type PlannedStep, parseAddress } from '@montana/operator'
import type { Paint } from '../../paint.js'

const NAME_WIDTH = 11
const ID_WIDTH = 20
const MS = 1000

const seconds = (ms: number) => `${(ms / MS).toFixed(1)} s`

/** One line per check; remedies below those that have one. */
export function checkLines(checks: readonly Check[], tookMs: number, paint: Paint): string {
  const count = (colour: Check['colour']) => checks.filter((check) => check.colour === colour).length
  const summary = `${'doctor'.padEnd(NAME_WIDTH)} ${count('green')} green, ${count('yellow')} yellow, ${count('red')} red (${seconds(tookMs)})`
  return [...checks.flatMap((check) => checkLine(check, paint)), summary].join('\n')
}

function checkLine({ id, colour, value, remedy }: Check, paint: Paint): string[] {
  const line = `${paint[colour](colour.padEnd(6))} ${id.padEnd(ID_WIDTH)} ${value}`
  return remedy === undefined ? [line] : [line, `${' '.repeat(7)}${' '.repeat(ID_WIDTH)} → ${remedy}`]
}

/** With the rule that is left to the operator: no firewall is ever opened here. Spec operations 9.3. */
export function planLines(plan: readonly PlannedStep[], listen: string): string {
  const line = ({ name, found, todo }: PlannedStep) => {
    return `${'plan'.padEnd(NAME_WIDTH)} ${name}: found ${found}; ${todo === 'nothing' ? 'nothing to do' : `will ${todo}`}`
  }
  const { port } = parseAddress(listen)
  const rule = `nft add rule inet filter input tcp dport ${port} accept`
  return [
    ...plan.map(line),
    `${'firewall'.padEnd(NAME_WIDTH)} is not touched: let TCP in to ${port}, such as by ${rule}`,
  ].join('\n')
}

export function stepLine(name: string, { found, did }: Done, tookMs: number): string {
  return `${name.padEnd(NAME_WIDTH)} found ${found}; did ${did} (${seconds(tookMs)})`
}
