import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { TransportError } from '../errors.js'

/** The library's own crypto (spec transport 9, rule 7), with the code of spec transport 18 on what it refuses. */
export const codedCrypto: ICryptoInterface = {
  ...defaultCrypto,
  chaCha20Poly1305Decrypt(...input) {
    try {
      return defaultCrypto.chaCha20Poly1305Decrypt(...input)
    } catch (cause) {
      throw new TransportError('FRAME_AUTH', 'a frame does not authenticate', { layer: 'outer' }, cause)
    }
  },
}
