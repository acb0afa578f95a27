import type { Envelope } from '@montana/consensus'
import { toHex } from '@montana/foundation'

interface SignedPart {
  /** For people: which signature of the envelope this is. */
  readonly name: string
  readonly part: {
    readonly nodeId: Uint8Array
    readonly window: number
    readonly scope: Uint8Array
    readonly signature: Uint8Array
  }
}

/** Every signature of an envelope. */
export function signedParts({ header, confirmers, evidence }: Envelope): SignedPart[] {
  const id = (nodeId: Uint8Array) => `node ${toHex(nodeId).slice(0, 16)}`
  return [
    { name: `header by ${id(header.proposerNodeId)}`, part: { ...header, nodeId: header.proposerNodeId } },
    ...confirmers.map((part) => ({ name: `confirmation in list 1 by ${id(part.nodeId)}`, part })),
    ...evidence.map((part) => ({ name: `confirmation in list 2 by ${id(part.nodeId)}`, part })),
  ]
}
