import type { RunData } from '../analysis/run-data.js'
import type { LegacyClock } from './options.js'
import type { Snapshot } from './snapshot-schema.js'

/** What files of the seed's shape cannot tell, whatever is in them. */
const NEVER_TOLD = [
  'Builds, document hashes, header hashes and state roots are not in the records: neither forks nor differing builds can be seen.',
  'Counters are sums over all peers and count log lines: round trips, timeouts and single links cannot be seen, and each node is taken to have been connected to all others.',
  'Instances and restarts are not in the records: a counter may span a restart.',
]

/** Sentences on what records could not tell. Pure. */
export function unknownOfRecords(data: Pick<RunData, 'polls' | 'quality'>, clock?: LegacyClock): string[] {
  const { polls, quality } = data
  return [
    ...timesUnknown(data, clock !== undefined),
    ...(quality.expected === null
      ? ['How many polls there should have been is not known; coverage is not computed.']
      : []),
    ...(quality.repaired > 0
      ? [
          `${quality.repaired} of ${polls.length} records were torn and rebuilt; their doubled counters are shown and never summed.`,
        ]
      : []),
    ...(quality.corrupt > 0
      ? [`${quality.corrupt} lines could not be joined to a record; what they held is lost.`]
      : []),
    ...NEVER_TOLD,
  ]
}

function timesUnknown({ polls, quality }: Pick<RunData, 'polls' | 'quality'>, isVouched: boolean): string[] {
  if (polls.some(({ tsMs }) => tsMs === null))
    return ['Records carry no time and no sequence: only their order in the file is known.']
  if (!isVouched) return []
  const lost = quality.corrupt > 0 ? ' Where lines were lost, later times are too early.' : ''
  return [`Times were given by the user, one interval per record; the records do not confirm them.${lost}`]
}

/** Sentences on what tables could not tell, behind those on the soak file. Pure. */
export function unknownOfSnapshot({ soak, heartbeats }: Snapshot, ofRecords?: readonly string[]): string[] {
  const atBest = (soak.claimed_records * soak.interval_s) / soak.claimed_span_s
  return [
    `Sections 1 and 3 are two moments of which only the order is known; phase, start and resources were printed once and stand in both.`,
    `The ${soak.claimed_records} records of the text are a count of lines; even as records they would cover ${(100 * atBest).toFixed(2)} % of the claimed span.`,
    `Counts of ${heartbeats.window_s} s reach back before the processes were started: to which instance they belong is not known.`,
    'Lines of the error tables have no unit, no priority and no time within their span; a list of eight may be cut.',
    'Disk, inodes, pressure, clock offsets, sync jobs and documents are in no table.',
    ...(ofRecords ?? ['The soak file is not at hand: its records cannot be counted.', ...NEVER_TOLD]),
  ]
}
