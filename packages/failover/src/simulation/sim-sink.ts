import type { Epoch } from '../epoch.js'

/** Keeps the highest epoch and refuses lower ones: the sink rule of spec 9. */
export class SimSink {
  readonly #highest = new Map<string, Epoch>()
  readonly accepted: { readonly policy: string; readonly epoch: Epoch }[] = []
  refused = 0
  /** A sink that is not fenced takes everything. */
  isFenced = true

  /** Null: accepted; else the highest. */
  write(policy: string, epoch: Epoch): Epoch | null {
    const highest = this.#highest.get(policy) ?? 0n
    if (this.isFenced && epoch < highest) {
      this.refused++
      return highest
    }
    if (this.accepted.at(-1)?.epoch !== epoch) this.accepted.push({ policy, epoch })
    if (epoch > highest) this.#highest.set(policy, epoch)
    return null
  }
}
