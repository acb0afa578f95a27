import { addToHistogram, bundleAggregate, medianPermille, participationPermille } from '@montana/consensus'
import { productionParams } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import { GENESIS_T_R, nextD, TimechainError, vdfStep, vdfVerify } from '@montana/timechain'
import { hashesOf } from '../backends.js'
import { type Fields, toNumber } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Backend, Value } from '../types.js'

const BOTH: readonly Backend[] = ['native', 'typescript']
const MEDIAN_NAMES = ['median_permille', 'median', 'p'] as const
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
      run: () => GENESIS_T_R,
    },
    {
      title: 'vdf_verify',
      matches: (input) => input.has('prev', 'd') && claimName(input) !== undefined,
      backends: BOTH,
      cannotRun: tooSlow,
      run: (input, context) =>
        vdfVerify(hashesOf(context), input.bytes('prev'), stepsOf(input), input.bytes(claimName(input) ?? '')),
    },
    {
      title: 'vdf_step',
      matches: (input) => input.has('prev', 'd'),
      backends: BOTH,
      cannotRun: tooSlow,
      run: (input, context) => step(hashesOf(context), input.bytes('prev'), stepsOf(input)),
    },
    {
      title: 'adaptation of D',
      matches: (input) => input.nameOf('d_old', 'd') !== undefined && input.nameOf(...MEDIAN_NAMES) !== undefined,
      backends: ['typescript'],
      run: (input) =>
        nextD(
          input.number(input.nameOf('d_old', 'd') ?? ''),
          input.number(input.nameOf(...MEDIAN_NAMES) ?? ''),
          productionParams,
        ),
    },
    {
      title: 'refused d',
      matches: (input) => input.has('d'),
      backends: BOTH,
      run: async (input, context) => {
        const [hashes, d] = [hashesOf(context), stepsOf(input)]
        const [isVerified, value] = [await vdfVerify(hashes, ZERO, d, ZERO), await step(hashes, ZERO, d)]
        return { ssha_verify: isVerified, vdf_verify: isVerified, ssha_step: value, vdf_step: value }
      },
    },
    {
      title: 'aggregate of confirmers',
      matches: (input) => input.has('window', 'node_ids'),
      backends: ['typescript'],
      run: (input) => bundleAggregate(input.u64('window'), input.bytesList('node_ids')),
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

/** May be beyond every number of steps that there is: the product refuses it. */
function stepsOf(input: Fields): number {
  return Number(input.int('d'))
}

/** Outside 1 … 2³²−1 there is no value; the vectors call that a panic. */
async function step(hashes: HashBackend, previous: Uint8Array, d: number): Promise<Value> {
  try {
    return await vdfStep(hashes, previous, d)
  } catch (error) {
    if (error instanceof TimechainError) return new Matching('panic', /^(panic|error|refused|none)/i)
    throw error
  }
}
