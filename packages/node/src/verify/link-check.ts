import { type ChainState, confirmationFault, type Envelope, memberOf, proposalHash } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { Authenticator } from '../runtime/authenticator.js'
import type { FaultList } from './fault-list.js'
import { signedParts } from './signed-parts.js'

/** What is known of the window before; a part is absent where the store lost it. */
export interface Predecessor {
  readonly proposalHash: Uint8Array | undefined
  readonly timechainValue: Uint8Array | undefined
}

export interface LinkInput {
  readonly window: number
  readonly envelope: Envelope
  readonly previous: Predecessor
  /** The last state that the replay reached: members never leave the table, so its keys hold for later windows. */
  readonly chain: ChainState | undefined
}

/**
 * What can be said of a window whose predecessor state is lost: that it hangs on the window before, and that its
 * confirmations and signatures are sound. Roots, quorum and winner need the state and stay unproven.
 */
export async function checkLink(
  input: LinkInput,
  authenticator: Authenticator | undefined,
  faults: FaultList,
): Promise<void> {
  const { window, envelope, previous, chain } = input
  const { header } = envelope
  if (header.window !== window) return faults.add(window, 'WindowNotSequential', `the header is of ${header.window}`)
  if (previous.proposalHash && !bytesEqual(header.prevProposalHash, previous.proposalHash)) {
    faults.add(window, 'PrevHashMismatch', `the header does not name the proposal of window ${window - 1}`)
  }
  if (!chain || !authenticator) return
  checkConfirmations(input, chain, faults)
  for (const { name, part } of signedParts(envelope)) {
    if (!memberOf(chain, part.nodeId, part.window) || (await authenticator.isAuthentic(chain, part))) continue
    faults.add(window, 'InvalidSignature', `the signature of the ${name} is not valid`)
  }
}

function checkConfirmations({ window, envelope, previous }: LinkInput, chain: ChainState, faults: FaultList): void {
  const { header, confirmers, evidence } = envelope
  const lists = [
    { name: 'list 1', list: confirmers, of: window - 1, value: previous.timechainValue },
    { name: 'list 2', list: evidence, of: window, value: header.timechainValue },
  ]
  for (const { name, list, of, value } of lists) {
    for (const confirmation of list) {
      const fault = value && confirmationFault(chain, confirmation, value, true)
      if (confirmation.window !== of) faults.add(window, 'BundleWindowMismatch', `${name} holds another window`)
      else if (fault && fault !== 'UnknownNode') faults.add(window, fault, `a confirmation in ${name} breaks this rule`)
    }
  }
}

/** The stored hashes that follow from the envelope alone. */
export function hashesOf({ header }: Envelope) {
  const { stateRoot, timechainValue } = header
  return { proposalHash: proposalHash(header.scope), stateRoot, timechainValue }
}
