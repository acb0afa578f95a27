import type { TimeSource } from '@montana/foundation'
import { commonWindowOf, hashesAt, type WindowHashes } from '../record/heights.js'
import type { NodeSource } from './locate.js'
import { type Answer, type Probe, probe } from './probe.js'

export interface PollAll {
  readonly nodes: readonly NodeSource[]
  /** For everything that one node is asked. */
  readonly probeMs: number
  /** For the whole poll. */
  readonly pollMs: number
  readonly time: TimeSource
  readonly signal: AbortSignal | undefined
}

export interface Polled {
  readonly probes: readonly Probe[]
  readonly commonHashes: ReadonlyMap<string, WindowHashes>
}

/** All nodes in parallel, then their hashes at the lowest window among them (spec operations 3.2). */
export async function probeAll(request: PollAll): Promise<Polled> {
  const { nodes, probeMs, time, signal } = request
  const started = time.monotonicMs()
  const probes = await Promise.all(nodes.map((source) => probe({ source, deadlineMs: probeMs, time, signal })))
  const remainingMs = request.pollMs - (time.monotonicMs() - started)
  return { probes, commonHashes: await commonHashes(request, probes, remainingMs) }
}

async function commonHashes(
  request: PollAll,
  probes: readonly Probe[],
  remainingMs: number,
): Promise<Map<string, WindowHashes>> {
  const answers = probes.filter((answer) => answer.reachable)
  const window = commonWindowOf(answers)
  const found = new Map<string, WindowHashes>()
  if (window === null) return found
  const ask = async (answer: Answer) => {
    const hashes = hashesAt(answer.status, window) ?? (await askAgain(request, answer, window, remainingMs))
    if (hashes) found.set(answer.label, hashes)
  }
  await Promise.all(answers.map(ask))
  return found
}

/** Only for a node that is so far ahead of the slowest that its recent windows do not reach back. */
async function askAgain(
  { nodes, probeMs, time, signal }: PollAll,
  answer: Answer,
  window: number,
  remainingMs: number,
): Promise<WindowHashes | undefined> {
  const source = nodes.find(({ label }) => label === answer.label)
  const deadlineMs = Math.min(remainingMs, probeMs - answer.probeMs)
  if (!source || deadlineMs <= 0) return undefined
  const second = await probe({ source, deadlineMs, time, signal, window })
  return second.reachable ? hashesAt(second.status, window) : undefined
}
