import type { AgentLine } from '../agent/messages.js'
import { LABELS, type Label } from '../mesh/constants.js'
import type { ExecutedFault, Healing, NodeEvent, TimedRead } from './types.js'

/** Collects what happens, and knows the newest of it. */
export class Recorder {
  readonly reads: TimedRead[] = []
  readonly events: NodeEvent[] = []
  readonly faults: ExecutedFault[] = []
  readonly healings: Healing[] = []
  failedReads = 0
  readonly #latest = new Map<Label, TimedRead>()

  hear(label: Label, line: AgentLine): void {
    if (line.type === 'failed') this.failedReads++
    if (line.type !== 'read') return
    const read = { ...line.read, label }
    this.reads.push(read)
    this.#latest.set(label, read)
  }

  latest(label: Label): TimedRead | undefined {
    return this.#latest.get(label)
  }

  heard(label: Label, sinceMs: number): TimedRead[] {
    return this.reads.filter((read) => read.label === label && read.startMs > sinceMs)
  }

  hasDied(label: Label, sinceMs: number): boolean {
    return this.events.some((event) => event.label === label && event.type === 'died' && event.atMs > sinceMs)
  }

  /** The highest window that any node has reported. */
  get head(): number {
    return Math.max(0, ...LABELS.map((label) => this.#latest.get(label)?.window ?? 0))
  }

  /** The highest window that any node had reported by `atMs`; who is heard late belongs to it as well. */
  headAt(atMs: number): number {
    const left = new Set<Label>(LABELS)
    let head = 0
    for (let index = this.reads.length - 1; index >= 0 && left.size > 0; index--) {
      const read = this.reads[index]
      if (read && read.endMs <= atMs && left.delete(read.label)) head = Math.max(head, read.window)
    }
    return head
  }

  /** Whether a read of its status that began after `sinceMs` has found it ready. */
  isReadySince(label: Label, sinceMs: number): boolean {
    const read = this.#latest.get(label)
    return read !== undefined && read.startMs > sinceMs && read.isReady
  }

  /** Whether every node was ready in a read that began after `sinceMs`, and reported a window above `above` in it. */
  areAllBeyond(above: number, sinceMs: number): boolean {
    return LABELS.every((label) => this.isReadySince(label, sinceMs) && (this.#latest.get(label)?.window ?? 0) > above)
  }

  areAllAtOneWindow(sinceMs: number): boolean {
    const windows = LABELS.map((label) => this.#latest.get(label)?.window)
    return LABELS.every((label) => this.isReadySince(label, sinceMs)) && new Set(windows).size === 1
  }
}
