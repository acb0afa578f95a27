import { frameKey, hybridProfile, nextChainSecret } from '@montana/transport'
import type { Fields } from '../fields.js'
import type { Area, Values } from '../types.js'
import { handshake, isHandshake } from './noise-handshake.js'

/** Raw outer keys, the prologue of the core: spec transport 6.2. */
const OUTER_INPUTS = {
  initiator: ['opk_i', 'opk_i_hex', 'outer_key_i', 'outer_key_i_hex', 'initiator_outer_key'],
  responder: ['opk_r', 'opk_r_hex', 'outer_key_r', 'outer_key_r_hex', 'responder_outer_key'],
} as const
const CHAIN_SECRET = ['c0', 'c0_hex', 'C0', 'chain_secret', 'chain_secret_hex'] as const

/** Spec transport 6. */
export const noiseHybridArea: Area = {
  name: 'noise-hybrid',
  kinds: [
    {
      title: 'handshake',
      matches: (input) => isHandshake(input) && hasOuterKeys(input),
      backends: ['noble'],
      run: hybridHandshake,
    },
    {
      title: 'epochs',
      matches: (input) => input.nameOf(...CHAIN_SECRET) !== undefined,
      backends: ['typescript'],
      run: (input) => epochs(input.bytes(input.nameOf(...CHAIN_SECRET) ?? '')),
    },
  ],
}

function hasOuterKeys(input: Fields): boolean {
  return Object.values(OUTER_INPUTS).every((names) => input.nameOf(...names) !== undefined)
}

function hybridHandshake(input: Fields): Values {
  const key = (names: readonly string[]) => input.bytes(input.nameOf(...names) ?? '')
  const outer = { initiator: key(OUTER_INPUTS.initiator), responder: key(OUTER_INPUTS.responder) }
  const result = handshake(input, hybridProfile(outer))
  const [i2r, r2i] = [result.S_i2r, result.S_r2i] as [Uint8Array, Uint8Array]
  return { ...result, ...epochs(i2r), K0_r2i: frameKey(r2i) }
}

/** K[0…2] and C[1…2] of one direction: spec transport 6.3. */
function epochs(c0: Uint8Array): Values {
  const c1 = nextChainSecret(c0)
  const c2 = nextChainSecret(c1)
  return { K0: frameKey(c0), C1: c1, K1: frameKey(c1), C2: c2, K2: frameKey(c2) }
}
