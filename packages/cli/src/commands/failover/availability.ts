import {
  type Availability,
  type AvailabilityInput,
  availability,
  type Structure,
  structures,
} from '@montana/failover/settings'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createPaint } from '../../paint.js'
import { formatTable } from '../../table.js'
import { addAvailabilityFlags, readAvailability } from './availability-options.js'

export function availabilityCommand(context: CliContext): Command {
  const command = new Command('availability').description(
    'how much of a year a group is down, term by term; faults of hosts are taken to be independent but for --beta',
  )
  return addAvailabilityFlags(command).action((_, self: Command) => {
    const flags = self.optsWithGlobals<GlobalOptions & Parameters<typeof readAvailability>[0]>()
    const input = readAvailability(flags)
    const [result, compared] = [availability(input), comparison(input)]
    if (flags.json) return context.json({ input, ...result, structures: compared })
    context.out(text(result, compared, createPaint(wantsColor(context, flags)).bold))
  })
}

/** One host is in no structure with others. */
function comparison({ hostAvailability, hosts }: AvailabilityInput): Structure[] {
  return hosts < 2 ? [] : structures(hostAvailability, hosts)
}

function text(
  { terms, total }: Availability,
  compared: readonly Structure[],
  strong: (text: string) => string,
): string {
  const header = ['term', 'formula', 'unavailability', 'seconds/year', 'nines']
  const rows = [...terms, { name: 'total', ...total }].map(({ name, formula, unavailability, ...rated }) => {
    return [name, formula, small(unavailability), seconds(rated.secondsPerYear), nines(rated.nines)]
  })
  const table = formatTable(header, rows).split('\n')
  const last = strong(table.pop() ?? '')
  const structure = formatTable(
    ['structure alone', 'formula', 'unavailability'],
    compared.map((row) => [row.text, row.formula, small(row.unavailability)]),
  )
  const available = `available: ${total.availability.toFixed(9)}`
  return [...table, last, '', available, ...(compared.length === 0 ? [] : ['', structure])].join('\n')
}

function small(value: number): string {
  return value === 0 ? '0' : value.toExponential(3)
}

function seconds(value: number): string {
  return value === 0 || value >= 0.01 ? value.toFixed(2) : value.toExponential(1)
}

function nines(value: number | null): string {
  return value === null ? '-' : value.toFixed(2)
}
