import { hashWithDomain } from '@montana/codec'
import { nodeIdOf } from '@montana/crypto'
import { compareBytes, toHex } from '@montana/foundation'
import { LedgerError } from '../errors.js'
import type { ProtocolParams } from '../genesis/params.js'
import type { CandidateRecord } from '../records/candidate.js'
import type { LedgerState } from '../state.js'
import { type AdmissionParams, admissionOf, type ControlObject, faultOf, type RegistrationFault } from './fault.js'
import { type NodeRegistration, registrationHash } from './node-registration.js'

/** What became of one control object. */
export interface RegistrationOutcome {
  readonly hash: Uint8Array
  readonly nodeId: Uint8Array
  /** `undefined`: it is a candidate now. */
  readonly fault: RegistrationFault | undefined
}

export interface ControlInput {
  readonly window: number
  readonly params: AdmissionParams & Pick<ProtocolParams, 'candidateExpiryWindows'>
  /** The control set of W in the order of list 3. */
  readonly control: readonly ControlObject[]
  /** T_r(W). */
  readonly timechainValue: Uint8Array
  /** CBA(W−2). */
  readonly aggregate: Uint8Array
}

/** Position of a registration in its batch: H("mt-nodereg-sort", T_r(W) ‖ CBA(W−2) ‖ node_pubkey), spec protocol 12.3. */
export function registrationSortKey(
  timechainValue: Uint8Array,
  aggregate: Uint8Array,
  nodePublicKey: Uint8Array,
): Uint8Array {
  return hashWithDomain('mt-nodereg-sort', timechainValue, aggregate, nodePublicKey)
}

/** The last window of a candidate is the one before: spec protocol 12.1, 12.3. */
export function candidateExpiry(registrationWindow: number, expiryWindows: number): number {
  return registrationWindow + expiryWindows
}

/**
 * Step 1 of settle(W): each object of the batch becomes a candidate or stays without effect. `outcomes` are in the order
 * of processing. Throws LedgerError `ArithmeticRange` when an expiry would exceed 2^53 − 1.
 */
export function processControl(
  state: LedgerState,
  input: ControlInput,
): { state: LedgerState; outcomes: RegistrationOutcome[] } {
  if (input.control.length === 0) return { state, outcomes: [] }
  const initial = admissionOf(state, input.window, input.params)
  const pendingOperators = new Set(initial.pendingOperators)
  let current = state
  const outcomes = inBatchOrder(input).map((object) => {
    const { registration } = object
    const fault = faultOf(object, { ...initial, state: current, pendingOperators })
    const nodeId = nodeIdOf(registration.nodePublicKey)
    if (fault === undefined) {
      current = { ...current, candidates: current.candidates.set(candidateOf(registration, nodeId, input)) }
      pendingOperators.add(toHex(registration.operatorAccountId))
    }
    return { hash: registrationHash(registration.bytes), nodeId, fault }
  })
  return { state: current, outcomes }
}

/** Two registrations of one key share a sort key; the sort is stable, so they keep the order of list 3. */
function inBatchOrder({ control, timechainValue, aggregate }: ControlInput): ControlObject[] {
  return control
    .map((object) => ({
      object,
      key: registrationSortKey(timechainValue, aggregate, object.registration.nodePublicKey),
    }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ object }) => object)
}

/** Copies what it keeps: a record outlives the envelope that its registration came in. */
function candidateOf(
  registration: NodeRegistration,
  nodeId: Uint8Array,
  { window, params }: ControlInput,
): CandidateRecord {
  const expires = candidateExpiry(window, params.candidateExpiryWindows)
  if (!Number.isSafeInteger(expires)) throw new LedgerError('ArithmeticRange', { nodeId: toHex(nodeId) })
  return {
    nodeId,
    nodePublicKey: registration.nodePublicKey.slice(),
    suiteId: registration.suiteId,
    operatorAccountId: registration.operatorAccountId.slice(),
    proofEndpoint: registration.proofEndpoint.slice(),
    wStart: Number(registration.wStart),
    vdfChainLength: Number(registration.vdfChainLength),
    registrationWindow: window,
    expires,
  }
}
