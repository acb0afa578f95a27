import { availableParallelism } from 'node:os'
import { concatBytes, systemTime } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { totalBoundaries } from '../boundaries.js'
import { type CandidateProof, defaultCandidateSegments } from '../proof/candidate-proof.js'
import { ChainRunner } from '../proof/chain-runner.js'
import type { ProofProgress } from '../proof/verdict.js'
import type { CandidateChain } from './chain.js'

export interface CandidateProofInit {
  backend: HashBackend
  chain: CandidateChain
  /** 32 bytes. */
  noderegHash: Uint8Array
  /** L of the registration; default: every complete window. */
  windows?: number
  /** Default: clamp(L, 8, 32 767), no more than there are steps. */
  segments?: number
  /** Default: every core but one, which is the own clock's. */
  threads?: number
  onProgress?: (progress: ProofProgress) => void
  signal?: AbortSignal
}

/** One boundary of the proof on its way from the mark before it. */
interface Target {
  readonly index: number
  readonly at: number
}

interface Walk {
  at: number
  value: Uint8Array
  readonly targets: Target[]
}

/**
 * The proof over S = ΣD of spec protocol 13.4. Boundaries that are not kept are recomputed from the nearest value before
 * them, all in lanes. Throws TIMECHAIN_BAD_WORK where the windows are not done and TIMECHAIN_BAD_SEGMENTS for an
 * impossible k; rejects with AbortError.
 */
export async function makeCandidateProof(init: CandidateProofInit): Promise<CandidateProof> {
  const { chain, noderegHash, windows = chain.windowsDone } = init
  const total = chain.totalSteps(windows)
  const k = init.segments ?? Math.min(defaultCandidateSegments(windows), total)
  const inner = totalBoundaries(total, k).slice(1, -1)
  const values = await arrive(init, walksOf(chain, inner), inner.length)
  return { noderegHash, values: concatBytes(...values) }
}

/** The boundaries behind each mark, in order. */
function walksOf(chain: CandidateChain, inner: readonly number[]): Walk[] {
  const walks = new Map<number, Walk>()
  for (const [index, at] of inner.entries()) {
    const mark = chain.markBefore(at)
    const walk = walks.get(mark.at) ?? { ...mark, targets: [] }
    walk.targets.push({ index, at })
    walks.set(mark.at, walk)
  }
  return [...walks.values()]
}

/** Round r brings every walk to its r-th boundary, so that no step is done twice. */
async function arrive(init: CandidateProofInit, walks: Walk[], count: number): Promise<Uint8Array[]> {
  const { backend, threads = Math.max(1, availableParallelism() - 1), onProgress, signal } = init
  const runner = new ChainRunner({ backend, time: systemTime, threads: () => threads })
  const steps = walks.reduce((sum, { at, targets }) => sum + (targets.at(-1)?.at ?? at) - at, 0)
  let stepsDone = 0
  const onSteps = (done: number) => {
    stepsDone += done
    onProgress?.({ stepsDone, steps })
  }
  const values = new Array<Uint8Array>(count)
  for (let round = 0; ; round++) {
    const legs = walks.flatMap((walk) => legTo(walk, walk.targets[round]))
    if (legs.length === 0) return values
    for (const group of runner.groups(legs)) {
      const arrived = await runner.run(group, { onSteps, ...(signal && { signal }) })
      for (const [i, { walk, target }] of group.entries()) {
        walk.value = arrived[i] ?? walk.value
        walk.at = target.at
        values[target.index] = walk.value
      }
    }
  }
}

function legTo(walk: Walk, target: Target | undefined) {
  return target ? [{ walk, target, start: walk.value, steps: target.at - walk.at }] : []
}
