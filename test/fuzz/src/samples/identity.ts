import { addressOf, type IdentityFileV1 } from '@montana/crypto'
import { devnetGenesis, type GenesisDocument } from '@montana/ledger'
import { bytesOf, PUBLIC_KEY } from './ledger.js'

export const ADDRESS = addressOf(bytesOf(32, 9))

/** Of the right form; the keys do not belong together, which nothing here asks. */
export const IDENTITY_FILE: IdentityFileV1 = {
  version: 1,
  suite: 1,
  masterSeed: bytesOf(64, 1),
  keys: {
    accountPublicKey: PUBLIC_KEY,
    accountSecretKey: bytesOf(4032, 2),
    nodePublicKey: bytesOf(1952, 3),
    nodeSecretKey: bytesOf(4032, 4),
    kemPublicKey: bytesOf(1184, 5),
    kemSecretKey: bytesOf(2400, 6),
  },
}

export const GENESIS: GenesisDocument = devnetGenesis([
  { label: 'moscow', nodePublicKey: PUBLIC_KEY, accountPublicKey: bytesOf(1952, 1) },
])
