import type { Area } from '../types.js'
import { codecArea } from './codec.js'
import { cryptoArea, cryptoBaselineArea } from './crypto.js'
import { identityArea } from './identity.js'
import { kdfArea } from './kdf.js'
import { mnemonicArea } from './mnemonic.js'

/** Every area that has rules here; the others are in optional.ts, anything else is a failure. */
export const AREAS: readonly Area[] = [codecArea, cryptoArea, kdfArea, mnemonicArea, identityArea, cryptoBaselineArea]
