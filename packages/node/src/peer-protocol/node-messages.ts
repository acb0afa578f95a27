import { BASE_TYPE, EXT_TYPE, type Mesh } from '@montana/network'
import { LIMITS } from '@montana/transport'
import type { LedgerModules } from '../ledger-service.js'
import { PROOF_INVALID } from '../runtime/catch-up/errors.js'

/** What a node says apart from its engine, and what it holds against peers. */
export function nodeMessages(mesh: () => Mesh | undefined): LedgerModules['say'] {
  return {
    evidence: (bytes) => mesh()?.extBroadcast(EXT_TYPE.evidence, bytes),
    registration: (bytes, peerId) => {
      if (peerId === undefined) mesh()?.broadcast(BASE_TYPE.nodeRegistration, 0n, bytes)
      else mesh()?.send(peerId, BASE_TYPE.nodeRegistration, 0n, bytes)
    },
    misbehaviour: (peerId, code) => {
      const { consensus, proof } = LIMITS.score
      mesh()?.report(peerId, { code, points: isProof(code) ? proof : consensus })
    },
    status: (peerId) => mesh()?.refreshStatus(peerId),
  }
}

function isProof(code: string): boolean {
  return code === 'ProofInvalid' || code === PROOF_INVALID
}
