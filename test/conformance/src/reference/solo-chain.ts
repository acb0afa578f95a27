import { hashWithDomain, sha256 } from '@montana/codec'
import {
  bundleAggregate,
  bundleHash,
  type Confirmation,
  confirmationScope,
  controlRoot,
  decodeConfirmation,
  encodeEnvelope,
  headerScope,
  includedBundlesRoot,
  includedRoot,
  lotteryEndpoint,
  lotteryTicket,
  NO_PROPOSER,
  proposalHash,
  revealHash,
  revealScope,
  ticketWeight,
} from '@montana/consensus'
import { deriveRoleSeeds, SUITE_MLDSA65 } from '@montana/crypto'
import { mldsaKeygen, mldsaSign, type OracleKeyPair } from '@montana/crypto/oracle'
import { concatBytes } from '@montana/foundation'
import {
  accountIdOf,
  candidateExpiry,
  emptyState,
  type LedgerState,
  nodeIdOf,
  productionParams,
  registrationHash,
  registrationScope,
  settleTables,
  stateRoots,
} from '@montana/ledger'
import { candidateSeed } from '@montana/timechain'
import type { Values } from '../types.js'

const ZERO = new Uint8Array(32)
const U128_MAX = 2n ** 128n - 1n

/** Advances T_r by the steps of one window. */
export type VdfStep = (value: Uint8Array, steps: number) => Uint8Array | Promise<Uint8Array>

/**
 * The chain of one node that the `chain` vectors pin, with the substitutions of spec protocol appendix B: it admits
 * itself before window 1, proposes without the terminal fallback, lists no op hashes and signs deterministically.
 */
export class SoloChain {
  readonly #keys: OracleKeyPair
  readonly #nodeId: Uint8Array
  readonly #accountId: Uint8Array
  readonly #steps: number
  readonly #vdfStep: VdfStep
  #tables: LedgerState
  #timechainValue = hashWithDomain('mt-timechain', ZERO)
  #prevProposalHash: Uint8Array = ZERO
  #window = 0
  /** The own reveal and confirmation of the last window. */
  #last: { endpoint: Uint8Array; revealHash: Uint8Array; confirmation: Confirmation } | undefined
  /** Signers of list 1 by window: CBA(w) is over those of window w + 1. */
  readonly #confirmers = new Map<number, readonly Uint8Array[]>()

  constructor(masterSeed: Uint8Array, steps: number, vdfStep: VdfStep) {
    const seeds = deriveRoleSeeds(masterSeed)
    this.#keys = mldsaKeygen(seeds.node)
    const accountKey = mldsaKeygen(seeds.account).publicKey
    this.#nodeId = nodeIdOf(this.#keys.publicKey)
    this.#accountId = accountIdOf(SUITE_MLDSA65, accountKey)
    this.#steps = steps
    this.#vdfStep = vdfStep
    this.#tables = admitted(this.#keys.publicKey, accountKey)
  }

  /** The registration with which the node enters: w_start 1, chain length 1, nothing ground. */
  async registration(): Promise<Values> {
    const timechainValue = await this.#vdfStep(hashWithDomain('mt-timechain', ZERO), this.#steps)
    const endpoint = candidateSeed(timechainValue, ZERO, this.#nodeId)
    const scope = registrationScope({
      suiteId: SUITE_MLDSA65,
      nodePublicKey: this.#keys.publicKey,
      operatorAccountId: this.#accountId,
      proofEndpoint: endpoint,
      wStart: 1n,
      vdfChainLength: 1n,
    })
    const signature = this.#sign(scope)
    const bytes = concatBytes(scope, signature)
    return {
      node_id: this.#nodeId,
      account_id: this.#accountId,
      operator_account_id: this.#accountId,
      t_r: timechainValue,
      t_r_1: timechainValue,
      proof_endpoint: endpoint,
      w_start: 1,
      vdf_chain_length: 1,
      ssha_chain_length: 1,
      registration_window: 1,
      expires: candidateExpiry(1, productionParams.candidateExpiryWindows),
      total_len: bytes.length,
      signed_scope: scope,
      signed_scope_sha256: sha256(scope),
      nodereg_hash: registrationHash(bytes),
      signature_sha256: sha256(signature),
      encoding_sha256: sha256(bytes),
    }
  }

  /** Cuts, settles and signs the next window. */
  async next(): Promise<Values> {
    const window = ++this.#window
    this.#timechainValue = await this.#vdfStep(this.#timechainValue, this.#steps)
    const before = this.#last
    const reveal = this.#reveal(window)
    const confirmation = this.#confirm(window)
    this.#settle(window)
    const header = this.#header(window)
    const envelope = encodeEnvelope({
      header: header.bytes,
      confirmers: before ? [before.confirmation] : [],
      evidence: [confirmation],
      control: [],
    })
    this.#prevProposalHash = header.hash
    this.#last = { endpoint: reveal.endpoint, revealHash: reveal.hash, confirmation }
    const weight = ticketWeight(BigInt(this.#node().chainLength - 1), BigInt(this.#node().chainLengthSnapshot))
    return {
      window,
      t_r: this.#timechainValue,
      cba_w_minus_2: this.#aggregate(window - 2),
      endpoint: reveal.endpoint,
      reveal_hash: reveal.hash,
      reveal_signature_sha256: sha256(reveal.signature),
      bundle_hash: bundleHash(confirmation.scope),
      bundle_signature_sha256: sha256(confirmation.signature),
      weighted_ticket_prev: before ? lotteryTicket(before.endpoint, weight) : null,
      chain_length_after: this.#node().chainLength,
      last_confirmation_window_after: this.#node().lastConfirmationWindow,
      balance_after: this.#tables.accounts.get(this.#accountId)?.balance ?? 0n,
      ...header.values,
      envelope_len: envelope.length,
      envelope_sha256: sha256(envelope),
    }
  }

  #reveal(window: number): { endpoint: Uint8Array; hash: Uint8Array; signature: Uint8Array } {
    const endpoint = lotteryEndpoint({
      timechainValue: this.#timechainValue,
      aggregate: this.#aggregate(window - 2),
      nodeId: this.#nodeId,
      window,
    })
    const scope = revealScope({ nodeId: this.#nodeId, window, endpoint })
    return { endpoint, hash: revealHash(scope), signature: this.#sign(scope) }
  }

  #confirm(window: number): Confirmation {
    const scope = confirmationScope({
      nodeId: this.#nodeId,
      endpoint: this.#timechainValue,
      window,
      opHashes: [],
      revealHashes: this.#last ? [this.#last.revealHash] : [],
    })
    return decodeConfirmation(concatBytes(scope, this.#sign(scope)))
  }

  #settle(window: number): void {
    const confirmers = this.#last ? [this.#nodeId] : []
    this.#confirmers.set(window, confirmers)
    this.#tables = settleTables(this.#tables, {
      window,
      params: productionParams,
      winnerId: this.#nodeId,
      confirmers,
      control: [],
      timechainValue: this.#timechainValue,
      aggregate: this.#aggregate(window - 2),
    }).state
  }

  #header(window: number): { bytes: Uint8Array; hash: Uint8Array; values: Values } {
    const last = this.#last
    const roots = stateRoots(this.#tables)
    const fields = {
      prevProposalHash: this.#prevProposalHash,
      window,
      protocolVersion: 1,
      controlRoot: controlRoot([]),
      ...roots,
      timechainValue: this.#timechainValue,
      includedBundlesRoot: includedBundlesRoot(last ? [last.confirmation] : []),
      includedRevealsRoot: includedRoot(last ? [{ nodeId: this.#nodeId, hash: last.revealHash }] : []),
      winnerEndpoint: last ? last.endpoint : ZERO,
      winnerId: this.#nodeId,
      proposerNodeId: window <= 2 ? NO_PROPOSER : this.#nodeId,
      target: U128_MAX,
      fallbackDepth: 1,
    }
    const scope = headerScope(fields)
    const signature = this.#sign(scope)
    const hash = proposalHash(scope)
    const values: Values = {
      proposer_node_id: fields.proposerNodeId,
      winner_id: fields.winnerId,
      winner_endpoint: fields.winnerEndpoint,
      control_root: fields.controlRoot,
      node_root: roots.nodeRoot,
      candidate_root: roots.candidateRoot,
      account_root: roots.accountRoot,
      state_root: roots.stateRoot,
      included_bundles_root: fields.includedBundlesRoot,
      included_reveals_root: fields.includedRevealsRoot,
      prev_proposal_hash: fields.prevProposalHash,
      target: fields.target,
      fallback_depth: 1,
      header_signed_scope: scope,
      proposal_hash: hash,
      header_signature_sha256: sha256(signature),
    }
    return { bytes: concatBytes(scope, signature), hash, values }
  }

  #aggregate(window: number): Uint8Array {
    return bundleAggregate(window, this.#confirmers.get(window + 1) ?? [])
  }

  #node() {
    const node = this.#tables.nodes.get(this.#nodeId)
    if (node === undefined) throw new Error('the node is not in its own table')
    return node
  }

  #sign(scope: Uint8Array): Uint8Array {
    return mldsaSign(scope, this.#keys.secretKey)
  }
}

/** The tables before window 1: the own account and node, the candidate pool empty again. */
function admitted(nodeKey: Uint8Array, accountKey: Uint8Array): LedgerState {
  const { accounts, nodes, candidates } = emptyState()
  const accountId = accountIdOf(SUITE_MLDSA65, accountKey)
  return {
    candidates,
    accounts: accounts.set({
      accountId,
      balance: 0n,
      suiteId: SUITE_MLDSA65,
      isNodeOperator: true,
      frontierHash: ZERO,
      opHeight: 0,
      accountChainLength: 0,
      accountChainLengthSnapshot: 0,
      currentPublicKey: accountKey,
      creationWindow: 0,
      lastOpWindow: 0,
      lastActivationWindow: 0,
    }),
    nodes: nodes.set({
      nodeId: nodeIdOf(nodeKey),
      nodePublicKey: nodeKey,
      suiteId: SUITE_MLDSA65,
      operatorAccountId: accountId,
      startWindow: 1,
      chainLength: 1,
      chainLengthSnapshot: 0,
      checkpoints: [0, 0, 0, 0, 0, 0],
      lastConfirmationWindow: 0,
    }),
  }
}
