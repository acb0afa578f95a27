import { nodeIdOf } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { activeNodeCount } from '../activity.js'
import { SUITE_ML_DSA_65 } from '../constants.js'
import type { ProtocolParams } from '../genesis/params.js'
import type { LedgerState } from '../state.js'
import type { NodeRegistration } from './node-registration.js'
import { requiredVdf } from './pressure.js'

/** Why a registration stays without effect, in the order of the apply rules of spec protocol 12.3. */
export type RegistrationFault =
  | 'UnsupportedSuite'
  | 'InvalidSignature'
  | 'AlreadyNode'
  | 'AlreadyCandidate'
  | 'OperatorTaken'
  | 'OperatorPending'
  | 'WStartOutOfRange'
  | 'VdfChainTooShort'

/** A registration with the verdict of the crypto stage; an unsupported suite has no valid signature. */
export interface ControlObject {
  readonly registration: NodeRegistration
  readonly isSignatureValid: boolean
}

export type AdmissionParams = Pick<ProtocolParams, 'tau2Windows' | 'vdfEntryWindows'>

/** What the apply rules ask about the window and the tables. */
export interface Admission {
  readonly window: number
  readonly params: AdmissionParams
  /** S_{W−1} with the candidates of the batch that were accepted so far. */
  readonly state: LedgerState
  /** Operator accounts that candidates of `state` name, in hex. */
  readonly pendingOperators: ReadonlySet<string>
  readonly activeNodes: number
}

export function admissionOf(state: LedgerState, window: number, params: AdmissionParams): Admission {
  const pendingOperators = new Set<string>()
  for (const { operatorAccountId } of state.candidates.entries()) pendingOperators.add(toHex(operatorAccountId))
  const activeNodes = activeNodeCount(state.nodes.entries(), window, params.tau2Windows)
  return { window, params, state, pendingOperators, activeNodes }
}

/** The first apply rule that `registration` would break in `window` if it came first in its batch, or `undefined`. */
export function registrationFault(
  state: LedgerState,
  registration: NodeRegistration,
  isSignatureValid: boolean,
  window: number,
  params: AdmissionParams,
): RegistrationFault | undefined {
  return faultOf({ registration, isSignatureValid }, admissionOf(state, window, params))
}

export function faultOf(object: ControlObject, admission: Admission): RegistrationFault | undefined {
  return (
    signatureFault(object) ??
    nodeFault(object.registration, admission) ??
    operatorFault(object.registration, admission) ??
    workFault(object.registration, admission)
  )
}

/** Rule 1. */
function signatureFault({ registration, isSignatureValid }: ControlObject): RegistrationFault | undefined {
  if (registration.suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite'
  return isSignatureValid ? undefined : 'InvalidSignature'
}

/** Rule 2. */
function nodeFault({ nodePublicKey }: NodeRegistration, { state }: Admission): RegistrationFault | undefined {
  const nodeId = nodeIdOf(nodePublicKey)
  if (state.nodes.has(nodeId)) return 'AlreadyNode'
  return state.candidates.has(nodeId) ? 'AlreadyCandidate' : undefined
}

/** Rule 3; an account that does not exist yet may be named. */
function operatorFault({ operatorAccountId }: NodeRegistration, admission: Admission): RegistrationFault | undefined {
  if (admission.state.accounts.get(operatorAccountId)?.isNodeOperator) return 'OperatorTaken'
  return admission.pendingOperators.has(toHex(operatorAccountId)) ? 'OperatorPending' : undefined
}

/** Rules 4 and 5. A sum beyond u64 is beyond every window too, so exact integers judge as checked u64 would. */
function workFault(registration: NodeRegistration, admission: Admission): RegistrationFault | undefined {
  const { wStart, vdfChainLength } = registration
  const { params, state, activeNodes } = admission
  const window = BigInt(admission.window)
  const isRecent = window <= wStart + 2n * BigInt(params.tau2Windows)
  if (!isRecent || wStart + vdfChainLength > window) return 'WStartOutOfRange'
  const required = requiredVdf(state.candidates.size, activeNodes, params.vdfEntryWindows)
  return vdfChainLength < required ? 'VdfChainTooShort' : undefined
}
