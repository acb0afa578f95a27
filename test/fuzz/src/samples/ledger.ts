import { concatBytes } from '@montana/foundation'
import { PUBLIC_KEY_BYTES, registrationScope } from '@montana/ledger'

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
