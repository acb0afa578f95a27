import type { Interval, NodeData, Poll, Sample } from '../analysis/run-data.js'
import { intervalOf, type LegacyCounters } from './interval.js'
import type { LegacyNode, LegacyRecord } from './record.js'
import { blankSample } from './sample.js'

/** The counters `hb_5m`, `err_5m`, `closed_5m` cover five minutes: spec operations 3.4. */
const COUNTED_S = 300

/** A record at its place in the file. */
export interface PlacedRecord {
  readonly seq: number
  readonly tsMs: number | null
  readonly record: LegacyRecord
}

/** The label of each node that some record names, in the order of appearance. */
export function labelsOf(records: readonly PlacedRecord[]): string[] {
  return [...new Set(records.flatMap(({ record }) => record.nodes.map(({ label }) => label)))]
}

export function pollOf({ seq, tsMs, record }: PlacedRecord): Poll {
  const head = headOf(record)
  const headWindow = head && windowOf(head)
  return {
    ...{ seq, tsMs, slot: null, commonWindow: null, skewMs: null },
    ...{ headWindow: headWindow ?? null, headLabel: head?.label ?? null },
  }
}

export function nodeDataOf(label: string, records: readonly PlacedRecord[]): NodeData {
  return {
    label,
    samples: records.map((placed) => sampleOf(label, placed)),
    intervals: records.flatMap((placed) => intervalIn(label, placed) ?? []),
  }
}

function sampleOf(label: string, { seq, tsMs, record }: PlacedRecord): Sample {
  const node = nodeIn(record, label)
  const blank = blankSample(seq, tsMs)
  if (!node) return { ...blank, error: 'not in the record' }
  const window = windowOf(node)
  if (!isReachable(node)) return { ...blank, error: `unit state ${node.active ?? 'unknown'}` }
  return { ...blank, reachable: true, phase: node.phase ?? null, window, lag: lagOf(window, record) }
}

function intervalIn(label: string, { seq, tsMs, record }: PlacedRecord): Interval | undefined {
  const node = nodeIn(record, label)
  if (!node) return undefined
  const span = { fromSeq: Math.max(0, seq - 1), toSeq: seq, toMs: tsMs, seconds: COUNTED_S }
  return intervalOf(countersOf(node), span, record.nodes.length - 1)
}

export function countersOf({ hb_5m, err_5m, closed_5m }: LegacyNode): LegacyCounters {
  return { ok: hb_5m, dialErr: err_5m, closed: closed_5m }
}

function nodeIn(record: LegacyRecord, label: string): LegacyNode | undefined {
  return record.nodes.find((node) => node.label === label)
}

/** Old collectors wrote 0 for a window that they could not read: spec operations 4, Q31. */
function windowOf({ window }: LegacyNode): number | null {
  return window.value === 0 ? null : window.value
}

function isReachable(node: LegacyNode): boolean {
  return typeof node.active === 'string' ? node.active === 'active' : windowOf(node) !== null
}

/** The node with the highest window, the first of several. */
function headOf(record: LegacyRecord): LegacyNode | undefined {
  const known = record.nodes.filter((node) => isReachable(node) && windowOf(node) !== null)
  return known.reduce<LegacyNode | undefined>(
    (head, node) => (head && (windowOf(head) ?? 0) >= (windowOf(node) ?? 0) ? head : node),
    undefined,
  )
}

function lagOf(window: number | null, record: LegacyRecord): number | null {
  const head = headOf(record)
  const highest = head && windowOf(head)
  return typeof highest !== 'number' || window === null ? null : highest - window
}
