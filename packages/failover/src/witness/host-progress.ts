import { isEarlierBoot } from '../boot-id.js'

/** Of one host; a replay older than so many restarts meets the sequence of none. */
const BOOTS_MAX = 256

/**
 * Where a host is: the boot it is in and the sequence it has reached. Boots that were left never come back, nor does one
 * from before them that was recorded elsewhere: both must grow. Spec three-mirror 7.1.
 */
export class HostProgress {
  #bootId: string | undefined
  #sequence = 0
  readonly #left = new Set<string>()

  /** Before what was seen. */
  isOld({ bootId, sequence }: Mark): boolean {
    if (this.#bootId === undefined) return false
    if (bootId === this.#bootId) return sequence < this.#sequence
    return this.#left.has(bootId) || isEarlierBoot(bootId, this.#bootId)
  }

  /** Beyond what was seen; the same again is neither old nor new. */
  isNew(mark: Mark): boolean {
    return !this.isOld(mark) && !(mark.bootId === this.#bootId && mark.sequence === this.#sequence)
  }

  advance({ bootId, sequence }: Mark): void {
    if (this.#bootId !== undefined && this.#bootId !== bootId) this.#leave(this.#bootId)
    this.#bootId = bootId
    this.#sequence = sequence
  }

  #leave(bootId: string): void {
    this.#left.add(bootId)
    if (this.#left.size > BOOTS_MAX) this.#left.delete(this.#left.values().next().value ?? '')
  }
}

export interface Mark {
  readonly bootId: string
  readonly sequence: number
}
