import type { ExecutedFault, NodeEvent } from '../history/types.js'
import type { Rule, Violation } from './types.js'

/** Errors of its disk may end a node; it says so and ends by itself. */
const MAY_END = new Set(['eio', 'enospc'])
/** An error may be told to it only with the next write. */
const AFTERWARDS_MS = 5_000

/** No process ends by itself, but for errors of its disk; one that is asked to ends in order. */
export const exit: Rule = ({ events, faults }) =>
  events
    .filter((event) => isWrong(event) && !isExcused(event, faults))
    .map((event) => ({ rule: 'exit', message: textOf(event) }))

function isWrong({ type, code }: NodeEvent): boolean {
  return type === 'died' || (type === 'stopped' && code !== 0)
}

function textOf({ label, type, code }: NodeEvent): string {
  return `${label} ended ${type === 'died' ? 'by itself' : 'at SIGTERM'} (${code === null ? 'by a signal' : `exit ${code}`})`
}

function isExcused({ label, atMs }: NodeEvent, faults: readonly ExecutedFault[]): boolean {
  return faults.some(({ fault: { kind, targets }, startMs, endMs }) => {
    return MAY_END.has(kind) && targets.includes(label) && startMs <= atMs && atMs <= endMs + AFTERWARDS_MS
  })
}

const HALTED = new Set(['ForkDetected', 'StateDiverged', 'TimechainDivergence'])

/** No node halts: it would mean that it has seen a quorum against itself. */
export const halt: Rule = ({ reads }) => {
  const found = reads.flatMap(({ label, degraded }) =>
    degraded.filter((code) => HALTED.has(code)).map((code) => `${label} halted: ${code}`),
  )
  return [...new Set(found)].map((message): Violation => ({ rule: 'halt', message }))
}
