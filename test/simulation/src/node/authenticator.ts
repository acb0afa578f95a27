import {
  type AuthenticatedEnvelope,
  type CementVote,
  type ChainState,
  type Confirmation,
  type Envelope,
  memberOf,
  voteMessage,
} from '@montana/consensus'
import type { SignatureScheme } from '../stubs/signatures.js'

export interface SignedObject {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/** The node's crypto stage with the stub behind it. A verdict depends on the object alone, so it is made once. */
export class Authenticator {
  readonly #verdicts = new WeakMap<object, boolean>()

  constructor(
    readonly scheme: SignatureScheme,
    readonly genesisHash: Uint8Array,
  ) {}

  /** True when a member of `chain` signed `object`; the key comes from the node table. */
  isAuthentic(chain: ChainState, object: SignedObject, message = object.scope): boolean {
    const member = memberOf(chain, object.nodeId, object.window)
    if (!member) return false
    const known = this.#verdicts.get(object.signature)
    if (known !== undefined) return known
    const verdict = this.scheme.verify(object.signature, message, member.nodePublicKey)
    this.#verdicts.set(object.signature, verdict)
    return verdict
  }

  isAuthenticVote(chain: ChainState, vote: CementVote): boolean {
    return this.isAuthentic(chain, vote, voteMessage(this.genesisHash, vote.scope))
  }

  authenticateEnvelope(chain: ChainState, envelope: Envelope): AuthenticatedEnvelope {
    const { header } = envelope
    const isSigned = (list: readonly Confirmation[]) => list.map((bc) => this.isAuthentic(chain, bc))
    const signed = this.isAuthentic(chain, { ...header, nodeId: header.proposerNodeId })
    const [confirmers, evidence] = signed ? [isSigned(envelope.confirmers), isSigned(envelope.evidence)] : [[], []]
    return { envelope, signatures: { header: signed, confirmers, evidence } }
  }
}
