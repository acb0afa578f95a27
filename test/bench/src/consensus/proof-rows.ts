import { createProofVerifier, GENESIS_T_R, timechainClaim } from '@montana/timechain'
import type { BenchOptions } from '../bench.js'
import type { Contender } from '../measure.js'
import type { Modules } from './modules.js'
import { GRIND, VERIFY } from './names.js'
import { type ConsensusRow, measureRows } from './rows.js'

/** Long enough that what a thread costs to start does not count; about a second of grinding. */
export const PROOF_D = 20_000_000

/** What a window's clock costs its proposer, and what its proof costs a follower. */
export async function proofRows({ backend, timechain }: Modules, options: BenchOptions): Promise<ConsensusRow[]> {
  const window = { window: 1, previous: GENESIS_T_R, d: PROOF_D }
  const { value, checkpoints: values } = await timechain.grind(window)
  const claim = timechainClaim({ d: PROOF_D, values }, GENESIS_T_R, value)
  if (!claim) throw new Error('the grind gave no proof')
  const verify = async () => {
    const verdict = await createProofVerifier({ backend, threads: 1 }).verify(claim, {})
    if (!verdict.isValid || verdict.steps !== PROOF_D) throw new Error('a right proof was refused')
    return verdict.elapsedMs
  }
  const contenders: Contender[] = [
    { name: GRIND, steps: PROOF_D, run: async () => (await timechain.grind(window)).elapsedMs },
    { name: VERIFY, steps: PROOF_D, run: verify },
  ]
  return await measureRows('proof', 'steps', contenders, options)
}
