import { type Digest, topEntries } from '@montana/soak'
import { formatTable } from '../../table.js'

/** A digest for reading by eye: units in trouble, the most frequent troubles, and what is in no row. */
export function digestTable(digest: Digest): string {
  const { label, from, to, source, unattributed } = digest
  const { entries, other, total } = topEntries(digest)
  const rows = entries.map(({ count, priority, code, unit, last, template }) => [
    ...[count, priority, code, unit, last, template],
  ])
  const span = from === null ? 'without times' : `from ${from} to ${to}`
  return [
    `${label}: ${total} lines of ${source === 'journald' ? 'the journal' : 'files'}, ${span}`,
    ...unitLines(digest),
    ...(rows.length > 0 ? [formatTable(['count', 'priority', 'code', 'unit', 'last', 'line'], rows)] : []),
    `other: ${other} lines; without a unit: ${unattributed}`,
  ].join('\n')
}

function unitLines({ units }: Digest): string[] {
  return units
    .filter(({ exits, restarts, timeouts, start_limit_hits }) => exits + restarts + timeouts + start_limit_hits > 0)
    .map(
      ({ unit, exits, restarts, timeouts, start_limit_hits }) =>
        `${unit}: ${exits} exits, ${restarts} restarts, ${timeouts} timeouts, ${start_limit_hits} start limits`,
    )
}
