import { UsageError } from '@montana/foundation'
import { LABELS, type Label } from './labels.js'

export type FaultKind = 'kill' | 'pause' | 'crash'

/** A planned fault: what happens to which node, W windows after the start, and for how long. */
export interface Fault {
  readonly kind: FaultKind
  readonly target: Label
  /** Counted from the head at start, when that node reports it. */
  readonly afterWindows: number
  /** Infinity: the node does not come back. */
  readonly durationMs: number
  readonly text: string
}

const KINDS: readonly FaultKind[] = ['kill', 'pause', 'crash']
/** Kinds of the grammar that this build does not have. */
const LATER_KINDS = ['partition', 'diskfull', 'clock', 'oldbuild']
const DEFAULT_DURATION_S = 3
const MAX_DURATION_S = 86_400
const GRAMMAR = 'KIND:TARGET@W[:SECONDS|:forever], for example kill:frankfurt@5 or pause:helsinki@8:2'

/**
 * `kill` is kill -9 and a restart; `pause` is SIGSTOP and SIGCONT; `crash` makes the node kill itself between the
 * commit of that window and its broadcast, then restarts it. Throws {@link UsageError}.
 */
export function parseFault(text: string): Fault {
  const [, kind, target, window, duration] = /^([a-z]+):([a-z0-9+-]+)@(\d{1,9})(?::([a-z0-9.]+))?$/.exec(text) ?? []
  if (kind === undefined) {
    const unknown = LATER_KINDS.find((later) => text.startsWith(`${later}:`))
    throw unknown ? notYet(text, unknown) : usage(text, 'is not a fault')
  }
  if (LATER_KINDS.includes(kind)) throw notYet(text, kind)
  const known = KINDS.find((candidate) => candidate === kind)
  if (!known) throw usage(text, `has unknown kind '${kind}'; known are ${KINDS.join(', ')}`)
  const label = LABELS.find((candidate) => candidate === target)
  if (!label) throw usage(text, `has unknown node '${target}'; known are ${LABELS.join(', ')}`)
  return { kind: known, target: label, afterWindows: Number(window), durationMs: parseDuration(text, duration), text }
}

function parseDuration(text: string, duration: string | undefined): number {
  if (duration === undefined) return DEFAULT_DURATION_S * 1000
  if (duration === 'forever') return Number.POSITIVE_INFINITY
  const seconds = Number(duration)
  if (seconds > 0 && seconds <= MAX_DURATION_S) return seconds * 1000
  throw usage(text, `has duration '${duration}', neither seconds nor 'forever'`)
}

function usage(text: string, reason: string): UsageError {
  return new UsageError(`--fault '${text}' ${reason}`, { field: 'fault', remedy: `use ${GRAMMAR}` })
}

function notYet(text: string, kind: string): UsageError {
  return new UsageError(`--fault '${text}': faults of kind '${kind}' do not exist yet`, {
    field: 'fault',
    remedy: `use one of ${KINDS.join(', ')}`,
  })
}
