import { createHash } from 'node:crypto'
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
import type { SignatureVerifier } from '@montana/crypto'
import { decodeNodeRegistration, type NodeRegistration, SUITE_ML_DSA_65 } from '@montana/ledger'

/** Signatures known to be good; a confirmation is seen alone and then in the envelope, often from several peers. */
const CACHE_ENTRIES = 4096

interface Signed {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/**
 * The crypto stage: turns decoded objects into authenticated ones. Keys come from the node table, never from the message;
 * a registration alone brings its own key, because that key is what it registers.
 */
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
    return this.#isValid(object.signature, message, member.nodePublicKey)
  }

  /** A Propose does not name its signer: it is the holder of its round. */
  async isAuthenticPropose(chain: ChainState, propose: Propose, holder: Uint8Array | undefined): Promise<boolean> {
    if (!holder) return false
    const signed = { ...propose, nodeId: holder }
    return await this.isAuthentic(chain, signed, proposeMessage(this.genesisHash, propose.scope))
  }

  /** True when every precommit in it is a valid one of a member; their weight is the engine's matter. */
  async isAuthenticCertificate(chain: ChainState, certificate: CementCertificate): Promise<boolean> {
    const votes = votesOfCertificate(certificate)
    const verdicts = await Promise.all(votes.map((vote) => this.isAuthenticVote(chain, vote)))
    return votes.length > 0 && verdicts.every((isValid) => isValid)
  }

  /** True when the registration is signed by the node key that it registers; no signature of an unknown suite is. */
  async isAuthenticRegistration(registration: NodeRegistration): Promise<boolean> {
    const { suiteId, signature, scope, nodePublicKey } = registration
    return suiteId === SUITE_ML_DSA_65 && (await this.#isValid(signature, scope, nodePublicKey))
  }

  /** One verdict per control object of an envelope. */
  verifyControl({ control }: Pick<Envelope, 'control'>): Promise<boolean[]> {
    return Promise.all(control.map((bytes) => this.isAuthenticRegistration(decodeNodeRegistration(bytes))))
  }

  isAuthenticVote(chain: ChainState, vote: CementVote): Promise<boolean> {
    return this.isAuthentic(chain, vote, voteMessage(this.genesisHash, vote.scope))
  }

  /** Verifies every signature of an envelope; the verdicts travel with it and are judged in the order of the spec. */
  async authenticateEnvelope(chain: ChainState, envelope: Envelope): Promise<AuthenticatedEnvelope> {
    const verifyAll = (list: readonly Confirmation[]) => Promise.all(list.map((bc) => this.isAuthentic(chain, bc)))
    const outer = await this.authenticateHeader(chain, envelope)
    if (!outer.signatures.header) return outer
    const { confirmers, evidence } = envelope
    const lists = [verifyAll(confirmers), verifyAll(evidence), this.verifyControl(envelope)] as const
    const [ofConfirmers, ofEvidence, control] = await Promise.all(lists)
    return { envelope, signatures: { header: true, confirmers: ofConfirmers, evidence: ofEvidence, control } }
  }

  /** Verifies the header alone: nothing in the lists counts as signed. */
  async authenticateHeader(chain: ChainState, envelope: Envelope): Promise<AuthenticatedEnvelope> {
    const { header } = envelope
    const isValid = await this.isAuthentic(chain, { ...header, nodeId: header.proposerNodeId })
    return { envelope, signatures: { header: isValid, confirmers: [], evidence: [], control: [] } }
  }

  async #isValid(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean> {
    const key = createHash('sha256').update(message).update(signature).digest('base64')
    if (this.#verified.has(key)) return true
    const isValid = await this.verify(signature, message, publicKey)
    if (isValid) this.#remember(key)
    return isValid
  }

  #remember(key: string): void {
    this.#verified.add(key)
    if (this.#verified.size <= CACHE_ENTRIES) return
    const [oldest] = this.#verified
    if (oldest !== undefined) this.#verified.delete(oldest)
  }
}
