import { formatTime } from '@montana/foundation'
import { SoakError } from '../errors.js'
import type { Probe } from '../probe/probe.js'
import { commonWindowOf, headOf, type WindowHashes } from './heights.js'
import { skewMs } from './instants.js'
import { nodeRecord, rounded } from './node.js'
import { type SoakRecord, soakRecordSchema } from './schema.js'
import type { PastRecord } from './span.js'

export interface RecordInput {
  readonly position: Pick<SoakRecord, 'run_id' | 'seq' | 'slot' | 'prev' | 'repaired_bytes'>
  /** Start of the poll: wall clock (ms since the epoch) and the collector's monotonic clock. */
  readonly startedAtMs: number
  readonly monoMs: number
  readonly intervalMs: number
  readonly collector: SoakRecord['collector']
  readonly probes: readonly Probe[]
  /** By label: hashes at the common window, where the node could give them. */
  readonly commonHashes: ReadonlyMap<string, WindowHashes>
  readonly past: readonly PastRecord[]
}

/** The record of one poll, checked against its own schema, keys in the order of spec operations 3.3. Pure. */
export function assembleRecord(input: RecordInput): SoakRecord {
  const { position, probes, commonHashes, past, startedAtMs } = input
  const answers = probes.filter((probe) => probe.reachable)
  const head = headOf(answers)
  const skew = skewMs(answers)
  const facts = (label: string) => ({ nowMs: startedAtMs, head, past, commonHashes: commonHashes.get(label) })
  return checked({
    schema: 'montana.soak/1',
    ...position,
    ts: formatTime(startedAtMs),
    mono_ms: rounded(input.monoMs),
    interval_ms: input.intervalMs,
    late: false,
    collector: input.collector,
    head: head ? { label: head.label, window: head.status.window } : null,
    common_window: commonWindowOf(answers),
    skew_ms: skew === null ? null : rounded(skew),
    nodes: probes.map((probe) => nodeRecord(probe, facts(probe.label))),
  })
}

/** Parsing also puts the keys into the order of the schema. */
function checked(record: SoakRecord): SoakRecord {
  const parsed = soakRecordSchema.safeParse(record)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new SoakError('SOAK_RECORD_INVALID', `record field ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Characters at which some readers, though not JSON, would break a line. */
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g

/** One line, LF included; there is no other line end in it, of whatever kind. */
export function recordLine(record: SoakRecord): string {
  const escaped = (end: string) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(record).replaceAll(OTHER_LINE_ENDS, escaped)}\n`
}
