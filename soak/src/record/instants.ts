import type { Answer } from '../probe/probe.js'

/** When the node took its sample, in the collector's wall clock, ms: the middle of the round trip. */
export function sampleInstantMs({ sentAtMs, receivedAtMs }: Answer): number {
  return (sentAtMs + receivedAtMs) / 2
}

/** The node's wall clock minus the collector's, ms, known to within half the round trip: spec operations 3.2. */
export function clockOffset(answer: Answer): { offsetMs: number; errorMs: number } {
  const offsetMs = Date.parse(answer.status.sampled_at) - sampleInstantMs(answer)
  return { offsetMs, errorMs: (answer.receivedAtMs - answer.sentAtMs) / 2 }
}

/** Latest minus earliest sample of one poll, ms; null where nobody answered. */
export function skewMs(answers: readonly Answer[]): number | null {
  if (answers.length === 0) return null
  const instants = answers.map(sampleInstantMs)
  return Math.max(...instants) - Math.min(...instants)
}
