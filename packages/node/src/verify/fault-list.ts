import { errorCode, errorMessage } from '@montana/foundation'
import { FAULTS_LISTED_MAX } from './constants.js'
import type { StoreFault, WindowGap } from './types.js'

/** What was found wrong in one store. */
export class FaultList {
  readonly #faults: StoreFault[] = []
  readonly #gaps: { from: number; to: number }[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  get gaps(): readonly WindowGap[] {
    return this.#gaps
  }

  /** Ascending by window; what belongs to no window comes first. */
  list(): StoreFault[] {
    return [...this.#faults].sort((a, b) => (a.window ?? -1) - (b.window ?? -1))
  }

  add(window: number | null, code: string, message: string): void {
    this.#count++
    if (this.#faults.length < FAULTS_LISTED_MAX) this.#faults.push({ window, code, message })
  }

  merge(other: FaultList): void {
    const count = this.#count + other.#count
    for (const { window, code, message } of other.#faults) this.add(window, code, message)
    this.#count = count
  }

  /** Windows come in ascending order. */
  addGap(window: number): void {
    const last = this.#gaps.at(-1)
    if (last?.to === window - 1) last.to = window
    else this.#gaps.push({ from: window, to: window })
  }
}

/** Failures of reading that are defects of the store; anything else is the reader's own trouble and is thrown. */
const DEFECTS: ReadonlySet<string> = new Set(['STORE_CORRUPT', 'STORE_IO'])

/** The result of `read`, or `undefined` and a fault where the store cannot give it. */
export function readOrReport<T>(faults: FaultList, window: number | null, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!DEFECTS.has(errorCode(error))) throw error
    faults.add(window, errorCode(error), errorMessage(error))
    return undefined
  }
}
