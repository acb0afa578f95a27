import { sha256 } from '@montana/codec'
import type { Fields } from '../fields.js'
import { SoloChain } from '../reference/solo-chain.js'
import type { Area, Value, Values } from '../types.js'
import { masterSeedOf } from './seeds.js'

/** More would take long in a test and none is asked for. */
const MAX_WINDOW = 1000

/** Spec protocol appendix B. Signatures are pinned byte for byte, hence noble. */
export const chainArea: Area = {
  name: 'chain',
  kinds: [
    {
      title: 'solo chain registration',
      matches: (input, name) => input.has('entropy') && name.includes('registration'),
      backends: ['noble'],
      run: async (input) => (await soloChain(input)).registration(),
    },
    {
      title: 'solo chain window',
      matches: (input) => input.has('entropy', 'D', 'window'),
      backends: ['noble'],
      run: soloWindow,
    },
  ],
}

async function soloChain(input: Fields): Promise<SoloChain> {
  const steps = input.has('D') ? input.number('D') : 10
  return new SoloChain(await masterSeedOf(input.bytes('entropy')), steps, repeatedHash)
}

async function soloWindow(input: Fields): Promise<Value> {
  const window = input.number('window')
  if (window < 1 || window > MAX_WINDOW) throw new RangeError(`window ${window} is not in 1…${MAX_WINDOW}`)
  const chain = await soloChain(input)
  let values: Values = {}
  for (let i = 0; i < window; i++) values = await chain.next()
  return values
}

function repeatedHash(value: Uint8Array, steps: number): Uint8Array {
  let current = value
  for (let i = 0; i < steps; i++) current = sha256(current)
  return current
}
