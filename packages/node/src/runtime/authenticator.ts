import { createHash } from 'node:crypto'
import {
  type AuthenticatedEnvelope,
  type CementVote,
  type ChainState,
  type Confirmation,
  type Envelope,
  memberOf,
  voteMessage,
} from '@montana/consensus'
import type { SignatureVerifier } from '@montana/crypto'

/** Signatures known to be good; a confirmation is seen alone and then in the envelope, often from several peers. */
const CACHE_ENTRIES = 4096

interface Signed {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/** The crypto stage: turns decoded objects into authenticated ones. Keys come from the node table, never from the message. */
export class Authenticator {
  readonly #verified = new Set<string>()

  constructor(
    readonly verify: SignatureVerifier,
    readonly genesisHash: Uint8Array,
  ) {}

  /** True when `object` carries a valid signature of the member it names. Unknown members have no valid signature. */
  async isAuthentic(chain: ChainState, object: Signed, message = object.scope): Promise<boolean> {
    const member = memberOf(chain, object.nodeId, object.window)
    if (!member) return false
    const key = createHash('sha256').update(message).update(object.signature).digest('base64')
    if (this.#verified.has(key)) return true
    const isValid = await this.verify(object.signature, message, member.nodePublicKey)
    if (isValid) this.#remember(key)
    return isValid
  }

  isAuthenticVote(chain: ChainState, vote: CementVote): Promise<boolean> {
    return this.isAuthentic(chain, vote, voteMessage(this.genesisHash, vote.scope))
  }

  /** Verifies every signature of an envelope; the verdicts travel with it and are judged in the order of the spec. */
  async authenticateEnvelope(chain: ChainState, envelope: Envelope): Promise<AuthenticatedEnvelope> {
    const { header } = envelope
    const verifyAll = (list: readonly Confirmation[]) => Promise.all(list.map((bc) => this.isAuthentic(chain, bc)))
    const headerValid = await this.isAuthentic(chain, { ...header, nodeId: header.proposerNodeId })
    const [confirmers, evidence] = headerValid
      ? await Promise.all([verifyAll(envelope.confirmers), verifyAll(envelope.evidence)])
      : [[], []]
    return { envelope, signatures: { header: headerValid, confirmers, evidence } }
  }

  #remember(key: string): void {
    this.#verified.add(key)
    if (this.#verified.size <= CACHE_ENTRIES) return
    const [oldest] = this.#verified
    if (oldest !== undefined) this.#verified.delete(oldest)
  }
}
