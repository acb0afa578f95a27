import {
  type CementCertificate,
  type ChainState,
  decodeCertificate,
  decodeEnvelope,
  type Envelope,
  memberOf,
  voteMessage,
  votesOfCertificate,
} from '@montana/consensus'
import type { PqModules } from './network.js'
import type { RecordedWindow } from './recorder.js'

interface Signed {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly signature: Uint8Array
}

/** Every signature of a window, one after the other: header, both lists of the envelope, the certificate. No cache. */
export function signatureChecker(crypto: PqModules, genesisHash: Uint8Array) {
  const check = async (chain: ChainState, object: Signed, message: Uint8Array) => {
    const key = memberOf(chain, object.nodeId, object.window)?.nodePublicKey
    const holds = key !== undefined && (await crypto.verify(object.signature, message, key))
    if (!holds) throw new Error(`a signature of window ${object.window} does not hold`)
  }
  return async (chain: ChainState, envelope: Envelope, certificate: CementCertificate): Promise<void> => {
    const { header, confirmers, evidence } = envelope
    await check(chain, { ...header, nodeId: header.proposerNodeId }, header.scope)
    for (const confirmation of [...confirmers, ...evidence]) await check(chain, confirmation, confirmation.scope)
    for (const vote of votesOfCertificate(certificate)) await check(chain, vote, voteMessage(genesisHash, vote.scope))
  }
}

/** How many that are, in one window. */
export function signaturesOf(recorded: RecordedWindow | undefined): number {
  if (!recorded) return 0
  const { confirmers, evidence } = decodeEnvelope(recorded.envelope)
  return 1 + confirmers.length + evidence.length + decodeCertificate(recorded.certificate).signers.length
}
