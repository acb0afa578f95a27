import type { Area } from '../types.js'
import { accountArea } from './account.js'
import { baselineArea } from './baseline-a.js'
import { chainArea } from './chain.js'
import { codecArea } from './codec.js'
import { consensusArea } from './consensus.js'
import { cryptoArea, cryptoBaselineArea } from './crypto.js'
import { entryArea } from './entry.js'
import { envelopeArea, envelopeNegativeArea } from './envelope.js'
import { genesisArea } from './genesis.js'
import { handshakeArea } from './handshake.js'
import { identityArea } from './identity.js'
import { kdfArea } from './kdf.js'
import { lotteryArea } from './lottery.js'
import { merkleArea } from './merkle.js'
import { mnemonicArea } from './mnemonic.js'
import { multistreamArea } from './multistream.js'
import { noiseArea, noiseNegativeArea, noiseStreamArea } from './noise.js'
import { noiseHybridArea } from './noise-hybrid.js'
import { netArea, payloadArea, syncArea } from './payload.js'
import { peerIdArea } from './peer-id.js'
import { stateArea } from './state.js'
import { storeArea } from './store.js'
import { timechainArea } from './timechain.js'

/** Every area that has rules here; the others are in optional.ts, anything else is a failure. */
export const AREAS: readonly Area[] = [
  codecArea,
  cryptoArea,
  kdfArea,
  mnemonicArea,
  identityArea,
  timechainArea,
  lotteryArea,
  merkleArea,
  stateArea,
  accountArea,
  consensusArea,
  entryArea,
  genesisArea,
  chainArea,
  baselineArea,
  netArea,
  syncArea,
  storeArea,
  cryptoBaselineArea,
  envelopeArea,
  envelopeNegativeArea,
  payloadArea,
  noiseArea,
  noiseHybridArea,
  noiseNegativeArea,
  noiseStreamArea,
  handshakeArea,
  peerIdArea,
  multistreamArea,
]
