import type { Answer } from '../probe/probe.js'
import type { StatusDocument } from '../probe/status-schema.js'
import { clockOffset, sampleInstantMs } from './instants.js'

export interface WindowHashes {
  readonly header_hash: string
  readonly state_root: string
}

/** The node with the highest window, the first of several; undefined where nobody answered. */
export function headOf(answers: readonly Answer[]): Answer | undefined {
  return answers.reduce<Answer | undefined>(
    (head, answer) => (head && head.status.window >= answer.status.window ? head : answer),
    undefined,
  )
}

/** The lowest window among the nodes that answered: there all of them can be compared. */
export function commonWindowOf(answers: readonly Answer[]): number | null {
  return answers.length === 0 ? null : Math.min(...answers.map(({ status }) => status.window))
}

/** Hashes of one window as the node tells them, undefined where this document does not have them. */
export function hashesAt(status: StatusDocument, window: number): WindowHashes | undefined {
  if (status.window === window) return status
  if (status.at_window?.window === window) return status.at_window
  return status.recent.find((entry) => entry.window === window)
}

/**
 * Windows by which a node is behind the head node at the node's own sample instant, so that a window cemented between
 * two samples is nobody's lag (spec operations 3.2).
 */
export function lagOf(answer: Answer, head: Answer): number {
  return Math.max(0, windowAt(head, sampleInstantMs(answer)) - answer.status.window)
}

/** The window that a node had cemented at an instant of the collector's clock. */
function windowAt(node: Answer, instantMs: number): number {
  const { recent, window } = node.status
  if (recent.length === 0 || instantMs >= sampleInstantMs(node)) return window
  const { offsetMs } = clockOffset(node)
  const known = recent.filter(({ at }) => Date.parse(at) - offsetMs <= instantMs)
  // Before the oldest window that it remembers, the node had the one before.
  if (known.length === 0) return Math.max(0, Math.min(...recent.map((entry) => entry.window)) - 1)
  return Math.max(...known.map((entry) => entry.window))
}
