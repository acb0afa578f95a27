import { concatBytes } from '@montana/foundation'
import {
  type AccountRecord,
  type CandidateRecord,
  type NodeRecord,
  type Operation,
  PUBLIC_KEY_BYTES,
  registrationScope,
} from '@montana/ledger'

/** Bytes that differ from their neighbours, so that a mix-up of fields is seen. */
export function bytesOf(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) & 0xff)
}

/** Of the right length; nothing that only decodes looks at it. */
export const SIGNATURE = bytesOf(3309, 0x51)
export const PUBLIC_KEY = bytesOf(PUBLIC_KEY_BYTES, 0x70)

export function registration(): Uint8Array {
  const scope = registrationScope({
    suiteId: 1,
    nodePublicKey: PUBLIC_KEY,
    operatorAccountId: bytesOf(32, 3),
    proofEndpoint: bytesOf(32, 4),
    wStart: 12n,
    vdfChainLength: 6n,
  })
  return concatBytes(scope, SIGNATURE)
}

export const ACCOUNT: AccountRecord = {
  accountId: bytesOf(32, 1),
  balance: 5_000_000_000n,
  suiteId: 1,
  isNodeOperator: true,
  frontierHash: bytesOf(32, 2),
  opHeight: 3,
  accountChainLength: 4,
  accountChainLengthSnapshot: 5,
  currentPublicKey: PUBLIC_KEY,
  creationWindow: 6,
  lastOpWindow: 7,
  lastActivationWindow: 8,
}

export const NODE: NodeRecord = {
  nodeId: bytesOf(32, 1),
  nodePublicKey: PUBLIC_KEY,
  suiteId: 1,
  operatorAccountId: bytesOf(32, 2),
  startWindow: 3,
  chainLength: 4,
  chainLengthSnapshot: 5,
  checkpoints: [1, 2, 3, 4, 5, 6],
  lastConfirmationWindow: 9,
}

export const CANDIDATE: CandidateRecord = {
  nodeId: bytesOf(32, 1),
  nodePublicKey: PUBLIC_KEY,
  suiteId: 1,
  operatorAccountId: bytesOf(32, 2),
  proofEndpoint: bytesOf(32, 3),
  wStart: 1,
  vdfChainLength: 6,
  registrationWindow: 7,
  expires: 60_000,
}

const SENT = { prevHash: bytesOf(32, 1), sender: bytesOf(32, 2) }

export const OPERATIONS: readonly Operation[] = [
  { type: 'Transfer', ...SENT, receiver: bytesOf(32, 3), amount: 7n },
  { type: 'ChangeKey', ...SENT, newSuiteId: 1, newPublicKey: PUBLIC_KEY },
  { type: 'Anchor', ...SENT, appId: bytesOf(32, 3), dataHash: bytesOf(32, 4) },
  {
    type: 'TransferActivation',
    ...{ ...SENT, receiver: bytesOf(32, 3), suiteId: 1, receiverPublicKey: PUBLIC_KEY, amount: 9n },
  },
]
