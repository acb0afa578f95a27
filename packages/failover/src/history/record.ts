import { historyRecordForm } from '../channel/messages/bodies.js'
import type { AnswerBody } from '../channel/messages/messages.js'
import { REASON_MAX_CHARS } from '../core/constants.js'
import type { Transition } from '../core/types.js'

/** One change of role, with who saw it and when. `sequence` grows within a host, for as long as that host exists. */
export interface HistoryRecord extends Omit<Transition, 'epoch'> {
  readonly at: string
  readonly host: string
  readonly bootId: string
  readonly sequence: number
  readonly epoch: string | null
}

export type WireRecord = AnswerBody<'history'>['records'][number]

const RULE_MAX_CHARS = 32
/** A reason may repeat what a service said; it is shown on terminals. */
const CONTROLS = /\p{Cc}/gu

export function recordOf(
  { epoch, ...transition }: Transition,
  head: Pick<HistoryRecord, 'at' | 'host' | 'bootId' | 'sequence'>,
): HistoryRecord {
  const rule = transition.rule.slice(0, RULE_MAX_CHARS)
  const reason = transition.reason.slice(0, REASON_MAX_CHARS).replaceAll(CONTROLS, ' ')
  return { ...head, ...transition, rule, reason, epoch: epoch === null ? null : String(epoch) }
}

export function toWire({ at, host, bootId, sequence, epoch, ...transition }: HistoryRecord): WireRecord {
  return { at, host, bootId, sequence, transition: { ...transition, epoch: epoch === null ? null : BigInt(epoch) } }
}

export function fromWire({ at, host, bootId, sequence, transition }: WireRecord): HistoryRecord {
  const { epoch, ...rest } = transition
  return { at, host, bootId, sequence, ...rest, epoch: epoch === null ? null : String(epoch) }
}

/** A line of the file; snake_case as everywhere on disk. */
export function toLine({ at, host, bootId, sequence, phasesMs, ...transition }: HistoryRecord): string {
  const line = { at, host, boot_id: bootId, sequence, transition: { ...transition, phases_ms: phasesMs } }
  return `${JSON.stringify(line)}\n`
}

/** Undefined for what is no record: a torn line, or the line of another program. */
export function fromLine(text: string): HistoryRecord | undefined {
  try {
    const { boot_id: bootId, transition, ...head } = JSON.parse(text) as Record<string, Record<string, unknown>>
    // Earlier files have `phasesMs`.
    const { phases_ms: phasesMs, ...rest } = transition ?? {}
    const wire = { ...head, bootId, transition: phasesMs === undefined ? rest : { ...rest, phasesMs } }
    const found = historyRecordForm.safeParse(wire)
    return found.success ? fromWire(found.data) : undefined
  } catch {
    return undefined
  }
}
