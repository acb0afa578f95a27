import { AbortError, concatBytes } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { isValidD } from '../difficulty.js'
import { TimechainError } from '../errors.js'
import type { CandidateChain } from './chain.js'
import type { Stretch } from './stretch.js'

export interface CandidateWorkInit {
  backend: HashBackend
  /** Grows as work is done; made again from its stretches after a restart. */
  chain: CandidateChain
  /** D(window); `undefined` where the epoch has not begun, until {@link CandidateWork.wake} is called. */
  dOf: (window: number) => number | undefined
  /** Makes a stretch durable; the chain grows only after that. Called once per window and once per abort. */
  save: (stretch: Stretch) => Promise<void>
  /** Steps done from the seed, about ten times a second. */
  onProgress?: (stepsDone: number) => void
}

export interface CandidateWork {
  readonly chain: CandidateChain
  /**
   * Grinds until `windows` are done; with a larger number later it continues from where it is (spec protocol 12.3). An
   * abort takes milliseconds, saves what is kept of the window, and rejects with AbortError. One run at a time.
   */
  run(windows: number, signal?: AbortSignal): Promise<void>
  /** `dOf` may know more now. */
  wake(): void
}

/**
 * Values kept per window, 1 KiB: 21 MB for 20 160 windows. Boundaries of a proof stand on window ends only while D does
 * not change; else each is recomputed from the kept value before it, on average 1/64 of a window away. The default proof
 * then costs 1/64 of the work, and that in lanes on all cores: some minutes for two weeks.
 */
const VALUES_PER_WINDOW = 32

export function createCandidateWork(init: CandidateWorkInit): CandidateWork {
  const work = new Work(init)
  return { chain: init.chain, run: (windows, signal) => work.run(windows, signal), wake: () => work.wake() }
}

class Work {
  readonly #init: CandidateWorkInit
  #isRunning = false
  #wake = () => {}

  constructor(init: CandidateWorkInit) {
    this.#init = init
  }

  wake(): void {
    this.#wake()
  }

  async run(windows: number, signal?: AbortSignal): Promise<void> {
    if (this.#isRunning) throw new TimechainError('TIMECHAIN_BAD_WORK', 'the chain is being ground already')
    this.#isRunning = true
    try {
      const { chain } = this.#init
      while (chain.windowsDone < windows) await this.#grind(await this.#nextD(signal), signal)
    } finally {
      this.#isRunning = false
    }
  }

  async #nextD(signal?: AbortSignal): Promise<number> {
    const { chain, dOf } = this.#init
    const { window, d: begun } = chain.next
    for (;;) {
      if (signal?.aborted) throw new AbortError(signal.reason)
      const d = begun ?? dOf(window)
      if (d === undefined) await this.#woken(signal)
      else if (isValidD(d)) return d
      else throw new TimechainError('TIMECHAIN_BAD_D', `D(${window}) is ${d}, not in 1…2^32−1`)
    }
  }

  /** Resolves on wake and on abort; leaves no listener behind. */
  #woken(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        signal?.removeEventListener('abort', end)
        this.#wake = () => {}
        resolve()
      }
      this.#wake = end
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  async #grind(d: number, signal?: AbortSignal): Promise<void> {
    const { backend, chain, onProgress } = this.#init
    const { window, offset, start } = chain.next
    const steps = d - offset
    const segments = Math.min(steps, Math.max(1, Math.round((VALUES_PER_WINDOW * steps) / d)))
    const before = chain.stepsDone
    const values: Uint8Array[] = []
    try {
      const run = backend.startClock({
        seed: start,
        steps,
        checkpoints: segments,
        onCheckpoint: (_, value) => values.push(value.slice()),
        ...(onProgress && { onProgress: (done: number) => onProgress(before + done) }),
        ...(signal && { signal }),
      })
      values.push((await run.result).value)
    } finally {
      if (values.length > 0) await this.#keep({ window, d, offset, segments, values: concatBytes(...values) })
    }
  }

  async #keep(stretch: Stretch): Promise<void> {
    await this.#init.save(stretch)
    this.#init.chain.add(stretch)
  }
}
