import { availableParallelism } from 'node:os'
import { bytesEqual, type RandomSource, systemRandom, systemTime, type TimeSource } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { TimechainError } from '../errors.js'
import { ChainRunner } from './chain-runner.js'
import { type ClaimSegment, claimSegments, type ProofClaim } from './claim.js'
import { drawSegments, FULL, type ProofPolicy, segmentsAsked } from './policy.js'
import { type RunHandle, SharedRun, type Waiter } from './shared-run.js'
import { segmentCount } from './values.js'
import type { ProofProgress, ProofVerdict } from './verdict.js'
import { claimKey, VerdictCache, valueKey } from './verdict-cache.js'

export interface ProofVerifierInit {
  backend: HashBackend
  /** Draws the sample; must not be foreseeable by a prover. Default: the system's. */
  random?: RandomSource
  time?: TimeSource
  /** Default: every core but one, which is the own clock's; every core while {@link isClockIdle}, and one of one. */
  threads?: number
  /** Whether the own clock grinds nothing now; asked every 80 ms. Default: never idle. */
  isClockIdle?: () => boolean
  /** Verdicts and proven values remembered, of each so many. Default 1024: some 200 bytes each. */
  cacheEntries?: number
}

export interface ProofCheckInit {
  /** Default: full. */
  policy?: ProofPolicy
  /** Share of the time that a background audit may take, (0, 1]. Default: all of it. */
  maxShare?: number
  /** About ten times a second. */
  onProgress?: (progress: ProofProgress) => void
  signal?: AbortSignal
}

export interface ProofVerifier {
  /**
   * Recomputes segments in native lanes. Rejects with AbortError, and with TIMECHAIN_BAD_CLAIM, _BAD_POLICY or
   * _BAD_EFFORT on misuse. Identical questions at the same time share one computation.
   */
  verify(claim: ProofClaim, init?: ProofCheckInit): Promise<ProofVerdict>
  /** Tells of a value that this node has computed itself. */
  remember(value: Pick<ProofClaim, 'start' | 'end' | 'steps'>): void
  /** Whether every step from `start` to `end` was recomputed here. */
  isProven(value: Pick<ProofClaim, 'start' | 'end' | 'steps'>): boolean
}

const CACHE_ENTRIES = 1024

export function createProofVerifier(init: ProofVerifierInit): ProofVerifier {
  const verifier = new Verifier(init)
  return {
    verify: (claim, check = {}) => verifier.verify(claim, check),
    remember: (value) => verifier.cache.addProven(valueKey(value)),
    isProven: (value) => verifier.cache.isProven(valueKey(value)),
  }
}

class Verifier {
  readonly cache: VerdictCache
  readonly #random: RandomSource
  readonly #time: TimeSource
  readonly #runner: ChainRunner
  readonly #running = new Map<string, SharedRun<ProofVerdict>>()

  constructor(init: ProofVerifierInit) {
    const { backend, random = systemRandom, time = systemTime, cacheEntries = CACHE_ENTRIES } = init
    this.cache = new VerdictCache(cacheEntries)
    this.#random = random
    this.#time = time
    this.#runner = new ChainRunner({ backend, time, threads: threadBudget(init) })
  }

  async verify(claim: ProofClaim, check: ProofCheckInit): Promise<ProofVerdict> {
    const { policy = FULL, maxShare = 1, onProgress, signal } = check
    if (!(maxShare > 0 && maxShare <= 1))
      throw new TimechainError('TIMECHAIN_BAD_EFFORT', `maxShare is ${maxShare}, not in (0, 1]`)
    const segments = claimSegments(claim)
    const asked = segmentsAsked(policy, segments.length)
    const key = claimKey(claim)
    const known = this.#known(claim, key, asked)
    if (known) return known
    const waiter: Waiter = { maxShare, onProgress, signal }
    const all = `${key}/${segments.length}`
    return await (this.#alive(all) ?? this.#begin(`${key}/${asked}`, claim, segments, asked)).join(waiter)
  }

  #known(claim: ProofClaim, key: string, asked: number): ProofVerdict | undefined {
    const found = this.cache.find(claim, key, asked)
    if (found || !this.cache.isProven(valueKey(claim))) return found
    return { isValid: true, segmentsChecked: 0, steps: 0, elapsedMs: 0, source: 'value' }
  }

  #alive(key: string): SharedRun<ProofVerdict> | undefined {
    const run = this.#running.get(key)
    return run?.isAbandoned ? undefined : run
  }

  #begin(key: string, claim: ProofClaim, segments: ClaimSegment[], asked: number): SharedRun<ProofVerdict> {
    const running = this.#alive(key)
    if (running) return running
    const run = new SharedRun((handle) =>
      this.#compute(claim, segments, asked, handle).finally(() => {
        if (this.#running.get(key) === run) this.#running.delete(key)
      }),
    )
    this.#running.set(key, run)
    return run
  }

  async #compute(claim: ProofClaim, segments: ClaimSegment[], asked: number, handle: RunHandle): Promise<ProofVerdict> {
    const begin = this.#time.monotonicMs()
    const chosen = drawSegments(this.#random, segments.length, asked).flatMap((index) => segments[index] ?? [])
    const result = await this.#check(claim, chosen, handle)
    const verdict: ProofVerdict = { ...result, elapsedMs: this.#time.monotonicMs() - begin, source: 'computed' }
    this.cache.add(claimKey(claim), verdict)
    if (verdict.isValid && verdict.segmentsChecked === segmentCount(claim.values)) this.cache.addProven(valueKey(claim))
    return verdict
  }

  /** Group by group; ends with the first group in which one fails. */
  async #check(claim: ProofClaim, chosen: ClaimSegment[], handle: RunHandle) {
    const total = chosen.reduce((sum, { steps }) => sum + steps, 0)
    let steps = 0
    let segmentsChecked = 0
    const onSteps = (done: number) => {
      steps += done
      handle.onProgress({ stepsDone: steps, steps: total })
    }
    const init = { onSteps, signal: handle.signal, maxShare: () => handle.maxShare() }
    for (const group of this.#runner.groups(chosen)) {
      const arrived = await this.#runner.run(group, init)
      segmentsChecked += group.length
      const failure = firstFailure(claim, group, arrived)
      if (failure) return { isValid: false, segmentsChecked, steps, ...failure }
    }
    return { isValid: true, segmentsChecked, steps }
  }
}

function firstFailure(claim: ProofClaim, group: readonly ClaimSegment[], ends: readonly Uint8Array[]) {
  for (const [i, { index: failingSegment, end }] of group.entries()) {
    const arrived = ends[i]
    if (!arrived || bytesEqual(arrived, end)) continue
    return { failingSegment, evidence: { claim, failingSegment, arrived } }
  }
  return undefined
}

function threadBudget({ threads, isClockIdle = () => false }: ProofVerifierInit): () => number {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    throw new TimechainError('TIMECHAIN_BAD_EFFORT', `threads is ${threads}, not a whole number above 0`)
  const cores = availableParallelism()
  return () => threads ?? (isClockIdle() ? cores : Math.max(1, cores - 1))
}
