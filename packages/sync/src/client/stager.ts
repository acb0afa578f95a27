import type { StagedPiece, Staging } from '@montana/store'

/** Chunks of one transaction at most: a kill loses no more than these. */
const PIECES_PER_COMMIT = 8

interface Waiting {
  readonly piece: StagedPiece
  readonly resolve: (isStaged: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes proven pieces durable, several in one transaction where several are at hand: each transaction waits for the disk.
 */
export class Stager {
  readonly #staging: Staging
  readonly #signal: AbortSignal
  readonly #waiting: Waiting[] = []
  #isScheduled = false

  constructor(staging: Staging, signal: AbortSignal) {
    this.#staging = staging
    this.#signal = signal
  }

  /** Resolves when the piece is durable; to false after an abort, which writes nothing any more. */
  stage(piece: StagedPiece): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ piece, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#commit(this.#waiting.splice(0, PIECES_PER_COMMIT))
      this.#schedule()
    })
  }

  #commit(batch: readonly Waiting[]): void {
    const isOpen = !this.#signal.aborted
    try {
      if (isOpen) this.#staging.put(batch.map(({ piece }) => piece))
      for (const { resolve } of batch) resolve(isOpen)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
