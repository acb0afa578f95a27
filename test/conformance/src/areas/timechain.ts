import { hashWithDomain } from '@montana/codec'
import { addToHistogram, bundleAggregate, medianPermille, participationPermille } from '@montana/consensus'
import { bytesEqual, errorCode } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { hashesOf } from '../backends.js'
import { type Fields, toNumber } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Backend, Value } from '../types.js'

const BOTH: readonly Backend[] = ['native', 'typescript']
const ZERO = new Uint8Array(32)
/** Beyond this the TypeScript reference needs half a minute; the native backend shows the same. */
const TYPESCRIPT_MAX_STEPS = 20_000_000

/** Spec protocol 3, 8.4. */
export const timechainArea: Area = {
  name: 'timechain',
  kinds: [
    {
      title: 'T_r(0)',
      matches: (input) => input.has('formula'),
      backends: ['typescript'],
      run: () => hashWithDomain('mt-timechain', ZERO),
    },
    {
      title: 'vdf_verify',
      matches: (input) => input.has('prev', 'd') && claimName(input) !== undefined,
      backends: BOTH,
      cannotRun: tooSlow,
      run: async (input, context) => {
        const claim = input.bytes(claimName(input) ?? '')
        return verify(hashesOf(context), input.bytes('prev'), input.number('d'), claim)
      },
    },
    {
      title: 'vdf_step',
      matches: (input) => input.has('prev', 'd'),
      backends: BOTH,
      cannotRun: tooSlow,
      run: (input, context) => step(hashesOf(context), input.bytes('prev'), input.number('d')),
    },
    {
      title: 'refused d',
      matches: (input) => input.has('d'),
      backends: BOTH,
      run: async (input, context) => {
        const [hashes, d] = [hashesOf(context), input.number('d')]
        const [isVerified, value] = [await verify(hashes, ZERO, d, ZERO), await step(hashes, ZERO, d)]
        return { ssha_verify: isVerified, vdf_verify: isVerified, ssha_step: value, vdf_step: value }
      },
    },
    {
      title: 'aggregate of confirmers',
      matches: (input) => input.has('window', 'node_ids'),
      backends: ['typescript'],
      run: (input) => bundleAggregate(input.number('window'), input.bytesList('node_ids')),
    },
    {
      title: 'participation',
      matches: (input) => input.has('window') && input.nameOf('confirmer_weight', 'confirmed_weight') !== undefined,
      backends: ['typescript'],
      run: (input) => {
        const confirmed = input.number(input.nameOf('confirmer_weight', 'confirmed_weight') ?? '')
        return participationPermille(input.number('window'), confirmed, input.number('active_chain_length'))
      },
    },
    {
      title: 'median participation',
      matches: (input) => input.nameOf('participation', 'participations', 'values') !== undefined,
      backends: ['typescript'],
      run: (input) => {
        const values = input.list(input.nameOf('participation', 'participations', 'values') ?? '')
        const histogram = values.reduce(
          (counts: ReadonlyMap<number, number>, value) => addToHistogram(counts, toNumber(value)),
          new Map<number, number>(),
        )
        return medianPermille(histogram, input.has('tau2') ? input.number('tau2') : values.length)
      },
    },
  ],
}

function claimName(input: Fields): string | undefined {
  return input.nameOf('claim', 'claimed', 'value', 't_r')
}

function tooSlow(input: Fields, backend: Backend): string | undefined {
  const isSlow = backend === 'typescript' && input.int('d') > BigInt(TYPESCRIPT_MAX_STEPS)
  return isSlow ? `more than ${TYPESCRIPT_MAX_STEPS} steps take the reference too long` : undefined
}

/** Outside 1 … 2³²−1 there is no value; the vectors call that a panic. */
async function step(hashes: HashBackend, previous: Uint8Array, d: number): Promise<Value> {
  try {
    return (await hashes.startClock({ seed: previous, steps: d }).result).value
  } catch (error) {
    if (!errorCode(error).startsWith('NATIVE_BAD')) throw error
    return new Matching('panic', /^(panic|error|refused|none)/i)
  }
}

/** By the clock and by the verifier, which must agree. */
async function verify(hashes: HashBackend, previous: Uint8Array, d: number, claim: Uint8Array): Promise<boolean> {
  const value = await step(hashes, previous, d)
  if (!(value instanceof Uint8Array)) return false
  const [verdict] = await hashes.verifySegments({ starts: previous, ends: claim, steps: [d] })
  if (verdict !== bytesEqual(value, claim)) throw new Error('clock and verifier disagree')
  return verdict
}
