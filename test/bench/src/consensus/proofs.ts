import type { HashBackend } from '@montana/native'
import { createProofVerifier, timechainClaim } from '@montana/timechain'
import type { RecordedWindow } from './recorder.js'
import type { ProveEffect } from './replay.js'

/** Every segment of every window, on one thread. A verifier remembers what it proved, so each replay needs its own. */
export function proofChecker(backend: HashBackend, history: readonly RecordedWindow[]) {
  const verifier = createProofVerifier({ backend, threads: 1 })
  return async ({ window, previous, value, policy }: ProveEffect): Promise<void> => {
    const proof = history[window - 1]?.proof
    const claim = proof && timechainClaim(proof, previous, value)
    const verdict = claim && (await verifier.verify(claim, { policy }))
    if (!verdict?.isValid || verdict.steps !== proof?.d) throw new Error(`the proof of window ${window} does not hold`)
  }
}
