import { UsageError } from '@montana/foundation'
import { LABELS, type Label } from './labels.js'

const KINDS = ['kill', 'pause', 'crash', 'partition', 'diskfull', 'clock', 'oldbuild'] as const
export type FaultKind = (typeof KINDS)[number]

/** A planned fault: what happens to which node, W windows after the start, and for how long. */
export interface Fault {
  readonly kind: FaultKind
  readonly target: Label
  /** The other end of a partition. */
  readonly peer: Label | undefined
  /** Added to the wall clock of the node, ms; 0 for all other kinds. */
  readonly offsetMs: number
  /** Counted from the head at start, when that node reports it. */
  readonly afterWindows: number
  /** Infinity: it does not end. */
  readonly durationMs: number
  readonly text: string
}

const DEFAULT_DURATION_S = 3
const MAX_DURATION_S = 86_400
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }
const GRAMMAR = 'KIND:TARGET@W[:SECONDS|:forever], for example kill:frankfurt@5 or pause:helsinki@8:2'
const PARTITION = 'name both ends, for example partition:moscow-helsinki@5'
const CLOCK =
  'name node and offset in ms, s or m, up to a day, for example clock:helsinki+30s@5 or clock:moscow-500ms@5'
const MAX_OFFSET_MS = 86_400_000

/**
 * `kill` is kill -9 and a restart; `pause` is SIGSTOP and SIGCONT; `crash` makes the node kill itself between the
 * commit of that window and its broadcast, then restarts it; `partition` cuts the link of two nodes; `diskfull` fills
 * the file system of the node's log; `clock` sets its wall clock wrong; `oldbuild` restarts it as an outdated build.
 * Throws {@link UsageError}.
 */
export function parseFault(text: string): Fault {
  const [, kind, target = '', window, duration] =
    /^([a-z]+):([a-z0-9+-]+)@(\d{1,9})(?::([a-z0-9.]+))?$/.exec(text) ?? []
  if (kind === undefined) throw usage(text, 'is not a fault')
  const known = KINDS.find((candidate) => candidate === kind)
  if (!known) throw usage(text, `has unknown kind '${kind}'; known are ${KINDS.join(', ')}`)
  return {
    kind: known,
    ...parseTarget(text, known, target),
    afterWindows: Number(window),
    durationMs: parseDuration(text, duration),
    text,
  }
}

function parseTarget(text: string, kind: FaultKind, target: string): Pick<Fault, 'target' | 'peer' | 'offsetMs'> {
  if (kind === 'partition') return { ...parseEnds(text, target), offsetMs: 0 }
  if (kind === 'clock') return { ...parseOffset(text, target), peer: undefined }
  return { target: parseLabel(text, target), peer: undefined, offsetMs: 0 }
}

function parseEnds(text: string, target: string): { target: Label; peer: Label } {
  const [, one, other] = /^([a-z]+)-([a-z]+)$/.exec(target) ?? []
  if (one === undefined || other === undefined) throw usage(text, 'does not name two nodes', PARTITION)
  if (one === other) throw usage(text, 'cuts a node off from itself', PARTITION)
  return { target: parseLabel(text, one), peer: parseLabel(text, other) }
}

function parseOffset(text: string, target: string): { target: Label; offsetMs: number } {
  const [, name, sign, amount, unit] = /^([a-z]+)([+-])(\d{1,9})(ms|s|m)$/.exec(target) ?? []
  if (name === undefined || unit === undefined) throw usage(text, 'names no offset', CLOCK)
  const offsetMs = Number(amount) * (UNIT_MS[unit] ?? 0) * (sign === '-' ? -1 : 1)
  if (offsetMs === 0 || Math.abs(offsetMs) > MAX_OFFSET_MS) throw usage(text, 'has no usable offset', CLOCK)
  return { target: parseLabel(text, name), offsetMs }
}

function parseLabel(text: string, name: string): Label {
  const label = LABELS.find((candidate) => candidate === name)
  if (label) return label
  throw usage(text, `has unknown node '${name}'; known are ${LABELS.join(', ')}`)
}

function parseDuration(text: string, duration: string | undefined): number {
  if (duration === undefined) return DEFAULT_DURATION_S * 1000
  if (duration === 'forever') return Number.POSITIVE_INFINITY
  const seconds = /^\d+(?:\.\d+)?$/.test(duration) ? Number(duration) : Number.NaN
  if (seconds > 0 && seconds <= MAX_DURATION_S) return seconds * 1000
  throw usage(text, `has duration '${duration}', neither seconds nor 'forever'`)
}

function usage(text: string, reason: string, remedy = `use ${GRAMMAR}`): UsageError {
  return new UsageError(`--fault '${text}' ${reason}`, { field: 'fault', remedy })
}
