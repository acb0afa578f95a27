import {
  type ConsensusContext,
  comparePendingControl,
  confirmationScope,
  decodeCertificate,
  decodeConfirmation,
  decodeContext,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  headerScope,
  proposeScope,
  revealScope,
  voteScope,
} from '@montana/consensus'
import { compareBytes, concatBytes } from '@montana/foundation'
import { CONFIRMATION, CONTEXT, HEADER, PROPOSE, REVEAL, SIGNATURE, VOTE } from '../samples/consensus.js'
import { bytesOf, registration } from '../samples/ledger.js'
import { codecTarget } from './codec-target.js'
import { COUNTED_ALLOWANCE, type Target } from './target.js'

const confirmation = (): Uint8Array => concatBytes(confirmationScope(CONFIRMATION), SIGNATURE)
const header = (): Uint8Array => concatBytes(headerScope(HEADER), SIGNATURE)

/** What nodes tell each other about windows, and the context that a window leaves behind. */
export function targets(): readonly Target[] {
  return [
    codecTarget({
      name: 'consensus/header',
      decode: decodeHeader,
      encode: (value) => concatBytes(headerScope(value), value.signature),
      seeds: () => [header()],
    }),
    codecTarget({
      name: 'consensus/confirmation',
      allocates: COUNTED_ALLOWANCE,
      decode: decodeConfirmation,
      encode: (value) => concatBytes(confirmationScope(value), value.signature),
      seeds: () => [confirmation()],
    }),
    codecTarget({
      name: 'consensus/envelope',
      allocates: COUNTED_ALLOWANCE,
      maxBytes: 32 * 1024,
      decode: decodeEnvelope,
      encode: (value) => encodeEnvelope({ ...value, header: value.header.bytes }),
      seeds: () => [
        encodeEnvelope({ header: header(), confirmers: [], evidence: [], control: [] }),
        encodeEnvelope({
          header: header(),
          confirmers: [decodeConfirmation(confirmation())],
          evidence: [decodeConfirmation(confirmation())],
          control: [registration()],
        }),
      ],
    }),
    codecTarget({
      name: 'consensus/propose',
      decode: decodePropose,
      encode: (value) => concatBytes(proposeScope(value), value.signature),
      seeds: () => [concatBytes(proposeScope(PROPOSE), SIGNATURE)],
    }),
    codecTarget({
      name: 'consensus/reveal',
      decode: decodeReveal,
      encode: (value) => concatBytes(revealScope(value), value.signature),
      seeds: () => [concatBytes(revealScope(REVEAL), SIGNATURE)],
    }),
    codecTarget({
      name: 'consensus/vote',
      decode: decodeVote,
      encode: (value) => concatBytes(voteScope(value), value.signature),
      seeds: () => [concatBytes(voteScope(VOTE), SIGNATURE)],
    }),
    codecTarget({
      name: 'consensus/certificate',
      decode: decodeCertificate,
      encode: (value) => encodeCertificate({ ...value, votes: value.signers }),
      seeds: () => [certificate(0), certificate(2)],
    }),
    codecTarget({
      name: 'consensus/context',
      allocates: COUNTED_ALLOWANCE,
      decode: decodeContext,
      encode: encodeContext,
      holds: ordered,
      seeds: () => [encodeContext(CONTEXT)],
    }),
  ]
}

/** Both lists ascend, as the spec has it: protocol 5.4. */
function ordered({ evidenceSigners, pendingControl }: ConsensusContext): string | undefined {
  const ascend = <T>(items: readonly T[], compare: (a: T, b: T) => number) =>
    items.every((item, index) => index === 0 || compare(items[index - 1] as T, item) < 0)
  const isOrdered = ascend(evidenceSigners, compareBytes) && ascend(pendingControl, comparePendingControl)
  return isOrdered ? undefined : 'a list of the context does not ascend'
}

function certificate(signers: number): Uint8Array {
  const votes = Array.from({ length: signers }, (_, index) => ({
    nodeId: bytesOf(32, index + 1),
    signature: SIGNATURE,
  }))
  return encodeCertificate({ window: 7, proposalHash: bytesOf(32, 1), contextHash: bytesOf(32, 2), round: 1, votes })
}
