import {
  type AuthenticatedEnvelope,
  type CementCertificate,
  type CementVote,
  type ChainState,
  type Confirmation,
  type Envelope,
  memberOf,
  type Propose,
  proposeMessage,
  voteMessage,
  votesOfCertificate,
} from '@montana/consensus'
import { decodeNodeRegistration, type NodeRegistration, SUITE_ML_DSA_65 } from '@montana/ledger'
import type { SignatureScheme } from '../stubs/signatures.js'

export interface SignedObject {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/** The node's crypto stage with the stub behind it. A signature stands in one object, so its verdict is made once. */
export class Authenticator {
  readonly #verdicts = new WeakMap<Uint8Array, boolean>()

  constructor(
    readonly scheme: SignatureScheme,
    readonly genesisHash: Uint8Array,
  ) {}

  /** True when a member of `chain` signed `object`; the key comes from the node table. */
  isAuthentic(chain: ChainState, object: SignedObject, message = object.scope): boolean {
    const member = memberOf(chain, object.nodeId, object.window)
    return member !== undefined && this.#isValid(object.signature, message, member.nodePublicKey)
  }

  isAuthenticVote(chain: ChainState, vote: CementVote): boolean {
    return this.isAuthentic(chain, vote, voteMessage(this.genesisHash, vote.scope))
  }

  /** A Propose does not name its signer: it is the holder of its round. */
  isAuthenticPropose(chain: ChainState, propose: Propose, holder: Uint8Array | undefined): boolean {
    if (!holder) return false
    const message = proposeMessage(this.genesisHash, propose.scope)
    const member = memberOf(chain, holder, propose.window)
    // Which key counts depends on the receiver's state, so this verdict is not kept.
    return member !== undefined && this.scheme.verify(propose.signature, message, member.nodePublicKey)
  }

  isAuthenticCertificate(chain: ChainState, certificate: CementCertificate): boolean {
    const votes = votesOfCertificate(certificate)
    return votes.length > 0 && votes.every((vote) => this.isAuthenticVote(chain, vote))
  }

  isAuthenticRegistration({ suiteId, signature, scope, nodePublicKey }: NodeRegistration): boolean {
    return suiteId === SUITE_ML_DSA_65 && this.#isValid(signature, scope, nodePublicKey)
  }

  authenticateEnvelope(chain: ChainState, envelope: Envelope): AuthenticatedEnvelope {
    const { header } = envelope
    const isSigned = (list: readonly Confirmation[]) => list.map((bc) => this.isAuthentic(chain, bc))
    if (!this.isAuthentic(chain, { ...header, nodeId: header.proposerNodeId })) {
      return { envelope, signatures: { header: false, confirmers: [], evidence: [], control: [] } }
    }
    const control = envelope.control.map((bytes) => this.isAuthenticRegistration(decodeNodeRegistration(bytes)))
    const [confirmers, evidence] = [isSigned(envelope.confirmers), isSigned(envelope.evidence)]
    return { envelope, signatures: { header: true, confirmers, evidence, control } }
  }

  #isValid(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    const known = this.#verdicts.get(signature)
    if (known !== undefined) return known
    const verdict = this.scheme.verify(signature, message, publicKey)
    this.#verdicts.set(signature, verdict)
    return verdict
  }
}
