import type { NodeData, Sample } from '../analysis/run-data.js'
import type { Digest } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, logTimes, rounded, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** Codes by which our own programs say that a write was refused for want of space. */
const NO_SPACE = /ENOSPC|EDQUOT|_FULL$/

/** F-DISK: a write refused for want of space, or little space or few inodes left. */
export const diskRule: Rule = (input) => [
  ...input.data.digests.flatMap(refusedInLog),
  ...input.data.nodes.flatMap((node) => [
    ...refused(input, node),
    ...scarce(input, node, bytesFree),
    ...scarce(input, node, inodesFree),
  ]),
]

function refusedInLog(digest: Digest): RawFinding[] {
  const { label, entries } = digest
  return entries
    .filter(({ code }) => NO_SPACE.test(code))
    .map((entry) => ({
      ...{ id: 'F-DISK', severity: 'critical', node: label, peer: null },
      ...logTimes(digest, [entry]),
      ...{ value: entry.count, threshold: 0, evidence: [logEvidence(label, entry.code)] },
      ...{ text: 'a write was refused because the disk was full', remedy: REMEDIES['F-DISK'].space },
    }))
}

function refused({ data }: RuleInput, { label, samples }: NodeData): RawFinding[] {
  const isFull = ({ degraded }: Sample) => degraded.some((code) => NO_SPACE.test(code))
  return stretches(samples, isFull).map((stretch) => ({
    ...{ id: 'F-DISK', severity: 'critical', node: label, peer: null },
    ...spanOf(data, stretch),
    value: stretch[0]?.degraded.find((code) => NO_SPACE.test(code)) ?? null,
    threshold: null,
    ...{ text: 'the node says that a write was refused because the disk was full', remedy: REMEDIES['F-DISK'].space },
  }))
}

interface Stock {
  readonly what: string
  readonly threshold: 'disk_free_pct' | 'inodes_free_pct'
  percent(sample: Sample): number | null
}

const bytesFree: Stock = {
  what: 'space',
  threshold: 'disk_free_pct',
  percent: ({ diskFree, diskTotal }) => percentOf(diskFree, diskTotal),
}
const inodesFree: Stock = {
  what: 'inodes',
  threshold: 'inodes_free_pct',
  percent: ({ inodesFree, inodesTotal }) => percentOf(inodesFree, inodesTotal),
}

/** Null where it was not measured; a file system without inodes of its own says a total of 0. */
export function percentOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : (100 * part) / whole
}

function scarce({ data, thresholds }: RuleInput, { label, samples }: NodeData, stock: Stock): RawFinding[] {
  const bound = thresholds[stock.threshold]
  const percents = (stretch: readonly Sample[]) => stretch.map((sample) => stock.percent(sample) ?? 100)
  return stretches(samples, (sample) => (stock.percent(sample) ?? 100) < bound).map((stretch) => ({
    ...{ id: 'F-DISK', severity: 'critical', node: label, peer: null },
    ...spanOf(data, stretch),
    ...{ value: rounded(Math.min(...percents(stretch)), 1), threshold: bound },
    ...{ text: `less than ${bound} % of ${stock.what} left on the disk of the node`, remedy: REMEDIES['F-DISK'].space },
  }))
}
